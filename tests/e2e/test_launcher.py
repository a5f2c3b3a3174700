"""The control panel on a screen in memory: every button, a port that is taken, and what closing it ends."""

import json
import re
import socket
import stat
from contextlib import ExitStack
from pathlib import Path

import pytest

from .conftest import Connect
from .harness import enter, free_port, listens, need, wait_until
from .screens import Display
from .windows import Window

pytestmark = pytest.mark.e2e


class Launcher(Window):
    """A panel with free ports, and stand-ins for browser and terminal emulator that write down what they are to do."""

    def __init__(self, display: Display, folder: Path) -> None:
        self.ports = {key: free_port() for key in ("chat_port", "web_port", "relay_port", "inner_port")}
        tools = folder / "bin"
        tools.mkdir(parents=True)
        self.told = folder / "told"
        self._tool(tools / "a-browser", 'echo "browser $1" >> {told}')
        self._tool(tools / "a-terminal", 'echo "terminal $*" >> {told}; exec sleep 600')
        settings = folder / "config" / "twistd-chat"
        settings.mkdir(parents=True)
        (settings / "launcher.json").write_text(json.dumps(self.ports))
        env = {"BROWSER": str(tools / "a-browser"), "TERMINAL": str(tools / "a-terminal")}
        super().__init__(display, folder, "launcher", "--data", str(folder / "data"), env=env)

    def _tool(self, path: Path, script: str) -> None:
        path.write_text(f"#!/bin/sh\n{script.format(told=self.told)}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def wait_told(self, pattern: str) -> str:
        """Wait until browser or terminal were told this; returns the line."""

        def there() -> re.Match[str] | None:
            return re.search(pattern, self.told.read_text()) if self.told.exists() else None

        return wait_until(there, f"{pattern!r} to be asked for").group()


@pytest.fixture
def launcher(ends: ExitStack, tmp_path: Path) -> Launcher:
    need("xdotool")
    display = Display(1060, 660)
    ends.callback(display.end)
    launcher = Launcher(display, tmp_path / "launcher")
    ends.callback(launcher.end)
    launcher.start("control panel")
    return launcher


def test_every_button(launcher: Launcher, nc: Connect) -> None:
    ports = launcher.ports
    # The server, by the button that has the focus when the panel opens.
    launcher.press("Return")
    launcher.wait_text(re.compile(rf"server on port {ports['chat_port']}: running"))
    ann = enter(nc(ports["chat_port"]), "ann")

    launcher.press("alt+l")
    address = launcher.wait_told(r"browser http://\S+token=\S+").split()[1]
    assert str(ports["web_port"]) in address
    token = address.partition("token=")[2]
    assert token not in launcher.text

    launcher.press("alt+t")
    line = launcher.wait_told(r"terminal .*")
    assert line.endswith(f"-m chat terminal localhost:{ports['chat_port']}")

    launcher.press("alt+r")
    launcher.wait_text(re.compile(rf"relay on port {ports['relay_port']}: running"))
    ben = enter(nc(ports["relay_port"]), "ben")
    ann.read_until("ben")
    ben.send("hello through the relay")
    ann.read_until("<ben> hello through the relay")
    launcher.wait_text("1 clients")
    launcher.picture("launcher-light")
    launcher.press("ctrl+d")
    launcher.wait_text("1 clients")
    launcher.picture("launcher-dark")

    launcher.press("alt+r")
    launcher.wait_text(re.compile(rf"relay on port {ports['relay_port']}: stopped"))
    launcher.press("alt+s")
    launcher.wait_text(re.compile(rf"server on port {ports['chat_port']}: stopped"))
    wait_until(lambda: not listens(ports["chat_port"]), "the port to be free")

    # Closing asks, since there is still a terminal.
    launcher.press("ctrl+q")
    launcher.press("Return")
    assert launcher.wait() == 0
    kept = json.loads((launcher.folder / "config" / "twistd-chat" / "launcher.json").read_text())
    assert kept["theme"] == "dark"
    assert launcher.log.read_text() == ""


def test_a_client_with_a_window_starts_the_server_too_and_closing_ends_both(launcher: Launcher) -> None:
    launcher.press("alt+g")
    launcher.press("Return")
    launcher.wait_title("connect")
    # The new window covers the panel, and the keyboard is where the pointer is: this is typed into its dialog.
    launcher.press("ctrl+a")
    launcher.type("zoe")
    launcher.wait_title("#lobby – zoe")
    assert launcher.process is not None
    launcher.process.terminate()
    assert launcher.wait() == 0
    wait_until(lambda: not launcher.titles.strip(), "all windows to be gone")
    assert not listens(launcher.ports["chat_port"])


def test_a_taken_port_is_explained_with_who_holds_it(launcher: Launcher) -> None:
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("", launcher.ports["chat_port"]))
        squatter.listen()
        launcher.press("Return")
        text = launcher.wait_text(f"Port {launcher.ports['chat_port']} is taken by")
        assert re.search(r"taken by .+ \(process \d+ of \w+\)\. End that, or choose another port\.", text)
        launcher.picture("launcher-port-taken")
    launcher.press("Return")
    launcher.wait_text("running")
    launcher.press("ctrl+q", "Escape")
    assert listens(launcher.ports["chat_port"])


def test_nothing_stays_behind_when_the_display_goes(launcher: Launcher) -> None:
    ports = launcher.ports
    launcher.press("Return")
    launcher.wait_text(re.compile(rf"server on port {ports['chat_port']}: running"))
    launcher.press("alt+r")
    launcher.wait_text(re.compile(rf"relay on port {ports['relay_port']}: running"))
    launcher.display.process.kill()
    launcher.wait()
    for port in (ports["chat_port"], ports["relay_port"]):
        wait_until(lambda port=port: not listens(port), f"port {port} to be free")  # type: ignore[misc]


def test_two_of_the_same_port_are_refused(launcher: Launcher) -> None:
    # From the button that has the focus back to the field before it, which is that of the web logs.
    launcher.press("shift+Tab", "ctrl+a")
    launcher.type(str(launcher.ports["chat_port"]), "Tab", "Return")
    text = launcher.wait_text(f"cannot both have port {launcher.ports['chat_port']}")
    assert ": running" not in text
    launcher.press("shift+Tab", "ctrl+a")
    launcher.type("web", "Tab", "Return")
    text = launcher.wait_text("needs a port from 1 to 65535, not 'web'")
    assert ": running" not in text
    assert not listens(launcher.ports["chat_port"])
