"""Tables of what people type after a slash: rows with their help, and from a line to its row.

The server's commands for people and the clients' own are two tables of this kind. A row is all there is to a command:
how many arguments it needs is checked here, once, and `/help` is made from the rows.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

S = TypeVar("S")
"""Whoever typed the line, as the commands of a table see them."""


class Misunderstood(Exception):
    """A line that fits no row; the text is a sentence for who typed it."""


class Command(NamedTuple, Generic[S]):
    """A row: `minimum` arguments it must have; the last of `arguments` takes the rest of the line."""

    name: str
    aliases: tuple[str, ...]
    usage: str
    minimum: int
    arguments: int
    help: str
    run: Callable[[S, list[str]], None]


class Table(Generic[S]):
    """Commands by name, in the order in which `/help` shows them, and by every word that means them."""

    def __init__(self) -> None:
        self.rows: dict[str, Command[S]] = {}
        self.by_word: dict[str, Command[S]] = {}

    def command(
        self, name: str, usage: str, help_line: str, *aliases: str
    ) -> Callable[[Callable[[S, list[str]], None]], Callable[[S, list[str]], None]]:
        """Add a row. In `usage`, words in capitals are arguments, those in brackets may be left out."""
        words = usage.split()
        required = sum(1 for word in words if not word.startswith("["))

        def add(run: Callable[[S, list[str]], None]) -> Callable[[S, list[str]], None]:
            row = Command(name, aliases, usage, required, len(words), help_line, run)
            self.rows[name] = row
            for word in (name, *aliases):
                self.by_word[word] = row
            return run

        return add

    def understand(self, line: str) -> tuple[Command[S], list[str]]:
        """The row that a line with a slash means, and its arguments; raises `Misunderstood`."""
        word, _, rest = line[1:].partition(" ")
        row = self.by_word.get(word.lower())
        if row is None:
            near = difflib.get_close_matches(word.lower(), self.by_word, n=1, cutoff=0.6)
            hint = f" Did you mean /{near[0]}?" if near else ""
            raise Misunderstood(f"Unknown command: /{word}.{hint} /help lists all commands.")
        arguments = rest.split(None, row.arguments - 1) if row.arguments else []
        if len(arguments) < row.minimum:
            raise Misunderstood(f"Usage: /{row.name} {row.usage}")
        return row, [argument.strip() for argument in arguments]

    def explain(self, word: str = "") -> list[str]:
        """The lines of `/help`: about one command, or every one; raises `Misunderstood`."""
        if not word:
            return [
                "What you type goes to the room; a line that starts with / is a command, // says a slash:",
                *(f"  {f'/{row.name} {row.usage}'.rstrip():24} {row.help}" for row in self.rows.values()),
            ]
        row = self.by_word.get(word.lstrip("/").lower())
        if row is None:
            raise Misunderstood(f"There is no command /{word.lstrip('/')}. /help lists all commands.")
        also = f" (also {', '.join('/' + alias for alias in row.aliases)})" if row.aliases else ""
        return [f"/{row.name} {row.usage}".rstrip() + f" - {row.help}{also}"]
