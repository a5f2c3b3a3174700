// What was said before: catching up after a connection, older and newer pages, the surroundings of one message, search.
// Source: IRCv3 chathistory; soju.im/search. Knows no page.

import { format, messagesOf } from "./irc.js";
import { newMessage } from "./rooms.js";

const FIRST_PAGE = 50; // messages of a place that is new to us
const PAGES_AT_MOST = 5; // of what was missed; after that comes the latest page, and that there is a gap
const HELD_AT_MOST = 1000; // live messages that wait for what was missed, so that they come in order
const FOUND_AT_MOST = 50;
const CHATS_AT_MOST = 10; // private chats that are caught up with
const CHATS_SINCE = 30 * 86_400_000; // milliseconds: those in which something was said in a month

export class History {
  /** `happened(message, place)` makes a message of a line; `changed(place)` is called when one has come. */
  constructor({ session, rooms, happened, changed, settled, now, found, urgent, live }) {
    Object.assign(this, { session, rooms, happened, changed, settled, now, found, urgent, live });
    this.held = new Map(); // place -> live messages
  }

  /** Get what was said in a place since we last heard of it, or at all. */
  catchUp(place) {
    if (this.held.has(place)) return;
    if (!this.session.features.history) {
      this.settled(place);
      return;
    }
    this.held.set(place, []);
    place.busy = true;
    const last = place.detached ? null : place.newest;
    if (last === null) this.#latest(place, []);
    else this.#after(place, last, `msgid=${last.id}`, 0);
  }

  /** Whether a live message waits until what was missed is there. */
  hold(place, message) {
    const held = this.held.get(place);
    if (held === undefined || held.length >= HELD_AT_MOST) return false;
    held.push(message);
    return true;
  }

  #done(place) {
    const held = this.held.get(place) ?? [];
    this.held.delete(place);
    place.busy = false;
    const fresh = held.filter((message) => place.addLive(message));
    place.recount();
    this.changed(place);
    for (const message of fresh) this.live(place, message);
    this.settled(place);
    const { afterwards } = place;
    place.afterwards = null;
    afterwards?.();
  }

  /** The connection is gone. What was held back is fetched again with the rest. */
  abandon() {
    for (const place of this.held.keys()) place.busy = false;
    this.held.clear();
    for (const place of this.rooms.places.values()) Object.assign(place, { loading: false, afterwards: null });
  }

  #ask(place, words, then) {
    this.session.ask("CHATHISTORY", words, (items) => {
      if (items === null) return;
      const batch = items.find((item) => item.command === "BATCH" && item.kind === "chathistory");
      then(batch === undefined ? null : batch.items.length, batch === undefined ? [] : this.#messages(batch, place));
    }, this.urgent(place));
  }

  #messages(batch, place) {
    return messagesOf({ ...batch, kind: "" })
      .map((message) => this.happened(message, place))
      .filter((message) => message !== null);
  }

  #after(place, last, from, pages) {
    const limit = this.session.features.historyPage;
    this.#ask(place, ["AFTER", place.name, from, String(limit)], (count, messages) => {
      if (count === null) {
        // The message from which on we asked may be gone: its time is not.
        if (from.startsWith("msgid=")) this.#after(place, last, `timestamp=${new Date(last.time).toISOString()}`, pages);
        else this.#latest(place, [gap(last.time)]);
        return;
      }
      this.#take(place, messages);
      const next = place.newest ?? last;
      if (count < limit || next === last) this.#done(place);
      else if (pages + 1 < PAGES_AT_MOST) this.#after(place, next, `msgid=${next.id}`, pages + 1);
      else this.#latest(place, [gap(next.time)]);
    });
  }

  #latest(place, before) {
    const limit = before.length > 0 ? this.session.features.historyPage : FIRST_PAGE;
    this.#ask(place, ["LATEST", place.name, "*", String(limit)], (count, messages) => {
      const first = messages[0];
      const close = first !== undefined && place.byId.has(first.id);
      if (!close && first !== undefined) place.addNewer(before);
      if (place.detached) place.replace([], { detached: false, complete: false });
      this.#take(place, messages);
      if (before.length === 0) place.complete = count !== null && count < limit;
      this.#done(place);
    });
  }

  #take(place, messages) {
    for (const message of messages) if (message.own) this.found(place, message);
    place.addNewer(messages);
    this.changed(place);
  }

  // ---- looking around

  older(place) {
    const first = place.oldest;
    if (place.complete || first === null) return;
    const limit = this.session.features.historyPage;
    this.#load(place, ["BEFORE", place.name, `msgid=${first.id}`, String(limit)], (count, messages) => {
      place.complete = count < limit;
      place.addOlder(messages);
    });
  }

  newer(place) {
    const last = place.newest;
    if (!place.detached || last === null) return;
    const limit = this.session.features.historyPage;
    this.#load(place, ["AFTER", place.name, `msgid=${last.id}`, String(limit)], (count, messages) => {
      if (count < limit) {
        place.detached = false;
        place.beyond = 0;
      }
      place.addNewer(messages);
    });
  }

  /** Fill a gap from its older side. */
  fill(place, mark) {
    const here = place.messages.indexOf(mark);
    const last = place.messages.slice(0, here).findLast((message) => message.id !== "");
    const next = place.messages.slice(here).find((message) => message.id !== "");
    if (last === undefined || next === undefined) return;
    const limit = this.session.features.historyPage;
    this.#load(place, ["AFTER", place.name, `msgid=${last.id}`, String(limit)], (count, messages) => {
      const reached = count < limit || messages.some((message) => message.id === next.id);
      const at = place.messages.indexOf(mark);
      if (at < 0) return;
      place.messages.splice(at, 1);
      const fresh = place.insert(messages, at);
      if (!reached && fresh.length > 0) place.insert([gap(fresh.at(-1).time)], at + fresh.length);
    });
  }

  /** Show what surrounds a message; `then` gets whether it is there. */
  around(place, id, then) {
    if (place.byId.has(id)) {
      then(true);
      return;
    }
    const limit = this.session.features.historyPage;
    this.#load(
      place,
      ["AROUND", place.name, `msgid=${id}`, String(limit)],
      (_, messages) => {
        const there = messages.some((message) => message.id === id);
        if (there) place.replace(messages, { detached: true, complete: false });
        then(there);
      },
      () => then(false),
      true,
    );
  }

  latest(place, then) {
    this.#load(place, ["LATEST", place.name, "*", String(FIRST_PAGE)], (count, messages) => {
      place.replace(messages, { detached: false, complete: count < FIRST_PAGE });
      then();
    }, () => {}, true);
  }

  /** Load a page. What is under way ends this, unless it is `instead` of that. */
  #load(place, words, then, failed = () => {}, instead = false) {
    if (place.busy && instead) place.afterwards = () => this.#load(place, words, then, failed, instead);
    if ((place.loading && !instead) || place.busy || !this.session.online) return;
    const mine = {};
    place.loading = mine;
    this.#ask(place, words, (count, messages) => {
      if (place.loading !== mine) return;
      place.loading = false;
      if (count === null) failed();
      else then(count, messages);
      place.recount();
      this.changed(place);
    });
  }

  // ---- finding

  /** Look for words in a room, or in all; `then` gets messages with their `place`, newest first, or a sentence. */
  search(words, room, then) {
    const attributes = [...(room === null ? [] : [["in", room]]), ["text", words], ["limit", String(FOUND_AT_MOST)]];
    const line = format("", [], Object.fromEntries(attributes)).slice(1).trim();
    this.session.ask("SEARCH", [line], (items) => {
      const batch = items?.find((item) => item.command === "BATCH" && item.kind === "soju.im/search");
      if (batch === undefined) {
        then(null, items?.find((item) => item.command === "FAIL")?.params.at(-1) ?? "The search was not answered.");
        return;
      }
      const found = messagesOf({ ...batch, kind: "" }).flatMap((message) => {
        const place = this.rooms.get(message.params[0] ?? "");
        const made = place === undefined ? null : this.happened(message, place);
        return made === null ? [] : [{ place, message: made }];
      });
      then(found.reverse(), "");
    });
  }

  /** With whom we talked lately, on whatever device: `then(name, time)` for each. */
  chats(then) {
    if (!this.session.features.history) return;
    const stamp = (time) => `timestamp=${new Date(time).toISOString()}`;
    const now = this.now();
    const words = ["TARGETS", stamp(now + 86_400_000), stamp(now - CHATS_SINCE), "50"];
    this.session.ask("CHATHISTORY", words, (items) => {
      const batch = items?.find((item) => item.command === "BATCH" && item.kind === "draft/chathistory-targets");
      const lines = (batch?.items ?? []).filter(({ params }) => params.length > 2 && !this.session.features.isRoom(params[1]));
      for (const { params } of lines.reverse().slice(0, CHATS_AT_MOST)) then(params[1], Date.parse(params[2]) || 0);
    });
  }
}

const gap = (time) => newMessage({ kind: "gap", time });
