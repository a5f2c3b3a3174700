// What people type after a slash: the table of commands. `/help` and the completion come from it.

import { fold } from "./irc.js";
import { change, settings } from "./settings.js";

const ROOM = /^[#&]/;

/** Rows: [names, arguments, what it does, least number of arguments, run(app, words, rest)]. */
const ROWS = [
  [["help", "?"], "", "what can be typed here", 0, (app) => app.help()],
  [["me"], "TEXT", "say what you do", 1, (app, _, rest) => app.say(rest, "act")],
  [["msg", "pm", "query"], "NAME [TEXT]", "say something to one person alone", 1, (app, [name], rest) => app.message(name, after(rest, 1))],
  [["join", "j"], "ROOM [KEY]", "go into a room, or make it", 1, (app, [room, key]) => app.join(roomName(room), key)],
  [["part", "leave"], "[REASON]", "leave this room", 0, (app, _, rest) => app.part(rest)],
  [["rooms", "list"], "", "which rooms there are", 0, (app) => app.joinDialog()],
  [["topic"], "[TEXT]", "what this room is about", 0, (app, _, rest) => app.topic(rest)],
  [["nick", "name"], "NAME", "take another name", 1, (app, [name]) => app.command("NICK", [name])],
  [["away"], "[TEXT]", "say that you are away", 0, (app, _, rest) => app.command("AWAY", [rest || "away"], "You are marked as away. /back ends it.")],
  [["back"], "", "say that you are back", 0, (app) => app.command("AWAY", [], "You are back.")],
  [["whois"], "NAME", "who somebody is", 1, (app, [name]) => app.whois(name)],
  [["invite"], "NAME", "ask somebody into this room", 1, (app, [name]) => app.inRoom("INVITE", (room) => [name, room], `${name} is invited.`)],
  [["kick"], "NAME [REASON]", "put somebody out of this room", 1, (app, [name], rest) => app.inRoom("KICK", (room) => [room, name, after(rest, 1)].filter(Boolean))],
  [["ban"], "NAME", "keep somebody out of this room", 1, (app, [name]) => app.ban(name)],
  [["unban"], "MASK", "let somebody in again", 1, (app, [mask]) => app.inRoom("MODE", (room) => [room, "-b", mask])],
  [["mute"], "NAME", "let somebody read here, and not speak", 1, (app, [name]) => app.mute(name, true)],
  [["unmute"], "NAME", "let somebody speak again", 1, (app, [name]) => app.mute(name, false)],
  [["op"], "NAME", "make somebody an operator of this room", 1, (app, [name]) => app.inRoom("MODE", (room) => [room, "+o", name])],
  [["deop"], "NAME", "take somebody’s operator rights", 1, (app, [name]) => app.inRoom("MODE", (room) => [room, "-o", name])],
  [["voice"], "NAME", "let somebody speak in a moderated room", 1, (app, [name]) => app.inRoom("MODE", (room) => [room, "+v", name])],
  [["devoice"], "NAME", "take that right", 1, (app, [name]) => app.inRoom("MODE", (room) => [room, "-v", name])],
  [["mode"], "[CHANGES]", "see or change the modes of this room", 0, (app, words) => app.inRoom("MODE", (room) => [room, ...words])],
  [["search"], "WORDS", "find what was said", 0, (app, _, rest) => app.search(rest)],
  [["ignore"], "NAME", "hide what somebody says; /unignore NAME undoes it", 1, (app, [name]) => app.ignore(name, true)],
  [["unignore"], "NAME", "show it again", 1, (app, [name]) => app.ignore(name, false)],
  [["register"], "", "make an account of your name", 0, (app) => app.accountDialog("register")],
  [["login"], "", "log in to your account", 0, (app) => app.accountDialog("login")],
  [["logout"], "", "log out of your account", 0, (app) => app.command("LOGOUT", [])],
  [["quote", "raw"], "LINE", "send an IRC command as it is", 1, (app, _, rest) => app.raw(rest)],
  [["quit", "exit"], "[TEXT]", "leave the chat", 0, (app, _, rest) => app.quit(rest)],
].map(([names, usage, help, least, run]) => ({ names, usage, help, least, run }));

const BY_NAME = new Map(ROWS.flatMap((row) => row.names.map((name) => [name, row])));

export const commands = ROWS.map(({ names, usage, help }) => ({ name: names[0], usage, help, names }));

const roomName = (text) => (ROOM.test(text) ? text : `#${text}`);
const after = (rest, words) => rest.replace(new RegExp(`^(?:\\S+\\s*){${words}}`), "");

/** Do what a line with a slash says; a sentence if it cannot be understood. */
export function run(app, line) {
  const [, word, rest] = /^\/(\S*)\s*([^]*)$/.exec(line);
  const row = BY_NAME.get(word.toLowerCase());
  if (row === undefined) return `There is no command /${word}. /help lists those there are; //${word} says it.`;
  const words = rest.split(/\s+/).filter(Boolean);
  if (words.length < row.least) return `/${row.names[0]} ${row.usage}: ${row.help}.`;
  return row.run(app, words, rest.trim()) ?? "";
}

/** Hide or show what somebody says. */
export function ignore(client, name, on) {
  const key = fold(name);
  if (on) client.ignored.add(key);
  else client.ignored.delete(key);
  change({ ignored: [...new Set([...settings.ignored.filter((other) => other !== key), ...(on ? [key] : [])])] });
}
