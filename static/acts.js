// What the operator does: announce, kick, mute, each after a dialog that says what is about to happen.

const $ = (id) => document.getElementById(id);
const TOAST = 5000; // milliseconds

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
    minutes: true,
    danger: true,
  },
  unmute: {
    title: (name) => `Let ${name} speak again?`,
    text: (name) => `${name} is muted. This ends it at once.`,
    ok: "End the mute",
  },
};

export class Acts {
  /** send(frame) returns whether there was a connection to send it on. */
  constructor(send) {
    this.send = send;
    this.number = 0;
    this.current = null;
    this.timer = null;
    $("announce").addEventListener("click", () => this.ask("announce"));
    $("dialog-cancel").addEventListener("click", () => $("dialog").close());
    $("dialog-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#confirm();
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
    $("dialog-input").value = "";
    $("dialog-input").required = dialog.required === true;
    $("dialog-ok").textContent = dialog.ok;
    $("dialog-ok").className = dialog.danger ? "primary danger" : "primary";
    this.#problem("");
    $("dialog").showModal();
    (dialog.label === undefined ? $("dialog-ok") : $("dialog-input")).focus();
  }

  result({ ok, text }) {
    if (ok) {
      $("dialog").close();
      this.#toast(text);
    } else if ($("dialog").open) {
      this.#problem(text);
    } else {
      this.#toast(text);
    }
  }

  #confirm() {
    const { action, kind, name } = this.current;
    const text = $("dialog-input").value.trim();
    this.number += 1;
    const frame = { type: "action", id: this.number, action };
    if (action === "announce") frame.text = text;
    else Object.assign(frame, { name, reason: text });
    if (action === "mute") frame.minutes = kind === "unmute" ? 0 : Number($("dialog-minutes").value);
    if (!this.send(frame)) this.#problem("There is no connection to the server; nothing was done.");
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
