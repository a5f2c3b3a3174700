// The messages of the place that is looked at: rows that are drawn once and moved little, and the place in them.

import { told } from "./events.js";
import { isSpeech } from "./rooms.js";
import { $, bdi, dayKey, dayName, el, fullTime, hue, icon, plural, setText, timeOfDay } from "./dom.js";
import { isEmoji, nodesOf, plain, visible } from "./text.js";
import { settings } from "./settings.js";

const GROUP = 5 * 60_000; // milliseconds within which what one person says stands under one name
const NEAR_END = 60; // pixels from the end that count as being there
const NEAR_TOP = 600; // pixels before the first row at which older messages are fetched
const SPOKEN_AT_MOST = 10; // messages that a screen reader may still have to read
const QUOTE = 120; // characters of what a reply answers
const FLASH = 2000; // milliseconds for which a message that was jumped to is marked
const COMINGS = new Set(["join", "part", "quit"]);

export class Transcript {
  /** `act` has what rows can ask for: reply, react, menu, person, jump, fill, again, remove, room. */
  constructor(client, act) {
    this.client = client;
    this.act = act;
    this.box = $("log");
    this.place = null;
    this.rows = new Map(); // message or entry of the outbox -> {element, drawn}
    this.stick = true;
    this.since = 0; // milliseconds: the line "new" stands before what came later
    this.frame = null;
    this.focused = null;
    this.tools = this.#makeTools();
    this.#listen();
  }

  /** Show a place; what is unread there comes after the line. */
  show(place) {
    if (this.place !== null) {
      this.place.reading = false;
      this.place.scrolledTo = this.stick ? null : this.#anchor();
    }
    this.place = place;
    this.rows.clear();
    this.box.replaceChildren();
    this.since = place !== null && place.unread > 0 ? place.marker : 0;
    this.stick = !place?.scrolledTo;
    this.draw();
    if (place?.scrolledTo) this.#restore(place.scrolledTo);
  }

  schedule() {
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    const { place, box } = this;
    if (place === null) return;
    const anchor = this.stick ? null : this.#anchor();
    const rows = new Map();
    let next = box.firstElementChild;
    for (const [key, drawn, make] of this.#wanted()) {
      const known = this.rows.get(key);
      const element = known?.drawn === drawn ? known.element : make();
      if (known !== undefined && known.element !== element) {
        if (known.element === next) next = next.nextElementSibling;
        known.element.replaceWith(element);
        if (this.focused === key) element.focus({ preventScroll: true });
      } else if (element === next) {
        next = next.nextElementSibling;
      } else {
        box.insertBefore(element, next);
      }
      element.message = key;
      rows.set(key, { element, drawn });
    }
    for (const [key, { element }] of this.rows) if (!rows.has(key)) element.remove();
    this.rows = rows;
    if (this.stick) this.toEnd();
    else if (anchor !== null) this.#restore(anchor);
    // Whoever scrolls on at the very top moves nothing, and so is not heard of again.
    if (!this.stick) this.#fetch();
    // A row that was drawn anew under the pointer is not entered again.
    if (!this.tools.isConnected) this.#offer(box.querySelector(".row:hover"));
    this.#seen();
  }

  /** What is to be shown: a key, what it looks like, and how it is made. */
  *#wanted() {
    const { place } = this;
    let before = null;
    let day = null;
    let line = this.since > 0;
    let events = null;
    const today = dayKey(Date.now());
    if (place.kind !== "server") {
      const text = this.#beginning();
      yield ["beginning", text, () => el("div", { className: "beginning", textContent: text })];
    }
    const { messages } = place;
    for (let i = 0; i < messages.length; i += 1) {
      const message = messages[i];
      if (message.kind === "event" && COMINGS.has(message.event) && !settings.comings) continue;
      const itsDay = dayKey(message.time);
      const newDay = itsDay !== day;
      const isNew = line && message.time > this.since && !message.own && message.kind !== "event";
      if (isNew) line = false;
      const marks = [newDay ? dayName(message.time) : "", isNew ? "new" : ""];
      day = itsDay;
      if (message.kind === "event") {
        events = [message];
        while (messages[i + 1]?.kind === "event" && dayKey(messages[i + 1].time) === itsDay) events.push(messages[(i += 1)]);
        const group = events.filter((event) => settings.comings || !COMINGS.has(event.event));
        yield [message, `${marks}|${group.length}|${events.at(-1).time}`, () => this.#events(group, marks)];
        before = null;
        continue;
      }
      const head = newDay || isNew || before === null || before.author !== message.author || before.kind !== message.kind || before.bot !== message.bot || message.replyTo !== "" || message.time - before.time > GROUP;
      const answered = message.replyTo === "" ? null : place.byId.get(message.replyTo);
      const key = `${marks}|${head}|${message.version}|${answered?.version ?? "-"}|${this.client.name}|${settings.formats}|${today}`;
      yield [message, key, () => this.#message(message, head, marks, answered)];
      before = message;
    }
    if (place.detached) return;
    for (const entry of this.client.outbox.of(place)) {
      const head = before?.author !== this.client.name || before.kind !== entry.kind;
      yield [entry, `${head}|${entry.version}|${entry.state}`, () => this.#pending(entry, head)];
      before = { author: this.client.name, kind: entry.kind, time: entry.time };
    }
  }

  #beginning() {
    const { place } = this;
    if (place.busy && place.messages.length === 0) return "Loading what was said…";
    if (place.loading) return "Loading…";
    if (!place.complete) return this.client.session.features.history || !this.client.session.online ? "" : "What was said before is not kept on this server.";
    return place.kind === "person" ? `This is where your chat with ${place.name} begins.` : `This is where ${place.name} begins.`;
  }

  #marks([day, isNew]) {
    return [
      day === "" ? null : el("div", { className: "date", textContent: day }),
      isNew === "" ? null : el("div", { className: "new-line", textContent: "New" }),
    ];
  }

  #message(message, head, marks, answered) {
    if (message.kind === "gap") {
      const button = el("button", { type: "button", textContent: "Some messages are missing here. Load them", on: { click: () => this.act.fill(message) } });
      return el("div", { className: "row gap" }, ...this.#marks(marks), button);
    }
    const { kind, author } = message;
    const note = kind === "note";
    const time = el("time", { className: "time", textContent: timeOfDay(message.time), title: fullTime(message.time), dateTime: new Date(message.time).toISOString() });
    const body = el("div", { className: "body" });
    if (message.replyTo !== "" && !message.redacted) body.append(this.#quote(message, answered));
    if (head && !note && kind !== "act") body.append(this.#author(message));
    body.append(this.#text(message));
    if (message.reactions.size > 0) body.append(this.#reactions(message));
    const classes = ["row", head ? "first" : "", kind, message.mention ? "mention" : "", message.error ? "error" : ""];
    return el("div", { className: classes.filter(Boolean).join(" "), tabIndex: -1, data: { author } }, ...this.#marks(marks), el("div", { className: "line" }, time, body));
  }

  #author({ author, bot, kind }) {
    const name = el("button", { type: "button", className: `name ${hue(author)}`, tabIndex: -1, on: { click: (event) => this.act.person(author, event.currentTarget) } }, bdi(author));
    return el("div", { className: "author" }, name, bot ? el("span", { className: "badge", textContent: "bot" }) : null, kind === "notice" ? el("span", { className: "badge", textContent: "notice" }) : null);
  }

  #text(message) {
    const { kind, author, text } = message;
    if (message.redacted) return el("div", { className: "text gone", textContent: "This message was taken back." });
    const shown = settings.formats ? text : plain(text).replace(/\t/g, " ");
    const box = el("div", { className: `text${kind === "said" && isEmoji(text) ? " emoji" : ""}`, dir: "auto" });
    if (kind === "act") box.append(bdi(author, `name ${hue(author)}`), " ");
    box.append(...nodesOf(shown, message.mention ? this.client.name : ""));
    return box;
  }

  #quote(message, answered) {
    const button = el("button", { type: "button", className: "quote", dir: "auto", on: { click: () => this.act.jump(message.replyTo) } }, icon("reply"));
    if (answered === undefined || answered === null) button.append("an earlier message");
    else button.append(bdi(answered.author, `name ${hue(answered.author)}`), " ", answered.redacted ? "taken back" : plain(answered.text).slice(0, QUOTE));
    return button;
  }

  #reactions(message) {
    const box = el("div", { className: "reactions" });
    for (const [emoji, names] of message.reactions) {
      const own = names.has(this.client.name.toLowerCase());
      const who = [...names.values()].slice(0, 20).join(", ");
      const button = el(
        "button",
        { type: "button", className: "reaction", title: who, aria: { pressed: String(own), label: `${visible(emoji)}, ${plural(names.size, "person", "people")}: ${who}` }, on: { click: () => this.act.react(message, emoji) } },
        el("span", { textContent: visible(emoji) }),
        el("span", { className: "number", textContent: String(names.size) }),
      );
      box.append(button);
    }
    return box;
  }

  #events(events, marks) {
    const text = told(events).map(visible).join(" · ");
    const time = el("time", { className: "time", textContent: timeOfDay(events[0].time) });
    return el("div", { className: "row event" }, ...this.#marks(marks), el("div", { className: "line" }, time, el("div", { className: "body" }, el("div", { className: "text", dir: "auto", textContent: text }))));
  }

  #pending(entry, head) {
    const body = el("div", { className: "body" });
    const failed = entry.state === "failed";
    if (head && entry.kind !== "act") body.append(el("div", { className: "author" }, bdi(this.client.name, `name ${hue(this.client.name)}`)));
    const text = el("div", { className: "text", dir: "auto" }, ...nodesOf(entry.text));
    if (entry.kind === "act") text.prepend(bdi(this.client.name, "name"), " ");
    body.append(text);
    if (failed) {
      body.append(
        el(
          "div",
          { className: "failed-why" },
          el("span", { textContent: entry.sentence }),
          el("button", { type: "button", textContent: "Send again", on: { click: () => this.act.again(entry) } }),
          el("button", { type: "button", textContent: "Remove", on: { click: () => this.act.remove(entry) } }),
        ),
      );
    }
    const time = el("time", { className: "time", textContent: failed ? "not sent" : timeOfDay(entry.time) });
    const classes = `row ${head ? "first" : ""} ${entry.kind} ${failed ? "failed" : "pending"}`;
    return el("div", { className: classes, title: failed ? "" : "On its way: the chat has not confirmed it yet" }, el("div", { className: "line" }, time, body));
  }

  // ---- the place in the list

  #anchor() {
    const top = this.box.getBoundingClientRect().top;
    for (const [key, { element }] of this.rows) {
      const at = element.getBoundingClientRect();
      if (at.bottom > top && key !== "beginning") return { key, offset: at.top - top };
    }
    return null;
  }

  #restore({ key, offset }) {
    const row = this.rows.get(key);
    if (row === undefined) return;
    const by = row.element.getBoundingClientRect().top - this.box.getBoundingClientRect().top - offset;
    if (Math.abs(by) >= 1) this.box.scrollTop += by;
  }

  get atEnd() {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR_END;
  }

  toEnd() {
    this.stick = true;
    this.box.scrollTop = this.box.scrollHeight;
  }

  /** To the newest message, which may have to be fetched. */
  latest() {
    const end = () => {
      this.stick = true;
      this.draw();
    };
    if (this.place.detached) this.client.history.latest(this.place, end);
    else end();
  }

  /** Put a message in the middle, and mark it for a moment. */
  jump(id) {
    this.stick = false;
    this.draw();
    const message = this.place.byId.get(id);
    const row = this.rows.get(message)?.element;
    if (row === undefined) return false;
    row.scrollIntoView({ block: "center" });
    row.classList.add("flash");
    setTimeout(() => row.classList.remove("flash"), FLASH);
    this.#focus(row);
    return true;
  }

  /** What comes before or after what is in view, if that is not here yet. */
  #fetch() {
    const { box, place } = this;
    if (place.loading) return;
    if (!this.stick && box.scrollTop < NEAR_TOP) this.client.history.older(place);
    else if (this.atEnd && place.detached) this.client.history.newer(place);
  }

  /** The reader is at the end and looks: everything is read. */
  #seen() {
    const { place } = this;
    place.reading = !this.stick;
    const away = place.detached || !this.stick;
    const waiting = away ? place.unread : 0;
    $("latest").hidden = !away;
    setText($("latest-text"), waiting > 0 ? plural(waiting, "new message") : "Latest");
    if (!away && document.visibilityState === "visible" && document.hasFocus()) this.client.read(place);
  }

  /** A live message, for those who do not see the list. */
  speak(place, message) {
    if (place !== this.place || !isSpeech(message)) return;
    const box = $("spoken");
    box.append(el("p", { textContent: `${message.author}, ${timeOfDay(message.time)}: ${plain(message.text)}` }));
    while (box.childElementCount > SPOKEN_AT_MOST) box.firstElementChild.remove();
  }

  // ---- hands

  #makeTools() {
    const button = (label, name, run) => el("button", { type: "button", className: "icon small", title: label, aria: { label }, on: { click: (event) => run(this.tools.parentElement.message, event.currentTarget) } }, icon(name));
    return el(
      "div",
      { className: "tools", aria: { role: "group", label: "What to do with this message" } },
      button("React", "smile", (message, at) => this.act.pickReaction(message, at)),
      button("Reply", "reply", (message) => this.act.reply(message)),
      button("More", "more", (message, at) => this.act.menu(message, at)),
    );
  }

  #offer(row) {
    const message = row?.message;
    if (message === undefined || message.kind === undefined || !isSpeech(message) || message.id === "") this.tools.remove();
    else if (this.tools.parentElement !== row) row.append(this.tools);
  }

  #focus(row) {
    this.focused = row.message;
    row.focus({ preventScroll: true });
    this.#offer(row);
  }

  #listen() {
    const { box } = this;
    let intent = 0;
    for (const type of ["wheel", "touchmove", "keydown", "pointerdown"]) box.addEventListener(type, () => (intent = performance.now()), { passive: true });
    box.addEventListener("scroll", () => {
      if (this.place === null) return;
      // A list that grows or a keyboard that comes moves it too; only people go away from the end.
      if (this.atEnd) this.stick = true;
      else if (performance.now() - intent < 1000) this.stick = false;
      this.#fetch();
      this.#seen();
    }, { passive: true });
    new ResizeObserver(() => this.stick && this.toEnd()).observe(box);
    box.addEventListener("pointerover", (event) => event.pointerType === "mouse" && this.#offer(event.target.closest(".row")));
    box.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && !box.contains(document.activeElement) && this.tools.remove());
    box.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-room]");
      if (link !== null) {
        event.preventDefault();
        this.act.room(link.dataset.room);
      } else if (!event.target.closest("a, button") && getSelection().isCollapsed) {
        const row = event.target.closest(".row");
        // A finger has no way to hover: a tap shows what can be done, another one hides it.
        if (event.pointerType !== "mouse" && this.tools.parentElement === row) this.tools.remove();
        else this.#offer(row);
      }
    });
    box.addEventListener("focusin", (event) => {
      const row = event.target.closest(".row");
      if (row !== null) this.focused = row.message;
    });
    box.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("visibilitychange", () => this.place !== null && this.#seen());
    window.addEventListener("focus", () => this.place !== null && this.#seen());
  }

  #key(event) {
    const row = event.target.closest(".row");
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by !== undefined && (event.target === this.box || event.target === row)) {
      event.preventDefault();
      this.stick = false;
      const rows = [...this.box.querySelectorAll(".row[tabindex]")];
      const at = row === null ? rows.length : rows.indexOf(row);
      const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
      if (next !== undefined) {
        this.#focus(next);
        next.scrollIntoView({ block: "nearest" });
      }
    } else if (event.key === "End") {
      event.preventDefault();
      this.latest();
    } else if (event.key === "Enter" && row !== null && event.target === row) {
      event.preventDefault();
      this.act.menu(row.message, row);
    } else if (event.key === "r" && row !== null && event.target === row && isSpeech(row.message)) {
      event.preventDefault();
      this.act.reply(row.message);
    } else if (event.key === "Escape") {
      $("text").focus();
    }
  }
}
