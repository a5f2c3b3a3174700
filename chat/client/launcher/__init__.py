"""`python -m chat launcher`: a panel that starts and stops everything with buttons."""

from __future__ import annotations

import argparse
import sys


def parser() -> argparse.ArgumentParser:
    """The command line."""
    arguments = argparse.ArgumentParser(
        prog="python -m chat launcher",
        description="A control panel: start and stop the chat server and the relay, look at their output and at the "
        "web logs, and start clients.",
    )
    arguments.add_argument(
        "--data", metavar="DIR", help="folder for the server's state [a per-user state folder]"
    )
    return arguments


def main(argv: list[str]) -> int:
    """Run the panel; returns the exit status."""
    given = parser().parse_args(argv)
    try:
        import tkinter as tk
    except ImportError:
        print(
            "This Python has no Tk, which draws the panel: install it (Debian: python3-tk), "
            "or start the server from here: python -m chat server",
            file=sys.stderr,
        )
        return 1
    from chat.client.launcher.program import run

    try:
        return run(given.data)
    except tk.TclError as error:
        if "display" not in str(error):
            raise
        print(
            f"There is no display to open the panel on ({error}). See python -m chat --help", file=sys.stderr
        )
        return 1


__all__ = ["main", "parser"]
