"""What people type into a client of ours: text that is said, and commands after a slash, as rows in a table.

The words are those of the plain dialect. What a command does and says goes through the `UserInterface`, so
that every one of them can offer the same commands. The rows are in `chat.client.desk.typed.talk`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chat.client.link.connection import Connection
from chat.client.link.events import Event, Kind, Outgoing, Said
from chat.client.link.queries import QueryFailed
from chat.domain.refused import Refused
from chat.slash import Misunderstood, Table


class UserInterface(Protocol):
    """The user interface, as commands see it."""

    connection: Connection
    correspondent: str
    """Who wrote to us last in private, ``""`` for nobody."""

    @property
    def place(self) -> str:
        """Where what is typed goes, ``""`` for nowhere."""

    def note(self, text: str, place: str | None = None, error: bool = False) -> None:
        """A line for this person alone, at a place; None: where they are."""

    def said(self, message: Outgoing) -> None:
        """Show one of our own messages, and from here on its state."""

    def open(self, place: str) -> None:
        """Go to a place; one that is not there yet is made."""

    def close(self, place: str) -> None:
        """Take a place away."""

    def clear(self) -> None:
        """Take away what is shown of this place."""

    def earlier(self, place: str, events: list[Event]) -> None:
        """Show older events of a place, oldest first, before what is there."""

    def found(self, words: str, messages: list[Said]) -> None:
        """Show what a search has found, oldest first."""

    def oldest(self, place: str) -> str | float | None:
        """The msgid, else the time, of the oldest message shown of a place."""

    def connect_again(self) -> None:
        """Connect as before."""

    def leave(self, reason: str) -> None:
        """End the program."""


TABLE: Table[UserInterface] = Table()
COMMANDS = TABLE.rows
"""The rows by name, in the order in which `/help` shows them."""
BY_WORD = TABLE.by_word
"""The rows by name and alias."""
command = TABLE.command


def enter(desk: UserInterface, line: str) -> None:
    """Do what a line says that somebody typed: a command after a slash, ``//`` for a slash, else text."""
    if line.startswith("/") and not line.startswith("//"):
        run(desk, line)
        return
    text = line.removeprefix("/") if line.startswith("//") else line
    if not text.strip():
        return
    if not desk.place:
        desk.note(
            "You are in no room: nobody would hear you. /join #lobby, or /rooms for a list.", error=True
        )
    else:
        say(desk, desk.place, text)


def say(desk: UserInterface, place: str, text: str, kind: Kind = Kind.SAY) -> None:
    """Say something, and show it."""
    desk.said(desk.connection.say(place, text, kind))


def run(desk: UserInterface, line: str) -> None:
    """Do what a line with a slash says; what is wrong with it is told."""
    try:
        row, arguments = TABLE.understand(line)
        row.run(desk, arguments)
    except (Misunderstood, Refused) as problem:
        desk.note(str(problem), error=True)


def when_answered(desk: UserInterface, answer: Deferred, show: Callable) -> None:  # type: ignore[type-arg]
    """Show an answer when it comes, or why there is none, where the person is now."""
    place = desk.place

    def failed(failure: Failure) -> None:
        failure.trap(QueryFailed)
        desk.note(str(failure.value), place, error=True)

    answer.addCallback(lambda result: show(place, result))
    answer.addErrback(failed)


def room_here(desk: UserInterface) -> str | None:
    """The room of the page, None (and a sentence) where there is none."""
    if desk.place and desk.connection.is_room(desk.place):
        return desk.place
    desk.note("This is no room: go to its page first, or /join it.", error=True)
    return None


SECRETS = {"register": 1, "login": 2, "password": 1, "unregister": 1, "oper": 2}
"""Commands with a password, and which argument that is: not to be shown, nor kept as what was typed before."""


def secret_in(line: str) -> int | None:
    """Where the password begins in a line, None where there is none."""
    word, _, rest = line[1:].partition(" ")
    row = BY_WORD.get(word.lower()) if line.startswith("/") else None
    if row is None or row.name not in SECRETS:
        return None
    start = len(line) - len(rest.lstrip())
    for _ in range(SECRETS[row.name] - 1):
        _, _, rest = line[start:].partition(" ")
        start = len(line) - len(rest.lstrip())
    return start
