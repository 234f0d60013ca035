// Faces and names.
import { h, icon } from "./dom.js";
import { app, user } from "./api.js";

export function avatar(who, size = "") {
  if (who?.role === "bot")
    return h(
      "span",
      { class: `avatar app ${size}`, "aria-hidden": "true" },
      h("img", { src: "/page/icon.svg", alt: "" }),
    );
  if (!who) return h("span", { class: `avatar slackbot ${size}`, "aria-hidden": "true" }, icon("info"));
  const initials = who.real_name
    .split(" ")
    .map((part) => part[0])
    .join("")
    .slice(0, 2);
  return h(
    "span",
    { class: `avatar ${size}`, style: `--face:${who.color}`, "aria-hidden": "true" },
    initials,
  );
}

export const nameOf = (id) => user(id)?.real_name || (id === "USLACKBOT" ? "Slackbot" : id);
export const isApp = (id) => id === app().id;
