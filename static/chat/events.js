// Things that happen in a room, other than speech: what a line means, and how several are told in one sentence.

import { nameOf } from "./irc.js";

const NAMES_AT_MOST = 5; // before "and 3 others"

export const reasonOf = (reason = "") => (reason === "" ? "" : `: ${reason}`);

const FORMS = {
  JOIN: () => ({ event: "join" }),
  PART: ([, reason]) => ({ event: "part", reason }),
  QUIT: ([reason]) => ({ event: "quit", reason }),
  NICK: ([name]) => ({ event: "nick", name }),
  KICK: ([, whom, reason]) => ({ event: "kick", whom, reason }),
  TOPIC: ([, topic = ""]) => ({ event: "topic", topic }),
  MODE: ([, ...words]) => ({ event: "mode", words }),
};

/** The fields of a message that tells of this line; null for one that nobody is told of. */
export function eventOf({ command, params, source }) {
  const form = FORMS[command];
  return form === undefined ? null : { who: nameOf(source), ...form(params) };
}

const MODE_SENTENCES = {
  "+o": (by, whom) => `${by} made ${whom} an operator`,
  "-o": (by, whom) => `${by} took ${whom}’s operator rights`,
  "+v": (by, whom) => `${by} gave ${whom} voice`,
  "-v": (by, whom) => `${by} took ${whom}’s voice`,
};

function sentenceOf(event) {
  const { who } = event;
  switch (event.event) {
    case "nick":
      return `${who} is ${event.name} now`;
    case "kick":
      return `${who} put ${event.whom} out${reasonOf(event.reason)}`;
    case "topic":
      return event.topic === "" ? `${who} took the topic away` : `${who} set the topic: ${event.topic}`;
    case "mode":
      return MODE_SENTENCES[event.words[0]]?.(who, event.words[1] ?? "") ?? `${who} set the mode ${event.words.join(" ")}`;
    default:
      return `${who} left${reasonOf(event.reason)}`;
  }
}

function several(names) {
  const rest = names.length - NAMES_AT_MOST;
  const shown = rest > 1 ? [...names.slice(0, NAMES_AT_MOST), `${rest} others`] : names;
  return new Intl.ListFormat("en", { type: "conjunction" }).format(shown);
}

/** Events that follow one another as sentences: who came and who left is told together. */
export function told(events) {
  const moved = new Map(); // name -> [came, left]
  const sentences = [];
  for (const event of events) {
    const move = event.event === "join" ? 0 : event.event === "part" || event.event === "quit" ? 1 : null;
    if (move === null) {
      sentences.push(sentenceOf(event));
    } else {
      const moves = moved.get(event.who) ?? { first: move, last: move };
      moves.last = move;
      moved.set(event.who, moves);
    }
  }
  const groups = [[], [], [], []]; // came; left; came and left; left and came back
  for (const [name, { first, last }] of moved) groups[first === last ? first : first === 0 ? 2 : 3].push(name);
  const words = ["came in", "left", "came in and left", "left and came back"];
  return [...groups.flatMap((names, i) => (names.length > 0 ? [`${several(names)} ${words[i]}`] : [])), ...sentences];
}
