// Puts the page together: frames from the server go to the log, the figures, the charts and the table.

import { Acts } from "./acts.js";
import { Chart } from "./chart.js";
import { bytes, decimal, duration, milliseconds, number, plural } from "./format.js";
import { LogView } from "./log.js";
import { People } from "./people.js";
import { Connection } from "./socket.js";

// Seconds of event loop lag from which everybody notices, and from which it is a fault.
const SLOW = 0.25;
const STUCK = 1;

const $ = (id) => document.getElementById(id);
const figure = Object.fromEntries([...document.querySelectorAll("[data-figure]")].map((e) => [e.dataset.figure, e]));

const log = new LogView();
const peopleChart = new Chart($("chart-people"), $("chart-people-now"), { what: "People", name: "series-a", whole: true });
const messagesChart = new Chart($("chart-messages"), $("chart-messages-now"), {
  what: "Messages a second",
  name: "series-b",
  whole: false,
});
const acts = new Acts(
  (frame) => connection.send(frame),
  (frame) => {
    // The next list of people says the same; until it comes, the button must not offer what was just done.
    if (frame.action === "mute") people.muted(frame.name, frame.minutes > 0);
  },
);
const people = new People({
  onFind: (text) => connection.send({ type: "find", text }),
  onAct: (action, name, muted) => acts.ask(action, name, muted),
});

let serverName = "Chat";
let connected = { state: "connecting", at: 0 };
let latest; // the last figures; null while the server cannot tell
let startedAt = null; // when the server started, by this browser's clock, in milliseconds
let everOpen = false;

const handlers = {
  hello(frame) {
    serverName = frame.name;
    $("server-name").textContent = frame.name;
    log.limit = frame.page_lines;
    $("announce").hidden = !frame.actions;
    people.actions = frame.actions;
    if (frame.restarted) {
      const missed = frame.missed > 0 ? `; ${plural(frame.missed, "event")} of its log are not shown` : "";
      log.note(`The server was started anew${missed}`);
    } else if (frame.missed > 0) {
      log.note(`Connected again; ${plural(frame.missed, "event")} missed`);
    } else if (everOpen) {
      log.note("Connected again; nothing missed");
    }
    everOpen = true;
    if (people.find !== "") connection.send({ type: "find", text: people.find });
  },
  series(frame) {
    peopleChart.set(frame.people, frame.time, frame.interval);
    messagesChart.set(frame.messages, frame.time, frame.interval);
  },
  log: (frame) => log.add(frame.events),
  skipped: (frame) => log.note(`${plural(frame.count, "event")} skipped: they came faster than this page takes them`),
  people: (frame) => people.set(frame),
  result: (frame) => acts.result(frame),
  figures(frame) {
    people.ahead = frame.time - Date.now() / 1000;
    latest = frame.figures;
    if (latest !== null) {
      startedAt = Date.now() - latest.uptime * 1000;
      peopleChart.push(latest.people, frame.time);
      messagesChart.push(latest.messages_second, frame.time);
    }
    drawFigures();
    drawHealth();
  },
};

function set(name, text, sub) {
  figure[name].textContent = text;
  figure[`${name}-sub`].textContent = sub;
  figure[`${name}-sub`].title = sub;
}

function drawFigures() {
  const f = latest;
  $("figures").classList.toggle("stale", f === null);
  if (f === null) return;
  set("people", number(f.people), `peak ${number(f.peak)} · ${plural(f.rooms, "room")}`);
  set("messages", number(f.messages_minute), `${number(f.messages)} since start`);
  set("private", number(f.private_minute), `${number(f.private_messages)} since start`);
  const dialects = Object.entries(f.connections).filter(([, n]) => n > 0);
  const open = dialects.reduce((sum, [, n]) => sum + n, 0);
  set("connections", number(open), dialects.map(([name, n]) => `${name} ${number(n)}`).join(" · "));
  set("refused", number(f.refused), `${number(f.muted)} muted · since start`);
  traffic(figure.traffic, "↑", "sent", f.out_rate, f.bytes_out);
  traffic(figure["traffic-sub"], "↓", "received", f.in_rate, f.bytes_in);
  set("lag", milliseconds(f.lag), `worst in a minute ${milliseconds(f.lag_minute)}`);
  figure.lag.parentNode.dataset.state = f.lag_minute >= STUCK ? "bad" : f.lag_minute >= SLOW ? "warn" : "";
  set("memory", f.memory === null ? "–" : bytes(f.memory), `CPU ${decimal(f.cpu * 100)} %`);
  count("errors", f.errors, "error");
  count("warnings", f.warnings, "warning");
}

function traffic(dd, arrow, word, rate, total) {
  const all = document.createElement("span");
  all.textContent = bytes(total);
  dd.replaceChildren(`${arrow} ${bytes(rate)}/s`, all);
  dd.title = `${bytes(rate)} a second ${word}, ${bytes(total)} since start`;
}

function count(id, n, word) {
  const bold = document.createElement("b");
  bold.textContent = number(n);
  $(id).replaceChildren(bold, ` ${word}${n === 1 ? "" : "s"}`);
  $(id).classList.toggle("some", n > 0);
}

function judge() {
  if (connected.state === "signed-out") return ["bad", "Signed out"];
  if (connected.state === "silent") return ["bad", "Server is silent"];
  if (connected.state !== "open") return everOpen ? ["bad", "Disconnected"] : ["wait", "Connecting…"];
  if (latest === undefined) return ["wait", "Connecting…"];
  if (latest === null) return ["bad", "No figures"];
  if (latest.lag_minute >= STUCK) return ["bad", `Event loop stuck for ${milliseconds(latest.lag_minute)}`];
  if (latest.errors > 0) return ["bad", "Attention"];
  if (latest.lag_minute >= SLOW) return ["warn", `Event loop ${milliseconds(latest.lag_minute)} late`];
  if (latest.warnings > 0) return ["warn", "Attention"];
  return ["good", "All well"];
}

function drawHealth() {
  const [state, text] = judge();
  // Written only when it changes: it is read aloud each time.
  if ($("health-text").textContent !== text) $("health-text").textContent = text;
  $("health").dataset.state = state;
  const mark = { bad: "✕ ", warn: "! " }[state] ?? "";
  const who = latest ? `${plural(latest.people, "person").replace("persons", "people")} – ` : "";
  const title = `${mark}${who}${serverName} monitor`;
  if (document.title !== title) document.title = title;
  const open = connected.state === "open" || connected.state === "silent";
  $("announce").disabled = !open;
  if (open) $("uptime").textContent = startedAt === null ? "–" : duration((Date.now() - startedAt) / 1000);
}

function drawBanner() {
  const { state, at } = connected;
  const banner = $("banner");
  const retry = $("banner-retry");
  retry.hidden = state !== "waiting" && state !== "signed-out";
  retry.textContent = state === "signed-out" ? "Sign in" : "Try now";
  if (state === "waiting") {
    const seconds = Math.max(1, Math.ceil((at - Date.now()) / 1000));
    say("Disconnected.", `What you see is from before. Trying again in ${seconds} s.`);
  } else if (state === "connecting" && everOpen) {
    say("Disconnected.", "What you see is from before. Trying to connect…");
  } else if (state === "silent") {
    say("Nothing heard from the server for some seconds.", "It may be busy, or the network is interrupted.");
  } else if (state === "signed-out") {
    say("Signed out.", "The server does not know this browser; its token may be a new one.");
  } else {
    banner.hidden = true;
  }
  document.body.classList.toggle("offline", !banner.hidden && state !== "silent");
}

function say(title, text) {
  $("banner-title").textContent = title;
  $("banner-text").textContent = text;
  $("banner").hidden = false;
}

const connection = new Connection({
  onFrame: (frame) => handlers[frame.type]?.(frame),
  onState: (state) => {
    if (connected.state === "open" && state.state === "waiting") log.note("Connection lost");
    if (state.state === "waiting" || state.state === "signed-out") acts.lost();
    connected = state;
    drawBanner();
    drawHealth();
  },
});

setInterval(() => {
  if (connected.state !== "open") drawBanner();
  drawHealth();
}, 1000);

$("banner-retry").addEventListener("click", () => {
  if (connected.state === "signed-out") location.reload();
  else connection.tryNow();
});
$("errors").addEventListener("click", () => log.showLevel("error"));
$("warnings").addEventListener("click", () => log.showLevel("warn"));

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, dialog");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    $("log-filter").focus();
  } else if (event.altKey && event.code === "KeyP") {
    event.preventDefault();
    log.follow(!log.following);
  }
});

// Theme: a group of radio buttons, of which the arrow keys choose one.
const themes = [...$("theme").children];

function chooseTheme(value, store) {
  for (const button of themes) {
    const chosen = button.dataset.value === value;
    button.setAttribute("aria-checked", String(chosen));
    button.tabIndex = chosen ? 0 : -1;
  }
  if (value === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = value;
  try {
    if (store) localStorage.setItem("theme", value);
  } catch {
    // Storage is forbidden: the choice lasts as long as the page.
  }
}

themes.forEach((button, i) => {
  button.addEventListener("click", () => chooseTheme(button.dataset.value, true));
  button.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = themes.at((i + by) % themes.length);
    next.focus();
    next.click();
  });
});
chooseTheme(document.documentElement.dataset.theme ?? "auto", false);
