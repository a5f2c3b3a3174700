// What is known of the rooms and private chats that one is in: who is there, what was said, what is unread.
// Knows no connection and no page: messages are told to it, and whoever shows them asks it.

import { fold } from "./irc.js";

export const KEPT = 600; // messages of a place that are kept, and so shown at once
const SLACK = 100; // as many more may come together before the oldest are dropped
const PLACES_AT_MOST = 300; // rooms are 50 at most; strangers can open private chats
const PEOPLE_AT_MOST = 20_000; // of one room
const ORPHANS_AT_MOST = 500; // reactions to messages that are not here
const REACTIONS_AT_MOST = 30; // different ones of one message
const REACTION_CHARACTERS = 32;
const TYPING = 6000; // milliseconds after which somebody does not type any more (IRCv3 typing)
const TYPING_AT_MOST = 20;
const SPEECH = new Set(["said", "act", "notice"]);

/** Whether a message is something that somebody said, as opposed to a thing that happened. */
export const isSpeech = (message) => SPEECH.has(message.kind) && !message.redacted;

/**
 * A message: {id, time, kind, author, account, text, own, bot, replyTo, mention, reactions, version}.
 * `kind` is said, act or notice; "event" (with `event` and what belongs to it); "note", which only this page shows; or
 * "gap", where something is missing. `version` grows with each change of what is to be seen.
 */
export function newMessage(fields) {
  return {
    id: "",
    time: 0,
    kind: "said",
    author: "",
    account: null,
    text: "",
    own: false,
    bot: false,
    replyTo: "",
    mention: false,
    redacted: false,
    reactions: new Map(),
    version: 0,
    ...fields,
  };
}

/** A room, a private chat (`kind` "person"), or the server's own remarks. */
export class Place {
  constructor(name, kind) {
    this.name = name;
    this.key = fold(name);
    this.kind = kind;
    this.topic = "";
    this.joined = false;
    this.people = new Map(); // folded name -> {name, signs, account, away, host}
    this.messages = []; // oldest first
    this.byId = new Map();
    this.complete = false; // whether the oldest message kept is the first there is
    this.detached = false; // whether newer messages are left out, because older ones are looked at
    this.beyond = 0; // unread messages that are left out
    this.reading = false; // whether somebody looks at older messages, which must not go
    this.busy = false; // what was missed is being fetched
    this.loading = false; // or what stands for the page of history that is under way
    this.afterwards = null; // what somebody wants to see as soon as that is there
    this.marker = 0; // milliseconds: everything up to then is read, on all devices
    this.unread = 0;
    this.mentions = 0;
    this.typing = new Map(); // folded name -> {name, until}
    this.orphans = new Map(); // message id -> reactions that came before it
    this.lastTime = 0;
  }

  get newest() {
    return this.messages.findLast((message) => message.id !== "") ?? null;
  }

  get oldest() {
    return this.messages.find((message) => message.id !== "") ?? null;
  }

  /** Put messages in their own order at an index; those that are here already are left out. Returns the new ones. */
  insert(messages, at) {
    const fresh = messages.filter((message) => message.id === "" || !this.byId.has(message.id));
    this.messages.splice(at, 0, ...fresh);
    for (const message of fresh) {
      if (message.id !== "") this.byId.set(message.id, message);
      for (const [emoji, name, on] of this.orphans.get(message.id) ?? []) react(message, emoji, name, on);
      this.orphans.delete(message.id);
      if (SPEECH.has(message.kind)) this.lastTime = Math.max(this.lastTime, message.time);
    }
    return fresh;
  }

  /** Put one message where its time says, after those of the same time; false if it is here already. */
  add(message) {
    let at = this.messages.length;
    while (at > 0 && this.messages[at - 1].time > message.time) at -= 1;
    return this.insert([message], at).length > 0;
  }

  /** Something that is said now: after everything else, unless it is left out because older things are looked at. */
  addLive(message) {
    if (this.detached && message.kind !== "note") {
      this.lastTime = Math.max(this.lastTime, message.time);
      if (isSpeech(message) && !message.own) this.beyond += 1;
      return true;
    }
    if (!this.add(message)) return false;
    if (this.messages.length > KEPT + SLACK) {
      if (this.reading) this.#dropNewest(KEPT);
      else this.#dropOldest(KEPT);
    }
    return true;
  }

  /** Pages that are looked at: those at the other end go. */
  addOlder(messages) {
    this.insert(messages, 0);
    if (this.messages.length > KEPT + SLACK) this.#dropNewest(KEPT);
  }

  addNewer(messages) {
    this.insert(messages, this.messages.length);
    if (this.messages.length > KEPT + SLACK) this.#dropOldest(KEPT);
  }

  #dropOldest(keep) {
    this.#forget(this.messages.splice(0, this.messages.length - keep));
    this.complete = false;
  }

  #dropNewest(keep) {
    this.#forget(this.messages.splice(keep));
    this.detached = true;
  }

  #forget(messages) {
    for (const message of messages) this.byId.delete(message.id);
  }

  /** Start over with other messages than those that were here. */
  replace(messages, { detached, complete }) {
    this.messages = [];
    this.byId.clear();
    this.detached = detached;
    this.complete = complete;
    this.beyond = 0;
    this.insert(messages, 0);
  }

  redact(id) {
    const message = this.byId.get(id);
    if (message === undefined) return false;
    message.redacted = true;
    message.text = "";
    message.reactions.clear();
    message.version += 1;
    return true;
  }

  react(id, emoji, name, on) {
    if (emoji === "" || emoji.length > REACTION_CHARACTERS) return;
    const message = this.byId.get(id);
    if (message !== undefined) {
      react(message, emoji, name, on);
    } else if (this.orphans.size < ORPHANS_AT_MOST) {
      const waiting = this.orphans.get(id) ?? [];
      if (waiting.length < ORPHANS_AT_MOST) waiting.push([emoji, name, on]);
      this.orphans.set(id, waiting);
    }
  }

  /** Count again what is unread: all that others said after the marker. */
  recount() {
    const unread = this.messages.filter((message) => isSpeech(message) && !message.own && message.time > this.marker);
    this.unread = unread.length + this.beyond;
    this.mentions = this.kind === "person" ? this.unread : unread.filter((message) => message.mention).length;
  }

  read(time) {
    if (time <= this.marker) return false;
    this.marker = time;
    if (time >= this.lastTime) this.beyond = 0;
    this.recount();
    return true;
  }

  // ---- people

  enter(person) {
    const key = fold(person.name);
    if (this.people.size >= PEOPLE_AT_MOST && !this.people.has(key)) return;
    this.people.set(key, { signs: "", account: null, away: false, host: "", ...this.people.get(key), ...person });
  }

  leave(name) {
    this.typing.delete(fold(name));
    return this.people.delete(fold(name));
  }

  person(name) {
    return this.people.get(fold(name));
  }

  /** Everybody who is there: those with rights first, then by name. */
  sorted(signs) {
    const rank = (person) => (person.signs === "" ? signs.length : signs.indexOf(person.signs[0]));
    return [...this.people.values()].sort((a, b) => rank(a) - rank(b) || collator.compare(a.name, b.name));
  }

  setSign(name, sign, on, order) {
    const person = this.person(name);
    if (person === undefined || sign === "") return;
    const signs = new Set(person.signs);
    if (on) signs.add(sign);
    else signs.delete(sign);
    person.signs = [...order].filter((one) => signs.has(one)).join("");
  }

  // ---- typing

  types(name, what, now) {
    const key = fold(name);
    if (what === "active" && (this.typing.size < TYPING_AT_MOST || this.typing.has(key))) {
      this.typing.set(key, { name, until: now + TYPING });
    } else {
      this.typing.delete(key);
    }
  }

  typingAt(now) {
    for (const [key, { until }] of this.typing) if (until <= now) this.typing.delete(key);
    return [...this.typing.values()].map(({ name }) => name);
  }
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function react(message, emoji, name, on) {
  const names = message.reactions.get(emoji) ?? new Map();
  if (on) {
    if (!message.reactions.has(emoji) && message.reactions.size >= REACTIONS_AT_MOST) return;
    names.set(fold(name), name);
    message.reactions.set(emoji, names);
  } else {
    names.delete(fold(name));
    if (names.size === 0) message.reactions.delete(emoji);
  }
  message.version += 1;
}

/** All places, in the order in which they are listed. */
export class Rooms {
  constructor() {
    this.places = new Map(); // folded name -> Place
    this.server = new Place("Server", "server");
  }

  get(name) {
    return this.places.get(fold(name));
  }

  /** The place of this name, made if need be; null if there are too many already. */
  open(name, kind) {
    const known = this.get(name);
    if (known !== undefined) return known;
    if (this.places.size >= PLACES_AT_MOST) return null;
    const place = new Place(name, kind);
    this.places.set(place.key, place);
    return place;
  }

  close(place) {
    this.places.delete(place.key);
  }

  get rooms() {
    return this.#listed("room").sort((a, b) => collator.compare(a.name, b.name));
  }

  /** Private chats, the one with the latest message first. */
  get chats() {
    return this.#listed("person").sort((a, b) => b.lastTime - a.lastTime || collator.compare(a.name, b.name));
  }

  #listed(kind) {
    return [...this.places.values()].filter((place) => place.kind === kind);
  }

  /** Rooms in which somebody is. */
  with(name) {
    return this.rooms.filter((place) => place.person(name) !== undefined);
  }

  renamed(old, name) {
    for (const place of this.with(old)) {
      const person = place.person(old);
      place.leave(old);
      place.enter({ ...person, name });
    }
    const chat = this.get(old);
    if (chat?.kind === "person" && (fold(old) === fold(name) || this.get(name) === undefined)) {
      this.places.delete(chat.key);
      chat.name = name;
      chat.key = fold(name);
      this.places.set(chat.key, chat);
    }
  }

  get unread() {
    return this.#sum("unread");
  }

  get mentions() {
    return this.#sum("mentions");
  }

  #sum(what) {
    let sum = 0;
    for (const place of this.places.values()) sum += place[what];
    return sum;
  }
}
