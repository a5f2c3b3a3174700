// What one server offers: capabilities and the tokens of RPL_ISUPPORT, with the defaults of Modern IRC until it tells.

export const WANTED = [
  "account-notify",
  "account-tag",
  "away-notify",
  "batch",
  "cap-notify",
  "chghost",
  "draft/account-registration",
  "draft/chathistory",
  "draft/event-playback",
  "draft/message-redaction",
  "draft/multiline",
  "draft/read-marker",
  "echo-message",
  "extended-join",
  "invite-notify",
  "labeled-response",
  "message-tags",
  "multi-prefix",
  "sasl",
  "server-time",
  "setname",
  "soju.im/search",
  "standard-replies",
  "userhost-in-names",
];

const TOKENS_AT_MOST = 512; // servers in the field have fewer than 100
const PAGE = 100; // messages of history asked for at once: two screens of a large window

export class Features {
  offered = new Map();
  enabled = new Set();
  #tokens = new Map();

  offer(list) {
    for (const word of list.split(" ").filter(Boolean)) {
      const at = word.indexOf("=");
      if (this.offered.size >= TOKENS_AT_MOST) return;
      this.offered.set(at < 0 ? word : word.slice(0, at), at < 0 ? "" : word.slice(at + 1));
    }
  }

  withdraw(list) {
    for (const name of list.split(" ")) {
      this.offered.delete(name);
      this.enabled.delete(name);
    }
  }

  acknowledge(list) {
    for (const name of list.split(" ").filter(Boolean)) {
      if (name.startsWith("-")) this.enabled.delete(name.slice(1));
      else if (WANTED.includes(name)) this.enabled.add(name);
    }
  }

  get wanted() {
    return WANTED.filter((name) => this.offered.has(name) && !this.enabled.has(name));
  }

  support(tokens) {
    for (const token of tokens) {
      const at = token.indexOf("=");
      const name = at < 0 ? token : token.slice(0, at);
      if (name.startsWith("-")) this.#tokens.delete(name.slice(1));
      else if (this.#tokens.size < TOKENS_AT_MOST) this.#tokens.set(name, at < 0 ? "" : token.slice(at + 1));
    }
  }

  has(name) {
    return this.enabled.has(name);
  }

  token(name, otherwise = "") {
    return this.#tokens.get(name) ?? otherwise;
  }

  number(name, otherwise) {
    const value = this.#tokens.get(name) ?? "";
    return /^\d{1,9}$/.test(value) ? Number(value) : otherwise;
  }

  /** A number in the value of a capability, as max-lines in draft/multiline. */
  limit(capability, name, otherwise) {
    const value = this.offered.get(capability)?.split(",").find((part) => part.startsWith(`${name}=`));
    const text = value?.slice(name.length + 1) ?? "";
    return /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
  }

  get mechanisms() {
    const value = this.offered.get("sasl");
    if (value === undefined) return [];
    return value === "" ? ["PLAIN"] : value.split(",");
  }

  get network() {
    return this.token("NETWORK", "chat");
  }

  get historyPage() {
    return Math.min(this.number("CHATHISTORY", PAGE) || PAGE, PAGE);
  }

  get history() {
    return ["draft/chathistory", "batch", "server-time", "message-tags"].every((name) => this.has(name));
  }

  /** Whether a message that comes again with its label, on another connection, is said only once. */
  get repeats() {
    return this.has("labeled-response") && this.number("REPEAT", 0) > 0;
  }

  /** Mode letter -> the sign before the names of those who have it, highest first. */
  get prefixes() {
    const [letters, signs = ""] = this.token("PREFIX", "(ov)@+").slice(1).split(")");
    return new Map([...letters].map((letter, i) => [letter, signs[i] ?? ""]));
  }

  get signs() {
    return [...this.prefixes.values()].join("");
  }

  get modes() {
    return [...this.token("CHANMODES", "b,k,l,imnpst").split(","), "", "", ""];
  }

  isRoom(target) {
    return target !== "" && this.token("CHANTYPES", "#&").includes(target[0]);
  }

  /** A room's name from a message's target, which may address only those with rights (STATUSMSG). */
  roomOf(target) {
    const signs = this.token("STATUSMSG");
    let at = 0;
    while (at < target.length && signs.includes(target[at])) at += 1;
    return this.isRoom(target.slice(at)) ? target.slice(at) : target;
  }
}
