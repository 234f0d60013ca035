// Blocks of Block Kit as DOM nodes.
import { fill, h, icon } from "./dom.js";
import { chart } from "./charts.js";
import { element } from "./elements.js";
import { picture } from "./dialogs.js";
import { emoji, markdown, richText, text } from "./mrkdwn.js";

// where: {place, pictures, files, form, values, errors}
export function blocks(list, where) {
  return list.map((block) => {
    const node = (MAKERS[block.type] || unknown)(block, where);
    node.classList.add("block", `block-${block.type}`);
    node.dataset.blockType = block.type;
    node.dataset.blockId = block.block_id || "";
    return node;
  });
}

const unknown = (block) => h("div", { class: "unsupported" }, `(${block.type})`);

function section(block, where) {
  return h(
    "div",
    {},
    h(
      "div",
      { class: "section-main" },
      text(block.text),
      block.fields &&
        h(
          "div",
          { class: "fields" },
          block.fields.map((field) => h("div", { class: "field-cell" }, text(field))),
        ),
    ),
    block.accessory &&
      h(
        "div",
        { class: "accessory" },
        block.accessory.type === "image"
          ? imageElement(block.accessory, where, "thumb")
          : element(block.accessory, block.block_id, where),
      ),
  );
}

function context(block, where) {
  return h(
    "div",
    {},
    block.elements.map((one) => (one.type === "image" ? imageElement(one, where, "icon-image") : text(one))),
  );
}

function sourceOf(image, where) {
  if (image.image_url) return where.pictures?.[image.image_url] || image.image_url;
  const id = image.slack_file.id || image.slack_file.url?.split("/").at(-2);
  return where.files?.[id]?.url_private || "";
}

function imageElement(one, where, kind) {
  const source = sourceOf(one, where);
  return h("img", { class: kind, src: source, alt: one.alt_text, loading: "lazy" });
}

function image(block, where) {
  const source = sourceOf(block, where);
  const title = block.title && emoji(block.title.text);
  const shown = h(
    "button",
    {
      type: "button",
      class: "picture",
      "aria-label": `Enlarge: ${title || block.alt_text}`,
      onclick: () => picture(source, block.alt_text, title),
    },
    h("img", { src: source, alt: block.alt_text }),
  );
  if (!title) return h("figure", {}, shown);
  const details = h("details", { open: true }, h("summary", {}, title, icon("chevron")), shown);
  return h("figure", {}, details);
}

const FOLD = 14;

function cellOf(cell) {
  if (cell.type === "rich_text") return richText(cell);
  if (cell.type === "raw_number") return cell.text || new Intl.NumberFormat("en-US").format(cell.value);
  return emoji(cell.text);
}

function table(block) {
  const settings = block.column_settings || [];
  const cell = (tag, one, column) =>
    h(
      tag,
      {
        class: `${settings[column]?.is_wrapped ? "wrapped" : ""} align-${settings[column]?.align || "left"}`,
        scope: tag === "th" ? "col" : null,
      },
      cellOf(one),
    );
  const [head, ...rest] = block.rows;
  const body = rest.map((row, index) =>
    h(
      "tr",
      { class: index >= FOLD ? "folded" : null },
      row.map((one, column) => cell("td", one, column)),
    ),
  );
  const node = h(
    "div",
    {},
    h(
      "div",
      { class: "table-frame", tabindex: "0", role: "region", "aria-label": "Table" },
      h(
        "table",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            head.map((one, column) => cell("th", one, column)),
          ),
        ),
        h("tbody", {}, body),
      ),
    ),
  );
  if (rest.length > FOLD) {
    const more = h(
      "button",
      {
        type: "button",
        class: "link-button",
        onclick: () => {
          node.classList.add("unfolded");
          more.remove();
        },
      },
      `Show ${rest.length - FOLD} more rows`,
    );
    node.append(more);
  }
  return node;
}

function dataTable(block) {
  const size = block.page_size || 5;
  const [head, ...rows] = block.rows;
  let page = 0,
    by = null,
    down = false;
  const node = h("div", {});
  const key = (row) => (row[by].type === "raw_number" ? row[by].value : (row[by].text || "").toLowerCase());
  const draw = () => {
    const sorted =
      by === null
        ? rows
        : rows.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) * (down ? -1 : 1));
    const pages = Math.ceil(rows.length / size);
    const number = (column) => rows.every((row) => row[column].type === "raw_number");
    const sort = (column) => {
      down = by === column && !down;
      by = column;
      draw();
    };
    fill(
      node,
      h(
        "div",
        { class: "table-frame" },
        h(
          "table",
          {},
          h("caption", {}, block.caption),
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              head.map((one, column) =>
                h(
                  "th",
                  {
                    class: number(column) ? "align-right" : "",
                    "aria-sort": by === column ? (down ? "descending" : "ascending") : "none",
                  },
                  h(
                    "button",
                    { type: "button", class: "sort", onclick: () => sort(column) },
                    cellOf(one),
                    by === column ? (down ? " ↓" : " ↑") : "",
                  ),
                ),
              ),
            ),
          ),
          h(
            "tbody",
            {},
            sorted.slice(page * size, (page + 1) * size).map((row) =>
              h(
                "tr",
                {},
                row.map((one, column) =>
                  h("td", { class: number(column) ? "align-right" : "" }, cellOf(one)),
                ),
              ),
            ),
          ),
        ),
      ),
      pages > 1 &&
        h(
          "div",
          { class: "pager" },
          h(
            "button",
            {
              type: "button",
              class: "link-button",
              disabled: page === 0,
              onclick: () => {
                page -= 1;
                draw();
              },
            },
            "Previous",
          ),
          h("span", {}, `Page ${page + 1} of ${pages}`),
          h(
            "button",
            {
              type: "button",
              class: "link-button",
              disabled: page >= pages - 1,
              onclick: () => {
                page += 1;
                draw();
              },
            },
            "Next",
          ),
        ),
    );
  };
  draw();
  return node;
}

let labels = 0;

function input(block, where) {
  const id = `input-${(labels += 1)}`;
  const inner = element(block.element, block.block_id, where, block);
  if (["INPUT", "TEXTAREA", "BUTTON"].includes(inner.tagName)) inner.id = id;
  else inner.setAttribute("aria-labelledby", `${id}-label`);
  const problem = where.errors?.[block.block_id];
  if (problem) inner.setAttribute("aria-invalid", "true");
  return h(
    "div",
    { class: problem ? "invalid" : null },
    h(
      "label",
      { for: id, id: `${id}-label`, class: "input-label" },
      emoji(block.label.text),
      block.optional && h("small", {}, " (optional)"),
    ),
    inner,
    problem && h("p", { class: "input-error", role: "alert" }, icon("alert"), problem),
    block.hint && h("p", { class: "input-hint" }, emoji(block.hint.text)),
  );
}

const LEVEL = { warning: "alert", error: "alert", success: "check", info: "info", default: "info" };

const MAKERS = {
  section,
  context,
  image,
  table,
  input,
  data_table: dataTable,
  header: (block) => h("h3", {}, emoji(block.text.text)),
  divider: () => h("hr"),
  actions: (block, where) =>
    h(
      "div",
      {},
      block.elements.map((one) => element(one, block.block_id, where)),
    ),
  markdown: (block) => h("div", {}, markdown(block.text)),
  rich_text: (block) => h("div", {}, richText(block)),
  data_visualization: (block) => h("div", {}, chart(block)),
  alert: (block) =>
    h(
      "div",
      { class: `alert-${block.level || "default"}`, role: "note" },
      icon(LEVEL[block.level || "default"]),
      text(block.text),
    ),
};
