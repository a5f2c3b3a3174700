"""Tables of what people type after a slash: rows with their help, and from a line to its row.

The server's commands for people and the clients' own are two tables of this kind. A row is all there is to a command:
how many arguments it needs is checked here, once, and `/help` is made from the rows.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection
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
    subject: str
    """What it is about: `/help` with this word lists all of its kind."""
    more: tuple[str, ...]
    """Further lines of `/help` about it."""


class Table(Generic[S]):
    """Commands by name, in the order in which `/help` shows them, and by every word that means them."""

    def __init__(self, first: Collection[str] = ()) -> None:
        """`first` names the rows that `/help` begins with; without them it lists all."""
        self.first = first
        self.rows: dict[str, Command[S]] = {}
        self.by_word: dict[str, Command[S]] = {}

    def command(
        self, name: str, usage: str, help_line: str, *aliases: str, more: tuple[str, ...] = ()
    ) -> Callable[[Callable[[S, list[str]], None]], Callable[[S, list[str]], None]]:
        """Add a row. In `usage`, words in capitals are arguments, those in brackets may be left out.

        The subject is the name of the module that the row stands in.
        """
        words = usage.split()
        required = sum(1 for word in words if not word.startswith("["))

        def add(run: Callable[[S, list[str]], None]) -> Callable[[S, list[str]], None]:
            subject = run.__module__.rpartition(".")[2]
            row = Command(name, aliases, usage, required, len(words), help_line, run, subject, more)
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
        """The lines of `/help`: what everybody needs, a subject, or one command; raises `Misunderstood`."""
        rows = self.rows.values()
        if not word:
            lines = [
                "What you type goes to the room; a line that starts with / is a command, // says a slash:"
            ]
            lines += [self._line(row) for row in rows if not self.first or row.name in self.first]
            if self.first:
                subjects = dict.fromkeys(row.subject for row in rows if row.name != "help")
                lines.append(f"More by subject: {', '.join(f'/help {subject}' for subject in subjects)}")
            return lines
        word = word.lstrip("/").lower()
        row = self.by_word.get(word)
        about = [self._line(other) for other in rows if other.subject == word]
        if row is None and not about:
            raise Misunderstood(f"There is no command /{word}. /help lists all commands.")
        if row is None:
            return about
        also = f" (also {', '.join('/' + alias for alias in row.aliases)})" if row.aliases else ""
        return [f"/{row.name} {row.usage}".rstrip() + f" - {row.help}{also}", *row.more, *about]

    @staticmethod
    def _line(row: Command[S]) -> str:
        return f"  {f'/{row.name} {row.usage}'.rstrip():24} {row.help}"
