// The list of rooms and private chats, with what is unread.

import { $, avatar, bdi, el, plural, setText } from "./dom.js";
import { loudness } from "./settings.js";

export class Sidebar {
  constructor(client, onChoose) {
    this.client = client;
    this.onChoose = onChoose;
    this.frame = null;
    $("places").addEventListener("keydown", (event) => this.#key(event));
  }

  schedule() {
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    const { rooms, server, active } = this.client;
    const focused = document.activeElement?.dataset?.place;
    const groups = [
      ["Rooms", rooms.rooms],
      ["People", rooms.chats],
      ["Server", [server]],
    ];
    $("places").replaceChildren(
      ...groups
        .filter(([, places]) => places.length > 0)
        .map(([title, places]) =>
          el(
            "section",
            { aria: { label: title } },
            el("h2", { textContent: title }),
            el("ul", {}, ...places.map((place) => el("li", {}, this.#item(place, place === active)))),
          ),
        ),
    );
    if (focused !== undefined) $("places").querySelector(`[data-place="${CSS.escape(focused)}"]`)?.focus();
    const elsewhere = [...rooms.places.values()].filter((place) => place !== active).reduce((sum, place) => sum + place.mentions, 0);
    $("elsewhere").hidden = elsewhere === 0;
    setText($("elsewhere"), String(elsewhere));
    $("open-side").ariaLabel = elsewhere > 0 ? `Rooms, ${plural(elsewhere, "mention")}` : "Rooms";
  }

  #item(place, active) {
    const room = place.kind === "room";
    const quiet = loudness(place) === "none";
    const count = quiet ? 0 : place.mentions;
    const unread = quiet ? 0 : place.unread;
    const mark = room || place.kind === "server" ? el("span", { className: "hash", textContent: room ? place.name[0] : "≡", aria: { hidden: "true" } }) : avatar(place.name);
    const classes = ["place", unread > 0 ? "unread" : "", room && !place.joined ? "out" : ""];
    const button = el(
      "button",
      {
        type: "button",
        className: classes.filter(Boolean).join(" "),
        data: { place: place.key },
        on: { click: () => this.onChoose(place) },
      },
      mark,
      bdi(room ? place.name.slice(1) : place.kind === "server" ? this.client.session.features.network : place.name, "label"),
    );
    if (active) button.setAttribute("aria-current", "page");
    if (count > 0) button.append(el("span", { className: "count", textContent: count > 99 ? "99+" : String(count), aria: { role: "img", label: plural(count, "mention") } }));
    else if (unread > 0) button.append(el("span", { className: "some", textContent: unread > 99 ? "99+" : String(unread), aria: { role: "img", label: plural(unread, "unread message") } }));
    return button;
  }

  #key(event) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const buttons = [...$("places").querySelectorAll(".place")];
    buttons.at((buttons.indexOf(document.activeElement) + by) % buttons.length)?.focus();
  }
}
