// Who is in the room: a list of which only what is in view is made, since a room can have thousands.

import { $, avatar, bdi, el, plural, setText } from "./dom.js";
import { fold } from "./irc.js";

const ROW = 36; // pixels, as in the style sheet
const AROUND = 10; // rows that are made beyond both ends of what is in view
const TITLES = { "@": "operator", "+": "voice" };

export class People {
  constructor(client, onPerson) {
    this.client = client;
    this.onPerson = onPerson;
    this.box = $("people-list");
    this.inner = el("div", { className: "people-rows", aria: { role: "presentation" } });
    this.box.append(this.inner);
    this.place = null;
    this.sorted = [];
    this.frame = null;
    this.chosen = 0;
    this.box.addEventListener("scroll", () => this.#draw(), { passive: true });
    this.box.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#draw()).observe(this.box);
  }

  show(place) {
    this.place = place;
    this.box.scrollTop = 0;
    this.update();
  }

  schedule() {
    this.frame ??= requestAnimationFrame(() => this.update());
  }

  update() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    const { place } = this;
    const room = place?.kind === "room";
    $("people").classList.toggle("nobody", !room);
    $("open-people").hidden = !room;
    if (!room) return;
    this.sorted = place.sorted(this.client.session.features.signs);
    setText($("people-title"), `${plural(this.sorted.length, "person", "people")} here`);
    setText($("people-count"), String(this.sorted.length));
    $("open-people").ariaLabel = `People: ${this.sorted.length}`;
    this.inner.style.height = `${this.sorted.length * ROW}px`;
    this.#draw();
  }

  #draw() {
    const { box, sorted } = this;
    const from = Math.max(0, Math.floor(box.scrollTop / ROW) - AROUND);
    const to = Math.min(sorted.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + AROUND);
    const focused = document.activeElement?.closest?.("#people-list .person")?.dataset.name;
    this.inner.replaceChildren(...sorted.slice(from, to).map((person, i) => this.#row(person, from + i)));
    if (focused !== undefined) this.inner.querySelector(`[data-name="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  #row(person, at) {
    const { name, signs, away, account } = person;
    const mine = fold(name) === fold(this.client.name);
    const title = TITLES[signs[0]] ?? "";
    const button = el(
      "button",
      { type: "button", className: `person${away ? " away" : ""}`, tabIndex: -1, data: { name }, on: { click: (event) => this.onPerson(name, event.currentTarget) } },
      avatar(name),
      bdi(name, "label"),
      account !== null && account !== undefined ? el("span", { className: "known", textContent: "✓", title: `Logged in as ${account}`, aria: { role: "img", label: "logged in" } }) : null,
      mine ? el("span", { className: "muted", textContent: "you" }) : null,
      away ? el("span", { className: "muted", textContent: "away" }) : null,
      title === "" ? null : el("span", { className: "badge", textContent: title }),
    );
    const row = el("div", { aria: { role: "listitem", posinset: String(at + 1), setsize: String(this.sorted.length) }, className: "person-row" }, button);
    row.style.top = `${at * ROW}px`;
    return row;
  }

  #key(event) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const name = document.activeElement?.dataset?.name;
    const at = this.sorted.findIndex((person) => person.name === name);
    const next = Math.max(0, Math.min(this.sorted.length - 1, at + by));
    if (this.sorted[next] === undefined) return;
    const top = next * ROW;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    if (top + ROW > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + ROW - this.box.clientHeight;
    this.#draw();
    this.inner.querySelector(`[data-name="${CSS.escape(this.sorted[next].name)}"]`)?.focus({ preventScroll: true });
  }
}
