// IRC lines with tags, batches and labels. Knows no connection and no page.
// Sources: Modern IRC, "Messages"; IRCv3 message-tags, batch, labeled-response, multiline.

export const LINE_BYTES = 510; // of a line without its tags and its line end
const BATCHES_AT_MOST = 64; // open at once; servers in the field have fewer than five
const ITEMS_AT_MOST = 5000; // lines of one batch: the longest page of history is 1000 messages

const UNESCAPED = { ":": ";", s: " ", "\\": "\\", r: "\r", n: "\n" };
const ESCAPED = { ";": "\\:", " ": "\\s", "\\": "\\\\", "\r": "\\r", "\n": "\\n" };
const encoder = new TextEncoder();

export const bytes = (text) => encoder.encode(text).length;

const unescaped = (value) => value.replace(/\\(.?)/gs, (_, c) => UNESCAPED[c] ?? c);
const escaped = (value) => value.replace(/[; \\\r\n]/g, (c) => ESCAPED[c]);

/** A line as {tags, source, command, params}; null for one without a command. */
export function parse(line) {
  let rest = line.replace(/[\r\n]+$/, "");
  const tags = new Map();
  if (rest.startsWith("@")) {
    const [words, after] = cut(rest.slice(1));
    rest = after;
    for (const word of words.split(";")) {
      const at = word.indexOf("=");
      if (at < 0) tags.set(word, "");
      else tags.set(word.slice(0, at), unescaped(word.slice(at + 1)));
    }
  }
  let source = "";
  if (rest.startsWith(":")) [source, rest] = cut(rest.slice(1));
  const params = [];
  while (rest !== "") {
    if (rest.startsWith(":") && params.length > 0) {
      params.push(rest.slice(1));
      break;
    }
    let word;
    [word, rest] = cut(rest);
    params.push(word);
  }
  const command = (params.shift() ?? "").toUpperCase();
  return command === "" ? null : { tags, source, command, params };
}

function cut(text) {
  const at = text.indexOf(" ");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at).replace(/^ +/, "")];
}

/** A line to be sent. Throws for what no line can carry. */
export function format(command, params = [], tags = {}) {
  const words = [command];
  params.forEach((param, i) => {
    if (/[\r\n\0]/.test(param)) throw new Error("A parameter with a line end cannot be sent.");
    if (i === params.length - 1) words.push(/^$|^:| /.test(param) ? `:${param}` : param);
    else if (/^$|^:| /.test(param)) throw new Error(`“${param}” cannot stand between others.`);
    else words.push(param);
  });
  const tagged = Object.entries(tags).map(([key, value]) => (value === "" ? key : `${key}=${escaped(value)}`));
  return (tagged.length > 0 ? `@${tagged.join(";")} ` : "") + words.join(" ");
}

/** Who a line is from: the name in nick!user@host. */
export const nameOf = (source) => source.split("!", 1)[0];

/** The key under which two names are the same; what the server says in another case or width is the same to it. */
export const fold = (name) => name.normalize("NFKC").toLowerCase();

/** Milliseconds since the epoch of a message: the server's time, or now. */
export function timeOf(message, now) {
  const time = Date.parse(message.tags.get("time") ?? "");
  return Number.isNaN(time) ? now : time;
}

/**
 * Puts batches together. `take` returns a line that stands alone, or a whole batch as
 * {command: "BATCH", kind, params, tags, source, items}, or null while one is being received.
 */
export class Batches {
  constructor() {
    this.open = new Map();
  }

  take(message) {
    const word = message.command === "BATCH" ? (message.params[0] ?? "") : "";
    if (word.startsWith("+")) {
      if (this.open.size >= BATCHES_AT_MOST) return null;
      this.open.set(word.slice(1), { ...message, kind: message.params[1] ?? "", params: message.params.slice(2), items: [] });
      return null;
    }
    if (word.startsWith("-")) {
      const batch = this.open.get(word.slice(1));
      if (batch === undefined) return null;
      this.open.delete(word.slice(1));
      return this.#into(batch);
    }
    return this.#into(message);
  }

  #into(item) {
    const outer = this.open.get(item.tags.get("batch"));
    if (outer === undefined) return item;
    if (outer.items.length < ITEMS_AT_MOST) outer.items.push(item);
    return null;
  }
}

/** Whether a batch is one message of several lines. */
export const isMultiline = (item) => item.command === "BATCH" && item.kind === "draft/multiline";

/** A multiline batch as one PRIVMSG or NOTICE whose text has line feeds; null for an empty one. */
export function joined(batch) {
  const [first] = batch.items;
  if (first === undefined) return null;
  let text = "";
  batch.items.forEach((item, i) => {
    if (i > 0 && !item.tags.has("draft/multiline-concat")) text += "\n";
    text += item.params[1] ?? "";
  });
  return { ...first, tags: batch.tags, params: [batch.params[0], text] };
}

/** The messages of a batch, several lines as one; a labelled response is looked into. */
export function messagesOf(item) {
  if (item.command !== "BATCH") return [item];
  if (isMultiline(item)) return [joined(item)].filter((message) => message !== null);
  return item.items.flatMap(messagesOf);
}

/** `text` in parts of at most `space` bytes, parted at spaces where there are any; no character is broken. */
export function split(text, space) {
  const parts = [];
  let part = "";
  let size = 0;
  let word = 0; // where in the part the last word ended
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    // A cluster that is longer than a line by itself can only be sent in pieces.
    for (const piece of bytes(segment) > space ? segment : [segment]) {
      const more = bytes(piece);
      if (size + more > space) {
        const at = word > part.length / 2 ? word : part.length;
        parts.push(part.slice(0, at));
        part = part.slice(at);
        size = bytes(part);
        word = 0;
      }
      part += piece;
      size += more;
      if (piece === " ") word = part.length;
    }
  }
  return part === "" && parts.length > 0 ? parts : [...parts, part];
}

/** The lines of a multiline message as [text, whether it continues the one before]. */
export function pieces(text, space) {
  return text.split("\n").flatMap((line) => split(line, space).map((part, i) => [part, i > 0]));
}

/** Changes of a MODE line as [added, letter, argument]; `modes` and `prefixes` are the server's CHANMODES and PREFIX. */
export function modeChanges(words, modes, prefixes) {
  const [lists, always, whenSet] = modes;
  const rest = words.slice(1);
  const changes = [];
  let add = true;
  for (const letter of words[0] ?? "") {
    if (letter === "+" || letter === "-") {
      add = letter === "+";
      continue;
    }
    const takes = lists.includes(letter) || always.includes(letter) || prefixes.has(letter) || (whenSet.includes(letter) && add);
    changes.push([add, letter, takes ? (rest.shift() ?? "") : ""]);
  }
  return changes;
}
