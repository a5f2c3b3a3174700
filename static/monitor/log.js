// The live log: keeps the newest lines, draws them once a frame, filters, holds still, saves.

import { Filter, LEVELS } from "./filter.js";
import { number, plural, timestamp, timeWithMilliseconds } from "./format.js";

// Rows are drawn in blocks that the browser lays out only when they come into view.
const BLOCK = 100;
const ROW_HEIGHT = 21; // pixels, a guess for blocks that were never in view

const $ = (id) => document.getElementById(id);

function element(tag, className, text) {
  const e = document.createElement(tag);
  e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

export class LogView {
  constructor() {
    this.limit = 5000;
    this.lines = []; // those drawn, oldest first
    this.held = []; // arrived since the last frame, or while the list holds still
    this.lost = 0; // of those held, how many there was no room for
    this.shown = 0;
    this.following = true;
    this.scheduled = false;
    this.gripped = false; // the scrollbar's thumb is in somebody's hand
    this.seen = { top: 0, height: 0, room: 0 }; // where the list stood when it was last looked at
    this.box = $("log-lines");
    this.content = element("div", "lines-content");
    this.box.append(this.content);
    this.filter = new Filter({ onProblem: (text) => this.#problem(text) });
    this.filterTimer = null;
    this.generation = 0;
    this.#listen();
  }

  /** Events as the server sends them: [sequence, time, level, source, text, trace?]. */
  add(events) {
    for (const [, time, level, source, text, trace] of events) {
      this.#hold({
        time,
        level: LEVELS.indexOf(level),
        source,
        text,
        trace,
        searched: `${source} ${text}${trace ? `\n${trace.join("\n")}` : ""}`.toLowerCase(),
        shown: false,
        row: null,
        block: null,
      });
    }
    this.#schedule();
  }

  /** A line of the page's own, shown whatever the filter is. */
  note(text) {
    this.#hold({ note: text, time: Date.now() / 1000, shown: false, row: null, block: null });
    this.#schedule();
  }

  showLevel(level) {
    $("log-level").value = level;
    $("log-filter").value = "";
    this.#refilter();
    this.follow(true);
  }

  follow(on) {
    this.following = on;
    $("log-follow").setAttribute("aria-pressed", String(on));
    $("log-follow").textContent = on ? "Following" : "Paused";
    this.#schedule();
  }

  #hold(line) {
    this.held.push(line);
    // In a background tab nothing is drawn, and this must not grow.
    if (this.held.length > this.limit * 1.2) {
      const over = this.held.length - this.limit;
      this.held.splice(0, over);
      this.lost += over;
    }
  }

  #schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.#draw();
    });
  }

  #draw() {
    if (this.following && this.held.length > 0) {
      const lines = this.held;
      this.held = [];
      if (this.lost > 0 && lines.length < this.lines.length + this.limit) {
        const text = `${plural(this.lost, "line")} dropped here to keep this list at ${number(this.limit)}`;
        lines.unshift({ note: text, time: lines[0].time, shown: false, row: null, block: null });
      }
      this.lost = 0;
      this.#append(lines);
    }
    this.#toEnd();
    this.#tell();
  }

  #toEnd() {
    if (!this.following || this.gripped) return;
    this.box.scrollTop = this.box.scrollHeight;
    this.#moved();
  }

  /** Where the list stands, and by how much it was moved since it was last looked at; 0 where its own size did that. */
  #moved() {
    const { scrollTop: top, scrollHeight: height, clientHeight: room } = this.box;
    const before = this.seen;
    this.seen = { top, height, room };
    // A list that became shorter, or a larger box, moves what is shown without anybody's doing.
    return height < before.height || room !== before.room ? 0 : top - before.top;
  }

  #append(lines) {
    const over = this.lines.length + lines.length - this.limit;
    if (over > 0) this.#trim(over);
    for (const line of lines.slice(-this.limit)) {
      this.lines.push(line);
      let block = this.content.lastElementChild;
      if (block === null || block.childElementCount >= BLOCK) {
        block = element("div", "block");
        block.rows = 0;
        this.content.append(block);
      }
      line.block = block;
      line.row = line.note === undefined ? this.#row(line) : element("div", "note", line.note);
      line.row.hidden = true;
      block.append(line.row);
    }
    this.#judge(lines);
  }

  #trim(count) {
    for (const line of this.lines.splice(0, count)) {
      this.#show(line, false);
      const { block } = line;
      line.row.remove();
      if (block.childElementCount === 0) block.remove();
    }
  }

  #row(line) {
    const row = element("div", `line ${LEVELS[line.level]}`);
    const time = element("time", "", timeWithMilliseconds(line.time));
    time.title = timestamp(line.time);
    const source = element("span", "source", line.source.split(".").slice(-2).join("."));
    source.title = line.source;
    row.append(time, element("span", "level", LEVELS[line.level]), source, element("span", "text", line.text));
    if (line.trace !== undefined) {
      const details = element("details", "trace");
      details.append(element("summary", "", `Traceback, ${plural(line.trace.length, "line")}`));
      details.append(element("pre", "", line.trace.join("\n")));
      row.append(details);
    }
    return row;
  }

  /** Show those of the lines that the filter lets through. */
  #judge(lines) {
    const asked = [];
    for (const line of lines) {
      if (line.note !== undefined) this.#show(line, true);
      else if (!this.filter.passes(line)) this.#show(line, false);
      else if (this.filter.slow) asked.push(line);
      else this.#show(line, true);
    }
    if (asked.length === 0) return;
    const { generation } = this;
    this.filter.test(asked, (matches) => {
      if (generation !== this.generation) return;
      asked.forEach((line, i) => {
        if (line.row?.parentNode) this.#show(line, matches === null || matches[i] === 1);
      });
      this.#schedule();
    });
  }

  #show(line, shown) {
    if (line.shown === shown) return;
    line.shown = shown;
    line.row.hidden = !shown;
    const change = shown ? 1 : -1;
    if (line.note === undefined) this.shown += change;
    const { block } = line;
    block.rows += change;
    block.hidden = block.rows === 0;
    block.style.containIntrinsicBlockSize = `auto ${block.rows * ROW_HEIGHT}px`;
  }

  #refilter() {
    this.generation += 1;
    this.filter.set(
      $("log-level").value,
      $("log-filter").value.trim(),
      $("log-regex").getAttribute("aria-pressed") === "true",
    );
    this.#judge(this.lines);
    this.#schedule();
  }

  #problem(text) {
    $("log-filter-problem").textContent = text;
    $("log-filter-problem").hidden = text === "";
    $("log-filter").setAttribute("aria-invalid", String(text !== ""));
    if (text !== "" && this.lines.length > 0) {
      // The text counts for nothing now; the level still does.
      for (const line of this.lines) {
        if (line.note === undefined) this.#show(line, this.filter.passes(line));
      }
    }
  }

  #tell() {
    const all = this.lines.filter((line) => line.note === undefined).length;
    $("log-count").textContent = this.shown === all ? plural(all, "line") : `${number(this.shown)} of ${plural(all, "line")}`;
    const waiting = this.held.length + this.lost;
    const newest = $("log-newest");
    newest.hidden = this.following;
    newest.textContent = waiting === 0 ? "↓ Newest" : `↓ ${plural(waiting, "new line")}`;
    const empty = $("log-empty");
    empty.hidden = this.shown > 0;
    empty.textContent = all === 0 ? "Nothing logged yet." : "No line passes the filter.";
  }

  #clear() {
    this.held = [];
    this.lost = 0;
    this.#trim(this.lines.length);
    this.follow(true);
  }

  #save() {
    const out = [];
    for (const line of this.lines) {
      if (!line.shown) continue;
      const time = timestamp(line.time);
      if (line.note !== undefined) {
        out.push(`${time} -- ${line.note} --`);
        continue;
      }
      out.push(`${time} ${LEVELS[line.level].toUpperCase().padEnd(8)} ${line.source}: ${line.text}`);
      for (const part of line.trace ?? []) out.push(`    | ${part}`);
    }
    const link = document.createElement("a");
    const url = URL.createObjectURL(new Blob([`${out.join("\n")}\n`], { type: "text/plain" }));
    link.href = url;
    link.download = `chat-log-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.txt`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  #listen() {
    const later = () => {
      clearTimeout(this.filterTimer);
      this.filterTimer = setTimeout(() => this.#refilter(), 150);
    };
    $("log-filter").addEventListener("input", later);
    $("log-level").addEventListener("change", () => this.#refilter());
    $("log-regex").addEventListener("click", (event) => {
      const on = event.currentTarget.getAttribute("aria-pressed") !== "true";
      event.currentTarget.setAttribute("aria-pressed", String(on));
      this.#refilter();
    });
    $("log-follow").addEventListener("click", () => this.follow(!this.following));
    $("log-newest").addEventListener("click", () => this.follow(true));
    $("log-clear").addEventListener("click", () => this.#clear());
    $("log-save").addEventListener("click", () => this.#save());

    this.box.addEventListener("keydown", (event) => {
      if (event.key === "End") this.follow(true);
    });
    // Whatever moves the list (wheel, keys, the scrollbar, the browser's own search): up is away from the newest line.
    this.box.addEventListener("scroll", () => {
      const by = this.#moved();
      const atEnd = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 2 * ROW_HEIGHT;
      if (by < 0 && !atEnd && this.following) this.follow(false);
      else if (by > 0 && atEnd && !this.following) this.follow(true);
    });
    this.box.addEventListener("pointerdown", (event) => {
      this.gripped = event.target === this.box && event.offsetX >= this.box.clientWidth;
    });
    // Not every browser tells of the end of a hold on a scrollbar; the next movement without a button does.
    const release = (event) => {
      if (!this.gripped || event.buttons !== 0) return;
      this.gripped = false;
      this.#schedule();
    };
    for (const kind of ["pointerup", "pointercancel", "pointermove"]) {
      window.addEventListener(kind, release, { capture: true, passive: true });
    }
    // Blocks take their true height when they come into view, which moves the end.
    new ResizeObserver(() => this.#toEnd()).observe(this.content);
    new ResizeObserver(() => this.#schedule()).observe(this.box);
  }
}
