// Dialogs that the page itself shows: confirmations, raw blocks, pictures, sandbox tools.
import { copy, h, icon, iconButton, toast } from "./dom.js";
import { app, known, post, refresh } from "./api.js";
import { emoji, text } from "./mrkdwn.js";

export function dialog(props, ...children) {
  const node = h("dialog", props, ...children);
  document.body.append(node);
  node.addEventListener("close", () => node.remove());
  node.addEventListener("click", (event) => event.target === node && node.close());
  node.showModal();
  return node;
}

// A confirmation dialog of Block Kit; whether it was confirmed.
export function ask(confirm) {
  return new Promise((resolve) => {
    let answer = false;
    const node = dialog(
      { class: "sheet confirm", "aria-label": confirm.title.text, data: { dialog: "confirm" } },
      h("header", {}, h("h2", {}, emoji(confirm.title.text))),
      h("div", { class: "sheet-body" }, text(confirm.text)),
      h(
        "footer",
        {},
        h(
          "button",
          { type: "button", class: "button", onclick: () => node.close() },
          emoji(confirm.deny.text),
        ),
        h(
          "button",
          {
            type: "button",
            class: `button ${confirm.style === "danger" ? "danger solid" : "primary"}`,
            autofocus: true,
            onclick: () => {
              answer = true;
              node.close();
            },
          },
          emoji(confirm.confirm.text),
        ),
      ),
    );
    node.addEventListener("close", () => resolve(answer));
  });
}

const WORDS = new Set(["text", "alt_text", "title", "label", "caption", "name"]);

function characters(value) {
  if (Array.isArray(value)) return value.reduce((sum, one) => sum + characters(one), 0);
  if (!value || typeof value !== "object") return 0;
  return Object.entries(value).reduce(
    (sum, [key, one]) => sum + (WORDS.has(key) && typeof one === "string" ? one.length : characters(one)),
    0,
  );
}

export function rawBlocks(source, title = "Message") {
  const wire = {
    text: source.text,
    blocks: source.blocks,
    attachments: source.attachments,
    metadata: source.metadata,
  };
  const json = JSON.stringify(wire, null, 2);
  const count = (source.blocks || []).length;
  const node = dialog(
    { class: "sheet raw", "aria-label": "Raw blocks", data: { dialog: "blocks" } },
    h(
      "header",
      {},
      h("h2", {}, `${title}: raw blocks`),
      iconButton("close", "Close", () => node.close()),
    ),
    h(
      "p",
      { class: "raw-facts" },
      `${count} of 50 blocks · ${characters(source.blocks || []).toLocaleString("en-US")} of 13,200 characters`,
      source.text
        ? ""
        : h(
            "strong",
            { class: "bad" },
            " · no top-level text: screen readers and notifications have nothing to say",
          ),
    ),
    h("pre", { class: "json", tabindex: "0", data: { raw: "json" } }, coloured(json)),
    h(
      "footer",
      {},
      h("button", { type: "button", class: "button primary", onclick: () => copy(json) }, "Copy"),
    ),
  );
}

function coloured(json) {
  const out = [];
  let last = 0;
  for (const found of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?/g)) {
    out.push(json.slice(last, found.index));
    const kind = found[2] !== undefined ? "key" : found[1] ? "string" : "atom";
    out.push(h("span", { class: `j-${kind}` }, found[1] || found[0]), found[2] || "");
    last = found.index + found[0].length;
  }
  return [...out, json.slice(last)];
}

export function picture(source, description, title) {
  const node = dialog(
    { class: "lightbox", "aria-label": title || description, data: { dialog: "picture" } },
    h(
      "div",
      { class: "lightbox-bar" },
      h("span", {}, title || description),
      iconButton("close", "Close", () => node.close()),
    ),
    h("img", { src: source, alt: description, onclick: () => node.close() }),
  );
}

const FAULTS = [
  [
    "Rate-limit the next post",
    "429 with Retry-After: 2",
    { method: "chat.postMessage", kind: "rate_limit", times: 1, seconds: 2 },
  ],
  ["Fail the next answer by response URL", "HTTP 500", { method: "response_url", kind: "error", times: 1 }],
  ["Make the next call slow", "five seconds", { method: "*", kind: "slow", times: 1, seconds: 5 }],
  [
    "Refuse the next post",
    "account_inactive",
    { method: "chat.postMessage", kind: "account_inactive", times: 1 },
  ],
];

export function tools(done) {
  const mode =
    app().mode === "socket"
      ? `Socket Mode, ${app().connections} connection${app().connections === 1 ? "" : "s"}`
      : `HTTP to ${app().app_url || "nowhere yet"}`;
  const run = async (verb, body, words) => {
    const told = await post(verb, body);
    toast(told.ok ? words : `Refused: ${told.error || told.failure || "no"}`, told.ok ? "info" : "error");
    await refresh();
    done?.();
  };
  const line = (label, note, click) =>
    h(
      "li",
      {},
      h("div", {}, h("strong", {}, label), h("small", {}, note)),
      h("button", { type: "button", class: "button", onclick: click }, "Do it"),
    );
  const node = dialog(
    { class: "sheet", "aria-label": "Sandbox tools", data: { dialog: "tools" } },
    h(
      "header",
      {},
      h("h2", {}, "Sandbox tools"),
      iconButton("close", "Close", () => node.close()),
    ),
    h(
      "div",
      { class: "sheet-body" },
      h(
        "p",
        { class: "note" },
        icon("info"),
        `This is a local Slack. It keeps Slack's rules and talks to ${app().name} over ${mode}.`,
      ),
      h(
        "ul",
        { class: "tools" },
        FAULTS.map(([label, note, body]) => line(label, note, () => run("faults", body, `${label}: armed`))),
        app().mode === "socket" &&
          line("Let the sockets die silently", "as they sometimes do", () =>
            run("sockets", { do: "kill" }, "The sockets are dead"),
          ),
        line("Verify the app's address", "url_verification", () =>
          run("verify", {}, "The app answered the challenge"),
        ),
        line("Clear all failures", `${known.state.faults.length} armed`, () =>
          run("faults", { clear: true }, "Everything works again"),
        ),
        line("Empty the workspace", "messages, modals, files", () => run("reset", {}, "Emptied")),
      ),
    ),
  );
}
