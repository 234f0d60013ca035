// Slack's native charts (data_visualization), drawn as SVG.
import { h, s } from "./dom.js";

const HIGH = 260,
  PAD = { left: 58, right: 14, top: 14, bottom: 44 };

export function chart(block) {
  const drawn = block.chart;
  const svg = drawn.type === "pie" ? pie(drawn) : axes(drawn);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${block.title}: ${describe(drawn)}`);
  return h(
    "figure",
    { class: `chart chart-${drawn.type}` },
    h("figcaption", { class: "chart-title" }, block.title),
    svg,
    legend(drawn),
  );
}

// Narrower on a telephone, so that the words stay readable.
const width = () => (innerWidth < 640 ? 380 : 560);
const number = (value) => new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 }).format(value);
const short = (value) =>
  new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 }).format(value);

function describe(drawn) {
  if (drawn.type === "pie")
    return drawn.segments.map((one) => `${one.label} ${number(one.value)}`).join(", ");
  return drawn.series
    .map((line) => `${line.name}: ${line.data.map((one) => `${one.label} ${number(one.value)}`).join(", ")}`)
    .join("; ");
}

function legend(drawn) {
  const total = drawn.type === "pie" ? drawn.segments.reduce((sum, one) => sum + one.value, 0) : 0;
  const names =
    drawn.type === "pie"
      ? drawn.segments.map((one) => [
          one.label,
          `${number(one.value)} · ${Math.round((one.value / total) * 100)}%`,
        ])
      : drawn.series.map((one) => [one.name, ""]);
  return h(
    "ul",
    { class: "legend" },
    names.map(([name, note], index) =>
      h(
        "li",
        {},
        h("i", { class: `swatch series-${index}` }),
        h("span", {}, name),
        note && h("span", { class: "note" }, note),
      ),
    ),
  );
}

function pie(drawn) {
  const svg = s("svg", { viewBox: "0 0 220 220", class: "pie" });
  const total = drawn.segments.reduce((sum, one) => sum + one.value, 0);
  let angle = -Math.PI / 2;
  drawn.segments.forEach((one, index) => {
    const turn = (one.value / total) * Math.PI * 2;
    const share = `${one.label}: ${number(one.value)} (${((one.value / total) * 100).toFixed(1)}%)`;
    svg.append(
      s(
        "path",
        { d: slice(angle, turn), class: `slice fill-${index}`, tabindex: "0", "aria-label": share },
        s("title", {}, share),
      ),
    );
    if (turn > 0.42)
      svg.append(
        s(
          "text",
          {
            x: 110 + Math.cos(angle + turn / 2) * 64,
            y: 114 + Math.sin(angle + turn / 2) * 64,
            class: "slice-label",
          },
          `${Math.round((one.value / total) * 100)}%`,
        ),
      );
    angle += turn;
  });
  return svg;
}

function slice(from, turn) {
  const point = (radius, angle) => `${110 + Math.cos(angle) * radius} ${110 + Math.sin(angle) * radius}`;
  if (turn > Math.PI * 2 - 1e-6) return `M110 10a100 100 0 1 1-.01 0z`;
  return `M110 110L${point(100, from)}A100 100 0 ${turn > Math.PI ? 1 : 0} 1 ${point(100, from + turn)}Z`;
}

function ticks(low, high) {
  const span = high - low || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const first = Math.floor(low / step) * step;
  const out = [];
  for (let value = first; value < high + step * 0.999; value += step) out.push(Number(value.toPrecision(12)));
  return out;
}

function axes(drawn) {
  const wide = width();
  const names = drawn.axis_config.categories;
  const values = drawn.series.flatMap((line) => line.data.map((one) => one.value));
  const marks = ticks(Math.min(0, ...values), Math.max(0, ...values));
  const [low, high] = [marks[0], marks[marks.length - 1]];
  const inner = { w: wide - PAD.left - PAD.right, h: HIGH - PAD.top - PAD.bottom };
  const y = (value) => PAD.top + inner.h - ((value - low) / (high - low || 1)) * inner.h;
  const slot = inner.w / names.length;
  const x = (index) => PAD.left + slot * (index + 0.5);
  const svg = s("svg", { viewBox: `0 0 ${wide} ${HIGH}` });
  for (const value of marks) {
    svg.append(
      s("line", {
        x1: PAD.left,
        x2: wide - PAD.right,
        y1: y(value),
        y2: y(value),
        class: value === 0 ? "axis" : "grid",
      }),
    );
    svg.append(s("text", { x: PAD.left - 8, y: y(value) + 4, class: "tick tick-y" }, short(value)));
  }
  const every = Math.ceil(
    names.length /
      Math.max(1, Math.floor(inner.w / (Math.max(...names.map((one) => one.length)) * 6.4 + 14))),
  );
  names.forEach(
    (name, index) =>
      index % every === 0 &&
      svg.append(s("text", { x: x(index), y: HIGH - PAD.bottom + 18, class: "tick tick-x" }, name)),
  );
  labels(svg, drawn.axis_config, wide);
  const at = (line, name) => line.data.find((one) => one.label === name).value;
  if (drawn.type === "bar") bars(svg, drawn, names, { x, y, slot, at });
  else lines(svg, drawn, names, { x, y, at, area: drawn.type === "area" });
  return svg;
}

function labels(svg, config, wide) {
  if (config.x_label)
    svg.append(
      s("text", { x: (PAD.left + wide - PAD.right) / 2, y: HIGH - 6, class: "axis-label" }, config.x_label),
    );
  if (config.y_label)
    svg.append(
      s(
        "text",
        { x: -(PAD.top + (HIGH - PAD.bottom)) / 2, y: 12, transform: "rotate(-90)", class: "axis-label" },
        config.y_label,
      ),
    );
}

function bars(svg, drawn, names, { x, y, slot, at }) {
  const width = Math.min(46, (slot * 0.74) / drawn.series.length);
  drawn.series.forEach((line, row) =>
    names.forEach((name, index) => {
      const value = at(line, name);
      const top = Math.min(y(value), y(0));
      const left = x(index) - (width * drawn.series.length) / 2 + row * width;
      const note = `${line.name}, ${name}: ${number(value)}`;
      svg.append(
        s(
          "rect",
          {
            x: left + 0.5,
            y: top,
            width: Math.max(1, width - 1),
            height: Math.max(0.5, Math.abs(y(value) - y(0))),
            rx: 2,
            class: `fill-${row}`,
          },
          s("title", {}, note),
        ),
      );
    }),
  );
}

function lines(svg, drawn, names, { x, y, at, area }) {
  drawn.series.forEach((line, row) => {
    const points = names.map((name, index) => [x(index), y(at(line, name))]);
    const path = points
      .map(([px, py], index) => `${index ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`)
      .join("");
    if (area)
      svg.append(
        s("path", {
          d: `${path}L${points[points.length - 1][0]} ${y(0)}L${points[0][0]} ${y(0)}Z`,
          class: `area fill-${row}`,
        }),
      );
    svg.append(s("path", { d: path, class: `line stroke-${row}` }));
    names.forEach((name, index) =>
      svg.append(
        s(
          "circle",
          { cx: points[index][0], cy: points[index][1], r: 3.2, class: `dot fill-${row}` },
          s("title", {}, `${line.name}, ${name}: ${number(at(line, name))}`),
        ),
      ),
    );
  });
}
