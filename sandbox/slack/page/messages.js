// Messages of a channel and of a thread. What hasn't changed keeps its node, so open menus and typed text stay.
import { copy, h, icon, iconButton } from "./dom.js";
import { app, explain, known, post, user } from "./api.js";
import { blocks } from "./blocks.js";
import { picture, rawBlocks } from "./dialogs.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar, isApp, nameOf } from "./people.js";

const when = (ts) => new Date(Number(ts) * 1000);
const clock = (ts) => when(ts).toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" });
const dayOf = (ts) => when(ts).toDateString();

function dayName(ts) {
  const day = dayOf(ts);
  if (day === new Date().toDateString()) return "Today";
  if (day === new Date(Date.now() - 864e5).toDateString()) return "Yesterday";
  return when(ts).toLocaleDateString("en-US", { weekday: "long", month: "long", day: "numeric" });
}

// Draw a list of messages into a node, keeping what is unchanged.
export function drawMessages(
  list,
  messages,
  { inThread = false, unreadFrom = null, openThread, marked } = {},
) {
  const old = new Map([...list.children].map((node) => [node.dataset.key, node]));
  const nodes = [];
  let before = null;
  for (const message of messages) {
    if (!before || dayOf(before.ts) !== dayOf(message.ts))
      nodes.push(line(`day-${dayOf(message.ts)}`, "day", dayName(message.ts)));
    if (
      unreadFrom &&
      message.ts > unreadFrom &&
      (!before || before.ts <= unreadFrom) &&
      message.user !== known.me
    )
      nodes.push(line("new", "new", "New"));
    const first = inThread && messages.length > 1 && before === messages[0];
    if (first) nodes.push(line("replies", "replies", count(messages.length - 1)));
    const compact = !first && follows(before, message);
    const stamp = JSON.stringify([message, compact, marked === message.ts, known.me]);
    const kept = old.get(`m-${message.ts}`);
    nodes.push(
      kept && kept.stamp === stamp
        ? kept
        : Object.assign(draw(message, { compact, inThread, openThread, marked }), { stamp }),
    );
    before = message;
  }
  const same =
    nodes.length === list.children.length && nodes.every((node, index) => node === list.children[index]);
  if (!same) list.replaceChildren(...nodes);
}

function line(key, kind, words) {
  return h("div", { class: `line line-${kind}`, role: "separator", data: { key } }, h("span", {}, words));
}

function follows(before, message) {
  return Boolean(
    before &&
    before.user === message.user &&
    !before.only_for &&
    !message.only_for &&
    !message.notice &&
    !before.notice &&
    dayOf(before.ts) === dayOf(message.ts) &&
    Number(message.ts) - Number(before.ts) < 300,
  );
}

function draw(message, { compact, inThread, openThread, marked }) {
  const who = user(message.user);
  const isPrivate = Boolean(message.only_for);
  const node = h("article", {
    class: `message ${compact ? "compact" : ""} ${isPrivate ? "private" : ""} ${message.notice ? "notice" : ""} ${marked === message.ts ? "marked" : ""}`,
    tabindex: "-1",
    "aria-label": `${nameOf(message.user)}, ${clock(message.ts)}${isPrivate ? ", only visible to you" : ""}`,
    data: {
      key: `m-${message.ts}`,
      ts: message.ts,
      author: message.user,
      private: isPrivate ? "true" : null,
      notice: message.notice,
      bot: isApp(message.user) ? "true" : null,
    },
  });
  const stamp = h(
    "a",
    {
      class: "stamp",
      href: `#/${message.channel}/${message.ts}`,
      title: when(message.ts).toLocaleString("en-US"),
    },
    clock(message.ts),
  );
  node.append(
    h("div", { class: "gutter" }, compact ? stamp : avatar(who)),
    h(
      "div",
      { class: "content" },
      isPrivate && h("p", { class: "only-you" }, icon("eye"), "Only visible to you"),
      !compact &&
        h(
          "p",
          { class: "byline" },
          h("strong", { class: "author" }, nameOf(message.user)),
          isApp(message.user) && h("span", { class: "badge" }, "APP"),
          who?.role === "guest" && h("span", { class: "badge guest" }, "GUEST"),
          stamp,
        ),
      body(message),
      failure(message),
      reactions(message),
      !inThread && message.replies.count > 0 && threadLine(message, openThread),
      isPrivate &&
        h(
          "p",
          { class: "dismiss" },
          h(
            "button",
            {
              type: "button",
              class: "link-button",
              onclick: () => post("dismiss", { channel: message.channel, ts: message.ts }),
            },
            "Dismiss message",
          ),
        ),
    ),
    toolbar(message, openThread),
  );
  return node;
}

function body(message) {
  const where = {
    place: { channel: message.channel, ts: message.ts },
    pictures: message.pictures,
    files: message.files,
  };
  const shown = message.blocks?.length
    ? blocks(message.blocks, where)
    : message.text
      ? [mrkdwn(message.text)]
      : [];
  const edited = message.edited && h("span", { class: "edited", title: "Edited" }, "(edited)");
  return h(
    "div",
    { class: "body" },
    message.broadcast && message.thread_ts && h("p", { class: "note" }, "replied to a thread"),
    shown,
    edited,
    message.attached.map((id) => fileCard(message.files[id])),
    (message.attachments || []).map((one) =>
      h(
        "div",
        {
          class: "attachment",
          style: one.color ? `--edge:${one.color.startsWith("#") ? one.color : `#${one.color}`}` : null,
        },
        one.blocks ? blocks(one.blocks, where) : mrkdwn(one.text || one.fallback),
      ),
    ),
  );
}

function failure(message) {
  if (!message.notice || ["membership"].includes(message.notice)) return null;
  return h(
    "div",
    { class: "failure", role: "alert", data: { failure: message.notice } },
    icon("alert"),
    h(
      "div",
      {},
      h("strong", {}, explain(message.notice)),
      h("p", {}, "In Slack, people see exactly the line above."),
    ),
  );
}

function reactions(message) {
  if (!message.reactions?.length) return null;
  return h(
    "div",
    { class: "reactions" },
    message.reactions.map((one) =>
      h(
        "span",
        { class: "reaction", title: one.users.map(nameOf).join(", ") },
        mrkdwn(`:${one.name}:`),
        String(one.count),
      ),
    ),
  );
}

const count = (replies) => `${replies} ${replies === 1 ? "reply" : "replies"}`;

function threadLine(message, openThread) {
  const { users } = message.replies;
  return h(
    "button",
    {
      type: "button",
      class: "thread-line",
      onclick: () => openThread(message.ts),
      data: { thread: message.ts },
    },
    users.slice(0, 4).map((id) => avatar(user(id), "tiny")),
    h("strong", {}, count(message.replies.count)),
    h("span", {}, "View thread"),
  );
}

function fileCard(file) {
  if (!file) return null;
  if (file.mimetype.startsWith("image/")) {
    return h(
      "figure",
      { class: "block block-image", data: { file: file.id } },
      h("figcaption", {}, file.title),
      h(
        "button",
        {
          type: "button",
          class: "picture",
          onclick: () => picture(file.url_private, file.title, file.title),
        },
        h("img", { src: file.url_private, alt: file.alt_txt || file.title }),
      ),
    );
  }
  const size = file.size < 1024 ? `${file.size} bytes` : `${(file.size / 1024).toFixed(1)} kB`;
  return h(
    "a",
    { class: "file", href: file.url_private, download: file.name, data: { file: file.id } },
    h("span", { class: `file-icon ${file.filetype}` }, icon("file")),
    h("span", {}, h("strong", {}, file.title), h("small", {}, `${file.filetype.toUpperCase()} · ${size}`)),
  );
}

function toolbar(message, openThread) {
  const share = () => copy(`${location.origin}/#/${message.channel}/${message.ts}`);
  return h(
    "div",
    { class: "hover-bar", role: "toolbar", "aria-label": "Message actions" },
    !message.only_for &&
      openThread &&
      iconButton("reply", "Reply in thread", () => openThread(message.thread_ts || message.ts)),
    (message.blocks?.length || isApp(message.user)) &&
      iconButton("code", "View blocks", () => rawBlocks(message, nameOf(message.user)), {
        "data-view-blocks": "",
      }),
    !message.only_for && iconButton("link", "Copy link", share),
  );
}

export const mentionHint = () => `@${user(app().id).name}`;
