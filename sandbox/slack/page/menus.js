// Pop-over lists: one for menus, suggestions and people; arrow keys, Enter and Escape work.
import { h, icon } from "./dom.js";

let open = null;

export function closeMenu() {
  if (!open) return;
  const { node, anchor, done, back } = open;
  open = null;
  node.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (back) anchor.focus({ preventScroll: true });
  done?.();
}

// items: [{label, note, value, group, selected, leading}] or a function of the text typed that gives (a promise of) them.
export function openMenu(
  anchor,
  items,
  pick,
  {
    search = false,
    many = false,
    label = "Choose",
    placeholder = "Search",
    least = 0,
    done,
    wide = false,
  } = {},
) {
  closeMenu();
  const list = h("div", {
    class: "menu-list",
    role: "listbox",
    "aria-label": label,
    "aria-multiselectable": many ? "true" : null,
    tabindex: "-1",
  });
  const box = search
    ? h("input", {
        class: "menu-search",
        type: "text",
        placeholder,
        "aria-label": placeholder,
        role: "combobox",
        "aria-expanded": "true",
        autocomplete: "off",
      })
    : null;
  const node = h("div", { class: `menu ${wide ? "menu-wide" : ""}`, onkeydown: keys }, box, list);
  (anchor.closest("dialog") || document.body).append(node);
  open = { node, anchor, done, back: true };
  anchor.setAttribute("aria-expanded", "true");
  put(node, anchor);

  let asked = 0;
  async function show(typed = "") {
    const turn = (asked += 1);
    if (typed.length < least)
      return list.replaceChildren(h("p", { class: "menu-note" }, `Type ${least} or more letters`));
    if (typeof items === "function") list.replaceChildren(h("p", { class: "menu-note" }, "Loading…"));
    let found;
    try {
      found =
        typeof items === "function"
          ? await items(typed)
          : items.filter((one) => one.label.toLowerCase().includes(typed.toLowerCase()));
    } catch (error) {
      found = [];
      list.replaceChildren(h("p", { class: "menu-note menu-error" }, error.message));
      return undefined;
    }
    if (turn !== asked) return undefined;
    list.replaceChildren(...rows(found));
    if (!found.length) list.append(h("p", { class: "menu-note" }, "No results"));
    put(node, anchor);
    return undefined;
  }

  function rows(found) {
    let group = null;
    return found.flatMap((one) => {
      const head =
        one.group && one.group !== group
          ? [h("div", { class: "menu-group", role: "presentation" }, one.group)]
          : [];
      group = one.group || group;
      return [...head, row(one)];
    });
  }

  function row(one) {
    return h(
      "div",
      {
        class: `menu-item ${one.danger ? "danger" : ""}`,
        role: "option",
        tabindex: "-1",
        "aria-selected": one.selected ? "true" : "false",
        data: { value: typeof one.value === "string" ? one.value : one.value?.value },
        onclick: () => choose(one),
      },
      one.leading,
      h("span", { class: "menu-label" }, one.label, one.note && h("small", {}, one.note)),
      one.selected && icon("check"),
    );
  }

  function choose(one) {
    if (!many) closeMenu();
    pick(one);
    if (many) show(box?.value || "");
  }

  function keys(event) {
    const options = [...list.querySelectorAll("[role=option]")];
    const at = options.indexOf(document.activeElement);
    if (event.key === "ArrowDown") options[Math.min(at + 1, options.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (at <= 0 ? box || options[0] : options[at - 1])?.focus();
    else if (event.key === "Enter" && at >= 0) options[at].click();
    else if (event.key === "Enter" && options.length) options[0].click();
    else if (event.key === " " && at >= 0) options[at].click();
    else if (event.key === "Escape" || event.key === "Tab") closeMenu();
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  }

  let timer;
  box?.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => show(box.value), typeof items === "function" ? 200 : 0);
  });
  show();
  setTimeout(() =>
    (box || list.querySelector("[aria-selected=true]") || list.querySelector("[role=option]") || list).focus({
      preventScroll: true,
    }),
  );
  return { show };
}

function put(node, anchor) {
  const at = anchor.getBoundingClientRect();
  node.style.minWidth = `${Math.max(at.width, 180)}px`;
  node.style.maxHeight = "none";
  const below = innerHeight - at.bottom - 12;
  const above = at.top - 12;
  const up = below < Math.min(320, node.scrollHeight) && above > below;
  node.style.maxHeight = `${Math.min(360, up ? above : below)}px`;
  node.style.left = `${Math.max(8, Math.min(at.left, innerWidth - node.offsetWidth - 8))}px`;
  node.style.top = up ? "auto" : `${at.bottom + 4}px`;
  node.style.bottom = up ? `${innerHeight - at.top + 4}px` : "auto";
}

addEventListener(
  "pointerdown",
  (event) => {
    if (open && !open.node.contains(event.target) && !open.anchor.contains(event.target)) {
      open.back = false;
      closeMenu();
    }
  },
  true,
);
addEventListener("resize", closeMenu);
