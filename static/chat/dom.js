// Making nodes. Texts go in as texts: nothing that anybody wrote is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";
const HUES = 10; // colours of names in the style sheet

export const $ = (id) => document.getElementById(id);

/** An element with properties, `data` and `aria`, `on` for listeners, and children. */
export function el(tag, { data = {}, aria = {}, on = {}, ...properties } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value !== undefined && value !== null) element[key] = value;
  }
  Object.assign(element.dataset, data);
  for (const [key, value] of Object.entries(aria)) element.setAttribute(key === "role" ? key : `aria-${key}`, value);
  for (const [type, run] of Object.entries(on)) element.addEventListener(type, run);
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** Text only where it differs, so that nothing is drawn or read aloud for nothing. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The same colour for the same name, whoever looks. */
export function hue(name) {
  let sum = 7;
  for (const character of name.normalize("NFKC").toLowerCase()) sum = (sum * 31 + character.codePointAt(0)) % 65_521;
  return `hue-${sum % HUES}`;
}

/** A name that cannot turn the direction of what stands around it. */
export const bdi = (name, className = "") => el("bdi", { textContent: name, className });

export const avatar = (name) => el("span", { className: `avatar ${hue(name)}`, textContent: [...name][0]?.toUpperCase() ?? "?", aria: { hidden: "true" } });

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium", hourCycle: "h23" });

export const timeOfDay = (time) => clock.format(time);
export const fullTime = (time) => full.format(time);

/** The day of a moment in words, and a key under which two moments are of the same day. */
export const dayKey = (time) => new Date(time).toDateString();

export function dayName(time) {
  const [today, yesterday] = [new Date(), new Date(Date.now() - 86_400_000)];
  if (dayKey(time) === today.toDateString()) return "Today";
  if (dayKey(time) === yesterday.toDateString()) return "Yesterday";
  return day.format(time);
}

export const plural = (n, word, words = `${word}s`) => `${n} ${n === 1 ? word : words}`;

let toastTimer = null;

/** A sentence for a moment, read aloud as well. */
export function tell(text) {
  const place = $("told");
  place.replaceChildren(el("p", { textContent: text, dir: "auto" }));
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => place.replaceChildren(), Math.max(4000, text.length * 80));
}
