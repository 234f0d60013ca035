// Making elements: h("p", {class: "x", onclick: f}, "text", child).

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "data") Object.assign(node.dataset, clean(value));
    else if (key === "value" || key === "checked") node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return node;
}

function clean(data) {
  return Object.fromEntries(
    Object.entries(data).filter(([, value]) => value !== undefined && value !== null && value !== false),
  );
}

const SVG = "http://www.w3.org/2000/svg";

export function s(tag, props = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(props)) {
    if (value !== undefined && value !== null) node.setAttribute(key, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

const PATHS = {
  hash: "M9 3 7 21M17 3l-2 18M4 8.5h17M3 15.5h17",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  code: "m8 7-5 5 5 5m8-10 5 5-5 5M13.5 5l-3 14",
  reply: "M4 5h16v11H10l-4.5 4v-4H4z",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.6-5.7l-1.6 1.6M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.6 5.7l1.6-1.6",
  close: "M6 6l12 12M18 6 6 18",
  send: "M4 12 20 4l-4 16-4.5-6.5zM11.5 13.5 20 4",
  chevron: "m6 9 6 6 6-6",
  back: "M15 5l-7 7 7 7",
  menu: "M4 7h16M4 12h16M4 17h16",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6",
  alert: "M12 4 2.8 20h18.4zM12 10v4.5M12 17.4v.2",
  info: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17M12 11v5.5M12 7.6v.2",
  check: "m5 12.5 4.5 4.5L19 7.5",
  file: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  home: "M4 11.5 12 4l8 7.5M6 10v10h4.5v-6h3v6H18V10",
  chat: "M4 5h16v11H10l-4.5 4v-4H4z",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  tools: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5",
  people:
    "M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7M2.500 20c0-3.600 2.900-5.500 6.500-5.500s6.500 1.900 6.500 5.500M16 5a3.200 3.200 0 0 1 0 6M18 14.800c2.200.700 3.500 2.500 3.500 5.200",
  dots: "M12 5.500v.1M12 12v.1M12 18.500v.1",
  plus: "M12 5v14M5 12h14",
};

export function icon(name, label) {
  const props = {
    viewBox: "0 0 24 24",
    class: `icon icon-${name}`,
    "aria-hidden": label ? null : "true",
    role: label ? "img" : null,
  };
  return s("svg", props, label ? s("title", {}, label) : null, s("path", { d: PATHS[name] }));
}

// Replace what a node holds; absent children are left out.
export function fill(node, ...children) {
  node.replaceChildren(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
}

export function iconButton(name, label, onclick, more = {}) {
  return h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...more },
    icon(name),
  );
}

export function toast(text, kind = "info") {
  const note = h(
    "div",
    { class: `toast toast-${kind}` },
    icon(kind === "error" ? "alert" : "check"),
    h("span", {}, text),
  );
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), kind === "error" ? 7000 : 3000);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = h("textarea", { class: "away" });
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  toast("Copied");
}
