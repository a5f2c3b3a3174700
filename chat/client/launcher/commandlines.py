"""The command lines of what the launcher starts."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from chat.runtime.lifeline import END_WITH_INPUT

SERVER_PATTERNS = {
    "ready": re.compile(r"Chat is ready as "),
    "monitor": re.compile(r"Open the monitor at (https?://\S+)"),
}
RELAY_PATTERNS = {"ready": re.compile(r"listening on \S+ for the relay")}

NO_TERMINAL = (
    "No terminal emulator was found. Install one, such as xterm, or type this into a terminal: {command}"
)

TERMINALS: tuple[tuple[str, ...], ...] = (
    ("x-terminal-emulator", "-e"),
    ("kitty",),
    ("ghostty", "-e"),
    ("alacritty", "-e"),
    ("foot",),
    ("wezterm", "start", "--"),
    ("ptyxis", "--"),
    ("kgx", "-e"),
    ("gnome-terminal", "--"),
    ("konsole", "-e"),
    ("xfce4-terminal", "-x"),
    ("mate-terminal", "-x"),
    ("lxterminal", "-e"),
    ("terminator", "-x"),
    ("st", "-e"),
    ("urxvt", "-e"),
    ("xterm", "-e"),
)
"""Terminal emulators, and what comes before the command to run in them. The first is Debian's: what people chose."""


def python() -> list[str]:
    """What runs a program of ours."""
    return [sys.executable, "-m", "chat"]


def service() -> list[str]:
    """What runs a program of ours that ends with the launcher, even if that is killed or loses its display."""
    return [*python(), END_WITH_INPUT]


def environment() -> dict[str, str]:
    """Where a program of ours finds the same package as this one, and prints as it goes."""
    folder = str(Path(__file__).resolve().parents[3])
    path = [folder, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), "PYTHONUNBUFFERED": "1"}


def server(chat_port: int, web_port: int, inner_port: int, data: str | None) -> list[str]:
    """The chat server: for everybody, for the monitor and, on this machine only, for a relay."""
    return [
        *(*service(), "server"),
        *("--listen", f"tcp:{chat_port}"),
        *("--listen", f"haproxy:tcp:{inner_port}:interface=127.0.0.1"),
        *("--web", f"tcp:{web_port}:interface=127.0.0.1"),
        *(("--data", data) if data else ()),
    ]


def relay(relay_port: int, inner_port: int) -> list[str]:
    """The relay in front of that server; it tells the server people's real addresses."""
    return [*service(), "relay", "--listen", f"tcp:{relay_port}", "--to", f"127.0.0.1:{inner_port}"]


def window(chat_port: int) -> list[str]:
    """A client with a window."""
    return [*python(), "window", f"localhost:{chat_port}"]


def terminal(chat_port: int) -> list[str]:
    """A client for a terminal."""
    return [*python(), "terminal", f"localhost:{chat_port}"]


def in_terminal(
    command: list[str],
    *,
    which: Callable[[str], str | None] = shutil.which,
    platform: str = sys.platform,
    environ: Mapping[str, str] = os.environ,
) -> list[str] | None:
    """The command line that runs a command in a new terminal; None if there is no terminal emulator."""
    if platform == "win32":
        return ["cmd", "/c", "start", "", *command]
    if platform == "darwin":
        quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in command)
        script = quoted.replace("\\", "\\\\").replace('"', '\\"')
        return ["osascript", "-e", f'tell application "Terminal" to do script "{script}"']
    chosen = environ.get("TERMINAL", "")
    rows = [*(row for row in TERMINALS if row[0] == chosen), *TERMINALS]
    if chosen and not any(row[0] == chosen for row in TERMINALS):
        rows.insert(0, (chosen, "-e"))
    for program, *before in rows:
        path = which(program)
        if path is not None:
            return [path, *before, *command]
    return None
