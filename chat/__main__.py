"""`python -m chat COMMAND`: one way to everything, from a checkout as well as installed."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

from chat.runtime.lifeline import END_WITH_INPUT, end_with_input

COMMANDS: dict[str, tuple[str, str]] = {
    "server": ("chat.runtime.server", "run the server (twistd -n chat)"),
    "relay": ("chat.relay.command", "run a relay into a server (twistd -n chat-relay)"),
    "terminal": ("chat.client.terminal.program", "chat in this terminal, or pipe lines into a room"),
    "window": ("chat.client.window", "chat in a window"),
    "launcher": ("chat.client.launcher", "start and stop all of these with buttons"),
    "deploy": ("chat.deploy.command", "print files for systemd, containers, nginx, Caddy, Grafana"),
    "admin": ("chat.storage.admin", "look after accounts and the data folder"),
}
"""Command -> the module whose `main(arguments)` runs it and returns an exit status, and what it does."""


def usage() -> str:
    """What there is to choose from."""
    rows = [f"  {name:10} {what}" for name, (_, what) in COMMANDS.items()]
    more = "python -m chat COMMAND --help explains one. Without one the launcher opens, where there is a display."
    return "\n".join(["Usage: python -m chat COMMAND [ARGUMENTS]", "", *rows, "", more, ""])


def find_plugins() -> None:
    """Let twistd find the plugins of a checkout, whose folder for them is not inside the package."""
    import twisted.plugins

    plugins = Path(__file__).resolve().parent.parent / "twisted_plugins"
    if plugins.is_dir() and str(plugins) not in twisted.plugins.__path__:
        twisted.plugins.__path__.append(str(plugins))


def has_display() -> bool:
    """Whether windows can be shown."""
    return bool(os.environ.get("DISPLAY")) or sys.platform in ("darwin", "win32")


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == [END_WITH_INPUT]:
        end_with_input()
        arguments = arguments[1:]
    if not arguments:
        if not has_display():
            sys.stdout.write(usage())
            return 0
        arguments = ["launcher"]
    if arguments[0] not in COMMANDS:
        asked = arguments[0] in ("-h", "--help", "help")
        if not asked:
            sys.stderr.write(f"There is no command {arguments[0]}.\n")
        (sys.stdout if asked else sys.stderr).write(usage())
        return 0 if asked else 2
    # The clients have no use for plugins, and start faster without Twisted's.
    if arguments[0] in ("server", "relay", "launcher"):
        find_plugins()
    run = cast("Callable[[list[str]], int]", importlib.import_module(COMMANDS[arguments[0]][0]).main)
    try:
        return run(arguments[1:])
    except KeyboardInterrupt:
        # Before a command has its own way to end in order, such as at the question for a password.
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
