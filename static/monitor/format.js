// Figures, sizes and times as people read them.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const minute = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

export const number = (n) => whole.format(n);
export const decimal = (n) => (n >= 100 ? whole.format(n) : one.format(n));
export const plural = (n, word) => `${number(n)} ${word}${n === 1 ? "" : "s"}`;

export function bytes(n) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let i = 0;
  while (n >= 1000 && i < units.length - 1) {
    n /= 1000;
    i += 1;
  }
  return `${i === 0 ? whole.format(n) : decimal(n)} ${units[i]}`;
}

export function milliseconds(seconds) {
  const ms = seconds * 1000;
  if (ms >= 1000) return `${one.format(seconds)} s`;
  return ms >= 10 ? `${whole.format(ms)} ms` : `${one.format(ms)} ms`;
}

/** A length of time in its two largest units at most: "3 d 4 h", "12 min", "8 s". */
export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

/** A length of time in its largest unit, for narrow columns. */
export const age = (seconds) => duration(seconds).split(" ").slice(0, 2).join(" ");

export const timeOfDay = (seconds) => clock.format(seconds * 1000);
export const hourMinute = (seconds) => minute.format(seconds * 1000);

// Binary fractions of a second are a little off: without rounding, two ways to cut them differ by a millisecond.
const rounded = (seconds) => Math.round(seconds * 1000);

export function timeWithMilliseconds(seconds) {
  const ms = rounded(seconds);
  return `${clock.format(ms)}.${String(ms % 1000).padStart(3, "0")}`;
}

/** The same moment with its date, in UTC (ISO 8601). */
export const timestamp = (seconds) => new Date(rounded(seconds)).toISOString();
