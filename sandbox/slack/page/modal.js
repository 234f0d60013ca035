// The app's modals: the top one of the stack is shown, as in Slack.
import { h, icon, iconButton } from "./dom.js";
import { app, explain, get, post } from "./api.js";
import { blocks } from "./blocks.js";
import { rawBlocks } from "./dialogs.js";
import { emoji } from "./mrkdwn.js";

let shown = null;

export async function drawModals() {
  const { views } = await get("views");
  const top = views.at(-1);
  if (!top) return hide();
  if (shown && shown.view.id === top.id && shown.view.hash === top.hash) return undefined;
  const form = shown?.view.id === top.id ? shown.form : new Map();
  show(top, views.length, form);
  return undefined;
}

function hide() {
  const old = shown;
  shown = null;
  old?.node.remove();
}

function show(view, depth, form, problems = {}) {
  const focus = document.activeElement?.closest?.("[data-block-id]")?.dataset.blockId;
  const scroll = shown?.node.querySelector(".modal-body")?.scrollTop || 0;
  const same = shown?.view.id === view.id;
  shown?.node.remove();
  const values = same ? merged(view, form) : view.state.values;
  const where = {
    place: { view_id: view.id },
    pictures: view.pictures,
    files: view.files,
    form,
    values,
    errors: problems.errors,
  };
  const close = (clear = false) => post("close", { view_id: view.id, clear });
  const node = h(
    "dialog",
    {
      class: "sheet modal",
      "aria-label": view.title.text,
      data: { viewId: view.id, callbackId: view.callback_id },
    },
    h(
      "form",
      { novalidate: true, onsubmit: (event) => submit(event, view, depth, form) },
      h(
        "header",
        {},
        depth > 1
          ? iconButton("back", "Back", () => close())
          : h("img", { src: "/page/icon.svg", alt: "", class: "modal-icon" }),
        h("h2", {}, emoji(view.title.text)),
        iconButton("code", "View blocks", () => rawBlocks(view, view.title.text)),
        iconButton("close", "Close", () => close(depth > 1)),
      ),
      problems.failure &&
        h(
          "div",
          { class: "modal-failure", role: "alert" },
          icon("alert"),
          h(
            "div",
            {},
            h("strong", {}, "We had some trouble connecting. Try again?"),
            h("p", {}, problems.failure),
          ),
        ),
      h("div", { class: "modal-body" }, blocks(view.blocks, where)),
      h(
        "footer",
        {},
        h("span", { class: "modal-app" }, app().name),
        h(
          "button",
          { type: "button", class: "button", onclick: () => close(), data: { closes: "" } },
          view.close ? emoji(view.close.text) : "Cancel",
        ),
        view.submit &&
          h(
            "button",
            { type: "submit", class: "button primary", data: { submits: "" } },
            emoji(view.submit.text),
          ),
      ),
    ),
  );
  document.body.append(node);
  shown = { view, node, form };
  node.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  node.showModal();
  node.querySelector(".modal-body").scrollTop = scroll;
  const target = focus && node.querySelector(`[data-block-id="${CSS.escape(focus)}"]`);
  (target || node.querySelector(".modal-body"))?.querySelector("input, textarea, select, .select")?.focus();
}

// What was typed since the view was drawn wins over what the server holds.
function merged(view, form) {
  const values = structuredClone(view.state.values);
  for (const block of view.blocks) {
    const one = block.element;
    const typed = one && form.get(block.block_id)?.[one.action_id];
    if (typeof typed === "string" && typed && /text_input|number_input|picker/.test(one.type))
      values[block.block_id] = { [one.action_id]: { value: typed } };
  }
  return values;
}

async function submit(event, view, depth, form) {
  event.preventDefault();
  const button = event.submitter || shown.node.querySelector("[data-submits]");
  button.disabled = true;
  button.classList.add("busy");
  const values = {};
  for (const [blockId, actions] of form)
    for (const [action, value] of Object.entries(actions))
      values[view.blocks.some((one) => one.block_id === blockId && one.element) ? blockId : action] = value;
  const told = await post("submit", { view_id: view.id, values });
  if (told.ok) return;
  button.disabled = false;
  button.classList.remove("busy");
  if (!shown || shown.view.id !== view.id) return;
  const failure = told.failure && `${explain(told.failure)} ${(told.problems || []).join("; ")}`;
  const state = { ...view, state: { values: valuesOf(view, values) } };
  show(state, depth, form, {
    errors: told.errors,
    failure: failure || (told.error && `Slack refused: ${told.error}`),
  });
  shown.view = view;
  shown.node.querySelector("[aria-invalid]")?.focus();
}

// Choices as the elements read them back.
function valuesOf(view, raw) {
  const values = {};
  for (const block of view.blocks) {
    const one = block.element;
    if (!one) continue;
    const given = raw[block.block_id];
    const options = [...(one.options || []), ...(one.option_groups || []).flatMap((group) => group.options)];
    const find = (value) =>
      value && typeof value === "object" ? value : options.find((option) => option.value === value);
    const isOption = options.length || one.type.includes("external");
    const value = Array.isArray(given)
      ? { selected_options: isOption ? given.map(find) : given }
      : isOption
        ? { selected_option: find(given) }
        : { value: given };
    if (given) values[block.block_id] = { [one.action_id]: value };
  }
  return values;
}

export const forgetModal = hide;
