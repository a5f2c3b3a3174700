// Menus and dialogs: each is made when it is asked for, and gives the focus back where it was.

import { bdi, el, icon } from "./dom.js";
import { EMOJI, REACTIONS, findEmoji } from "./emoji.js";

const MARGIN = 8; // pixels between a menu and the edge of the window

/** A dialog with a title; returns {dialog, body, close}. */
export function dialog(title, className = "") {
  const body = el("div", { className: "dialog-body" });
  const close = el("button", { type: "button", className: "icon small", aria: { label: "Close" } }, icon("close"));
  const heading = el("h2", { id: `dialog-title-${Date.now()}`, dir: "auto" }, title);
  const box = el("dialog", { className, aria: { labelledby: heading.id } }, el("div", { className: "dialog-top" }, heading, close), body);
  close.addEventListener("click", () => box.close());
  box.addEventListener("click", (event) => event.target === box && box.close());
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  return { box, body, close: () => box.close() };
}

/** A menu at an element: `entries` are [label, run, danger], null for a line, false for nothing. A title says what it is about. */
export function menu(at, title, entries) {
  const there = entries.filter((entry) => entry !== false);
  const shown = there.filter((entry, i) => entry !== null || (i > 0 && i < there.length - 1 && there[i - 1] !== null));
  const box = el("dialog", { className: "menu", aria: { label: title } });
  const list = el("div", { aria: { role: "menu", label: title } });
  for (const entry of shown) {
    if (entry === null) {
      list.append(el("hr", { aria: { role: "separator" } }));
      continue;
    }
    const [label, run, danger] = entry;
    const button = el("button", { type: "button", className: danger ? "danger" : "", dir: "auto", aria: { role: "menuitem" } }, label);
    button.addEventListener("click", () => {
      box.close();
      run();
    });
    list.append(button);
  }
  box.append(el("div", { className: "menu-title", dir: "auto" }, bdi(title)), list);
  box.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const buttons = [...list.querySelectorAll("button")];
    buttons.at((buttons.indexOf(document.activeElement) + by) % buttons.length)?.focus();
  });
  place(box, at);
  return box;
}

function place(box, at) {
  box.addEventListener("click", (event) => event.target === box && box.close());
  box.addEventListener("close", () => {
    box.remove();
    if (at.isConnected) at.focus({ preventScroll: true });
  });
  document.body.append(box);
  box.showModal();
  if (matchMedia("(max-width: 620px)").matches) return; // a sheet at the lower edge, where a thumb is
  const [spot, size] = [at.getBoundingClientRect(), box.getBoundingClientRect()];
  const top = spot.bottom + size.height + MARGIN > innerHeight ? spot.top - size.height - 2 : spot.bottom + 2;
  box.style.top = `${Math.max(MARGIN, top)}px`;
  box.style.left = `${Math.max(MARGIN, Math.min(spot.left, innerWidth - size.width - MARGIN))}px`;
}

/** Ask something that cannot be taken back; `input` is the label of a line to be typed, if there is one. */
export function confirm(title, text, ok, { input = "", danger = true } = {}, then) {
  const { body, close } = dialog(title, "small");
  const field = input === "" ? null : el("input", { id: "confirm-input", maxLength: 300 });
  const form = el(
    "form",
    {
      on: {
        submit: (event) => {
          event.preventDefault();
          close();
          then(field?.value.trim() ?? "");
        },
      },
    },
    el("p", { textContent: text, dir: "auto" }),
    field === null ? null : el("label", { htmlFor: "confirm-input", textContent: input }),
    field,
    el("div", { className: "buttons" }, el("button", { type: "button", textContent: "Cancel", on: { click: close } }), el("button", { className: danger ? "primary danger" : "primary", textContent: ok })),
  );
  body.append(form);
  (field ?? form.querySelector(".primary")).focus();
}

/** A palette of emoji; `then` gets the one that was chosen. */
export function pickEmoji(at, then) {
  const box = el("dialog", { className: "menu palette", aria: { label: "Emoji" } });
  const grid = el("div", { className: "emoji-grid" });
  const find = el("input", { type: "search", placeholder: "Find an emoji", aria: { label: "Find an emoji" } });
  const button = ({ emoji, name }) =>
    el("button", { type: "button", className: "emoji-button", textContent: emoji, title: name, aria: { label: name.replaceAll("_", " ") }, on: { click: () => { box.close(); then(emoji); } } });
  const first = REACTIONS.map((emoji) => EMOJI.find((row) => row.emoji === emoji));
  const show = () => {
    const found = find.value.trim() === "" ? [...first, ...EMOJI.filter((row) => !first.includes(row))] : findEmoji(find.value.trim(), 60);
    grid.replaceChildren(...found.map(button));
  };
  find.addEventListener("input", show);
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    grid.firstElementChild?.click();
  });
  show();
  box.append(find, grid);
  place(box, at);
}

/** A choice of several as radio buttons, in a fieldset. */
export function choice(legend, name, options, chosen, then) {
  return el(
    "fieldset",
    {},
    el("legend", { textContent: legend }),
    el(
      "div",
      { className: "segmented" },
      ...options.map(([value, label]) =>
        el("label", {}, el("input", { type: "radio", name, value, checked: value === chosen, on: { change: () => then(value) } }), el("span", { textContent: label })),
      ),
    ),
  );
}

export function toggle(label, on, then) {
  return el("label", { className: "toggle" }, el("input", { type: "checkbox", checked: on, on: { change: (event) => then(event.currentTarget.checked) } }), el("span", { textContent: label }));
}
