// A line chart in SVG over the last 15 minutes, with axes and a readout for mouse, finger and keyboard.

import { decimal, hourMinute, number, timeOfDay } from "./format.js";

const NS = "http://www.w3.org/2000/svg";
const LEFT = 40;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 20;
const KEPT = 900;
const SMOOTH = 4; // values to each side

const compact = new Intl.NumberFormat("en", { notation: "compact" });
const TICK = 180; // seconds between times on the axis

function svg(tag, attributes = {}) {
  const e = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  return e;
}

/** Means over a few seconds: a rate jumps from one second to the next, and it is its course that is looked for. */
function smooth(values) {
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - SMOOTH), i + SMOOTH + 1);
    return near.reduce((sum, v) => sum + v, 0) / near.length;
  });
}

/** The least of 1, 2, 5, 10, 20, 50 … that is not below n and can be halved for the middle of the axis. */
function ceiling(n) {
  for (let unit = 1; ; unit *= 10) {
    for (const step of [2, 4, 6, 8, 10]) if (step * unit >= n) return step * unit;
  }
}

export class Chart {
  /** `what`: for "12 people"; `name`: a class for its colour; `whole`: whether values are counts. */
  constructor(box, now, { what, name, whole }) {
    this.box = box;
    this.now = now;
    this.what = what;
    this.whole = whole;
    this.values = [];
    this.end = 0;
    this.interval = 1;
    this.at = null; // index of the value that is read out
    this.svg = svg("svg", { class: name, role: "img", tabindex: "0" });
    this.grid = svg("g", { class: "grid" });
    this.area = svg("path", { class: "area" });
    this.line = svg("path", { class: "line" });
    this.mark = svg("g", { class: "mark", visibility: "hidden" });
    this.rule = svg("line");
    this.dot = svg("circle", { r: 3.5 });
    this.mark.append(this.rule, this.dot);
    this.svg.append(this.grid, this.area, this.line, this.mark);
    this.tip = document.createElement("div");
    this.tip.className = "tip";
    this.tip.hidden = true;
    box.append(this.svg, this.tip);
    new ResizeObserver(() => this.draw()).observe(box);
    this.#listen();
  }

  set(values, end, interval) {
    this.values = values.slice(-KEPT);
    this.end = end;
    this.interval = interval;
    this.draw();
  }

  /** One more value; if some were not received, the line goes on as if they had been like this one. */
  push(value, time) {
    const missing = this.end === 0 ? 1 : Math.round((time - this.end) / this.interval);
    for (let i = 0; i < Math.min(Math.max(missing, 1), KEPT); i += 1) this.values.push(value);
    this.values = this.values.slice(-KEPT);
    this.end = time;
    this.draw();
  }

  draw() {
    const width = this.box.clientWidth;
    const height = this.box.clientHeight;
    if (width === 0 || height === 0) return;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const top = ceiling(Math.max(this.whole ? 4 : 2, ...this.values));
    const right = width - RIGHT;
    const bottom = height - BOTTOM;
    const step = (right - LEFT) / (KEPT - 1);
    this.x = (i) => right - (this.values.length - 1 - i) * step;
    this.y = (v) => bottom - (v / top) * (bottom - TOP);
    this.step = step;
    this.#axes(right, bottom, top, step);
    if (this.values.length > 0) {
      this.line.setAttribute("d", `M${this.#points(this.whole ? this.values : smooth(this.values))}`);
      this.area.setAttribute("d", `M${this.x(0).toFixed(1)},${bottom}L${this.#points(this.values)}L${right},${bottom}Z`);
    }
    this.rule.setAttribute("y1", TOP);
    this.rule.setAttribute("y2", bottom);
    const last = this.values.at(-1) ?? 0;
    this.now.textContent = this.#value(last);
    this.svg.setAttribute(
      "aria-label",
      `${this.what} over the last 15 minutes: ${this.#value(last)} at the moment, ` +
        `at most ${this.#value(Math.max(0, ...this.values))}. Arrow keys read single values.`,
    );
    if (this.at !== null) this.#read(this.at);
  }

  #value(v) {
    return this.whole ? number(v) : decimal(v);
  }

  #points(values) {
    return values.map((v, i) => `${this.x(i).toFixed(1)},${this.y(v).toFixed(1)}`).join("L");
  }

  #axes(right, bottom, top, step) {
    const parts = [];
    for (const v of [0, top / 2, top]) {
      const y = Math.round(this.y(v)) + 0.5;
      parts.push(svg("line", { x1: LEFT, x2: right, y1: y, y2: y }));
      const label = svg("text", { x: LEFT - 7, y: y + 3.5, "text-anchor": "end" });
      label.textContent = compact.format(v);
      parts.push(label);
    }
    if (this.end > 0) {
      const start = this.end - KEPT * this.interval;
      for (let t = Math.ceil(start / TICK) * TICK; t <= this.end; t += TICK) {
        const x = right - ((this.end - t) / this.interval) * step;
        if (x < LEFT + 14 || x > right - 14) continue;
        const label = svg("text", { x: x.toFixed(1), y: bottom + 15, "text-anchor": "middle" });
        label.textContent = hourMinute(t);
        parts.push(svg("line", { class: "tick", x1: x.toFixed(1), x2: x.toFixed(1), y1: bottom, y2: bottom + 4 }), label);
      }
    }
    this.grid.replaceChildren(...parts);
  }

  #read(index) {
    if (this.values.length === 0) return;
    this.at = Math.min(Math.max(index, 0), this.values.length - 1);
    const value = this.values[this.at];
    const x = this.x(this.at);
    this.rule.setAttribute("x1", x);
    this.rule.setAttribute("x2", x);
    this.dot.setAttribute("cx", x);
    this.dot.setAttribute("cy", this.y(value));
    this.mark.setAttribute("visibility", "visible");
    const time = this.end - (this.values.length - 1 - this.at) * this.interval;
    this.tip.textContent = `${timeOfDay(time)}  ${this.#value(value)} ${this.what.toLowerCase()}`;
    this.tip.hidden = false;
    const half = this.tip.offsetWidth / 2;
    const at = Math.min(Math.max(x, LEFT + half), this.box.clientWidth - half - 2);
    this.tip.style.transform = `translateX(${Math.round(at - half)}px)`;
  }

  #forget() {
    this.at = null;
    this.mark.setAttribute("visibility", "hidden");
    this.tip.hidden = true;
  }

  #listen() {
    const point = (event) => {
      const x = event.clientX - this.svg.getBoundingClientRect().left;
      this.#read(Math.round(this.values.length - 1 - (this.box.clientWidth - RIGHT - x) / this.step));
    };
    this.svg.addEventListener("pointermove", point);
    this.svg.addEventListener("pointerdown", point);
    this.svg.addEventListener("pointerleave", () => this.#forget());
    this.svg.addEventListener("blur", () => this.#forget());
    this.svg.addEventListener("keydown", (event) => {
      const last = this.values.length - 1;
      const far = event.shiftKey ? 60 : 5;
      const from = this.at ?? last;
      const to = { ArrowLeft: from - far, ArrowRight: from + far, Home: 0, End: last }[event.key];
      if (event.key === "Escape") this.#forget();
      if (to === undefined) return;
      event.preventDefault();
      this.tip.setAttribute("aria-live", "polite");
      this.#read(to);
    });
  }
}
