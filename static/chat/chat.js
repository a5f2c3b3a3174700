// The page: what is shown when, and what each button does. Everything that it knows, it knows from the client.

import { Client, LOBBY } from "./client.js";
import { Entry } from "./entry.js";
import { Notifier, allowed, ask as askToNotify, possible } from "./notify.js";
import { People } from "./people.js";
import { Sidebar } from "./sidebar.js";
import { Transcript } from "./transcript.js";
import { $, bdi, el, fullTime, plural, setText, tell, timeOfDay } from "./dom.js";
import { choice, confirm, dialog, menu, pickEmoji, toggle } from "./dialogs.js";
import { commands, ignore, run } from "./commands.js";
import { REACTIONS } from "./emoji.js";
import { fold } from "./irc.js";
import { change, chooseTheme, loudness, settings, tab } from "./settings.js";
import { isSpeech } from "./rooms.js";
import { plain } from "./text.js";
import { welcome } from "./welcome.js";

const NARROW = "(max-width: 860px)"; // where lists lie over the messages, as in the style sheet
const SEARCH_PAUSE = 400; // milliseconds without a key before a search begins
const ROOMS_SHOWN = 200;
const MANY = 50; // people in a room from which on nobody is asked who they are logged in as

/** The place that an address names: #room, or #@name for a private chat. */
function placeNamed(hash) {
  let text;
  try {
    text = decodeURIComponent(hash.replace(/^#/, ""));
  } catch {
    return null;
  }
  if (text === "") return null;
  return text.startsWith("@") ? { kind: "person", name: text.slice(1) } : { kind: "room", name: `#${text}` };
}

const addressOf = (place) => (place.kind === "server" ? "#" : `#${encodeURIComponent(place.kind === "person" ? `@${place.name}` : place.name.slice(1))}`);

class App {
  constructor() {
    this.client = new Client({ url: new URL("irc", document.baseURI.split("#")[0]).href.replace(/^http/, "ws"), ignored: new Set(settings.ignored) });
    this.transcript = new Transcript(this.client, this.#acts());
    this.people = new People(this.client, (name, at) => this.personMenu(name, at));
    this.sidebar = new Sidebar(this.client, (place) => this.show(place));
    this.notifier = new Notifier(this.client, (place) => this.show(place));
    this.entry = new Entry(this.client, {
      onSend: (text, replyTo) => this.send(text, replyTo),
      onTyping: (place, yes) => this.client.types(place, yes),
      onUp: () => $("log").focus(),
    });
    this.looked = new Set(); // rooms whose people we have asked about
    this.outdated = false;
    this.#hear();
    this.#hands();
    setInterval(() => this.#tick(), 1000);
  }

  // ---- coming in

  begin() {
    const named = placeNamed(location.hash);
    this.first = named;
    welcome({
      client: this.client,
      invited: named?.kind === "room" ? named.name : "",
      rooms: () => this.#rooms(named),
    });
  }

  #rooms(named) {
    const before = settings.rooms.length > 0 ? settings.rooms : [LOBBY];
    return named?.kind === "room" ? [named.name, ...before.filter((room) => fold(room) !== fold(named.name))] : before;
  }

  // ---- what the client tells

  #hear() {
    const on = (type, run) => this.client.addEventListener(type, (event) => run(...event.detail));
    on("state", (state) => this.#state(state));
    on("entered", (place) => this.#entered(place));
    on("closed", (place) => this.#left(place));
    on("settled", () => this.transcript.schedule());
    on("places", () => {
      this.sidebar.schedule();
      this.notifier.update();
    });
    on("place", (place) => this.#changed(place));
    on("people", (place) => place === this.client.active && this.people.schedule());
    on("typing", (place) => place === this.client.active && this.#typing());
    on("said", (place, message) => {
      this.transcript.speak(place, message);
      this.notifier.said(place, message);
    });
    on("told", (text) => tell(text));
    on("account", () => this.#identity());
    on("invited", (by, room) => this.#invited(by, room));
  }

  #state(state) {
    if (state.state === "online") {
      $("welcome").hidden = true;
      $("app").hidden = false;
      tab.name = this.client.session.wantedName;
      change({ name: this.client.session.wantedName });
      this.#identity();
      if (this.client.active === null) this.show(this.client.server);
      else if (this.client.account === null && this.hadAccount) tell("You are not logged in any more: log in again from the menu at your name.");
      this.#checkVersion();
    }
    if (state.state === "refused" && !$("app").hidden) this.#refused(state);
    this.#banner();
  }

  #refused({ sentence }) {
    tab.name = "";
    tell(sentence);
  }

  #entered(place) {
    this.#keepRooms();
    const wanted = this.first;
    const active = this.client.active;
    if (wanted?.kind === "person") {
      this.first = null;
      this.show(this.client.talkTo(wanted.name));
    } else if (wanted?.kind === "room" ? fold(wanted.name) === place.key : active === null || active.kind === "server" || this.joining === place.key) {
      this.first = null;
      this.joining = null;
      this.show(place);
    } else if (place === active) {
      this.transcript.schedule();
    }
  }

  #left(place) {
    this.entry.forget(place);
    this.looked.delete(place);
    if (this.client.session.online) this.#keepRooms();
    if (place === this.client.active) this.show(this.client.rooms.rooms[0] ?? this.client.server);
    this.sidebar.schedule();
  }

  #keepRooms() {
    change({ rooms: [...this.client.wanted.values()].map(({ name }) => name) });
  }

  #changed(place) {
    if (place !== this.client.active) return;
    this.transcript.schedule();
    this.#head();
    this.#typing();
  }

  #invited(by, room) {
    tell(`${by} invites you to ${room}.`);
    confirm(`Go into ${room}?`, `${by} invites you.`, "Go in", { danger: false }, () => this.join(room, ""));
  }

  // ---- what is looked at

  show(place) {
    if (place === null) return;
    const { client } = this;
    client.active = place;
    this.transcript.show(place);
    this.people.show(place);
    this.entry.show(place);
    this.#head();
    this.#typing();
    this.sidebar.draw();
    this.notifier.update();
    this.#drawer(null);
    const address = addressOf(place);
    if (location.hash !== address && !(address === "#" && location.hash === "")) history.pushState(null, "", address);
    if (!matchMedia("(hover: none)").matches) this.entry.focus();
    this.#who(place);
  }

  /** Ask who is logged in and who is away, which the list of names does not say; once, and in rooms that are not large. */
  #who(place) {
    if (place.kind !== "room" || !place.joined || this.looked.has(place) || place.people.size > MANY) return;
    this.looked.add(place);
    this.client.session.ask(
      "WHO",
      [place.name, "%nfa"],
      (items) => {
        for (const { command, params } of items ?? []) {
          if (command !== "354") continue;
          const [, name, flags, account] = params;
          if (place.person(name) !== undefined) place.enter({ name, away: flags.startsWith("G"), account: account === "0" ? null : account });
        }
        if (place === this.client.active) this.people.schedule();
      },
      false,
    );
  }

  #head() {
    const place = this.client.active;
    setText($("place-name"), place.kind === "server" ? this.client.session.features.network : place.name);
    const topic = place.kind === "server" ? "What the server says" : place.kind === "person" ? "A private chat" : plain(place.topic);
    const mayAsk = place.kind === "room";
    setText($("topic"), topic || (mayAsk ? "Say what this room is about" : ""));
    $("topic").classList.toggle("empty", topic === "");
    $("topic").disabled = !mayAsk;
    $("search").hidden = !this.client.session.features.has("soju.im/search");
    $("place-menu").hidden = place.kind === "server";
  }

  #typing() {
    const place = this.client.active;
    const names = place === null ? [] : place.typingAt(Date.now());
    const text = names.length === 0 ? "" : names.length > 3 ? "Several people are typing…" : `${new Intl.ListFormat("en").format(names)} ${names.length === 1 ? "is" : "are"} typing…`;
    setText($("typing"), text);
  }

  #identity() {
    const { client } = this;
    setText($("network"), client.session.features.network);
    setText($("identity"), `You are ${client.name}${client.account !== null ? ", logged in" : ""}`);
    if (client.account !== null) this.hadAccount = true;
    this.sidebar.schedule();
    if (client.active !== null) this.#head();
    this.transcript.schedule();
  }

  // ---- the connection

  #banner() {
    const { state } = this.client.session;
    const act = $("banner-act");
    let text = "";
    act.hidden = true;
    if (state.state === "waiting") {
      const seconds = Math.max(1, Math.ceil((state.at - Date.now()) / 1000));
      const why = navigator.onLine ? (state.why || "The connection to the chat was lost.") : "This device is offline.";
      text = `${why} What you write is kept and sent later. Trying again in ${seconds} s.`;
      act.textContent = "Try now";
      act.hidden = false;
    } else if (state.state === "connecting" && !state.first) {
      text = "Connecting again…";
    } else if (state.state === "refused") {
      text = state.sentence;
      act.textContent = "Come in again";
      act.hidden = false;
    } else if (state.state === "closed") {
      text = "You have left.";
      act.textContent = "Come in again";
      act.hidden = false;
    } else if (this.outdated) {
      text = "There is a newer version of this page.";
      act.textContent = "Reload";
      act.hidden = false;
    }
    setText($("banner-text"), text);
    $("banner").hidden = text === "";
    document.body.dataset.state = state.state;
  }

  async #checkVersion() {
    try {
      const answer = await fetch(new URL("version", document.baseURI), { cache: "no-store" });
      const own = document.querySelector("meta[name=version]").content;
      this.outdated = answer.ok && (await answer.text()).trim() !== own;
    } catch {
      // The chat is there and the page is not: the next connection asks again.
    }
    this.#banner();
  }

  #bannerAct() {
    const { state } = this.client.session;
    if (state.state === "waiting") this.client.session.tryNow();
    else location.reload();
  }

  #tick() {
    if (this.client.session.state.state === "waiting") this.#banner();
    this.#typing();
  }

  // ---- what people do

  send(text, replyTo) {
    const place = this.client.active;
    let why;
    if (text.startsWith("/") && !text.startsWith("//")) why = run(this, text);
    else if (place.kind === "server") why = "Only commands can be typed here. /help lists them.";
    else why = this.client.say(place, text.replace(/^\/\//, "/"), { replyTo });
    if (why) {
      tell(why);
      return why;
    }
    this.transcript.since = 0;
    if (place === this.client.active && place.kind !== "server") this.transcript.latest();
    return "";
  }

  say(text, kind) {
    return this.client.active.kind === "server" ? "Go to a room first." : this.client.say(this.client.active, text, { kind });
  }

  message(name, text) {
    if (this.client.session.features.isRoom(name)) return `${name} is a room. /join ${name} goes there.`;
    const place = this.client.talkTo(name);
    if (place === null) return "Too many chats are open. Close one first.";
    this.show(place);
    return text === "" ? "" : this.client.say(place, text);
  }

  join(room, key) {
    if (/[\s,\x07]/.test(room) || room.length < 2) return "The name of a room has no spaces and no commas.";
    const known = this.client.rooms.get(room);
    if (known?.joined) {
      this.show(known);
    } else {
      this.joining = fold(room);
      this.client.join(room, key);
    }
    return "";
  }

  part(reason) {
    const place = this.client.active;
    if (place.kind === "server") return "There is nothing to leave here.";
    if (place.kind === "person") this.client.closeChat(place);
    else this.client.part(place, reason);
    return "";
  }

  topic(text) {
    const place = this.client.active;
    if (place.kind !== "room") return "Only rooms have topics.";
    if (text === "") this.topicDialog();
    else this.client.command("TOPIC", [place.name, text]);
    return "";
  }

  command(word, params, done = "") {
    this.client.command(word, params);
    if (done !== "") tell(done);
    return "";
  }

  inRoom(word, params, done = "") {
    const place = this.client.active;
    return place.kind === "room" ? this.command(word, params(place.name), done) : "That is for rooms. Go to one first.";
  }

  raw(line) {
    const [head, ...last] = line.split(" :");
    const [word, ...params] = head.split(" ").filter(Boolean);
    return this.command(word.toUpperCase(), last.length > 0 ? [...params, last.join(" :")] : params);
  }

  ignore(name, on) {
    ignore(this.client, name, on);
    tell(on ? `${name} is hidden from here on. /unignore ${name} undoes it.` : `What ${name} says is shown again.`);
  }

  quit(text) {
    tab.name = "";
    this.client.leave(text);
  }

  ban(name) {
    const place = this.client.active;
    if (place.kind !== "room") return "That is for rooms. Go to one first.";
    const person = place.person(name);
    const mask = name.includes("!") || name.includes("@") ? name : person?.account ? `a:${person.account}` : person?.host ? `*!*@${person.host}` : `${name}!*@*`;
    this.client.command("MODE", [place.name, "+b", mask]);
    if (person !== undefined) this.client.command("KICK", [place.name, name, "banned"]);
    return "";
  }

  mute(name, on) {
    return this.inRoom("MODE", (room) => [room, on ? "+b" : "-b", `m:${name}!*@*`], on ? `${name} can read here and not speak.` : `${name} may speak again.`);
  }

  async whois(name) {
    const items = await this.client.lines("WHOIS", [name]);
    const facts = new Map((items ?? []).map((item) => [item.command, item.params]));
    if (!facts.has("311")) {
      tell(items === null ? "The connection was lost." : `Nobody here is called ${name}.`);
      return;
    }
    const { body } = dialog(bdi(name), "small");
    const rows = [
      ["Account", facts.get("330")?.[2] ?? "a guest"],
      ["Rooms", facts.get("319")?.at(-1) ?? ""],
      ["Away", facts.get("301")?.at(-1) ?? ""],
      ["Came with", (facts.get("312")?.at(-1) ?? "").replace(/^speaks /, "")],
      ["Host", `${facts.get("311")[2]}@${facts.get("311")[3]}`],
      ["Here since", facts.has("317") ? fullTime(Number(facts.get("317")[3]) * 1000) : ""],
      ["Rights", facts.has("313") ? "an operator of this server" : ""],
    ];
    body.append(el("dl", {}, ...rows.filter(([, value]) => value !== "").flatMap(([term, value]) => [el("dt", { textContent: term }), el("dd", { textContent: value, dir: "auto" })])));
  }

  // ---- menus and dialogs

  #acts() {
    return {
      reply: (message) => this.entry.reply(message),
      react: (message, emoji) => this.client.react(this.client.active, message, emoji),
      pickReaction: (message, at) => pickEmoji(at, (emoji) => this.client.react(this.client.active, message, emoji)),
      menu: (message, at) => this.messageMenu(message, at),
      person: (name, at) => this.personMenu(name, at),
      jump: (id) => this.jump(this.client.active, id),
      fill: (mark) => this.client.history.fill(this.client.active, mark),
      again: (entry) => this.client.outbox.again(entry),
      remove: (entry) => this.client.outbox.remove(entry),
      room: (room) => this.#goInto(room),
    };
  }

  #goInto(room) {
    if (this.client.rooms.get(room)?.joined) this.join(room, "");
    else confirm(`Go into ${room}?`, "If there is no such room, it is made.", "Go in", { danger: false }, () => this.join(room, ""));
  }

  jump(place, id) {
    if (place !== this.client.active) this.show(place);
    this.client.history.around(place, id, (there) => {
      if (!there || !this.transcript.jump(id)) tell("That message is not kept any more.");
    });
  }

  messageMenu(message, at) {
    if (!isSpeech(message) || message.id === "") return;
    const { client } = this;
    const place = client.active;
    const may = client.session.features.has("draft/message-redaction") && (message.own || client.runs(place));
    menu(at, `${message.author}, ${timeOfDay(message.time)}`, [
      ...REACTIONS.slice(0, 3).map((emoji) => [`React ${emoji}`, () => client.react(place, message, emoji)]),
      ["Another reaction…", () => pickEmoji(at, (emoji) => client.react(place, message, emoji))],
      ["Reply", () => this.entry.reply(message)],
      ["Copy the text", () => this.#copy(plain(message.text))],
      null,
      message.own ? false : ["Person…", () => this.personMenu(message.author, at)],
      may ? ["Take it back", () => confirm("Take this message back?", plain(message.text).slice(0, 200), "Take back", {}, () => client.redact(place, message)), true] : false,
    ]);
  }

  async #copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      tell("Copied.");
    } catch {
      tell("This browser does not let the page copy here: select the text instead.");
    }
  }

  personMenu(name, at) {
    const { client } = this;
    const place = client.active;
    const me = fold(name) === fold(client.name);
    const person = place.person(name);
    const runs = client.runs(place) && !me;
    const change = (mode) => client.command("MODE", [place.name, mode, name]);
    const [op, voice] = [person?.signs.includes("@"), person?.signs.includes("+")];
    const ignored = client.ignored.has(fold(name));
    menu(at, name, [
      me ? ["Take another name…", () => this.nameDialog()] : ["Private chat", () => this.message(name, "")],
      me ? false : ["Mention", () => this.entry.insert(`${name} `)],
      ["Who is this?", () => this.whois(name)],
      me ? false : [ignored ? "Show what they say" : "Hide what they say", () => this.ignore(name, !ignored)],
      ...(runs && person !== undefined
        ? [
            null,
            [op ? "Take operator rights" : "Make operator", () => change(op ? "-o" : "+o")],
            [voice ? "Take voice" : "Give voice", () => change(voice ? "-v" : "+v")],
            ["Mute here", () => this.mute(name, true)],
            ["Unmute here", () => this.mute(name, false)],
            ["Put out…", () => confirm(`Put ${name} out of ${place.name}?`, "They may come back.", "Put out", { input: "Reason (optional)" }, (reason) => client.command("KICK", [place.name, name, ...(reason === "" ? [] : [reason])])), true],
            ["Ban…", () => confirm(`Ban ${name} from ${place.name}?`, "They are put out and kept out.", "Ban", {}, () => this.ban(name)), true],
          ]
        : []),
    ]);
  }

  placeMenu(at) {
    const place = this.client.active;
    const room = place.kind === "room";
    const loud = loudness(place);
    const mark = (value) => (loud === value ? "✓ " : "");
    const set = (value) => {
      change({ perRoom: { ...settings.perRoom, [place.key]: value } });
      this.sidebar.draw();
      this.notifier.update();
    };
    menu(at, place.name, [
      room ? ["Topic…", () => this.topicDialog()] : false,
      room ? ["Invite somebody…", () => confirm(`Invite somebody to ${place.name}`, "They are told, and can come in at once.", "Invite", { input: "Name", danger: false }, (name) => name !== "" && this.command("INVITE", [name, place.name], `${name} is invited.`))] : ["Who is this?", () => this.whois(place.name)],
      ["Copy the address", () => this.#copy(location.href)],
      null,
      [`${mark("all")}Tell me of all messages`, () => set("all")],
      room ? [`${mark("mentions")}Tell me of mentions`, () => set("mentions")] : false,
      [`${mark("none")}Tell me of nothing`, () => set("none")],
      null,
      [room ? "Leave this room" : "Close this chat", () => this.part(""), true],
    ]);
  }

  meMenu(at) {
    const { client } = this;
    const accounts = client.session.features.mechanisms.length > 0;
    const mayRegister = client.session.features.has("draft/account-registration");
    menu(at, client.name, [
      ["Take another name…", () => this.nameDialog()],
      client.account === null && accounts ? ["Log in…", () => this.accountDialog("login")] : false,
      client.account === null && mayRegister ? ["Make an account…", () => this.accountDialog("register")] : false,
      client.account !== null ? ["Log out of the account", () => client.command("LOGOUT", [])] : false,
      ["Settings…", () => this.settingsDialog()],
      null,
      ["Leave the chat", () => this.quit(""), true],
    ]);
  }

  nameDialog() {
    confirm("Take another name", `You are ${this.client.name}.`, "Take it", { input: "Name", danger: false }, (name) => name !== "" && this.client.command("NICK", [name]));
  }

  topicDialog() {
    const place = this.client.active;
    const { body, close } = dialog(bdi(place.name), "small");
    const field = el("input", { id: "topic-text", value: place.topic, maxLength: 390, dir: "auto" });
    const form = el(
      "form",
      {
        on: {
          submit: (event) => {
            event.preventDefault();
            close();
            this.client.command("TOPIC", [place.name, field.value.trim()]);
          },
        },
      },
      el("label", { htmlFor: "topic-text", textContent: "What this room is about" }),
      field,
      el("div", { className: "buttons" }, el("button", { type: "button", textContent: "Cancel", on: { click: close } }), el("button", { className: "primary", textContent: "Set the topic" })),
    );
    body.append(form);
    field.focus();
  }

  accountDialog(what) {
    const register = what === "register";
    const { client } = this;
    const { body, close } = dialog(register ? "Make an account" : "Log in", "small");
    const name = el("input", { id: "account-name", value: client.name, autocomplete: "username", autocapitalize: "none", spellcheck: false, required: true });
    const password = el("input", { id: "account-password", type: "password", autocomplete: register ? "new-password" : "current-password", required: true, maxLength: 300 });
    const problem = el("p", { className: "problem", hidden: true, aria: { role: "alert" } });
    const lead = register ? "An account keeps your name, your rights and what you have read, on all your devices." : "This page keeps no password: it is sent, and forgotten.";
    const answered = (items) => {
      const good = (items ?? []).some(({ command, params }) => command === "903" || (command === "REGISTER" && params[0] === "SUCCESS"));
      for (const item of items ?? []) if (item.command === "900" || item.command === "NOTICE") client.session.onMessage(item);
      if (good) {
        close();
        tell(register ? "The account is yours." : "You are logged in.");
        return;
      }
      problem.textContent = items === null ? "The connection was lost: try again." : register ? (items.find(({ command }) => command === "FAIL")?.params.at(-1) ?? "That did not work.") : "The server does not take this account and password.";
      problem.hidden = false;
      password.focus();
    };
    const form = el(
      "form",
      {
        on: {
          submit: (event) => {
            event.preventDefault();
            const login = { account: name.value.trim(), password: password.value };
            password.value = "";
            if (register) client.session.ask("REGISTER", [login.account, "*", login.password], answered);
            else client.session.logIn(login, answered);
          },
        },
      },
      el("p", { className: "muted", textContent: lead }),
      el("label", { htmlFor: "account-name", textContent: "Account" }),
      name,
      el("label", { htmlFor: "account-password", textContent: "Password" }),
      password,
      problem,
      el("div", { className: "buttons" }, el("button", { type: "button", textContent: "Cancel", on: { click: close } }), el("button", { className: "primary", textContent: register ? "Make it" : "Log in" })),
    );
    body.append(form);
    password.focus();
  }

  async joinDialog() {
    const { body, close } = dialog("Join a room");
    const field = el("input", { id: "join-room", placeholder: "#room", autocapitalize: "none", autocorrect: "off", spellcheck: false, maxLength: 64 });
    const list = el("div", { className: "room-list" }, el("p", { className: "muted", textContent: "Looking which rooms there are…" }));
    const go = (room) => {
      close();
      const why = this.join(room, "");
      if (why) tell(why);
    };
    body.append(
      el(
        "form",
        {
          on: {
            submit: (event) => {
              event.preventDefault();
              const room = field.value.trim();
              if (room !== "") go(room.startsWith("#") ? room : `#${room}`);
            },
          },
        },
        el("label", { htmlFor: "join-room", textContent: "Name of the room; one that does not exist is made" }),
        el("div", { className: "one-line" }, field, el("button", { className: "primary", textContent: "Join" })),
      ),
      list,
    );
    field.focus();
    const items = await this.client.lines("LIST", []);
    const rooms = (items ?? []).filter(({ command }) => command === "322").map(({ params }) => ({ name: params[1], count: Number(params[2]), topic: params[3] ?? "" }));
    rooms.sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
    const draw = () => {
      const word = fold(field.value.trim().replace(/^#/, ""));
      const found = rooms.filter(({ name }) => fold(name).includes(word));
      list.replaceChildren(
        ...found.slice(0, ROOMS_SHOWN).map(({ name, count, topic }) =>
          el("button", { type: "button", className: "room-row", on: { click: () => go(name) } }, el("b", {}, bdi(name)), el("span", { className: "muted", textContent: plural(count, "person", "people") }), el("span", { className: "room-topic", textContent: plain(topic), dir: "auto" })),
        ),
      );
      if (found.length === 0) list.append(el("p", { className: "muted", textContent: word === "" ? "There are no rooms yet." : "There is no such room yet: Join makes it." }));
    };
    draw();
    field.addEventListener("input", draw);
  }

  search(words) {
    const { client } = this;
    const place = client.active;
    const { body, close } = dialog("Search");
    const field = el("input", { id: "search-words", type: "search", value: words, placeholder: "Words", enterKeyHint: "search" });
    const here = el("input", { type: "checkbox", checked: place.kind === "room", disabled: place.kind !== "room" });
    const found = el("div", { className: "found", aria: { live: "polite" } });
    let asked = 0;
    const look = () => {
      const text = field.value.trim();
      const mine = (asked += 1);
      if (text === "") {
        found.replaceChildren();
        return;
      }
      client.history.search(text, here.checked ? place.name : null, (messages, why) => {
        if (mine !== asked) return;
        if (messages === null) found.replaceChildren(el("p", { className: "problem", textContent: why }));
        else if (messages.length === 0) found.replaceChildren(el("p", { className: "muted", textContent: "Nothing was found." }));
        else
          found.replaceChildren(
            ...messages.map(({ place: where, message }) =>
              el(
                "button",
                {
                  type: "button",
                  className: "found-row",
                  on: {
                    click: () => {
                      close();
                      this.jump(where, message.id);
                    },
                  },
                },
                el("span", { className: "muted", textContent: fullTime(message.time) }),
                el("span", {}, bdi(message.author, "name"), " in ", bdi(where.name)),
                el("span", { className: "found-text", textContent: plain(message.text).slice(0, 300), dir: "auto" }),
              ),
            ),
          );
      });
    };
    let timer = null;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(look, SEARCH_PAUSE);
    };
    field.addEventListener("input", later);
    here.addEventListener("change", look);
    const form = el("form", { on: { submit: (event) => { event.preventDefault(); clearTimeout(timer); look(); } } }, el("label", { htmlFor: "search-words", textContent: "Words that were said in your rooms" }), el("div", { className: "one-line" }, field, el("button", { className: "primary", textContent: "Search" })));
    body.append(form, el("label", { className: "toggle" }, here, el("span", { textContent: place.kind === "room" ? `Only in ${place.name}` : "In all rooms" })), found);
    field.focus();
    if (words) look();
  }

  settingsDialog() {
    const { body } = dialog("Settings");
    const redraw = () => {
      this.transcript.rows.clear();
      $("log").replaceChildren();
      this.transcript.draw();
    };
    const notify = toggle("Notifications of private messages and mentions", allowed(), async (on) => {
      const box = notify.querySelector("input");
      if (!on) change({ notify: false });
      else if (!(await askToNotify())) {
        box.checked = false;
        tell(possible() ? "This browser does not allow notifications for this page: see the lock beside the address." : "Notifications need HTTPS.");
      }
    });
    body.append(
      choice("Looks", "theme", [["auto", "As the system"], ["light", "Light"], ["dark", "Dark"]], settings.theme, chooseTheme),
      notify,
      toggle("A sound with them", settings.sound, (on) => change({ sound: on })),
      toggle("Show colours in messages", settings.formats, (on) => { change({ formats: on }); redraw(); }),
      toggle("Show who comes and goes", settings.comings, (on) => { change({ comings: on }); redraw(); }),
      el("p", { className: "muted", textContent: "In a room’s own menu you choose of what it tells you. These settings are kept on this device." }),
    );
  }

  help() {
    const { body } = dialog("Help");
    body.append(
      el("h3", { textContent: "Commands" }),
      el("dl", { className: "help" }, ...commands.flatMap(({ name, usage, help }) => [el("dt", { textContent: `/${name} ${usage}` }), el("dd", { textContent: help })])),
      el("h3", { textContent: "Keys" }),
      el(
        "dl",
        { className: "help" },
        ...[
          ["Enter", "send; Shift-Enter begins another line"],
          ["Tab, @, #, :", "complete names, rooms, emoji"],
          ["Arrow up", "what you sent before"],
          ["Alt-Arrow up, down", "the room above, below"],
          ["Ctrl-K", "join or go to a room"],
          ["In the messages: arrows, Enter, R", "choose a message, its menu, reply"],
          ["Escape", "back to the entry"],
        ].flatMap(([term, text]) => [el("dt", { textContent: term }), el("dd", { textContent: text })]),
      ),
    );
  }

  // ---- hands

  /** Show one of the lists over the messages, on narrow windows. */
  #drawer(which) {
    for (const name of ["side", "people"]) $(name).classList.toggle("open", name === which);
    $("shade").hidden = which === null;
    const narrow = matchMedia(NARROW).matches;
    // What lies outside the window is not to be reached with the keyboard.
    $("side").inert = narrow && which !== "side";
    $("people").inert = narrow && which !== "people";
    $("main").inert = narrow && which !== null;
    if (which !== null) $(which).querySelector("[data-close-drawer]").focus();
  }

  #hands() {
    const click = (id, run) => $(id).addEventListener("click", (event) => run(event.currentTarget));
    click("open-side", () => this.#drawer("side"));
    click("open-people", () => {
      if (matchMedia(NARROW).matches) this.#drawer("people");
      else $("app").classList.toggle("no-people");
    });
    click("shade", () => this.#drawer(null));
    for (const button of document.querySelectorAll("[data-close-drawer]")) button.addEventListener("click", () => this.#drawer(null));
    click("join", () => this.joinDialog());
    click("settings", () => this.settingsDialog());
    click("me", (at) => this.meMenu(at));
    click("place-menu", (at) => this.placeMenu(at));
    click("topic", () => this.topicDialog());
    click("search", () => this.search(""));
    click("latest", () => this.transcript.latest());
    click("banner-act", () => this.#bannerAct());
    click("emoji", (at) => pickEmoji(at, (emoji) => this.entry.insert(emoji)));
    matchMedia(NARROW).addEventListener("change", () => this.#drawer(null));
    this.#drawer(null);

    document.addEventListener("keydown", (event) => this.#key(event));
    window.addEventListener("hashchange", () => this.#address());
    window.addEventListener("popstate", () => this.#address());
    window.addEventListener("online", () => this.client.session.check());
    window.addEventListener("offline", () => this.#banner());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.client.session.check());
    window.addEventListener("pageshow", (event) => event.persisted && this.client.session.check());
    window.addEventListener("beforeunload", (event) => this.client.outbox.pending && event.preventDefault());
    this.#keyboard();
  }

  /** Where the keyboard of a phone lies over the page instead of making it smaller, the page makes itself smaller. */
  #keyboard() {
    const view = window.visualViewport;
    if (!view) return;
    const fit = () => {
      document.documentElement.style.setProperty("--height", `${Math.round(view.height)}px`);
      if (view.offsetTop > 0) window.scrollTo(0, 0);
    };
    view.addEventListener("resize", fit);
    view.addEventListener("scroll", fit);
    fit();
  }

  #key(event) {
    if ($("app").hidden || document.querySelector("dialog[open]")) return;
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Escape" && !$("shade").hidden) this.#drawer(null);
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      this.joinDialog();
    } else if (event.altKey && by !== undefined) {
      event.preventDefault();
      const { rooms, server } = this.client;
      const places = [...rooms.rooms, ...rooms.chats, server];
      this.show(places.at((places.indexOf(this.client.active) + by) % places.length));
    } else if (event.key === "F1") {
      event.preventDefault();
      this.help();
    } else if (event.key === "Escape" && event.target !== $("text") && !$("log").contains(event.target)) this.entry.focus();
  }

  #address() {
    const named = placeNamed(location.hash);
    if ($("app").hidden || named === null) return;
    const known = this.client.rooms.get(named.name);
    if (known !== undefined) this.show(known);
    else if (named.kind === "room") this.#goInto(named.name);
    else this.show(this.client.talkTo(named.name));
  }
}

const app = new App();
app.begin();
