// Interactive elements of Block Kit. `where` says in which message or view they stand, and what to do.
import { h, icon, toast } from "./dom.js";
import { explain, post } from "./api.js";
import { emoji, text } from "./mrkdwn.js";
import { openMenu } from "./menus.js";
import { ask } from "./dialogs.js";
import { asItem, keyOf, multi, select } from "./selects.js";

// where: {place: {channel, ts} | {view_id}, form: Map | null}. In inputs the value waits in the form.
export function element(one, blockId, where, input = null) {
  const make = MAKERS[one.type];
  if (!make) return h("span", { class: "unsupported" }, `(${one.type})`);
  const context = { one, blockId, where, input, set: (value) => changed(one, blockId, where, input, value) };
  const node = make(one, context);
  node.dataset.actionId = one.action_id || "";
  return node;
}

export function remember(where, blockId, one, value) {
  where.form?.set(blockId, { ...(where.form.get(blockId) || {}), [one.action_id]: value });
}

export async function changed(one, blockId, where, input, value, from) {
  remember(where, blockId, one, value);
  if (input && !input.dispatch_action) return;
  await act(one, blockId, where, value, from);
}

export async function act(one, blockId, where, value, from) {
  if (one.confirm && !(await ask(one.confirm))) return;
  from?.classList.add("busy");
  from?.setAttribute("aria-busy", "true");
  const told = await post("click", { ...where.place, action_id: one.action_id, block_id: blockId, value });
  from?.classList.remove("busy");
  from?.removeAttribute("aria-busy");
  if (told.ok) return;
  const why = told.failure ? explain(told.failure) : `Slack refused: ${told.error}`;
  toast(why, "error");
  if (from && !from.parentNode.querySelector(".action-failed")) {
    const mark = h(
      "span",
      { class: "action-failed", title: why, role: "alert" },
      icon("alert"),
      h("span", { class: "away" }, why),
    );
    from.after(mark);
    setTimeout(() => mark.remove(), 8000);
  }
}

function button(one, { blockId, where }) {
  const node = h(
    one.url ? "a" : "button",
    {
      type: one.url ? null : "button",
      class: `button ${one.style || ""}`,
      href: one.url,
      target: one.url ? "_blank" : null,
      rel: one.url ? "noopener noreferrer" : null,
      "aria-label": one.accessibility_label,
    },
    emoji(one.text.text),
  );
  node.addEventListener("click", () => act(one, blockId, where, one.value, node));
  return node;
}

function overflow(one, { blockId, where }) {
  const node = h(
    "button",
    {
      type: "button",
      class: "button overflow",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-label": "More actions",
    },
    icon("dots"),
  );
  node.addEventListener("click", () =>
    openMenu(
      node,
      one.options.map(asItem),
      (picked) => {
        if (picked.value.url) window.open(picked.value.url, "_blank", "noopener");
        act(one, blockId, where, picked.value.value, node);
      },
      { label: "More actions" },
    ),
  );
  return node;
}

// What was chosen before the view was drawn again.
export function kept({ one, blockId, where }) {
  const entry = where.values?.[blockId]?.[one.action_id];
  if (!entry) return undefined;
  return (
    entry.selected_option ??
    entry.selected_options ??
    entry.selected_user ??
    entry.selected_channel ??
    entry.selected_conversation ??
    entry.selected_users ??
    entry.selected_channels ??
    entry.selected_conversations ??
    entry.selected_date ??
    entry.selected_time ??
    entry.value ??
    undefined
  );
}

function picker(type, field) {
  return (one, context) => {
    const node = h("input", { type, class: "picker", "aria-label": one.placeholder?.text || "Choose" });
    node.value = typed(type, kept(context) ?? one[field] ?? "");
    node.addEventListener("change", () => context.set(wire(type, node.value)));
    remember(context.where, context.blockId, one, wire(type, node.value));
    return node;
  };
}

// Slack counts seconds where the browser writes a local time.
const wire = (type, value) =>
  type === "datetime-local" && value ? Math.floor(new Date(value).getTime() / 1000) : value;

function typed(type, value) {
  if (type !== "datetime-local" || !value) return value;
  const at = new Date(value * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

function boxes(one, context) {
  const radio = one.type === "radio_buttons";
  const before = kept(context) ?? (radio ? one.initial_option : one.initial_options);
  const chosen = new Set((radio ? (before ? [before] : []) : before || []).map(keyOf));
  const name = `${context.blockId}-${one.action_id}-${Math.random()}`;
  const wire = () => (radio ? [...chosen][0] : [...chosen]);
  remember(context.where, context.blockId, one, wire());
  return h(
    "div",
    { class: "boxes", role: radio ? "radiogroup" : "group" },
    one.options.map((option) =>
      h(
        "label",
        { class: "box" },
        h("input", {
          type: radio ? "radio" : "checkbox",
          name,
          value: option.value,
          checked: chosen.has(option.value),
          onchange: (event) => {
            if (radio) chosen.clear();
            if (event.target.checked) chosen.add(option.value);
            else chosen.delete(option.value);
            context.set(wire());
          },
        }),
        h("span", {}, text(option.text), option.description && h("small", {}, text(option.description))),
      ),
    ),
  );
}

function field(one, context) {
  const type = { email_text_input: "email", url_text_input: "url", number_input: "text" }[one.type] || "text";
  const node = h(one.multiline ? "textarea" : "input", {
    type: one.multiline ? null : type,
    inputmode: one.type === "number_input" ? "decimal" : null,
    class: "field",
    placeholder: one.placeholder?.text,
    maxlength: one.max_length,
    rows: one.multiline ? 4 : null,
    autocomplete: "off",
  });
  node.value = kept(context) ?? one.initial_value ?? "";
  node.addEventListener("input", () => remember(context.where, context.blockId, one, node.value));
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !one.multiline && context.input?.dispatch_action) context.set(node.value);
  });
  remember(context.where, context.blockId, one, node.value);
  if (one.focus_on_load) setTimeout(() => node.focus());
  return node;
}

const MAKERS = {
  button,
  overflow,
  checkboxes: boxes,
  radio_buttons: boxes,
  plain_text_input: field,
  email_text_input: field,
  url_text_input: field,
  number_input: field,
  datepicker: picker("date", "initial_date"),
  timepicker: picker("time", "initial_time"),
  datetimepicker: picker("datetime-local", "initial_date_time"),
};
for (const kind of ["static", "external", "users", "channels", "conversations"]) {
  MAKERS[`${kind}_select`] = select;
  MAKERS[`multi_${kind}_select`] = multi;
}
