// The chat as somebody uses it: session, rooms, outbox and history put together, and what each line of the server does.
// Knows no page: whoever shows it is told what has changed, by name of the event.

import { fold, messagesOf, modeChanges, nameOf, timeOf } from "./irc.js";
import { eventOf, reasonOf } from "./events.js";
import { History } from "./history.js";
import { Outbox } from "./outbox.js";
import { Rooms, isSpeech, newMessage } from "./rooms.js";
import { isJoinRefused, refusal } from "./replies.js";
import { Session, sentence, system } from "./session.js";

export const LOBBY = "#lobby";
const NAMES_IN_A_JOIN = 10; // rooms of one JOIN line
const TYPING_PAUSE = 3000; // milliseconds between two notices that one types (IRCv3 typing)
const MARK_PAUSE = 1000; // milliseconds between two read markers of a place
const REMARKS_AT_MOST = 200; // of the server, which greets anew with each connection
// Greetings, counts and ends of lists, which tell people nothing.
const SILENT = new Set(
  "001 002 003 004 005 042 221 250 251 252 253 254 255 265 266 305 306 315 318 323 329 333 341 365 366 368 369 375 376 422 730 731 900 901 903".split(" "),
);

/** Whether a text has a name in it, as a word. */
export function mentions(text, name) {
  const at = fold(text).indexOf(fold(name));
  if (name === "" || at < 0) return false;
  const word = /[\p{L}\p{N}_\-[\]\\`^{}|]/u;
  const folded = fold(text);
  const [before, after] = [folded[at - 1] ?? "", folded[at + fold(name).length] ?? ""];
  return (!word.test(before) && !word.test(after)) || mentions(folded.slice(at + 1), name);
}

/**
 * Events: "state" (the connection's), "places" (which there are, what is unread), "place" (one of them, its messages),
 * "people" (of a place), "said" (place, message: live, by others), "entered" (place), "told" (a sentence, for now),
 * "account".
 */
export class Client extends EventTarget {
  constructor({ url, ignored = new Set(), outside = system }) {
    super();
    this.outside = outside;
    this.ignored = ignored; // folded names
    this.rooms = new Rooms();
    this.server = this.rooms.server;
    this.wanted = new Map(); // folded name -> room in which we want to be, with its key
    this.active = null; // the place that is looked at
    this.typed = 0;
    this.marks = new Map();
    const changed = (place) => this.#tell("place", place);
    this.session = new Session({
      url,
      outside,
      onState: (state) => this.#state(state),
      onMessage: (item) => this.#take(item),
      onOnline: (first) => this.#online(first),
    });
    this.outbox = new Outbox({
      session: this.session,
      now: () => outside.now(),
      changed,
      ready: (place) => (place.kind === "person" ? true : place.joined) && !place.busy,
      acknowledged: (entry, echo) => this.#acknowledged(entry, echo),
    });
    this.history = new History({
      session: this.session,
      rooms: this.rooms,
      now: () => outside.now(),
      changed: (place) => {
        changed(place);
        this.#tell("places");
      },
      settled: (place) => {
        this.outbox.pump();
        if (place === this.active) this.#tell("settled", place);
      },
      happened: (message, place) => this.#happened(message, place),
      found: (place, message) => this.outbox.found(place, message),
      urgent: (place) => place === this.active || this.active === null || this.active.kind === "server",
      live: (place, message) => this.#announce(place, message),
    });
  }

  get name() {
    return this.session.name;
  }

  get account() {
    return this.session.account;
  }

  #tell(type, ...detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  // ---- what people do

  /** Come in under a name, into these rooms. */
  connect({ name, login, serverPassword, rooms = [] }) {
    for (const room of rooms) this.wanted.set(fold(room), { name: room, key: "" });
    this.session.connect({ name, login, serverPassword });
  }

  leave(reason) {
    this.session.close(reason);
  }

  join(room, key = "") {
    this.wanted.set(fold(room), { name: room, key });
    this.command("JOIN", key === "" ? [room] : [room, key]);
  }

  part(place, reason = "") {
    this.wanted.delete(place.key);
    if (place.joined && this.session.online) this.command("PART", reason === "" ? [place.name] : [place.name, reason]);
    else this.#closed(place);
  }

  /** A private chat. */
  talkTo(name) {
    const known = this.rooms.get(name);
    const place = known ?? this.rooms.open(name, "person");
    if (place !== null && known === undefined) {
      if (this.session.features.has("draft/read-marker")) this.session.send("MARKREAD", [name], {}, false);
      this.history.catchUp(place);
      this.#tell("places");
    }
    return place;
  }

  closeChat(place) {
    this.#closed(place);
  }

  say(place, text, { kind = "said", replyTo = "" } = {}) {
    return this.outbox.add(place, text, kind, replyTo === "" ? {} : { "+draft/reply": replyTo });
  }

  react(place, message, emoji) {
    const on = !message.reactions.get(emoji)?.has(fold(this.name));
    this.session.send("TAGMSG", [place.name], { "+draft/reply": message.id, [on ? "+draft/react" : "+draft/unreact"]: emoji });
    if (!this.session.features.has("echo-message")) place.react(message.id, emoji, this.name, on);
    this.#tell("place", place);
  }

  redact(place, message) {
    this.command("REDACT", [place.name, message.id]);
  }

  /** Tell those in a place that one types, or has stopped; not more often than they need it. */
  types(place, yes) {
    if (!this.session.online || !this.session.features.has("message-tags") || place.kind === "server") return;
    if (place.kind === "room" && !place.joined) return;
    const now = this.outside.now();
    if (yes && (now - this.typed < TYPING_PAUSE || this.session.crowded)) return;
    if (!yes && this.typed === 0) return;
    this.typed = yes ? now : 0;
    this.session.send("TAGMSG", [place.name], { "+typing": yes ? "active" : "done" });
  }

  /** Everything in a place has been seen. */
  read(place) {
    const time = Math.max(place.newest?.time ?? 0, place.detached ? 0 : place.lastTime);
    if (time <= place.marker) return;
    place.read(time);
    this.#tell("places");
    if (!this.session.features.has("draft/read-marker") || this.marks.has(place)) return;
    this.marks.set(
      place,
      this.outside.later(MARK_PAUSE, () => {
        this.marks.delete(place);
        if (this.session.online) this.session.send("MARKREAD", [place.name, `timestamp=${new Date(place.marker).toISOString()}`], {}, false);
      }),
    );
  }

  /** Send a command; what the server answers is shown where it was asked, unless `answered` takes it. */
  command(word, params, answered = null) {
    const place = this.active;
    if (!this.session.online) {
      this.#tell("told", "There is no connection to the chat at the moment.");
      return;
    }
    this.session.ask(word, params, (items) => {
      if (answered !== null) answered(items);
      else for (const item of items ?? []) this.#take(item, place);
    });
  }

  /** The answer to a command as lines; `null` if the connection is lost. */
  lines(word, params) {
    return new Promise((resolve) => this.command(word, params, resolve));
  }

  /** A line that only this page shows. */
  note(place, text, error = false) {
    const where = place ?? this.server;
    where.addLive(newMessage({ kind: "note", text, error, time: this.outside.now() }));
    if (where === this.server && where.messages.length > REMARKS_AT_MOST) where.messages.shift();
    this.#tell("place", where);
  }

  /** Whether we may kick, ban and give rights in a room. */
  runs(place) {
    return place.kind === "room" && (this.operator || (place.person(this.name)?.signs.includes("@") ?? false));
  }

  // ---- what the connection does

  #state(state) {
    if (state.state !== "online") {
      this.history.abandon();
      for (const place of this.rooms.places.values()) {
        place.joined = false;
        place.typing.clear();
      }
    }
    this.operator = false;
    this.typed = 0;
    this.#tell("state", state);
  }

  #online(first) {
    const rooms = [...this.wanted.values()].sort((a, b) => (fold(b.name) === this.active?.key) - (fold(a.name) === this.active?.key));
    for (const { name, key } of rooms.filter((room) => room.key !== "")) this.session.send("JOIN", [name, key]);
    const open = rooms.filter((room) => room.key === "").map((room) => room.name);
    while (open.length > 0) this.session.send("JOIN", [open.splice(0, NAMES_IN_A_JOIN).join(",")]);
    for (const chat of this.rooms.chats) this.history.catchUp(chat);
    if (first) this.history.chats((name, time) => this.#chatBefore(name, time));
    this.outbox.pump();
    this.#tell("account");
  }

  #chatBefore(name, time) {
    const place = this.rooms.open(name, "person");
    if (place === null) return;
    place.lastTime = Math.max(place.lastTime, time);
    if (this.session.features.has("draft/read-marker")) this.session.send("MARKREAD", [name], {}, false);
    this.history.catchUp(place);
    this.#tell("places");
  }

  #acknowledged(entry, echo) {
    const { place } = entry;
    const message =
      echo === undefined
        ? newMessage({ kind: entry.kind, text: entry.text, author: this.name, own: true, time: this.outside.now() })
        : this.#happened(echo, place);
    if (message !== null) this.#put(place, message);
  }

  // ---- what the server says

  #take(item, asked = null) {
    for (const message of messagesOf(item)) {
      const handler = Client.#HANDLERS[message.command];
      if (handler !== undefined) handler(this, message, asked);
      else if (/^\d{3}$/.test(message.command) && !SILENT.has(message.command)) this.#numeric(message, asked);
    }
  }

  #numeric(message, asked) {
    const why = refusal(message);
    if (isJoinRefused(message)) this.#notLetIn(this.rooms.get(message.params[1] ?? ""), message.params[1] ?? "");
    this.note(asked ?? (why !== null ? this.active : null), why ?? message.params.slice(1).join(" "), why !== null);
  }

  #notLetIn(place, room) {
    this.wanted.delete(fold(room));
    if (place !== undefined && !place.joined) this.#closed(place);
  }

  /** Where a message belongs: the room, or whoever is at the other end. */
  #placeOf(message) {
    const target = this.session.features.roomOf(message.params[0]);
    if (this.session.features.isRoom(target)) return this.rooms.get(target) ?? null;
    const other = message.own ? target : nameOf(message.source);
    const known = this.rooms.get(other);
    const place = known ?? this.rooms.open(other, "person");
    if (known === undefined) this.#tell("places");
    return place;
  }

  /** What a line of the server is as a message of a place, live or of the past; null for nothing. */
  #happened(message, place) {
    const { tags, source, command, params } = message;
    const author = nameOf(source);
    const own = fold(author) === fold(this.name) || (this.account !== null && tags.get("account") === this.account);
    const base = { id: tags.get("msgid") ?? "", time: timeOf(message, this.outside.now()), author, own, account: tags.get("account") ?? null };
    if (command === "PRIVMSG" || command === "NOTICE") {
      if (this.ignored.has(fold(author)) && !own) return null;
      let [, text] = params;
      let kind = command === "NOTICE" ? "notice" : "said";
      if (text.startsWith("\x01")) {
        if (!text.startsWith("\x01ACTION")) return null;
        text = text.slice(8).replace(/\x01$/, "");
        kind = "act";
      }
      const replyTo = tags.get("+draft/reply") ?? tags.get("+reply") ?? "";
      const mention = !own && mentions(text, this.name);
      return newMessage({ ...base, kind, text, bot: tags.has("bot"), replyTo, mention });
    }
    if (command === "TAGMSG") {
      const id = tags.get("+draft/reply") ?? tags.get("+reply") ?? "";
      const [added, taken] = [tags.get("+draft/react") ?? tags.get("+react"), tags.get("+draft/unreact")];
      if (id !== "" && !this.ignored.has(fold(author))) {
        if (added !== undefined) place.react(id, added, author, true);
        if (taken !== undefined) place.react(id, taken, author, false);
      }
      return null;
    }
    const event = eventOf(message);
    return event === null ? null : newMessage({ ...base, kind: "event", ...event });
  }

  #put(place, message) {
    if (this.history.hold(place, message)) return;
    if (!place.addLive(message)) return;
    place.typing.delete(fold(message.author));
    place.recount();
    this.#tell("place", place);
    this.#tell("places");
    this.#announce(place, message);
  }

  #announce(place, message) {
    if (isSpeech(message) && !message.own) this.#tell("said", place, message);
  }

  #said(message, asked) {
    if (!message.source.includes("!")) {
      const room = this.rooms.get(this.session.features.roomOf(message.params[0]));
      this.note(room ?? asked, message.params[1], asked !== null);
      return;
    }
    const place = this.#placeOf(message);
    if (place === null) return;
    const made = this.#happened(message, place);
    if (made !== null) this.#put(place, made);
  }

  #tagged(message) {
    const place = this.#placeOf(message);
    if (place === null) return;
    const typing = message.tags.get("+typing") ?? message.tags.get("+draft/typing");
    const author = nameOf(message.source);
    if (typing !== undefined && !message.own && !this.ignored.has(fold(author))) {
      place.types(author, typing, this.outside.now());
      this.#tell("typing", place);
    }
    this.#happened(message, place);
    this.#tell("place", place);
  }

  #joined(message) {
    const { params, source, own } = message;
    const name = nameOf(source);
    const place = own ? this.rooms.open(params[0], "room") : this.rooms.get(params[0]);
    if (place === null || place === undefined) return;
    if (own) {
      place.name = params[0];
      place.people.clear();
      place.joined = true;
      this.wanted.set(place.key, { key: "", ...this.wanted.get(place.key), name: place.name });
    }
    const account = params[1] === "*" ? null : (params[1] ?? null);
    place.enter({ name, account, host: source.split("@")[1] ?? "", away: false });
    if (own) {
      this.history.catchUp(place);
      this.#tell("entered", place);
      this.#tell("places");
    } else {
      this.#event(place, message);
    }
    this.#tell("people", place);
  }

  #parted(message) {
    this.#gone(message, message.params[0], nameOf(message.source), message.own);
  }

  #kicked(message) {
    const [room, name] = message.params;
    const own = fold(name) === fold(this.name);
    this.#gone(message, room, name, own);
    if (own) this.#tell("told", `${nameOf(message.source)} put you out of ${room}${reasonOf(message.params[2])}.`);
  }

  #gone(message, room, name, own) {
    const place = this.rooms.get(room);
    if (place === undefined) return;
    place.leave(name);
    if (own) {
      this.wanted.delete(place.key);
      this.#closed(place);
      return;
    }
    this.#event(place, message);
    this.#tell("people", place);
  }

  #closed(place) {
    this.rooms.close(place);
    this.outbox.abandon(place, "You are not there any more.");
    this.#tell("closed", place);
    this.#tell("places");
  }

  #quit(message) {
    const name = nameOf(message.source);
    for (const place of this.rooms.with(name)) {
      place.leave(name);
      this.#event(place, message);
      this.#tell("people", place);
    }
  }

  #renamed(message) {
    const [old, name] = [nameOf(message.source), message.params[0]];
    this.rooms.renamed(old, name);
    for (const place of this.rooms.with(name)) {
      this.#event(place, message);
      this.#tell("people", place);
    }
    this.#tell("places");
    if (message.own) this.#tell("account");
  }

  #topic(message) {
    const place = this.rooms.get(message.params[0]);
    if (place === undefined) return;
    place.topic = message.params[1] ?? "";
    this.#event(place, message);
  }

  #topicIs({ params }) {
    const place = this.rooms.get(params[1]);
    if (place === undefined) return;
    place.topic = params[2] ?? "";
    this.#tell("place", place);
  }

  #event(place, message) {
    const made = this.#happened(message, place);
    if (made !== null && !this.history.hold(place, made)) place.addLive(made);
    this.#tell("place", place);
  }

  #names({ params }) {
    const place = this.rooms.get(params[2]);
    if (place === undefined) return;
    const all = this.session.features.signs;
    for (const word of (params[3] ?? "").split(" ").filter(Boolean)) {
      let at = 0;
      while (all.includes(word[at])) at += 1;
      const mask = word.slice(at);
      place.enter({ name: nameOf(mask), signs: word.slice(0, at), host: mask.split("@")[1] ?? "" });
    }
  }

  #namesComplete({ params }) {
    const place = this.rooms.get(params[1]);
    if (place !== undefined) this.#tell("people", place);
  }

  #away(message) {
    this.#everywhere(message, { away: (message.params[0] ?? "") !== "" });
  }

  #accountIs(message) {
    this.#everywhere(message, { account: message.params[0] === "*" ? null : message.params[0] });
  }

  #hostIs(message) {
    this.#everywhere(message, { host: message.params[1] });
  }

  #everywhere(message, facts) {
    const name = nameOf(message.source);
    for (const place of this.rooms.with(name)) {
      place.enter({ name: place.person(name).name, ...facts });
      this.#tell("people", place);
    }
  }

  #mode(message) {
    const { features } = this.session;
    const [target, ...words] = message.params;
    const place = this.rooms.get(target);
    if (place === undefined) {
      if (fold(target) === fold(this.name)) this.operator = modeChanges(words, ["", "", ""], new Map()).reduce((is, [add, letter]) => (letter === "o" ? add : is), this.operator);
      return;
    }
    for (const [add, letter, argument] of modeChanges(words, features.modes, features.prefixes)) {
      const sign = features.prefixes.get(letter);
      if (sign !== undefined) place.setSign(argument, sign, add, features.signs);
    }
    this.#event(place, message);
    this.#tell("people", place);
  }

  #invited(message) {
    const [name, room] = message.params;
    if (fold(name) === fold(this.name)) this.#tell("invited", nameOf(message.source), room);
    else this.note(this.rooms.get(room) ?? null, `${nameOf(message.source)} invites ${name}.`);
  }

  #isAway({ params }) {
    this.note(this.rooms.get(params[1]) ?? null, `${params[1]} is away: ${params[2]}`);
  }

  #marked({ params }) {
    const place = this.rooms.get(params[0]);
    const time = Date.parse((params[1] ?? "").replace(/^timestamp=/, ""));
    if (place === undefined || Number.isNaN(time)) return;
    place.read(time);
    this.#tell("places");
  }

  #redacted({ params }) {
    const room = this.session.features.isRoom(params[0]);
    const places = room ? [this.rooms.get(params[0])] : this.rooms.chats;
    for (const place of places) {
      if (place?.redact(params[1])) {
        place.recount();
        this.#tell("place", place);
        this.#tell("places");
      }
    }
  }

  #lineOfTheDay({ params }) {
    this.note(this.server, (params[1] ?? "").replace(/^- ?/, ""));
  }

  #failed(message, asked) {
    this.note(asked ?? this.active, sentence(message.params.at(-1)), true);
  }

  #noted(message, asked) {
    this.note(asked ?? this.active, sentence(message.params.at(-1)));
  }

  #announced(message) {
    const author = nameOf(message.source);
    this.#tell("told", `${author}: ${message.params.at(-1)}`);
    this.note(this.server, `${author}: ${message.params.at(-1)}`);
  }

  #login(message) {
    this.#tell("account");
    this.#noted(message, this.server);
  }

  #ended({ params }) {
    this.note(this.server, sentence(params.at(-1)), true);
  }

  static #HANDLERS = {
    PRIVMSG: (client, message, asked) => client.#said(message, asked),
    NOTICE: (client, message, asked) => client.#said(message, asked),
    TAGMSG: (client, message) => client.#tagged(message),
    JOIN: (client, message) => client.#joined(message),
    PART: (client, message) => client.#parted(message),
    KICK: (client, message) => client.#kicked(message),
    QUIT: (client, message) => client.#quit(message),
    NICK: (client, message) => client.#renamed(message),
    TOPIC: (client, message) => client.#topic(message),
    331: (client, { params }) => client.#topicIs({ params: [params[0], params[1]] }),
    332: (client, message) => client.#topicIs(message),
    353: (client, message) => client.#names(message),
    366: (client, message) => client.#namesComplete(message),
    AWAY: (client, message) => client.#away(message),
    ACCOUNT: (client, message) => client.#accountIs(message),
    CHGHOST: (client, message) => client.#hostIs(message),
    MODE: (client, message) => client.#mode(message),
    INVITE: (client, message) => client.#invited(message),
    301: (client, message) => client.#isAway(message),
    MARKREAD: (client, message) => client.#marked(message),
    REDACT: (client, message) => client.#redacted(message),
    372: (client, message) => client.#lineOfTheDay(message),
    FAIL: (client, message, asked) => client.#failed(message, asked),
    WARN: (client, message, asked) => client.#noted(message, asked),
    NOTE: (client, message, asked) => client.#noted(message, asked),
    WALLOPS: (client, message) => client.#announced(message),
    900: (client, message) => client.#login(message),
    901: (client, message) => client.#login(message),
    ERROR: (client, message) => client.#ended(message),
  };
}
