"""`python -m chat window`: the client with a window."""

from __future__ import annotations

import argparse
import sys

from chat.client.link.endpoints import BadAddress, parse_address


def parser() -> argparse.ArgumentParser:
    """The command line."""
    arguments = argparse.ArgumentParser(
        prog="python -m chat window",
        description="Chat in a window. Without a name it asks where to connect to, and as whom.",
    )
    add = arguments.add_argument
    add("address", nargs="?", metavar="HOST[:PORT]", help="the server [the one before, else localhost:56458]")
    add("--name", metavar="NAME", help="your name; with it, connect at once")
    add("--room", action="append", metavar="ROOM", help="the room to go into; may be repeated [#lobby]")
    add("--tls", action="store_true", help="encrypt, and check the server's certificate")
    return arguments


def main(argv: list[str]) -> int:
    """Run the client; returns the exit status."""
    arguments = parser()
    given = arguments.parse_args(argv)
    if given.address:
        try:
            parse_address(given.address, given.tls)
        except BadAddress as bad:
            arguments.error(str(bad))
    try:
        import tkinter as tk
    except ImportError:
        print(
            "This Python has no Tk, which draws the window: install it (Debian: python3-tk), "
            "or chat in the terminal: python -m chat terminal",
            file=sys.stderr,
        )
        return 1
    from chat.client.window.program import run

    try:
        return run(given.address, given.name, given.room, given.tls)
    except tk.TclError as error:
        if "display" not in str(error):
            raise
        print(
            f"There is no display to open a window on ({error}). In the terminal: python -m chat terminal",
            file=sys.stderr,
        )
        return 1


__all__ = ["main", "parser"]
