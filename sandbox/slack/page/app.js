// The page: routes, live updates, and what is drawn when.
//   #/CHANNEL            a channel
//   #/CHANNEL/TS         a message, marked
//   #/CHANNEL/TS/thread  its thread beside it
//   #/DM/home            the app's Home tab
import { h, iconButton } from "./dom.js";
import { app, channel as find, get, known, people, post, refresh } from "./api.js";
import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { rawBlocks } from "./dialogs.js";
import { drawMessages, mentionHint } from "./messages.js";
import { drawModals, forgetModal } from "./modal.js";
import { drawSide } from "./side.js";
import { frame, welcome } from "./place.js";

const place = document.getElementById("place");
const side = document.getElementById("thread");
const shown = { channel: null, tab: null, thread: null, marked: null, unreadFrom: null, messages: [] };

function route() {
  const [id, ts, more] = location.hash.replace(/^#\/?/, "").split("/");
  const channel =
    find(id) || known.state.channels.find((one) => one.id === "C0CHECKOUT") || known.state.channels[0];
  const tab = channel.im && ts !== "home" ? "messages" : channel.im ? "home" : null;
  return { channel, tab, ts: tab === "home" ? null : ts || null, thread: more === "thread" ? ts : null };
}

async function go() {
  const { channel, tab, ts, thread } = route();
  const moved = shown.channel?.id !== channel.id || shown.tab !== tab;
  Object.assign(shown, { channel, tab, thread, marked: thread ? null : ts });
  document.body.classList.remove("side-open");
  document.title = `${channel.im ? app().name : `#${channel.name}`} · Slack (local)`;
  if (moved) {
    shown.unreadFrom = channel.unread ? channel.last_read : null;
    frame(place, channel, tab);
    if (channel.im) await post("open_home", { tab: tab === "home" ? "home" : "messages" });
  }
  await load({ jump: moved || Boolean(ts) });
}

async function load({ jump = false } = {}) {
  drawSide(shown.channel.id, { actAs, changed: refreshAll });
  if (shown.tab === "home") return home();
  const { channel } = shown;
  const { messages } = await get("messages", { channel: channel.id });
  if (shown.channel !== channel || shown.tab === "home") return undefined;
  shown.messages = messages;
  drawChannel(jump);
  drawThread();
  if (document.visibilityState === "visible" && channel.unread) await post("read", { channel: channel.id });
  return undefined;
}

function drawChannel(jump) {
  const scroll = document.getElementById("scroll");
  let list = scroll.querySelector(".messages");
  if (!list) scroll.replaceChildren(welcome(shown.channel), (list = h("div", { class: "messages" })));
  const newest = list.lastElementChild;
  const main = shown.messages.filter(
    (one) =>
      !one.thread_ts || one.thread_ts === one.ts || one.broadcast || (one.only_for && !knownParent(one)),
  );
  drawMessages(list, main, { openThread, unreadFrom: shown.unreadFrom, marked: shown.marked });
  const target = shown.marked && list.querySelector(`[data-ts="${CSS.escape(shown.marked)}"]`);
  if (jump && target) target.scrollIntoView({ block: "center" });
  else if (jump || (following(scroll) && list.lastElementChild !== newest)) toEnd(scroll);
}

// Who reads further up isn't torn away: only who is at the end, or where they were put, moves on.
const following = (scroll) =>
  scroll.settledAt === scroll.scrollTop || scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;

// The newest message in full, from its top where it is taller than the window.
function toEnd(scroll) {
  const settle = () => {
    scroll.scrollTop = scroll.scrollHeight;
    const last = scroll.querySelector(".messages > :last-child");
    const over = last ? scroll.getBoundingClientRect().top - last.getBoundingClientRect().top : 0;
    if (over > 0) scroll.scrollTop -= over + 12;
    scroll.settledAt = scroll.scrollTop;
  };
  settle();
  for (const image of scroll.querySelectorAll("img"))
    if (!image.complete) image.addEventListener("load", settle, { once: true });
}

const knownParent = (one) => shown.messages.some((other) => other.ts === one.thread_ts);

function openThread(ts) {
  location.hash = `#/${shown.channel.id}/${ts}/thread`;
}

function drawThread() {
  side.hidden = !shown.thread;
  document.body.classList.toggle("thread-open", Boolean(shown.thread));
  if (!shown.thread) return side.replaceChildren();
  const found = shown.messages.filter((one) => one.ts === shown.thread || one.thread_ts === shown.thread);
  if (side.dataset.thread !== shown.thread || !side.children.length) {
    side.dataset.thread = shown.thread;
    side.replaceChildren(
      h(
        "header",
        { class: "place-head" },
        h(
          "div",
          { class: "place-title" },
          h("h1", {}, "Thread"),
          h("span", { class: "topic" }, shown.channel.im ? app().name : `#${shown.channel.name}`),
        ),
        iconButton("close", "Close the thread", () => (location.hash = `#/${shown.channel.id}`)),
      ),
      h("div", { class: "scroll" }, h("div", { class: "messages" })),
      h(
        "div",
        { class: "foot" },
        composer(shown.channel, { threadTs: shown.thread, label: `Reply… (${mentionHint()} asks the app)` }),
      ),
    );
  }
  drawMessages(side.querySelector(".messages"), found, { inThread: true });
  const scroll = side.querySelector(".scroll");
  toEnd(scroll);
  return undefined;
}

async function home() {
  side.hidden = true;
  const { view } = await get("home");
  if (shown.tab !== "home") return undefined;
  const scroll = document.getElementById("scroll");
  if (!view)
    return scroll.replaceChildren(
      h(
        "div",
        { class: "home-empty" },
        h("img", { src: "/page/icon.svg", alt: "" }),
        h("h2", {}, `${app().name} has no Home tab yet`),
        h("p", {}, "The app publishes it when it hears that you opened it."),
      ),
    );
  if (scroll.dataset.hash === view.hash) return undefined;
  scroll.dataset.hash = view.hash;
  const where = {
    place: { view_id: view.id },
    pictures: view.pictures,
    files: view.files,
    form: new Map(),
    values: view.state.values,
  };
  return scroll.replaceChildren(
    h(
      "div",
      { class: "home", data: { viewId: view.id } },
      h(
        "div",
        { class: "home-bar" },
        iconButton("code", "View blocks", () => rawBlocks(view, "Home")),
      ),
      blocks(view.blocks, where),
    ),
  );
}

async function refreshAll() {
  await refresh();
  shown.channel = find(shown.channel.id) || shown.channel;
  await load();
}

async function actAs(id) {
  if (!people().some((one) => one.id === id)) return;
  known.me = id;
  localStorage.setItem("me", id);
  forgetModal();
  listen();
  await refresh();
  const dm = known.state.channels.find((one) => one.im);
  if (shown.channel?.im) location.hash = `#/${dm.id}${shown.tab === "home" ? "/home" : ""}`;
  Object.assign(shown, { channel: null });
  await go();
  await drawModals();
}

let stream;

function listen() {
  stream?.close();
  stream = new EventSource(`/sandbox/stream?as=${known.me}`);
  let pending = null;
  stream.onmessage = ({ data }) => {
    const change = JSON.parse(data);
    if (change.type === "hello") document.body.dataset.live = "true";
    if (change.type === "view" && change.user === known.me) drawModals();
    if (change.type === "reset") forgetModal();
    if (change.type === "channel" && change.channel === shown.channel?.id) return void rejoin();
    clearTimeout(pending);
    pending = setTimeout(refreshAll, 15);
    return undefined;
  };
  stream.onerror = () => delete document.body.dataset.live;
}

async function rejoin() {
  await refresh();
  shown.channel = null;
  await go();
}

async function start() {
  const asked = new URLSearchParams(location.search).get("as") || localStorage.getItem("me") || "U0ADA";
  known.me = asked;
  await refresh();
  if (!people().some((one) => one.id === asked)) {
    known.me = "U0ADA";
    await refresh();
  }
  addEventListener("hashchange", go);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refreshAll());
  listen();
  await go();
  await drawModals();
  document.body.dataset.ready = "true";
}

start();
