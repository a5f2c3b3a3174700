// What people write as nodes of the page: links, rooms, names, mIRC's colours and formats. Nothing in a text is markup.
// Source: https://modern.ircdocs.horse/formatting.html

const SPANS_AT_MOST = 500; // of one message: whatever is beyond has no format
const CODES = /\x03(?:(\d{1,2})(?:,(\d{1,2}))?)?|\x04(?:[0-9a-fA-F]{6}(?:,[0-9a-fA-F]{6})?)?|[\x02\x0f\x11\x16\x1d\x1e\x1f]/g;
const TOGGLES = { "\x02": "bold", "\x11": "mono", "\x16": "reverse", "\x1d": "italic", "\x1e": "strike", "\x1f": "underline" };
// Controls, and what turns the direction of the text around it: shown nowhere, as the server keeps them from terminals.
const INVISIBLE = /[\x00-\x01\x05-\x08\x0b-\x0c\x0e\x10\x12-\x15\x17-\x1c\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/g;
const LINKS = /\bhttps?:\/\/[^\s<>"“”„«»\x00-\x1f]+|(?<![\p{L}\p{N}_#&/])#\p{L}[^\s,:;!?.()[\]{}<>"'\x00-\x1f]*/giu;
const EMOJI_ONLY = /^(?:\p{RGI_Emoji}|\s){1,12}$/v;

export const visible = (text) => text.replace(INVISIBLE, "");

/** A text without its formats, for where there is only text: titles, notifications, screen readers. */
export const plain = (text) => visible(text.replace(CODES, ""));

/** Whether a text is a few emoji and nothing else, which are shown large. */
export const isEmoji = (text) => text.length < 60 && EMOJI_ONLY.test(text);

/** A link without the punctuation of the sentence around it. */
function trimmed(link) {
  let end = link.replace(/[.,:;!?'"’”*_~]+$/, "");
  while (end.endsWith(")") && end.split(")").length > end.split("(").length) end = end.slice(0, -1).replace(/[.,:;!?]+$/, "");
  return end;
}

/** The address of a link, or null for what is none that a browser can open. */
function address(text) {
  try {
    const url = new URL(text);
    return (url.protocol === "http:" || url.protocol === "https:") && url.hostname !== "" ? url.href : null;
  } catch {
    return null;
  }
}

/** Parts of a line as {text, bold, colour, ...}. */
function formatted(line) {
  const parts = [];
  let style = {};
  let at = 0;
  const put = (text) => text !== "" && parts.push({ text, style });
  for (const found of line.matchAll(CODES)) {
    if (parts.length >= SPANS_AT_MOST) break;
    put(visible(line.slice(at, found.index)));
    at = found.index + found[0].length;
    const [code, front, back] = found;
    if (code === "\x0f") style = {};
    else if (code[0] === "\x03") style = { ...style, front, back: front === undefined ? undefined : (back ?? style.back) };
    else if (code[0] !== "\x04") style = { ...style, [TOGGLES[code]]: !style[TOGGLES[code]] };
  }
  put(visible(line.slice(at).replace(CODES, "")));
  return parts;
}

function classesOf(style) {
  const classes = ["bold", "mono", "italic", "strike", "underline"].filter((name) => style[name]);
  const [front, back] = style.reverse ? [style.back ?? "1", style.front ?? "0"] : [style.front, style.back];
  if (back !== undefined && Number(back) < 16) classes.push(`back-${Number(back)}`);
  else if (front !== undefined && Number(front) < 16) classes.push(`front-${Number(front)}`);
  return classes;
}

/** The nodes of a text; `highlight` is a name that is shown strongly. Links to rooms have data-room. */
export function nodesOf(text, highlight = "") {
  const nodes = [];
  let spans = 0;
  for (const { text: part, style } of formatted(text)) {
    const classes = classesOf(style);
    const inner = linked(part, highlight);
    spans += 1;
    if (classes.length === 0 || spans > SPANS_AT_MOST) {
      nodes.push(...inner);
    } else {
      const span = document.createElement("span");
      span.className = classes.join(" ");
      span.append(...inner);
      nodes.push(span);
    }
  }
  return nodes;
}

function linked(text, highlight) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(LINKS)) {
    const word = trimmed(found[0]);
    const room = word.startsWith("#");
    const href = room ? word : address(word);
    if (href === null || found.index < at) continue;
    nodes.push(...named(text.slice(at, found.index), highlight), link(word, href, room));
    at = found.index + word.length;
  }
  return [...nodes, ...named(text.slice(at), highlight)];
}

function link(text, href, room) {
  const a = document.createElement("a");
  a.textContent = text;
  if (room) {
    a.href = `#${encodeURIComponent(text.slice(1))}`;
    a.dataset.room = text;
  } else {
    a.href = href;
    a.target = "_blank";
    a.rel = "noopener noreferrer nofollow";
  }
  return a;
}

function named(text, name) {
  if (name === "" || text === "") return text === "" ? [] : [text];
  const at = text.toLowerCase().indexOf(name.toLowerCase());
  if (at < 0 || text.length > 4096) return [text];
  const strong = document.createElement("strong");
  strong.textContent = text.slice(at, at + name.length);
  return [text.slice(0, at), strong, ...named(text.slice(at + name.length), name)].filter((node) => node !== "");
}
