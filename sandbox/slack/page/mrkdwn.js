// Slack's mrkdwn, and standard Markdown for markdown blocks, as DOM nodes. Nothing is parsed as HTML.
import { h } from "./dom.js";
import { known, user } from "./api.js";

const EMOJI = {
  moneybag: "💰",
  chart_with_upwards_trend: "📈",
  chart_with_downwards_trend: "📉",
  bar_chart: "📊",
  warning: "⚠️",
  rotating_light: "🚨",
  white_check_mark: "✅",
  checkered_flag: "🏁",
  heavy_check_mark: "✔️",
  x: "❌",
  bulb: "💡",
  tada: "🎉",
  eyes: "👀",
  hourglass: "⌛",
  hourglass_flowing_sand: "⏳",
  information_source: "ℹ️",
  lock: "🔒",
  bell: "🔔",
  no_bell: "🔕",
  zzz: "💤",
  mag: "🔍",
  calendar: "📅",
  spiral_calendar_pad: "🗓️",
  link: "🔗",
  pushpin: "📌",
  arrow_up: "⬆️",
  arrow_down: "⬇️",
  arrow_right: "➡️",
  arrow_upper_right: "↗️",
  arrow_lower_right: "↘️",
  small_red_triangle: "🔺",
  small_red_triangle_down: "🔻",
  red_circle: "🔴",
  large_green_circle: "🟢",
  large_yellow_circle: "🟡",
  large_orange_circle: "🟠",
  large_blue_circle: "🔵",
  rocket: "🚀",
  fire: "🔥",
  sparkles: "✨",
  wave: "👋",
  thumbsup: "👍",
  "+1": "👍",
  thumbsdown: "👎",
  "-1": "👎",
  pray: "🙏",
  memo: "📝",
  gear: "⚙️",
  question: "❓",
  exclamation: "❗",
  cloud: "☁️",
  receipt: "🧾",
  credit_card: "💳",
  point_right: "👉",
  raised_hands: "🙌",
  robot_face: "🤖",
  package: "📦",
  repeat: "🔁",
  arrows_counterclockwise: "🔄",
  stopwatch: "⏱️",
  clock1: "🕐",
  smile: "😄",
  slightly_smiling_face: "🙂",
  confused: "😕",
  star: "⭐",
  dart: "🎯",
  scroll: "📜",
};

export const emoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] || whole);
const decode = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const words = (text, plain) => emojiText(plain ? text : decode(text));
const emojiText = (text) => document.createTextNode(emoji(text));

const PAIRS = [
  ["*", "strong"],
  ["_", "em"],
  ["~", "s"],
];

export function inline(text) {
  const out = [];
  const pattern =
    /<([^<>\n]+)>|`([^`\n]+)`|(?<![\w*])\*(?=\S)([^*\n]*?[^\s*])\*(?![\w*])|(?<![\w_])_(?=\S)([^_\n]*?[^\s_])_(?![\w_])|(?<![\w~])~(?=\S)([^~\n]*?[^\s~])~(?![\w~])/g;
  let last = 0;
  for (const found of text.matchAll(pattern)) {
    if (found.index > last) out.push(words(text.slice(last, found.index)));
    last = found.index + found[0].length;
    if (found[1] !== undefined) out.push(special(found[1]));
    else if (found[2] !== undefined) out.push(h("code", {}, decode(found[2])));
    else
      PAIRS.forEach(
        ([, tag], index) => found[3 + index] !== undefined && out.push(h(tag, {}, inline(found[3 + index]))),
      );
  }
  if (last < text.length) out.push(words(text.slice(last)));
  return out;
}

function special(inner) {
  const [target, label] = inner.split("|");
  if (target.startsWith("@")) return mention(target.slice(1), label);
  if (target.startsWith("#")) return place(target.slice(1), label);
  if (target.startsWith("!date^")) return h("time", {}, date(target, label));
  if (target.startsWith("!"))
    return h("span", { class: "mention mention-all" }, `@${target.slice(1).split("^")[0]}`);
  if (/^(https?:|mailto:)/.test(target))
    return anchor(decode(target), label ? inline(label) : [decode(target)]);
  return words(`<${inner}>`, true);
}

function anchor(href, content) {
  const outside = !href.startsWith(location.origin);
  return h(
    "a",
    { href, class: "link", target: outside ? "_blank" : null, rel: outside ? "noopener noreferrer" : null },
    content,
  );
}

export function mention(id, label) {
  const who = user(id);
  return h(
    "span",
    { class: `mention ${id === known.me ? "mention-me" : ""}`, data: { user: id } },
    `@${who ? who.real_name : label || id}`,
  );
}

export function place(id, label) {
  const where = known.channels.get(id);
  return h("a", { class: "mention", href: `#/${id}` }, `#${where ? where.name : label || id}`);
}

function date(target, fallback) {
  const [, seconds, format] = target.split("^");
  const when = new Date(Number(seconds) * 1000);
  if (Number.isNaN(when.getTime())) return fallback || "";
  const day = when.toLocaleDateString("en-US", { month: "long", day: "numeric", year: "numeric" });
  const short = when.toLocaleDateString("en-US", { month: "short", day: "numeric", year: "numeric" });
  const time = when.toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" });
  const values = {
    date: day,
    date_pretty: day,
    date_short: short,
    date_short_pretty: short,
    date_long: day,
    date_num: when.toISOString().slice(0, 10),
    time,
    time_secs: time,
  };
  return (format || "{date}").replace(/\{(\w+)\}/g, (whole, name) => values[name] || whole);
}

export function mrkdwn(text) {
  return h("div", { class: "mrkdwn" }, blocksOf(text || ""));
}

function blocksOf(text) {
  const out = [];
  text.split(/\n?```\n?([\s\S]*?)\n?```\n?/).forEach((part, index) => {
    if (index % 2) out.push(h("pre", {}, decode(part)));
    else if (part) out.push(...quoted(part));
  });
  return out;
}

function quoted(text) {
  const out = [];
  let quote = null;
  const lines = text.split("\n");
  lines.forEach((line, index) => {
    const marked = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (marked) {
      if (!quote) out.push((quote = h("blockquote", {})));
      else quote.append(h("br"));
      quote.append(...inline(marked[1]));
      return;
    }
    const after = quote;
    quote = null;
    if (index && !after) out.push(h("br"));
    out.push(...inline(line));
  });
  return out;
}

// A text object of Block Kit.
export function text(object, tag = "span") {
  if (!object) return null;
  return object.type === "mrkdwn" ? mrkdwn(object.text) : h(tag, { class: "plain" }, emoji(object.text));
}

// Standard Markdown, as far as a message uses it.
export function markdown(source) {
  const out = h("div", { class: "mrkdwn markdown" });
  const lines = source.split("\n");
  let list = null;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    const item = /^\s*(?:[-*+]|(\d+)\.)\s+(.*)$/.exec(line);
    if (!item) list = null;
    if (/^```/.test(line)) {
      const code = [];
      while (++index < lines.length && !/^```/.test(lines[index])) code.push(lines[index]);
      out.append(h("pre", {}, code.join("\n")));
    } else if (heading) out.append(h(`h${Math.min(heading[1].length + 2, 6)}`, {}, spans(heading[2])));
    else if (item) {
      if (!list) out.append((list = h(item[1] ? "ol" : "ul", {})));
      list.append(h("li", {}, spans(item[2])));
    } else if (/^>\s?/.test(line)) out.append(h("blockquote", {}, spans(line.replace(/^>\s?/, ""))));
    else if (line.trim()) out.append(h("p", {}, spans(line)));
  }
  return out;
}

function spans(text) {
  const pattern =
    /`([^`]+)`|\*\*(.+?)\*\*|__(.+?)__|\*(.+?)\*|_(.+?)_|~~(.+?)~~|\[([^\]]+)\]\((https?:[^)]+)\)/g;
  const out = [];
  let last = 0;
  for (const found of text.matchAll(pattern)) {
    out.push(emojiText(text.slice(last, found.index)));
    last = found.index + found[0].length;
    if (found[1]) out.push(h("code", {}, found[1]));
    else if (found[2] || found[3]) out.push(h("strong", {}, spans(found[2] || found[3])));
    else if (found[4] || found[5]) out.push(h("em", {}, spans(found[4] || found[5])));
    else if (found[6]) out.push(h("s", {}, spans(found[6])));
    else out.push(anchor(found[8], [found[7]]));
  }
  out.push(emojiText(text.slice(last)));
  return out;
}

// Rich text blocks.
export function richText(block) {
  return h("div", { class: "mrkdwn rich" }, block.elements.map(richPart));
}

function richPart(part) {
  if (part.type === "rich_text_preformatted") return h("pre", {}, part.elements.map(richLeaf));
  if (part.type === "rich_text_quote") return h("blockquote", {}, part.elements.map(richLeaf));
  if (part.type === "rich_text_list") {
    const tag = part.style === "ordered" ? "ol" : "ul";
    return h(
      tag,
      { style: part.indent ? `margin-left:${part.indent * 1.4}em` : null },
      part.elements.map((one) => h("li", {}, one.elements.map(richLeaf))),
    );
  }
  return h("div", {}, (part.elements || []).map(richLeaf));
}

function richLeaf(leaf) {
  const style = leaf.style || {};
  let node;
  if (leaf.type === "link") node = anchor(leaf.url, [leaf.text || leaf.url]);
  else if (leaf.type === "user") node = mention(leaf.user_id);
  else if (leaf.type === "channel") node = place(leaf.channel_id);
  else if (leaf.type === "emoji") node = document.createTextNode(EMOJI[leaf.name] || `:${leaf.name}:`);
  else if (leaf.type === "broadcast") node = h("span", { class: "mention mention-all" }, `@${leaf.range}`);
  else node = document.createTextNode(leaf.text || "");
  for (const [key, tag] of [
    ["code", "code"],
    ["bold", "strong"],
    ["italic", "em"],
    ["strike", "s"],
  ])
    if (style[key]) node = h(tag, {}, node);
  return node;
}
