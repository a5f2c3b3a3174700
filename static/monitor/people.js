// The table of who is online: sortable, searched by the server, with the actions of each row.

import { age, number, plural, timeOfDay } from "./format.js";

const $ = (id) => document.getElementById(id);
const ROOMS_SHOWN = 1;
const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

// Each says how a row's value is compared; `active` is the larger the shorter somebody is idle.
const ORDERS = {
  name: (a, b) => collator.compare(a.name, b.name),
  dialect: (a, b) => collator.compare(a.dialect, b.dialect),
  address: (a, b) => collator.compare(a.address, b.address),
  rooms: (a, b) => a.rooms.length - b.rooms.length || collator.compare(a.rooms.join(), b.rooms.join()),
  idle: (a, b) => b.active - a.active,
};

function cell(className = "") {
  const td = document.createElement("td");
  td.className = className;
  return td;
}

export class People {
  /** onFind(text) asks the server; onAct(action, name, muted) is asked for by a row's button. */
  constructor({ onFind, onAct }) {
    this.onAct = onAct;
    this.people = [];
    this.rows = new Map();
    this.key = "name";
    this.down = false;
    this.actions = false;
    this.find = "";
    this.total = 0;
    this.ahead = 0; // seconds by which the server's clock is ahead of this one
    for (const th of $("people-head").children) {
      const { key } = th.dataset;
      if (key === undefined) continue;
      th.firstElementChild.addEventListener("click", () => {
        this.down = this.key === key && !this.down;
        this.key = key;
        this.#draw();
      });
    }
    let timer = null;
    $("people-find").addEventListener("input", (event) => {
      const text = event.target.value.trim();
      clearTimeout(timer);
      timer = setTimeout(() => {
        this.find = text;
        onFind(text);
      }, 250);
    });
    setInterval(() => this.#age(), 1000);
  }

  set(frame) {
    // An answer to what was typed before.
    if (frame.found !== this.find) return;
    this.total = frame.total;
    this.people = frame.rows.map(([name, dialect, address, rooms, active, account, muted]) => ({
      name,
      dialect,
      address,
      rooms,
      active,
      account,
      muted,
    }));
    this.#draw();
  }

  /** Somebody was muted from this page, or may speak again. */
  muted(name, muted) {
    const person = this.people.find((p) => p.name === name);
    if (person === undefined) return;
    person.muted = muted;
    this.#fill(this.rows.get(name), person);
  }

  #draw() {
    for (const th of $("people-head").children) {
      if (th.dataset.key === undefined) continue;
      const chosen = th.dataset.key === this.key;
      th.ariaSort = chosen ? (this.down ? "descending" : "ascending") : "none";
    }
    const order = ORDERS[this.key];
    const sign = this.down ? -1 : 1;
    this.people.sort((a, b) => sign * order(a, b) || collator.compare(a.name, b.name));
    const rows = new Map();
    const body = $("people-rows");
    this.people.forEach((person, i) => {
      const row = this.rows.get(person.name) ?? this.#row(person.name);
      rows.set(person.name, row);
      this.#fill(row, person);
      // Moved only where the order changed, so that a focused button keeps its focus.
      if (body.children[i] !== row.tr) body.insertBefore(row.tr, body.children[i] ?? null);
    });
    while (body.children.length > this.people.length) body.lastElementChild.remove();
    this.rows = rows;
    this.#tell();
    this.#age();
  }

  #tell() {
    const shown = this.people.length;
    $("people-count").textContent = this.find === "" ? number(this.total) : `${number(this.total)} found`;
    const more = $("people-more");
    more.hidden = shown > 0 && shown >= this.total;
    if (shown === 0) more.textContent = this.find === "" ? "Nobody is online." : `Nobody matches “${this.find}”.`;
    else more.textContent = `and ${number(this.total - shown)} more: find them by name, account, address or room`;
  }

  #row(name) {
    const tr = document.createElement("tr");
    const cells = {
      name: cell("name"),
      dialect: cell("dialect"),
      address: cell("address"),
      rooms: cell("rooms"),
      idle: cell("number idle"),
      acts: cell("acts"),
    };
    tr.append(...Object.values(cells));
    // Rows that are laid out as two lines are no table to some screen readers.
    tr.role = "row";
    for (const td of Object.values(cells)) td.role = "cell";
    const row = { tr, cells, mute: null, muted: false, active: 0, drawn: "" };
    if (this.actions) {
      const buttons = document.createElement("div");
      cells.acts.append(buttons);
      for (const [action, label] of [["mute", "Mute"], ["kick", "Kick"], ["ban", "Ban"]]) {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = label;
        button.ariaLabel = `${label} ${name}`;
        button.addEventListener("click", () => this.onAct(action, name, row.muted));
        buttons.append(button);
        if (action === "mute") row.mute = button;
      }
    }
    return row;
  }

  #fill(row, person) {
    row.muted = person.muted;
    row.active = person.active;
    const drawn = JSON.stringify([person.dialect, person.address, person.rooms, person.account, person.muted]);
    if (row.drawn === drawn) return;
    row.drawn = drawn;
    const { cells } = row;
    const name = document.createElement("b");
    name.textContent = person.name;
    cells.name.replaceChildren(name);
    if (person.account !== null && person.account !== person.name) {
      this.#tag(cells.name, person.account, "account", `Logged in as ${person.account}`);
    } else if (person.account !== null) {
      this.#tag(cells.name, "✓", "account", "Logged in");
    }
    if (person.muted) this.#tag(cells.name, "muted", "warn", "Muted");
    if (row.mute !== null) {
      row.mute.textContent = person.muted ? "Unmute" : "Mute";
      row.mute.ariaLabel = `${row.mute.textContent} ${person.name}`;
    }
    cells.dialect.textContent = person.dialect;
    cells.address.textContent = person.address;
    cells.address.title = person.address;
    const rooms = person.rooms.slice(0, ROOMS_SHOWN).join(" ");
    const more = person.rooms.length - ROOMS_SHOWN;
    cells.rooms.textContent = more > 0 ? `${rooms} +${more}` : rooms;
    cells.rooms.title = `${plural(person.rooms.length, "room")}: ${person.rooms.join(" ")}`;
  }

  #tag(td, text, kind, title) {
    const tag = document.createElement("span");
    tag.className = `tag ${kind}`;
    tag.textContent = text;
    tag.title = title;
    td.append(" ", tag);
  }

  #age() {
    const now = Date.now() / 1000 + this.ahead;
    for (const { cells, active } of this.rows.values()) {
      const text = age(now - active);
      if (cells.idle.textContent !== text) {
        cells.idle.textContent = text;
        cells.idle.title = `Last active ${timeOfDay(active)}`;
      }
    }
  }
}
