// The box where messages and commands are typed.
import { h, icon, toast } from "./dom.js";
import { app, known, people, post, user } from "./api.js";
import { closeMenu, openMenu } from "./menus.js";
import { avatar } from "./people.js";

const history = [];
const drafts = new Map();

export function composer(channel, { threadTs = null, label } = {}) {
  const key = `${channel.id}/${threadTs || ""}`;
  const box = h("textarea", {
    id: threadTs ? "thread-text" : "composer-text",
    rows: 1,
    placeholder: label,
    "aria-label": label,
    data: { composer: threadTs ? "thread" : "channel" },
  });
  const hint = h("p", { class: "composer-hint", "aria-live": "polite" });
  const button = h(
    "button",
    { type: "submit", class: "send", "aria-label": "Send", title: "Send (Enter)" },
    icon("send"),
  );
  const tool = (sign, words) =>
    h(
      "button",
      { type: "button", class: "tool", title: words, "aria-label": words, onclick: () => insert(box, sign) },
      sign,
    );
  const form = h(
    "form",
    { class: "composer", onsubmit: submit },
    box,
    h(
      "div",
      { class: "composer-bar" },
      tool("/", "Slash commands"),
      tool("@", "Mention somebody"),
      tool("#", "Name a channel"),
      hint,
      button,
    ),
  );
  box.value = drafts.get(key) || "";
  let at = history.length;

  const fit = () => {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 220)}px`;
    button.disabled = !box.value.trim();
    drafts.set(key, box.value);
    hint.replaceChildren(...hintFor(box.value));
  };

  async function submit(event) {
    event?.preventDefault();
    const typed = box.value.trim();
    if (!typed) return;
    history.push(typed);
    at = history.length;
    box.value = "";
    fit();
    closeMenu();
    const command = typed.startsWith("/");
    form.classList.toggle("waiting", command);
    const told = await post("say", { channel: channel.id, text: typed, thread_ts: threadTs });
    form.classList.remove("waiting");
    if (told.error)
      toast(
        told.error === "not_in_channel" ? "You aren't in this channel." : `Slack refused: ${told.error}`,
        "error",
      );
  }

  box.addEventListener("input", () => {
    fit();
    suggest(box, fit);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
    else if (event.key === "ArrowUp" && (!box.value || box.value === history[at]) && at > 0)
      recall(event, -1);
    else if (event.key === "ArrowDown" && box.value === history[at]) recall(event, 1);
    else if (event.key === "Escape") closeMenu();
  });

  function recall(event, step) {
    event.preventDefault();
    at = Math.max(0, Math.min(history.length, at + step));
    box.value = history[at] || "";
    fit();
  }

  setTimeout(fit);
  return form;
}

function hintFor(typed) {
  const { command, usage_hint: usage } = app();
  if (typed === command || typed.startsWith(`${command} `)) return [h("code", {}, command), ` ${usage}`];
  if (typed.startsWith("/")) return [`Enter runs the command`];
  return [h("kbd", {}, "Enter"), " to send"];
}

function insert(box, sign) {
  const start = sign === "/" ? 0 : box.selectionStart;
  if (sign === "/" && box.value.startsWith("/")) return box.focus();
  const gap = sign !== "/" && start > 0 && !/\s$/.test(box.value.slice(0, start)) ? " " : "";
  box.setRangeText(gap + sign, start, sign === "/" ? 0 : box.selectionEnd, "end");
  box.focus();
  box.dispatchEvent(new Event("input"));
  return undefined;
}

// Suggestions stay beside the box: it keeps the focus, a click or Tab takes one.
function suggest(box, fit) {
  document.querySelector(".suggestions")?.remove();
  const upto = box.value.slice(0, box.selectionStart);
  const found = /^\/\S*$/.test(upto) ? commands(upto) : mentions(upto);
  if (!found.items.length) return;
  const take = (item) => {
    box.setRangeText(`${item.insert} `, found.from, box.selectionStart, "end");
    list.remove();
    box.focus();
    fit();
  };
  const list = h(
    "ul",
    { class: "suggestions", role: "listbox", "aria-label": "Suggestions" },
    found.items.map((item, index) =>
      h(
        "li",
        {
          role: "option",
          "aria-selected": index === 0 ? "true" : "false",
          onpointerdown: (event) => {
            event.preventDefault();
            take(item);
          },
        },
        item.leading,
        h("strong", {}, item.label),
        h("span", {}, item.note),
      ),
    ),
  );
  box.closest(".composer").append(list);
  box.addEventListener(
    "keydown",
    function tab(event) {
      if (!list.isConnected) return box.removeEventListener("keydown", tab, true);
      if (event.key === "Tab" && !event.shiftKey) {
        event.preventDefault();
        take(found.items[0]);
      } else if (event.key === "Escape") list.remove();
      else if (event.key === "Enter") list.remove();
      return undefined;
    },
    true,
  );
  box.addEventListener("blur", () => list.remove(), { once: true });
}

function commands(upto) {
  const all = [
    {
      insert: app().command,
      label: app().command,
      note: `${app().usage_hint || app().description}`,
      leading: avatar(user(app().id), "tiny"),
    },
    {
      insert: "/invite",
      label: "/invite",
      note: `Let ${app().name} into this channel`,
      leading: avatar(null, "tiny"),
    },
    {
      insert: "/remove",
      label: "/remove",
      note: `Take ${app().name} out of this channel`,
      leading: avatar(null, "tiny"),
    },
  ];
  return { from: 0, items: all.filter((one) => one.label.startsWith(upto) && one.label !== upto) };
}

function mentions(upto) {
  const typed = /(?:^|\s)([@#])([\w-]*)$/.exec(upto);
  if (!typed) return { from: 0, items: [] };
  const [, sign, name] = typed;
  const users = [user(app().id), ...people()].map((who) => ({
    insert: `@${who.name}`,
    label: who.real_name,
    note: `@${who.name}`,
    leading: avatar(who, "tiny"),
  }));
  const places = known.state.channels
    .filter((one) => one.name)
    .map((one) => ({ insert: `#${one.name}`, label: `#${one.name}`, note: one.topic }));
  const items = (sign === "@" ? users : places).filter(
    (one) => one.insert.slice(1).startsWith(name) || one.label.toLowerCase().startsWith(name.toLowerCase()),
  );
  return { from: upto.length - name.length - 1, items: items.slice(0, 6) };
}
