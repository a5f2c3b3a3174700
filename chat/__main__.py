"""`python -m chat`: one entry for everything there is to start."""

from __future__ import annotations

import importlib
import os
import sys
from typing import NamedTuple


class Program(NamedTuple):
    """A row: the function that gets the rest of the command line and returns the exit status, and what it is for."""

    function: str
    help: str


PROGRAMS = {
    "server": Program("chat.foreground:server", "the chat server, in the foreground (twistd -n chat)"),
    "relay": Program("chat.foreground:relay", "a relay into a chat server (twistd -n chat-relay)"),
    "terminal": Program("chat.client.terminal:main", "chat in this terminal, or pipe lines into a room"),
    "window": Program("chat.client.window:main", "chat in a window"),
    "launcher": Program("chat.client.launcher:main", "start and stop all of these with buttons"),
    "admin": Program("chat.admin:main", "accounts, backups and exports of a server's data folder"),
}
"""What can be started, by name. A row names its function only, so that nothing loads until it is chosen."""


def usage() -> str:
    """What can be started."""
    lines = [f"  {name:10} {program.help}" for name, program in PROGRAMS.items()]
    return "\n".join(
        [
            "usage: python -m chat PROGRAM [OPTIONS]",
            "",
            *lines,
            "",
            "python -m chat PROGRAM --help explains one. Without one the launcher opens, where there is a display.",
        ]
    )


def main(argv: list[str]) -> int:
    """Start what the first argument names; returns the exit status."""
    if not argv:
        if not os.environ.get("DISPLAY") and sys.platform not in ("win32", "darwin"):
            print(usage())
            return 0
        argv = ["launcher"]
    name, *rest = argv
    if name in ("-h", "--help", "help"):
        print(usage())
        return 0
    program = PROGRAMS.get(name)
    if program is None:
        print(f"There is no program {name!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    module, _, function = program.function.partition(":")
    status: int = getattr(importlib.import_module(module), function)(rest)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
