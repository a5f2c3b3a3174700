"""`python -m chat COMMAND`: one way to everything, from a checkout as well as installed."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

COMMANDS: dict[str, tuple[str, str]] = {
    "server": ("chat.server", "run the server (twistd -n chat)"),
    "admin": ("chat.storage.admin", "look after accounts and the data folder"),
}
"""Command -> the module whose `main(arguments)` runs it and returns an exit status, and what it does."""


def usage() -> str:
    """What there is to choose from."""
    rows = [f"  {name:10} {what}" for name, (_, what) in COMMANDS.items()]
    return "\n".join(["Usage: python -m chat COMMAND [ARGUMENTS]", "", *rows, ""])


def find_plugins() -> None:
    """Let twistd find the plugins of a checkout, whose folder for them is not inside the package."""
    import twisted.plugins

    plugins = Path(__file__).resolve().parent.parent / "twisted_plugins"
    if plugins.is_dir() and str(plugins) not in twisted.plugins.__path__:
        twisted.plugins.__path__.append(str(plugins))


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments or arguments[0] not in COMMANDS:
        asked = bool(arguments) and arguments[0] in ("-h", "--help", "help")
        if arguments and not asked:
            sys.stderr.write(f"There is no command {arguments[0]}.\n")
        (sys.stdout if asked else sys.stderr).write(usage())
        return 0 if asked else 2
    find_plugins()
    run = cast("Callable[[list[str]], int]", importlib.import_module(COMMANDS[arguments[0]][0]).main)
    return run(arguments[1:])


if __name__ == "__main__":
    sys.exit(main())
