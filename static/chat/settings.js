// What this browser keeps of what somebody chose: name, rooms, looks, notifications. Never a password.

const KEY = "chat";
const ROOMS_AT_MOST = 50;
const IGNORED_AT_MOST = 200;

const DEFAULTS = {
  name: "",
  rooms: [], // in which one was when the page was left
  theme: "auto", // auto, light, dark
  notify: false,
  sound: false,
  perRoom: {}, // folded name -> all, mentions, none
  ignored: [], // folded names
  formats: true, // whether colours of messages are shown
  comings: true, // whether it is shown who comes and goes
};

function stored() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return Object.fromEntries(Object.entries(DEFAULTS).map(([key, value]) => [key, typeof kept[key] === typeof value ? kept[key] : value]));
  } catch {
    return { ...DEFAULTS };
  }
}

export const settings = stored();

/** Change settings, here and for the next visit. Another tab's changes to other settings stay. */
export function change(values) {
  Object.assign(settings, values);
  const kept = { ...stored(), ...values };
  kept.rooms = kept.rooms.slice(0, ROOMS_AT_MOST);
  kept.ignored = kept.ignored.slice(-IGNORED_AT_MOST);
  const noted = Object.entries(kept.perRoom);
  kept.perRoom = Object.fromEntries(noted.slice(-ROOMS_AT_MOST * 4));
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Storage is forbidden or full: the choice lasts as long as the page.
  }
}

export function chooseTheme(theme) {
  change({ theme });
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** How loud a place is: all, mentions or none. */
export const loudness = (place) => settings.perRoom[place.key] ?? (place.kind === "person" ? "all" : "mentions");

/** The name under which this tab was connected, for a reload. */
export const tab = {
  get name() {
    try {
      return sessionStorage.getItem("name") ?? "";
    } catch {
      return "";
    }
  },
  set name(name) {
    try {
      if (name === "") sessionStorage.removeItem("name");
      else sessionStorage.setItem("name", name);
    } catch {
      // Storage is forbidden: a reload asks for the name again.
    }
  },
};
