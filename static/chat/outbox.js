// Our own messages, from the key press to the server's acknowledgement, over as many connections as that takes.
// Knows no page. A message keeps its label when it is sent again, by which the server knows that it has it already.

import { LINE_BYTES, bytes, fold, format, messagesOf, pieces } from "./irc.js";
import { refusal } from "./replies.js";

export const MESSAGES_OF_A_PASTE = 8; // messages into which a long text is parted at most
const WAITING_AT_MOST = 500; // more than anybody types while a server restarts
const IN_FLIGHT = 8; // sent and not acknowledged: few to be repeated after a drop
const MASK_BYTES = 130; // of name!user@host before we know our own
const CLOCKS_APART = 120_000; // milliseconds by which this machine's clock may differ from the server's

const UNSURE = "The connection was lost before the chat confirmed this. It may have been said, or not.";

export class Outbox {
  /**
   * `ready(place)`: whether what comes before is settled there. `acknowledged(place, message)` gets the server's echo;
   * `changed(place)` is called when something about an entry is.
   */
  constructor({ session, ready, acknowledged, changed, now }) {
    this.session = session;
    this.ready = ready;
    this.acknowledged = acknowledged;
    this.changed = changed;
    this.now = now;
    this.entries = []; // oldest first: {place, text, kind, tags, label, state, sentence, time, sentAs, sentAt, reference}
    this.references = 0;
  }

  of(place) {
    return this.entries.filter((entry) => entry.place === place);
  }

  get pending() {
    return this.entries.some((entry) => entry.state !== "failed");
  }

  /** Say something; a sentence if that cannot be. */
  add(place, text, kind = "said", tags = {}) {
    const parts = kind === "act" ? [text.replace(/\n+/g, " ")] : this.#parts(place, text);
    if (parts.length > MESSAGES_OF_A_PASTE) return `That is too long: at most ${MESSAGES_OF_A_PASTE} messages go out at once.`;
    if (this.entries.length + parts.length > WAITING_AT_MOST) return "Too many messages wait already. Try again when they are out.";
    if (kind === "act" && bytes(text) > this.#space(place) - 10) return "That is too long for one line.";
    for (const part of parts) {
      this.entries.push({
        place,
        text: part,
        kind,
        tags,
        label: this.session.newLabel(),
        state: "waiting",
        sentence: "",
        time: this.now(),
        sentAs: "",
        sentAt: 0,
        version: 0,
      });
      tags = {}; // a reply is one message, whatever follows it
    }
    this.changed(place);
    this.pump();
    return "";
  }

  /** A message that has failed goes out once more, as a new one. */
  again(entry) {
    Object.assign(entry, { label: this.session.newLabel(), state: "waiting", sentence: "", sentAs: "", sentAt: 0 });
    this.#touch(entry);
    this.pump();
  }

  remove(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
    this.changed(entry.place);
  }

  /** Send what may be sent, in order for each place. */
  pump() {
    if (!this.session.online) return;
    const held = new Set();
    let flying = this.entries.filter((entry) => entry.state === "sent").length;
    for (const entry of [...this.entries]) {
      if (entry.state !== "waiting" || held.has(entry.place)) continue;
      if (flying >= IN_FLIGHT) return;
      if (!this.ready(entry.place)) {
        held.add(entry.place);
      } else if (entry.sentAs !== "" && !this.#mayRepeat(entry)) {
        this.#fail(entry, UNSURE);
      } else {
        flying += 1;
        this.#send(entry);
      }
    }
  }

  /** What the history shows of a message that was sent on a lost connection; whether it was one. */
  found(place, message) {
    const entry = this.entries.find(
      (one) =>
        one.place === place &&
        one.state === "waiting" &&
        one.sentAs !== "" &&
        fold(one.sentAs) === fold(message.author) &&
        one.text === message.text &&
        one.kind === message.kind &&
        message.time > one.sentAt - CLOCKS_APART,
    );
    if (entry === undefined) return false;
    this.remove(entry);
    return true;
  }

  /** The place is gone: nothing can be said there any more. */
  abandon(place, why) {
    for (const entry of this.of(place)) if (entry.state === "waiting") this.#fail(entry, why);
  }

  #mayRepeat(entry) {
    // The server knows a label again from the same name or account; in rooms, history would have shown the message.
    const same = entry.sentAs === this.session.name || this.session.account !== null;
    const recent = this.now() - entry.sentAt < this.session.features.number("REPEAT", 0) * 1000;
    return (this.session.features.repeats && same && recent) || (entry.place.kind === "room" && this.session.features.history);
  }

  #send(entry) {
    const { session } = this;
    entry.state = "sent";
    entry.sentAs = session.name;
    entry.sentAt = entry.sentAt || this.now();
    session.expect(entry.label, (items) => this.#answered(entry, items));
    const target = entry.place.name;
    const tags = session.features.has("message-tags") ? entry.tags : {};
    const lines = this.#lines(entry);
    if (entry.kind === "act") {
      session.send("PRIVMSG", [target, `\x01ACTION ${entry.text}\x01`], { ...tags, label: entry.label });
    } else if (lines.length === 1) {
      session.send("PRIVMSG", [target, entry.text], { ...tags, label: entry.label });
    } else {
      this.references += 1;
      const reference = `m${this.references}`;
      session.send("BATCH", [`+${reference}`, "draft/multiline", target], { ...tags, label: entry.label });
      for (const [text, continues] of lines) {
        session.send("PRIVMSG", [target, text], continues ? { batch: reference, "draft/multiline-concat": "" } : { batch: reference });
      }
      session.send("BATCH", [`-${reference}`]);
    }
    this.#touch(entry);
  }

  #answered(entry, items) {
    if (items === null) {
      entry.state = "waiting";
      this.#touch(entry);
      return;
    }
    const why = items.map(refusal).find((sentence) => sentence !== null);
    const echo = items.flatMap(messagesOf).find(({ command, own }) => own && (command === "PRIVMSG" || command === "NOTICE"));
    if (echo === undefined && why !== undefined) {
      this.#fail(entry, why);
    } else {
      this.remove(entry);
      this.acknowledged(entry, echo);
      if (why !== undefined) this.session.onMessage(items.find((item) => refusal(item) !== null));
    }
    // What else the answer says, such as that somebody is away.
    for (const item of items) if (item.command === "301") this.session.onMessage(item);
    this.pump();
  }

  #fail(entry, sentence) {
    entry.state = "failed";
    entry.sentence = sentence;
    this.#touch(entry);
  }

  #touch(entry) {
    entry.version += 1;
    this.changed(entry.place);
  }

  #space(place) {
    return LINE_BYTES - 1 - (bytes(this.session.mask) || MASK_BYTES) - bytes(format("PRIVMSG", [place.name, ":"])) - 2;
  }

  #lines(entry) {
    return pieces(entry.text, this.#space(entry.place));
  }

  /** A text as messages: as few as the server's limits for several lines allow. */
  #parts(place, text) {
    const { features } = this.session;
    const several = features.has("draft/multiline");
    const linesAtMost = several ? features.limit("draft/multiline", "max-lines", 24) : 1;
    const bytesAtMost = several ? features.limit("draft/multiline", "max-bytes", 4096) : Infinity;
    const parts = [];
    let part = "";
    let lines = 0;
    for (const [piece, continues] of pieces(text, this.#space(place))) {
      const more = (lines === 0 || continues ? "" : "\n") + piece;
      if (lines > 0 && (lines >= linesAtMost || bytes(part + more) > bytesAtMost)) {
        if (part.trim() !== "") parts.push(part);
        part = piece;
        lines = 1;
      } else {
        part += more;
        lines += 1;
      }
    }
    if (part.trim() !== "") parts.push(part);
    return parts;
  }
}
