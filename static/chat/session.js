// One person's connection to the server: registration, capabilities, questions with their answers, coming back.
// Knows no page. What time it is, chance and sockets are given to it, so that tests can hold them.
// Sources: Modern IRC, "Connection Setup"; IRCv3 capability negotiation, SASL, labeled-response, WebSocket.

import { Batches, format, nameOf, parse } from "./irc.js";
import { Features } from "./features.js";

export const SUBPROTOCOL = "text.ircv3.net";
const FIRST_PAUSE = 1000; // milliseconds before the second attempt; each further one waits twice as long
const LONGEST_PAUSE = 30_000;
const REGISTRATION = 20_000; // milliseconds for everything from the socket to the welcome
const QUIET = 30_000; // milliseconds without a line after which the server is asked whether it is there
const PATIENCE = 10_000; // milliseconds that it has to answer
const CHECK_PATIENCE = 4000; // the same when somebody has just come back to the page
const OTHER_NAMES = 5; // names that are tried when one's own is still held by the last connection
const RECLAIM = 15_000; // milliseconds between two attempts to get one's own name back
const CREDENTIALS_BYTES = 400; // of one AUTHENTICATE line
const PACE = 1.9; // lines a second after `BURST`: a little slower than what the server takes for spam
const BURST = 4; // lines at once, of the five that the server allows
const BACKGROUND = 3; // of them that must be left for what nobody waits for
const FREE = new Set(["PING", "PONG", "CAP", "AUTHENTICATE", "QUIT"]); // what costs nothing of that
const QUEUED_AT_MOST = 1000; // lines that wait for their turn
const REQUEST_CHARACTERS = 400; // of capabilities in one line

const TAKEN = new Set(["433", "436", "437"]);
const LOGIN_FAILED = new Set(["902", "904", "905", "906", "907", "908"]);

/** The system's clock and timers, as `Session` wants them. */
export const system = {
  now: () => Date.now(),
  later: (ms, run) => setTimeout(run, ms),
  cancel: (timer) => clearTimeout(timer),
  chance: () => Math.random(),
  open: (url) => new WebSocket(url, SUBPROTOCOL),
};

/** 16 hexadecimal digits that nobody else's page has. */
function unique() {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * States, as `onState` gets them: {state: "connecting"}, {state: "online"}, {state: "waiting", at, why} until the next
 * attempt, {state: "refused", reason, sentence} where trying again would not help, {state: "closed"}.
 *
 * `onMessage(message)` gets each line and whole batch that answers no question; `onOnline(first)` is called when the
 * server has welcomed us and told what it is.
 */
export class Session {
  constructor({ url, onState, onMessage, onOnline, outside = system }) {
    this.url = url;
    this.onState = onState;
    this.onMessage = onMessage;
    this.onOnline = onOnline;
    this.outside = outside;
    this.features = new Features();
    this.name = "";
    this.wantedName = "";
    this.account = null;
    this.mask = ""; // name!user@host, as others see us
    this.state = { state: "closed" };
    this.run = unique();
    this.labels = 0;
    this.questions = new Map();
    this.pause = 0;
    this.welcomed = false; // whether there ever was a connection under this name
    this.first = false;
    this.socket = null;
    this.login = null;
    this.timers = {};
    this.queues = [[], []]; // lines that wait for their turn, urgent ones first
  }

  // ---- coming and going

  /** `login`: {account, password} for this one connection; it is forgotten as soon as it was sent. */
  connect({ name, login = null, serverPassword = "" }) {
    this.name = this.wantedName = name;
    this.login = login;
    this.serverPassword = serverPassword;
    this.welcomed = false;
    this.pause = 0;
    this.#open();
  }

  /** Leave for good. */
  close(reason = "") {
    if (this.state.state === "online") this.send("QUIT", [reason]);
    this.#end();
    this.#become({ state: "closed" });
  }

  tryNow() {
    if (this.state.state === "waiting") this.#open();
  }

  /** The page is looked at again, or the network is back: is the server still there? */
  check() {
    if (this.state.state === "waiting") this.#open();
    else if (this.state.state === "online") this.#ask(CHECK_PATIENCE);
  }

  get online() {
    return this.state.state === "online";
  }

  #open() {
    this.#end();
    this.features = new Features();
    this.batches = new Batches();
    this.account = null;
    this.othersTried = 0;
    this.requested = 0;
    this.registering = true;
    this.#become({ state: "connecting", first: !this.welcomed });
    let socket;
    try {
      socket = this.outside.open(this.url);
    } catch {
      this.#lost("The chat cannot be reached.");
      return;
    }
    this.socket = socket;
    const mine = (run) => (event) => {
      if (this.socket === socket) run(event);
    };
    socket.onopen = mine(() => this.#register());
    socket.onmessage = mine((event) => this.#line(event.data));
    socket.onclose = mine(() => this.#lost(this.complaint));
    socket.onerror = () => {};
    this.complaint = "";
    this.#set("patience", REGISTRATION, () => this.#lost("The chat does not answer."));
  }

  #end() {
    for (const timer of Object.values(this.timers)) this.outside.cancel(timer);
    this.timers = {};
    this.queues = [[], []];
    this.tokens = BURST;
    this.filled = this.outside.now();
    const { socket } = this;
    this.socket = null;
    if (socket !== null) socket.close();
    const asked = this.questions;
    this.questions = new Map();
    for (const question of asked.values()) question.fail();
  }

  #lost(why) {
    this.#end();
    if (this.state.state === "refused" || this.state.state === "closed") return;
    this.pause = Math.min(this.pause === 0 ? FIRST_PAUSE : this.pause * 2, LONGEST_PAUSE);
    // Everybody is disconnected at once when a server restarts: they do not all come back at once.
    const wait = this.pause * (0.5 + this.outside.chance() / 2);
    this.#become({ state: "waiting", at: this.outside.now() + wait, why });
    this.#set("again", wait, () => this.#open());
  }

  #refuse(reason, sentence) {
    this.#end();
    this.#become({ state: "refused", reason, sentence });
  }

  #become(state) {
    this.state = state;
    this.onState(state);
  }

  #set(name, ms, run) {
    this.outside.cancel(this.timers[name]);
    this.timers[name] = this.outside.later(ms, run);
  }

  // ---- talking

  /** Send a line at the pace that the server allows; one that is not `urgent` goes when no other waits. */
  send(command, params = [], tags = {}, urgent = true) {
    const line = format(command, params, tags);
    // The lines of a batch are one message, and cost as such.
    if (this.registering || FREE.has(command) || ("batch" in tags && this.queues[0].length === 0)) this.#write(line);
    else if (this.queues[0].length + this.queues[1].length < QUEUED_AT_MOST) {
      this.queues[urgent ? 0 : 1].push([line, "batch" in tags]);
      this.#pump();
    }
  }

  /** Whether a line would have to wait. */
  get crowded() {
    this.#refill();
    return this.queues[0].length > 0 || this.tokens < BACKGROUND - 1;
  }

  #refill() {
    const now = this.outside.now();
    this.tokens = Math.min(BURST, this.tokens + ((now - this.filled) / 1000) * PACE);
    this.filled = now;
  }

  #pump() {
    this.#refill();
    for (let queue = this.#next(); queue !== undefined; queue = this.#next()) {
      const [, free] = queue[0];
      // Some of the pace is kept for what people do.
      const needed = free ? 0 : queue === this.queues[1] ? BACKGROUND : 1;
      if (this.tokens < needed) {
        this.#set("pace", Math.ceil(((needed - this.tokens) / PACE) * 1000), () => this.#pump());
        return;
      }
      if (!free) this.tokens -= 1;
      this.#write(queue.shift()[0]);
    }
  }

  #next() {
    return this.queues.find((queue) => queue.length > 0);
  }

  newLabel() {
    this.labels += 1;
    return `${this.run}.${this.labels}`;
  }

  /**
   * Send with a label; `answered(items)` gets all that the server answers. It is called with null if the connection is
   * lost before.
   */
  ask(command, params, answered, urgent = true) {
    if (!this.features.has("labeled-response")) {
      this.send(command, params, {}, urgent);
      return;
    }
    const label = this.newLabel();
    this.expect(label, answered);
    this.send(command, params, { label }, urgent);
  }

  /** Have the answer to what is sent with this label given to `answered`. */
  expect(label, answered) {
    this.questions.set(label, { answer: answered, fail: () => answered(null) });
  }

  #write(line) {
    if (this.socket !== null && this.socket.readyState === 1) this.socket.send(line);
  }

  #line(data) {
    if (typeof data !== "string") return;
    this.#heard();
    const message = parse(data);
    if (message === null) return;
    // Decided here: after a NICK of ours the name is another one.
    message.own = nameOf(message.source) === this.name;
    if (message.command === "PING") {
      this.send("PONG", message.params);
      return;
    }
    if (message.command === "PONG") return; // it was heard, which is all it is for
    const item = this.batches.take(message);
    if (item === null) return;
    const question = this.questions.get(item.tags.get("label"));
    if (question !== undefined) {
      this.questions.delete(item.tags.get("label"));
      const items = item.command === "BATCH" && item.kind === "labeled-response" ? item.items : [item];
      for (const one of items) this.#note(one);
      question.answer(items);
      return;
    }
    this.#note(item);
    if (this.registering) this.#registration(item);
    else if (item.command === "376" || item.command === "422") this.#greeted();
    if (this.socket !== null) this.onMessage(item);
  }

  #heard() {
    if (this.registering) return;
    this.outside.cancel(this.timers.patience);
    this.#set("quiet", QUIET, () => this.#ask(PATIENCE));
  }

  #ask(patience) {
    this.send("PING", ["there"]);
    this.#set("patience", patience, () => this.#lost("The chat does not answer."));
  }

  /** Log in while connected; `answered` gets what the server says at the end, null if the connection is lost. */
  logIn(login, answered) {
    this.ask("AUTHENTICATE", ["PLAIN"], (items) => {
      if (!items?.some(({ command }) => command === "AUTHENTICATE")) {
        answered(items);
        return;
      }
      const chunks = plainCredentials(login);
      for (const chunk of chunks.slice(0, -1)) this.send("AUTHENTICATE", [chunk]);
      this.ask("AUTHENTICATE", chunks.slice(-1), answered);
    });
  }

  // ---- registration

  #register() {
    if (this.serverPassword !== "") this.send("PASS", [this.serverPassword]);
    this.send("CAP", ["LS", "302"]);
    this.send("NICK", [this.wantedName]);
    this.name = this.wantedName;
    this.send("USER", [this.wantedName.replace(/[^A-Za-z0-9]/g, "").slice(0, 10) || "user", "0", "*", this.wantedName]);
  }

  #registration({ command, params }) {
    if (command === "CAP") this.#cap(params);
    else if (command === "AUTHENTICATE") this.#authenticate();
    else if (command === "903") this.#negotiated();
    else if (LOGIN_FAILED.has(command) && this.mechanism === "EXTERNAL") this.#negotiated();
    else if (LOGIN_FAILED.has(command)) this.#refuse("login", this.complaint || "The server does not take this account and password.");
    else if (TAKEN.has(command)) this.#nameTaken(params.at(-1));
    else if (command === "432") this.#refuse("name", sentence(params.at(-1)));
    else if (command === "464") this.#refuse("password", "The server wants a password, or another one.");
    else if (command === "465") this.#refuse("banned", sentence(params.at(-1)));
    else if (command === "ERROR" || command === "NOTICE") this.complaint = sentence(params.at(-1) ?? "");
    else if (command === "001") this.#welcome(params[0]);
  }

  /** The welcome is over, and with it what the server tells of itself. */
  #greeted() {
    const first = this.first;
    this.first = false;
    this.onOnline(first);
  }

  #cap([, word, ...rest]) {
    const list = rest.at(-1) ?? "";
    if (word === "LS") {
      this.features.offer(list);
      if (rest.length === 1) this.#request();
    } else if (word === "ACK" || word === "NAK") {
      this.requested -= 1;
      if (this.requested === 0) this.#logIn();
    }
  }

  #request() {
    let words = [];
    const requests = [];
    for (const name of this.features.wanted) {
      if (words.join(" ").length + name.length > REQUEST_CHARACTERS) {
        requests.push(words);
        words = [];
      }
      words.push(name);
    }
    if (words.length > 0) requests.push(words);
    this.requested = requests.length;
    if (requests.length === 0) this.#negotiated();
    for (const request of requests) this.send("CAP", ["REQ", request.join(" ")]);
  }

  #logIn() {
    const { mechanisms } = this.features;
    this.mechanism = this.login !== null ? "PLAIN" : mechanisms.includes("EXTERNAL") ? "EXTERNAL" : null;
    if (this.mechanism === null || !this.features.has("sasl")) {
      if (this.login !== null) this.#refuse("login", "This server has no accounts.");
      else this.#negotiated();
    } else {
      this.send("AUTHENTICATE", [this.mechanism]);
    }
  }

  #authenticate() {
    if (this.mechanism === "EXTERNAL" || this.login === null) {
      this.send("AUTHENTICATE", ["+"]);
      return;
    }
    for (const chunk of plainCredentials(this.login)) this.send("AUTHENTICATE", [chunk]);
    this.login = null;
  }

  #negotiated() {
    this.send("CAP", ["END"]);
  }

  #nameTaken(why) {
    if (!this.welcomed || this.othersTried >= OTHER_NAMES) {
      this.#refuse("name", sentence(why));
      return;
    }
    // Our last connection may still have it: the server finds out later than we do that it is gone.
    this.othersTried += 1;
    this.name = `${this.wantedName.slice(0, 28)}${"_".repeat(this.othersTried)}`;
    this.send("NICK", [this.name]);
  }

  #welcome(name) {
    this.registering = false;
    this.first ||= !this.welcomed;
    this.welcomed = true;
    this.name = name;
    this.pause = 0;
    this.#heard();
    this.#become({ state: "online" });
    this.#reclaim();
  }

  #reclaim() {
    if (this.name === this.wantedName) return;
    this.#set("reclaim", RECLAIM, () => {
      // The answer is not told: it says each time that the name is still taken.
      this.ask("NICK", [this.wantedName], (items) => {
        for (const item of items ?? []) if (item.command === "NICK") this.onMessage(item);
      });
      this.#reclaim();
    });
  }

  // ---- what the connection itself has to know of what it hears

  #note({ command, params, own, source }) {
    if (command === "005") this.features.support(params.slice(1, -1));
    else if (command === "CAP") this.#noteCapabilities(params);
    else if (command === "900") [, this.mask, this.account] = params;
    else if (command === "901") this.account = null;
    else if (command === "NICK" && own) this.#renamed(params[0]);
    else if (command === "JOIN" && own) this.mask = source;
    else if (command === "CHGHOST" && own) this.mask = `${this.name}!${params[0]}@${params[1]}`;
  }

  #renamed(name) {
    this.name = name;
    this.outside.cancel(this.timers.reclaim);
    this.wantedName = name;
    this.mask = this.mask.replace(/^[^!]*/, name);
  }

  #noteCapabilities([, word, ...rest]) {
    const list = rest.at(-1) ?? "";
    if (word === "ACK") this.features.acknowledge(list);
    else if (word === "DEL") this.features.withdraw(list);
    else if (word === "NEW" && !this.registering) {
      this.features.offer(list);
      for (const name of this.features.wanted) this.send("CAP", ["REQ", name]);
    }
  }
}

/** The answer to AUTHENTICATE + (RFC 4616), in chunks; one that is full is followed by another. */
export function plainCredentials({ account, password }) {
  const data = new TextEncoder().encode(`${account}\0${account}\0${password}`);
  let text = btoa(String.fromCharCode(...data));
  const chunks = [];
  while (text !== "") {
    chunks.push(text.slice(0, CREDENTIALS_BYTES));
    if (chunks.at(-1).length === CREDENTIALS_BYTES && text.length === CREDENTIALS_BYTES) chunks.push("+");
    text = text.slice(CREDENTIALS_BYTES);
  }
  return chunks;
}

/** The text of a numeric as people read it: with a capital and a full stop. */
export function sentence(text) {
  const trimmed = (text ?? "").trim();
  if (trimmed === "") return "The server did not say why.";
  return trimmed[0].toUpperCase() + trimmed.slice(1) + (/[.!?]$/.test(trimmed) ? "" : ".");
}
