// What the operator does: announce, kick, mute, ban, each after a dialog that says what is about to happen.

const $ = (id) => document.getElementById(id);
const TOAST = 5000; // milliseconds

const MUTE_MINUTES = [[5, "5 minutes"], [15, "15 minutes"], [60, "1 hour"], [1440, "1 day"]];
const BAN_MINUTES = [[60, "1 hour"], [1440, "1 day"], [10080, "7 days"], [43200, "30 days"], ["", "for good"]];
const BAN_CHOSEN = "1440"; // a day, as for operators who type

const DIALOGS = {
  announce: {
    title: () => "Announce to everybody",
    text: () => "Everybody who is online sees this line at once, in whatever client.",
    label: "Announcement",
    ok: "Announce",
    required: true,
  },
  kick: {
    title: (name) => `Kick ${name}?`,
    text: (name) => `${name} is disconnected at once and told the reason. They may come back.`,
    label: "Reason (optional)",
    ok: "Kick",
    danger: true,
  },
  mute: {
    title: (name) => `Mute ${name}?`,
    text: (name) => `Nothing that ${name} says gets through until the time is over. They are told the reason.`,
    label: "Reason (optional)",
    ok: "Mute",
    minutes: MUTE_MINUTES,
    danger: true,
  },
  ban: {
    title: (name) => `Ban ${name}?`,
    text: (name) =>
      `${name} is disconnected, told the reason and kept out, by account and by address: others behind the address are too.`,
    label: "Reason (optional)",
    ok: "Ban",
    minutes: BAN_MINUTES,
    danger: true,
  },
  unmute: {
    title: (name) => `Unmute ${name}?`,
    text: (name) => `${name} is muted. This ends it at once: they may speak again.`,
    ok: "Unmute",
  },
};

export class Acts {
  /** send(frame) returns whether there was a connection to send it on; onDone(frame): the server did it. */
  constructor(send, onDone) {
    this.send = send;
    this.onDone = onDone;
    this.number = 0;
    this.current = null;
    this.asked = new Map(); // frames that the server has not answered yet, by number
    this.waiting = null; // the number of the one that the dialog which is open has sent
    this.timer = null;
    $("announce").addEventListener("click", () => this.ask("announce"));
    $("dialog-cancel").addEventListener("click", () => $("dialog").close());
    $("dialog").addEventListener("close", () => this.#wait(null));
    $("dialog-form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.waiting === null) this.#confirm();
    });
    $("dialog-input").addEventListener("keydown", (event) => {
      // One line is what there is room for; Enter means what it means in any form.
      if (event.key !== "Enter") return;
      event.preventDefault();
      $("dialog-form").requestSubmit();
    });
  }

  ask(action, name = "", muted = false) {
    const kind = action === "mute" && muted ? "unmute" : action;
    const dialog = DIALOGS[kind];
    this.current = { action, kind, name };
    $("dialog-title").textContent = dialog.title(name);
    $("dialog-text").textContent = dialog.text(name);
    $("dialog-label").textContent = dialog.label ?? "";
    $("dialog-input-row").hidden = dialog.label === undefined;
    $("dialog-minutes-row").hidden = !dialog.minutes;
    $("dialog-minutes").replaceChildren(...(dialog.minutes ?? []).map(([value, text]) => new Option(text, value)));
    if (kind === "ban") $("dialog-minutes").value = BAN_CHOSEN;
    $("dialog-input").value = "";
    $("dialog-input").required = dialog.required === true;
    $("dialog-ok").textContent = dialog.ok;
    $("dialog-ok").className = dialog.danger ? "primary danger" : "primary";
    this.#problem("");
    this.#wait(null);
    $("dialog").showModal();
    (dialog.label === undefined ? $("dialog-ok") : $("dialog-input")).focus();
  }

  result({ id, ok, text }) {
    const frame = this.asked.get(id);
    this.asked.delete(id);
    // Meanwhile that dialog may be gone, and another one open.
    const own = this.waiting === id;
    if (own) this.#wait(null);
    if (ok && frame) this.onDone(frame);
    if (own && ok) $("dialog").close();
    if (own && !ok) this.#problem(text);
    else this.#toast(text);
  }

  /** The connection is gone, and with it the answers. */
  lost() {
    this.asked.clear();
    if (this.waiting === null) return;
    this.#wait(null);
    this.#problem("The connection was lost before the server answered: look whether it was done.");
  }

  #wait(id) {
    this.waiting = id;
    $("dialog-ok").setAttribute("aria-disabled", String(id !== null));
  }

  #confirm() {
    const { action, kind, name } = this.current;
    const text = $("dialog-input").value.trim();
    this.number += 1;
    const frame = { type: "action", id: this.number, action };
    if (action === "announce") frame.text = text;
    else Object.assign(frame, { name, reason: text });
    if (action === "mute") frame.minutes = kind === "unmute" ? 0 : Number($("dialog-minutes").value);
    // An empty choice is "for good".
    if (action === "ban") frame.minutes = Number($("dialog-minutes").value) || null;
    this.#problem("");
    if (this.send(frame)) {
      this.asked.set(frame.id, frame);
      this.#wait(frame.id);
    } else {
      this.#problem("There is no connection to the server; nothing was done.");
    }
  }

  #problem(text) {
    $("dialog-problem").textContent = text;
    $("dialog-problem").hidden = text === "";
  }

  #toast(text) {
    clearTimeout(this.timer);
    $("toast").textContent = text;
    $("toast").hidden = false;
    this.timer = setTimeout(() => {
      $("toast").hidden = true;
    }, TOAST);
  }
}
