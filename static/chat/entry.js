// Where one writes: several lines, completion of commands, names, rooms and emoji, what one answers, drafts.

import { $, avatar, bdi, el } from "./dom.js";
import { commands } from "./commands.js";
import { fold } from "./irc.js";
import { findEmoji } from "./emoji.js";
import { plain } from "./text.js";

const CHOICES = 8;
const TYPING_STOPS = 6000; // milliseconds without a key after which one does not type any more
const PAST_AT_MOST = 50; // messages that the up arrow brings back

/** What stands before the caret and can be completed: [kind, word, where it starts]. */
export function completable(text, caret) {
  const before = text.slice(0, caret);
  const command = /^\/(\S*)$/.exec(before);
  if (command !== null) return ["command", command[1], 0];
  const found = /(^|\s)([@#:])([^\s@#:]*)$/.exec(before);
  if (found === null) return null;
  const kind = { "@": "person", "#": "room", ":": "emoji" }[found[2]];
  if (kind === "emoji" && found[3].length < 2) return null;
  return [kind, found[3], caret - found[3].length - 1];
}

export class Entry {
  /** `onSend(text, replyTo)` returns a sentence if it cannot be sent; `onTyping(place, yes)`. */
  constructor(client, { onSend, onTyping, onUp }) {
    this.client = client;
    this.onSend = onSend;
    this.onTyping = onTyping;
    this.onUp = onUp;
    this.box = $("text");
    this.place = null;
    this.answering = null;
    this.drafts = new Map(); // place -> [text, message that is answered]
    this.past = [];
    this.back = 0;
    this.choices = [];
    this.chosen = -1;
    this.timer = null;
    this.#listen();
  }

  show(place) {
    if (this.place !== null) {
      if (this.box.value.trim() !== "" || this.answering !== null) this.drafts.set(this.place, [this.box.value, this.answering]);
      else this.drafts.delete(this.place);
    }
    this.place = place;
    const [text, answering] = this.drafts.get(place) ?? ["", null];
    this.box.value = text;
    this.reply(answering, false);
    this.#close();
    const may = place !== null && place.kind !== "server";
    this.box.placeholder = may ? `Message ${place.name}` : "/help lists what can be typed here";
    this.box.ariaLabel = may ? `Message ${place.name}` : "Command";
    this.#fit();
  }

  forget(place) {
    this.drafts.delete(place);
  }

  focus() {
    this.box.focus();
  }

  /** Answer a message, or (null) none. */
  reply(message, focus = true) {
    this.answering = message;
    $("answering").hidden = message === null;
    if (message !== null) $("answering-text").replaceChildren("Reply to ", bdi(message.author, "name"), `: ${plain(message.text).slice(0, 100)}`);
    if (focus) this.focus();
  }

  /** Put something where the caret is. */
  insert(text) {
    const { selectionStart, selectionEnd, value } = this.box;
    const space = selectionStart > 0 && !/\s$/.test(value.slice(0, selectionStart)) ? " " : "";
    this.box.setRangeText(`${space}${text}`, selectionStart, selectionEnd, "end");
    this.#fit();
    this.focus();
  }

  send() {
    const text = this.box.value.replace(/\s+$/, "");
    if (text.trim() === "") return;
    const why = this.onSend(text, this.answering?.id ?? "");
    if (why) return;
    this.past = [...this.past.filter((other) => other !== text), text].slice(-PAST_AT_MOST);
    this.back = 0;
    this.box.value = "";
    this.typingSince = false;
    clearTimeout(this.timer);
    this.reply(null);
    this.#close();
    this.#fit();
  }

  // ---- completion

  #offer() {
    const found = completable(this.box.value, this.box.selectionStart);
    this.span = found;
    const choices = found === null ? [] : this.#find(found[0], found[1]);
    this.choices = choices;
    this.chosen = choices.length > 0 ? 0 : -1;
    const list = $("choices");
    list.replaceChildren(
      ...choices.map((choice, i) =>
        el(
          "div",
          {
            id: `choice-${i}`,
            className: "choice",
            aria: { role: "option", selected: String(i === this.chosen) },
            on: { pointerdown: (event) => event.preventDefault(), click: () => this.#take(choice) },
          },
          choice.mark,
          el("b", {}, bdi(choice.shown)),
          el("span", { className: "muted", textContent: choice.help }),
        ),
      ),
    );
    list.hidden = choices.length === 0;
    this.#mark();
  }

  #find(kind, word) {
    const key = fold(word);
    if (kind === "command") {
      return commands
        .filter(({ names }) => names.some((name) => name.startsWith(key)))
        .slice(0, CHOICES)
        .map(({ name, usage, help }) => ({ text: `/${name} `, shown: `/${name}`, help: `${usage} ${help}`.trim(), mark: "" }));
    }
    if (kind === "room") {
      return this.client.rooms.rooms
        .filter((place) => place.key.slice(1).startsWith(key))
        .slice(0, CHOICES)
        .map((place) => ({ text: `${place.name} `, shown: place.name, help: "", mark: "" }));
    }
    if (kind === "emoji") {
      return findEmoji(word, CHOICES).map(({ emoji, name }) => ({ text: `${emoji} `, shown: name, help: "", mark: el("span", { textContent: emoji }) }));
    }
    return this.#names(key).map((name) => ({ text: this.#addressed(name), shown: name, help: "", mark: avatar(name) }));
  }

  /** Names that begin so; those who spoke last come first. */
  #names(key) {
    const { place } = this;
    const spoke = new Map();
    place.messages.forEach((message, i) => spoke.set(fold(message.author), i));
    const names = place.kind === "room" ? [...place.people.values()].map((person) => person.name) : [place.name];
    return names
      .filter((name) => fold(name).startsWith(key) && fold(name) !== fold(this.client.name))
      .sort((a, b) => (spoke.get(fold(b)) ?? -1) - (spoke.get(fold(a)) ?? -1) || a.localeCompare(b))
      .slice(0, CHOICES);
  }

  /** A name as one addresses somebody: with a colon at the beginning. */
  #addressed(name) {
    return this.span?.[2] === 0 && !this.box.value.startsWith("/") ? `${name}: ` : `${name} `;
  }

  #mark() {
    [...$("choices").children].forEach((choice, i) => choice.setAttribute("aria-selected", String(i === this.chosen)));
    if (this.chosen >= 0) {
      this.box.setAttribute("aria-activedescendant", `choice-${this.chosen}`);
      $("choices").children[this.chosen].scrollIntoView({ block: "nearest" });
    } else {
      this.box.removeAttribute("aria-activedescendant");
    }
  }

  #take(choice) {
    this.box.setRangeText(choice.text, this.span[2], this.box.selectionStart, "end");
    this.#close();
    this.#fit();
    this.focus();
  }

  #close() {
    this.choices = [];
    this.chosen = -1;
    $("choices").hidden = true;
    $("choices").replaceChildren();
    this.box.removeAttribute("aria-activedescendant");
  }

  /** Tab after the beginning of a name, without a sign before it. */
  #tab() {
    const caret = this.box.selectionStart;
    const word = /(\S+)$/.exec(this.box.value.slice(0, caret))?.[1] ?? "";
    if (word === "" || this.place.kind === "server") return false;
    this.span = ["person", word, caret - word.length];
    const [name] = this.#names(fold(word));
    if (name === undefined) return false;
    this.#take({ text: this.#addressed(name) });
    return true;
  }

  // ---- hands

  #fit() {
    const { box } = this;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, window.innerHeight * 0.4)}px`;
  }

  #typing() {
    const typing = this.box.value.trim() !== "" && !this.box.value.startsWith("/");
    this.onTyping(this.place, typing);
    clearTimeout(this.timer);
    if (typing) this.timer = setTimeout(() => this.onTyping(this.place, false), TYPING_STOPS);
  }

  #listen() {
    const { box } = this;
    box.addEventListener("input", () => {
      this.#fit();
      this.#offer();
      this.#typing();
    });
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("blur", () => this.#close());
    $("entry").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    // The button must not take the focus, or the keyboard of a phone would go.
    $("send").addEventListener("pointerdown", (event) => event.preventDefault());
    $("answering-stop").addEventListener("click", () => this.reply(null));
  }

  #key(event) {
    if (event.isComposing) return;
    if (this.choices.length > 0) {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (by !== undefined) {
        event.preventDefault();
        this.chosen = (this.chosen + by + this.choices.length) % this.choices.length;
        this.#mark();
        return;
      }
      const whole = this.box.value.trim() === this.choices[this.chosen].text.trim();
      if (event.key === "Tab" || (event.key === "Enter" && !whole)) {
        event.preventDefault();
        this.#take(this.choices[this.chosen]);
        return;
      }
      if (event.key === "Escape") {
        event.stopPropagation();
        this.#close();
        return;
      }
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Tab" && !event.shiftKey && this.#tab()) {
      event.preventDefault();
    } else if (event.key === "Escape" && this.answering !== null) {
      this.reply(null);
    } else if (event.key === "ArrowUp" && this.box.value === "" && this.past.length === 0) {
      event.preventDefault();
      this.onUp();
    } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && this.#recall(event.key === "ArrowUp" ? 1 : -1)) {
      event.preventDefault();
    }
  }

  /** Bring back what was sent before, as long as nothing else was written. */
  #recall(by) {
    const shown = this.back > 0 ? this.past.at(-this.back) : "";
    const next = this.back + by;
    if (this.box.value !== shown || next < 0 || next > this.past.length) return false;
    this.back = next;
    this.box.value = next > 0 ? this.past.at(-next) : "";
    this.#fit();
    return true;
  }
}
