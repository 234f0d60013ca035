// Menus: static, external, people, channels and conversations, for one choice or several.
import { h, icon } from "./dom.js";
import { explain, known, people, post, user } from "./api.js";
import { emoji } from "./mrkdwn.js";
import { openMenu } from "./menus.js";
import { avatar } from "./people.js";
import { changed, kept, remember } from "./elements.js";

export const asItem = (option, group) => ({
  label: emoji(option.text.text),
  note: option.description && emoji(option.description.text),
  value: option,
  group: typeof group === "string" ? group : undefined,
});

const shownAs = {
  users: (id) => ({
    label: user(id)?.real_name || id,
    note: user(id)?.title,
    value: id,
    leading: user(id) && avatar(user(id), "tiny"),
  }),
  channels: (id) => ({ label: `#${known.channels.get(id)?.name || id}`, value: id }),
};

function choices(one, context) {
  if (one.type.includes("users_")) return people().map((who) => shownAs.users(who.id));
  if (one.type.includes("channels_") || one.type.includes("conversations_")) {
    const named = known.state.channels
      .filter((where) => where.name && !where.archived)
      .map((where) => shownAs.channels(where.id));
    return one.type.includes("conversations_")
      ? [...named, ...people().map((who) => shownAs.users(who.id))]
      : named;
  }
  if (one.type.includes("external")) return (typed) => external(one, context, typed);
  return one.options
    ? one.options.map(asItem)
    : one.option_groups.flatMap((group) => group.options.map((option) => asItem(option, group.label.text)));
}

async function external(one, { blockId, where }, typed) {
  const told = await post("options", {
    ...where.place,
    action_id: one.action_id,
    block_id: blockId,
    value: typed,
  });
  if (!told.ok) throw new Error(told.failure ? explain(told.failure) : told.error);
  if (told.options) return told.options.map(asItem);
  return told.option_groups.flatMap((group) =>
    group.options.map((option) => asItem(option, group.label.text)),
  );
}

const isOption = (one) => one.type.includes("static") || one.type.includes("external");
export const keyOf = (value) => (value && typeof value === "object" ? value.value : value);
const initialOf = (one) =>
  one.initial_option || one.initial_user || one.initial_channel || one.initial_conversation || null;
const initialsOf = (one) =>
  one.initial_options || one.initial_users || one.initial_channels || one.initial_conversations || [];

function labelOf(one, value) {
  if (isOption(one)) return emoji(value.text.text);
  return (known.users.has(value) ? shownAs.users(value) : shownAs.channels(value)).label;
}

export function select(one, context) {
  let value = kept(context) ?? initialOf(one);
  const face = h("span", { class: "select-face" });
  const node = h(
    "button",
    { type: "button", class: "select", "aria-haspopup": "listbox", "aria-expanded": "false" },
    face,
    icon("chevron"),
  );
  const show = () => {
    face.textContent = value ? labelOf(one, value) : one.placeholder?.text || "Select an item";
    node.classList.toggle("empty", !value);
  };
  show();
  node.addEventListener("click", () => {
    const found = choices(one, context);
    const marked = Array.isArray(found)
      ? found.map((item) => ({ ...item, selected: keyOf(item.value) === keyOf(value) }))
      : found;
    openMenu(
      node,
      marked,
      (picked) => {
        value = picked.value;
        show();
        changed(
          one,
          context.blockId,
          context.where,
          context.input,
          one.type === "external_select" ? value : keyOf(value),
          node,
        );
      },
      {
        search: !Array.isArray(found) || found.length > 8,
        least: one.min_query_length ?? (one.type.includes("external") ? 3 : 0),
        label: one.placeholder?.text,
      },
    );
  });
  remember(context.where, context.blockId, one, one.type === "external_select" ? value : keyOf(value));
  return node;
}

export function multi(one, context) {
  let values = kept(context) ?? initialsOf(one);
  const face = h("span", { class: "select-face tags" });
  const node = h(
    "button",
    { type: "button", class: "select multi", "aria-haspopup": "listbox", "aria-expanded": "false" },
    face,
    icon("chevron"),
  );
  const show = () => {
    face.replaceChildren(
      ...(values.length
        ? values.map((value) => h("span", { class: "tag" }, labelOf(one, value)))
        : [one.placeholder?.text || "Select options"]),
    );
    node.classList.toggle("empty", !values.length);
  };
  const wire = () => (one.type.includes("external") ? values : values.map(keyOf));
  show();
  node.addEventListener("click", () => {
    const found = choices(one, context);
    const marked = () =>
      Array.isArray(found)
        ? found.map((item) => ({
            ...item,
            selected: values.some((value) => keyOf(value) === keyOf(item.value)),
          }))
        : [];
    const items = Array.isArray(found)
      ? async (typed) => marked().filter((item) => item.label.toLowerCase().includes(typed.toLowerCase()))
      : found;
    openMenu(
      node,
      items,
      (picked) => {
        const without = values.filter((value) => keyOf(value) !== keyOf(picked.value));
        values =
          without.length < values.length
            ? without
            : [...values, picked.value].slice(0, one.max_selected_items || 100);
        show();
        remember(context.where, context.blockId, one, wire());
      },
      { search: true, many: true, least: one.min_query_length ?? 0, done: () => context.set(wire()) },
    );
  });
  remember(context.where, context.blockId, one, wire());
  return node;
}
