// The first thing that one sees: a name, and in. With an account also its password, which is sent and forgotten.

import { $ } from "./dom.js";
import { settings, tab } from "./settings.js";

const RELOADED_TRIES = 5; // a reload comes before the server has noticed that the last connection is gone
const RELOADED_PAUSE = 600; // milliseconds between them

export function welcome({ client, invited, rooms }) {
  const [name, password, door] = [$("welcome-name"), $("welcome-password"), $("welcome-door")];
  let tries = tab.name === "" ? 0 : RELOADED_TRIES;

  const enter = () => client.connect({ name: name.value.trim(), login: null, serverPassword: "", rooms: rooms() });

  const problem = (sentence) => {
    $("welcome-problem").textContent = sentence;
    $("welcome-problem").hidden = sentence === "";
    $("welcome-go").disabled = false;
    $("welcome-go").textContent = "Go";
  };

  const withAccount = (on) => {
    $("welcome-password-row").hidden = !on;
    $("welcome-account").ariaPressed = String(on);
    $("welcome-account").textContent = on ? "Without an account" : "I have an account";
  };

  if (invited !== "") {
    $("welcome-title").textContent = invited;
    $("welcome-lead").textContent = `Choose a name and talk in ${invited}. Nothing to install, no account needed.`;
  }
  name.value = tab.name || settings.name;
  $("welcome-account").addEventListener("click", () => {
    withAccount($("welcome-password-row").hidden);
    (name.value === "" ? name : $("welcome-password-row").hidden ? $("welcome-go") : password).focus();
  });
  $("welcome-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (name.value.trim() === "") {
      problem("Type a name first.");
      name.focus();
      return;
    }
    problem("");
    $("welcome-go").disabled = true;
    $("welcome-go").textContent = "Coming in…";
    const account = !$("welcome-password-row").hidden && password.value !== "";
    const login = account ? { account: name.value.trim(), password: password.value } : null;
    client.connect({ name: name.value.trim(), login, serverPassword: door.value, rooms: rooms() });
    password.value = "";
  });

  client.addEventListener("state", ({ detail: [state] }) => {
    if ($("welcome").hidden) return;
    if (state.state === "refused" && state.reason === "name" && tries > 1) {
      tries -= 1;
      setTimeout(enter, RELOADED_PAUSE);
    } else if (state.state === "refused") {
      problem(state.sentence);
      tab.name = "";
      if (state.reason === "password") {
        $("welcome-door-row").hidden = false;
        door.focus();
      } else if (state.reason === "login") {
        password.focus();
      } else {
        name.focus();
        name.select();
      }
    } else if (state.state === "waiting") {
      problem(state.why || "The chat cannot be reached. Trying again…");
      $("welcome-go").disabled = true;
    } else if (state.state === "online") {
      tries = 0;
      door.value = "";
    }
  });

  if (tries > 0) {
    $("welcome-go").disabled = true;
    $("welcome-go").textContent = "Coming back…";
    enter();
  } else {
    name.focus();
  }
}
