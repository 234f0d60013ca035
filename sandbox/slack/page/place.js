// A channel's frame: its head and tabs, its foot with the box to type in, its welcome.
import { fill, h, icon, iconButton } from "./dom.js";
import { app, post, user } from "./api.js";
import { composer } from "./composer.js";
import { avatar } from "./people.js";

export function frame(place, channel, tab) {
  const title = channel.im
    ? [avatar(user(app().id), "small"), h("h1", {}, app().name), h("span", { class: "badge" }, "APP")]
    : [icon(channel.private ? "lock" : "hash"), h("h1", {}, channel.name)];
  const members = h(
    "span",
    { class: "members", title: channel.members.map((id) => user(id)?.real_name).join(", ") },
    icon("people"),
    String(channel.members.length),
  );
  const tabs =
    channel.im &&
    h(
      "div",
      { class: "tabs", role: "tablist" },
      [
        ["home", "Home"],
        ["messages", "Messages"],
      ].map(([id, words]) =>
        h(
          "a",
          {
            role: "tab",
            href: id === "home" ? `#/${channel.id}/home` : `#/${channel.id}`,
            "aria-selected": String(tab === id),
            data: { tab: id },
          },
          words,
        ),
      ),
    );
  fill(
    place,
    h(
      "header",
      { class: "place-head" },
      iconButton("menu", "Channels", () => document.body.classList.add("side-open"), {
        class: "icon-button drawer",
      }),
      h("div", { class: "place-title" }, title),
      h("p", { class: "topic" }, channel.topic),
      !channel.im && members,
    ),
    tabs,
    h("div", {
      class: "scroll",
      id: "scroll",
      tabindex: "0",
      role: tab === "home" ? "region" : "log",
      "aria-label": tab === "home" ? "Home" : "Messages",
      data: { place: channel.id },
    }),
    tab === "home" ? null : foot(channel),
  );
}

function foot(channel) {
  if (channel.archived)
    return h(
      "div",
      { class: "archived-note" },
      icon("info"),
      "This channel is archived: nobody can write here.",
    );
  const label = channel.im ? `Message ${app().name}` : `Message #${channel.name}`;
  const absent =
    !channel.bot &&
    h(
      "p",
      { class: "absent-note" },
      icon("info"),
      `${app().name} isn't in this channel: it can answer you here alone, but can't post. `,
      h(
        "button",
        {
          type: "button",
          class: "link-button",
          onclick: () => post("membership", { channel: channel.id, joins: true }),
        },
        "Invite it",
      ),
    );
  return h("div", { class: "foot" }, absent, composer(channel, { label }));
}

export function welcome(channel) {
  const { command } = app();
  const where = channel.im
    ? `This is the beginning of your messages with ${app().name}.`
    : `This is the beginning of #${channel.name}.`;
  const example = (text) =>
    h(
      "button",
      { type: "button", class: "example", onclick: () => post("say", { channel: channel.id, text }) },
      text,
    );
  return h(
    "div",
    { class: "welcome" },
    h("div", { class: "welcome-mark" }, channel.im ? avatar(user(app().id), "big") : icon("hash")),
    h("h2", {}, channel.im ? app().name : `#${channel.name}`),
    h("p", {}, where, " ", channel.archived ? "" : "Type a question, or try one:"),
    !channel.archived &&
      h(
        "p",
        { class: "examples" },
        example(`${command} checkout last-7d`),
        example(`${command} all mtd by project`),
        example(`${command} help`),
      ),
  );
}
