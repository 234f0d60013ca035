// The side bar: workspace, channels, direct messages, who one acts as.
import { fill, h, icon, iconButton, toast } from "./dom.js";
import { app, known, people, user } from "./api.js";
import { openMenu } from "./menus.js";
import { tools } from "./dialogs.js";
import { avatar } from "./people.js";

export function drawSide(current, { actAs, changed }) {
  const side = document.getElementById("side");
  const me = user(known.me);
  const rooms = known.state.channels.filter((one) => !one.im);
  const direct = known.state.channels.filter((one) => one.im);
  const who = h(
    "button",
    {
      type: "button",
      class: "me",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-label": `Acting as ${me.real_name}: change`,
      data: { me: known.me },
    },
    avatar(me),
    h("span", {}, h("strong", {}, me.real_name), h("small", {}, me.title)),
    icon("chevron"),
  );
  who.addEventListener("click", () =>
    openMenu(
      who,
      people().map((one) => ({
        label: one.real_name,
        note: one.title,
        value: one.id,
        selected: one.id === known.me,
        leading: avatar(one, "small"),
      })),
      (picked) => actAs(picked.value),
      { label: "Act as" },
    ),
  );
  const scroll = side.querySelector(".side-scroll")?.scrollTop || 0;
  fill(
    side,
    h(
      "header",
      { class: "workspace" },
      h("span", { class: "workspace-mark", "aria-hidden": "true" }, "N"),
      h("span", {}, h("strong", {}, "Northwind"), h("small", {}, "local Slack")),
      iconButton("close", "Close the side bar", () => document.body.classList.remove("side-open"), {
        class: "icon-button drawer",
      }),
    ),
    h("div", { class: "side-scroll" }, list("Channels", rooms, current), list("Apps", direct, current)),
    h(
      "footer",
      { class: "side-foot" },
      h("p", { class: "acting" }, "Acting as"),
      who,
      h(
        "div",
        { class: "side-tools" },
        iconButton("tools", "Sandbox tools", () => tools(changed)),
        iconButton("sun", "Light or dark", theme),
        h(
          "span",
          { class: "mode", title: app().app_url || "" },
          h("i", { class: app().mode === "socket" && !app().connections ? "dot off" : "dot" }),
          app().mode === "socket" ? `Socket Mode · ${app().connections}` : "HTTP",
        ),
      ),
    ),
  );
  side.querySelector(".side-scroll").scrollTop = scroll;
}

function list(title, channels, current) {
  return h(
    "section",
    { "aria-label": title },
    h("h2", {}, title),
    h(
      "ul",
      {},
      channels.map((one) => h("li", {}, entry(one, current))),
    ),
  );
}

function entry(channel, current) {
  const here = channel.id === current;
  const label = channel.im ? app().name : channel.name;
  const sign = channel.im ? avatar(user(app().id), "tiny") : icon(channel.private ? "lock" : "hash");
  return h(
    "a",
    {
      href: `#/${channel.id}`,
      class: `entry ${here ? "here" : ""} ${channel.unread && !here ? "unread" : ""} ${channel.archived ? "archived" : ""}`,
      "aria-current": here ? "page" : null,
      title: channel.archived ? "Archived" : channel.bot ? null : `${app().name} isn't in this channel`,
      data: { channel: channel.id, unread: channel.unread ? String(channel.unread) : null },
    },
    sign,
    h("span", { class: "entry-name" }, label),
    channel.unread > 0 &&
      !here &&
      h("span", { class: "count", "aria-label": `${channel.unread} unread` }, String(channel.unread)),
    !channel.bot && h("span", { class: "absent", "aria-label": "the app isn't here" }, "no app"),
  );
}

function theme() {
  const next = { auto: "dark", dark: "light", light: "auto" }[document.documentElement.dataset.theme];
  document.documentElement.dataset.theme = next;
  localStorage.setItem("theme", next);
  toast(`Colours: ${next}`);
}
