// What the server's replies mean to people: refusals as sentences that say what to do.

import { sentence } from "./session.js";

const JOIN_REFUSED = new Set(["403", "405", "471", "473", "474", "475", "476", "477"]);

/** Whether a numeric says that a room does not let us in. */
export const isJoinRefused = (message) => JOIN_REFUSED.has(message.command);

const SENTENCES = {
  401: (who) => `Nobody here is called ${who}.`,
  402: (who) => `There is no server ${who}.`,
  403: (room) => `There is no room ${room}.`,
  405: () => "You are in as many rooms as one may be in. Leave one first.",
  417: () => "That line is too long.",
  421: (word) => `The server does not know ${word}.`,
  433: (name, why) => `${name}: ${sentence(why)}`,
  441: (who, _, room) => `${who} is not in ${room}.`,
  442: (room) => `You are not in ${room}.`,
  443: (who, _, room) => `${who} is in ${room} already.`,
  461: (word) => `${word} needs more than that.`,
  471: (room) => `${room} is full. Try again later.`,
  473: (room) => `One has to be invited to ${room}: ask somebody who is there.`,
  474: (room) => `You are banned from ${room}.`,
  475: (room) => `${room} has a key: /join ${room} KEY`,
  477: (room) => `${room} is for people who are logged in.`,
  481: () => "Only operators of the server may do that.",
};

/** Why something was refused, in a sentence; null for a reply that is no refusal. */
export function refusal(item) {
  const { command, params, source } = item;
  if (command === "FAIL") return sentence(params.at(-1));
  // A mute is told as a remark of the server.
  if (command === "NOTICE" && !source.includes("!")) return sentence(params.at(-1));
  if (!/^[45]\d\d$/.test(command) || command === "422") return null;
  const [, about = "", other = ""] = params;
  const form = SENTENCES[command];
  return form === undefined ? sentence(params.at(-1)) : form(about, params.at(-1), other);
}
