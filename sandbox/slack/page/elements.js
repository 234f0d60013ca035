// Interactive elements of Block Kit. `where` says in which message or view they stand, and what to do.
import { h, icon, toast } from "./dom.js";
import { explain, known, people, post, user } from "./api.js";
import { emoji, text } from "./mrkdwn.js";
import { closeMenu, openMenu } from "./menus.js";
import { ask } from "./dialogs.js";
import { avatar } from "./people.js";

// where: {place: {channel, ts} | {view_id}, form: Map | null}. In inputs the value waits in the form.
export function element(one, blockId, where, input = null) {
  const make = MAKERS[one.type];
  if (!make) return h("span", { class: "unsupported" }, `(${one.type})`);
  const context = { one, blockId, where, input, set: (value) => changed(one, blockId, where, input, value) };
  const node = make(one, context);
  node.dataset.actionId = one.action_id || "";
  return node;
}

function remember(where, blockId, one, value) {
  where.form?.set(blockId, { ...(where.form.get(blockId) || {}), [one.action_id]: value });
}

async function changed(one, blockId, where, input, value, from) {
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
    const mark = h("span", { class: "action-failed", title: why, role: "alert" }, icon("alert"), h("span", { class: "away" }, why));
    from.after(mark);
    setTimeout(() => mark.remove(), 8000);
  }
}

function button(one, { blockId, where }) {
  const node = h(one.url ? "a" : "button", {
    type: one.url ? null : "button", class: `button ${one.style || ""}`, href: one.url, target: one.url ? "_blank" : null, rel: one.url ? "noopener noreferrer" : null,
    "aria-label": one.accessibility_label,
  }, emoji(one.text.text));
  node.addEventListener("click", () => act(one, blockId, where, one.value, node));
  return node;
}

function overflow(one, { blockId, where }) {
  const node = h("button", { type: "button", class: "button overflow", "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": "More actions" }, icon("dots"));
  node.addEventListener("click", () => openMenu(node, one.options.map(asItem), (picked) => {
    if (picked.value.url) window.open(picked.value.url, "_blank", "noopener");
    act(one, blockId, where, picked.value.value, node);
  }, { label: "More actions" }));
  return node;
}

const asItem = (option, group) => ({ label: emoji(option.text.text), note: option.description && emoji(option.description.text), value: option, group: typeof group === "string" ? group : undefined });

const shownAs = {
  users: (id) => ({ label: user(id)?.real_name || id, note: user(id)?.title, value: id, leading: user(id) && avatar(user(id), "tiny") }),
  channels: (id) => ({ label: `#${known.channels.get(id)?.name || id}`, value: id }),
};

function choices(one, context) {
  if (one.type.includes("users_")) return people().map((who) => shownAs.users(who.id));
  if (one.type.includes("channels_") || one.type.includes("conversations_")) {
    const named = known.state.channels.filter((where) => where.name && !where.archived).map((where) => shownAs.channels(where.id));
    return one.type.includes("conversations_") ? [...named, ...people().map((who) => shownAs.users(who.id))] : named;
  }
  if (one.type.includes("external")) return (typed) => external(one, context, typed);
  return one.options ? one.options.map(asItem) : one.option_groups.flatMap((group) => group.options.map((option) => asItem(option, group.label.text)));
}

async function external(one, { blockId, where }, typed) {
  const told = await post("options", { ...where.place, action_id: one.action_id, block_id: blockId, value: typed });
  if (!told.ok) throw new Error(told.failure ? explain(told.failure) : told.error);
  if (told.options) return told.options.map(asItem);
  return told.option_groups.flatMap((group) => group.options.map((option) => asItem(option, group.label.text)));
}

const isOption = (one) => one.type.includes("static") || one.type.includes("external");
const keyOf = (value) => (value && typeof value === "object" ? value.value : value);
const initialOf = (one) => one.initial_option || one.initial_user || one.initial_channel || one.initial_conversation || null;
const initialsOf = (one) => one.initial_options || one.initial_users || one.initial_channels || one.initial_conversations || [];

function labelOf(one, value) {
  if (isOption(one)) return emoji(value.text.text);
  return (known.users.has(value) ? shownAs.users(value) : shownAs.channels(value)).label;
}

function select(one, context) {
  let value = kept(context) ?? initialOf(one);
  const face = h("span", { class: "select-face" });
  const node = h("button", { type: "button", class: "select", "aria-haspopup": "listbox", "aria-expanded": "false" }, face, icon("chevron"));
  const show = () => {
    face.textContent = value ? labelOf(one, value) : one.placeholder?.text || "Select an item";
    node.classList.toggle("empty", !value);
  };
  show();
  node.addEventListener("click", () => {
    const found = choices(one, context);
    const marked = Array.isArray(found) ? found.map((item) => ({ ...item, selected: keyOf(item.value) === keyOf(value) })) : found;
    openMenu(node, marked, (picked) => {
      value = picked.value;
      show();
      changed(one, context.blockId, context.where, context.input, one.type === "external_select" ? value : keyOf(value), node);
    }, { search: !Array.isArray(found) || found.length > 8, least: one.min_query_length ?? (one.type.includes("external") ? 3 : 0), label: one.placeholder?.text });
  });
  remember(context.where, context.blockId, one, one.type === "external_select" ? value : keyOf(value));
  return node;
}

function multi(one, context) {
  let values = kept(context) ?? initialsOf(one);
  const face = h("span", { class: "select-face tags" });
  const node = h("button", { type: "button", class: "select multi", "aria-haspopup": "listbox", "aria-expanded": "false" }, face, icon("chevron"));
  const show = () => {
    face.replaceChildren(...(values.length ? values.map((value) => h("span", { class: "tag" }, labelOf(one, value))) : [one.placeholder?.text || "Select options"]));
    node.classList.toggle("empty", !values.length);
  };
  const wire = () => (one.type.includes("external") ? values : values.map(keyOf));
  show();
  node.addEventListener("click", () => {
    const found = choices(one, context);
    const marked = () => (Array.isArray(found) ? found.map((item) => ({ ...item, selected: values.some((value) => keyOf(value) === keyOf(item.value)) })) : []);
    const items = Array.isArray(found) ? async (typed) => marked().filter((item) => item.label.toLowerCase().includes(typed.toLowerCase())) : found;
    openMenu(node, items, (picked) => {
      const without = values.filter((value) => keyOf(value) !== keyOf(picked.value));
      values = without.length < values.length ? without : [...values, picked.value].slice(0, one.max_selected_items || 100);
      show();
      remember(context.where, context.blockId, one, wire());
    }, { search: true, many: true, least: one.min_query_length ?? 0, done: () => context.set(wire()) });
  });
  remember(context.where, context.blockId, one, wire());
  return node;
}

// What was chosen before the view was drawn again.
function kept({ one, blockId, where }) {
  const entry = where.values?.[blockId]?.[one.action_id];
  if (!entry) return undefined;
  return entry.selected_option ?? entry.selected_options ?? entry.selected_user ?? entry.selected_channel ?? entry.selected_conversation ?? entry.selected_users ?? entry.selected_channels ?? entry.selected_conversations ?? entry.selected_date ?? entry.selected_time ?? entry.value ?? undefined;
}

function picker(type, field) {
  return (one, context) => {
    const node = h("input", { type, class: "picker", "aria-label": one.placeholder?.text || "Choose", value: kept(context) ?? one[field] ?? "" });
    node.addEventListener("change", () => context.set(type === "datetime-local" ? Math.floor(new Date(node.value).getTime() / 1000) : node.value));
    remember(context.where, context.blockId, one, node.value);
    return node;
  };
}

function boxes(one, context) {
  const radio = one.type === "radio_buttons";
  const before = kept(context) ?? (radio ? one.initial_option : one.initial_options);
  const chosen = new Set((radio ? (before ? [before] : []) : before || []).map(keyOf));
  const name = `${context.blockId}-${one.action_id}-${Math.random()}`;
  const wire = () => (radio ? [...chosen][0] : [...chosen]);
  remember(context.where, context.blockId, one, wire());
  return h("div", { class: "boxes", role: radio ? "radiogroup" : "group" }, one.options.map((option) => h("label", { class: "box" },
    h("input", {
      type: radio ? "radio" : "checkbox", name, value: option.value, checked: chosen.has(option.value),
      onchange: (event) => {
        if (radio) chosen.clear();
        if (event.target.checked) chosen.add(option.value);
        else chosen.delete(option.value);
        context.set(wire());
      },
    }),
    h("span", {}, text(option.text), option.description && h("small", {}, text(option.description))))));
}

function field(one, context) {
  const type = { email_text_input: "email", url_text_input: "url", number_input: "text" }[one.type] || "text";
  const node = h(one.multiline ? "textarea" : "input", {
    type: one.multiline ? null : type, inputmode: one.type === "number_input" ? "decimal" : null, class: "field", placeholder: one.placeholder?.text,
    maxlength: one.max_length, rows: one.multiline ? 4 : null, autocomplete: "off",
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

const MAKERS = { button, overflow, checkboxes: boxes, radio_buttons: boxes, plain_text_input: field, email_text_input: field, url_text_input: field, number_input: field, datepicker: picker("date", "initial_date"), timepicker: picker("time", "initial_time"), datetimepicker: picker("datetime-local", "initial_date_time") };
for (const kind of ["static", "external", "users", "channels", "conversations"]) {
  MAKERS[`${kind}_select`] = select;
  MAKERS[`multi_${kind}_select`] = multi;
}
export { closeMenu };
