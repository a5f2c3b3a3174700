"""What people type into a client of ours: text that is said, and commands after a slash, as rows in a table.

The words are those of the plain dialect. What a command does and says goes through the `UserInterface`, so
that every one of them can offer the same commands. The rows are in `chat.client.desk.typed.talk`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chat.client.desk.pages import Line
from chat.client.link.connection import Connection
from chat.client.link.events import ConnectionState, Event, Kind, Outgoing, Said
from chat.client.link.outbox import encodable
from chat.client.link.queries import QueryFailed
from chat.domain.refused import Refused
from chat.domain.text import printable
from chat.slash import Misunderstood, Table


class UserInterface(Protocol):
    """The user interface, as commands see it."""

    connection: Connection
    correspondent: str
    """Who wrote to us last in private, ``""`` for nobody."""
    ask_secret: Callable[[str, Callable[[str], None]], None]
    """Ask for something that nobody is to see while it is typed; it is not given if the person changes their mind."""
    ask: Callable[[str, Callable[[], None]], None]
    """Ask whether to do something."""

    def doubts(self) -> bool:
        """Whether what is typed next may be meant as a password."""

    @property
    def place(self) -> str:
        """Where what is typed goes, ``""`` for nowhere."""

    def note(self, text: str, place: str | None = None, error: bool = False) -> None:
        """A line for this person alone, at a place; None: where they are."""

    def said(self, message: Outgoing) -> None:
        """Show one of our own messages, and from here on its state."""

    def open(self, place: str) -> None:
        """Go to a place; one that is not there yet is made."""

    def head_for(self, place: str) -> None:
        """Go to a room as soon as we are in it."""

    def close(self, place: str) -> None:
        """Take a place away."""

    def subject(self, own: bool) -> Line | None:
        """The message that a command is about: one that is pointed at, else the latest of ours, or of somebody else."""

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


FIRST = (
    "help",
    "me",
    "pm",
    "reply",
    "join",
    "part",
    "rooms",
    "users",
    "nick",
    "topic",
    "away",
    "history",
    "search",
    "answer",
    "undo",
    "register",
    "login",
    "exit",
)
"""What `/help` begins with: what everybody needs, and no more than a screen of 24 lines shows."""
TABLE: Table[UserInterface] = Table(FIRST)
COMMANDS = TABLE.rows
"""The rows by name, in the order in which `/help` shows them."""
BY_WORD = TABLE.by_word
"""The rows by name and alias."""
command = TABLE.command


def enter(desk: UserInterface, line: str) -> None:
    """Do what a line says that somebody typed: a command after a slash, ``//`` for a slash, else text.

    Only the text of what is said can have several lines.
    """
    line = encodable(line)
    doubt = desk.doubts()
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
    elif doubt:
        place = desk.place
        desk.ask(
            f"Say this to {printable(place)}? A password is asked for, unseen, by /login and /register.",
            lambda: say(desk, place, text),
        )
    else:
        say(desk, desk.place, text)


def say(desk: UserInterface, place: str, text: str, kind: Kind = Kind.SAY) -> None:
    """Say something, and show it."""
    desk.said(desk.connection.say(place, text, kind))


def run(desk: UserInterface, line: str) -> None:
    """Do what a line with a slash says; what is wrong with it is told."""
    try:
        if "\n" in line:
            _check_lines(line)
        row, arguments = TABLE.understand(line)
        row.run(desk, arguments)
    except (Misunderstood, Refused) as problem:
        desk.note(str(problem), error=True)


SAID = {"pm": 2, "me": 1, "reply": 1, "answer": 1}
"""Commands that say something, which can have several lines, and which argument that is."""


def _check_lines(line: str) -> None:
    """Raise `Misunderstood` for a command of several lines that is no text to be said."""
    head, *arguments = line.partition("\n")[0][1:].split() or [""]
    row = BY_WORD.get(head.lower())
    text_at = SAID.get(row.name) if row is not None else None
    if text_at is None or len(arguments) < text_at - 1:
        raise Misunderstood("A command is one line, and these were several: nothing was done.")


def with_secret(desk: UserInterface, given: list[str], question: str, use: Callable[[str], None]) -> None:
    """Use the password that was given on the command's line, or ask for it."""
    if given:
        use(given[0])
    else:
        desk.ask_secret(question, use)


def when_answered(desk: UserInterface, answer: Deferred, show: Callable) -> None:  # type: ignore[type-arg]
    """Show an answer when it comes, or why there is none, where the person is now."""
    place = desk.place

    def failed(failure: Failure) -> None:
        failure.trap(QueryFailed)
        desk.note(str(failure.value), place, error=True)

    answer.addCallback(lambda result: show(place, result))
    answer.addErrback(failed)


def when_done(desk: UserInterface, answer: Deferred[str]) -> None:
    """Show the sentence that answers, if there is one, or why nothing was done."""

    def show(place: str, sentence: str) -> None:
        if sentence:
            desk.note(sentence, place)

    when_answered(desk, answer, show)


def server_has(desk: UserInterface, command_name: str) -> bool:
    """Whether the server knows a command of our own; if not, that is said."""
    if desk.connection.has_command(command_name):
        return True
    offline = desk.connection.state is not ConnectionState.ONLINE
    desk.note("You are not connected." if offline else "This server has no command for that.", error=True)
    return False


def room_here(desk: UserInterface) -> str | None:
    """The room of the page, None (and a sentence) where there is none."""
    if desk.place and desk.connection.is_room(desk.place):
        return desk.place
    desk.note("This is no room: go to its page first, or /join it.", error=True)
    return None


_WORD = re.compile(r"\S+")

SECRETS = {"register": 1, "login": 2, "password": 1, "unregister": 1, "oper": 2}
"""Commands with a password, and which argument that is: not to be shown, nor kept as what was typed before."""


def secret_in(line: str) -> int | None:
    """Where the password begins in a line, None where there is none."""
    words = list(_WORD.finditer(line))
    row = BY_WORD.get(words[0][0][1:].lower()) if line.startswith("/") and words else None
    if row is None or row.name not in SECRETS:
        return None
    return words[SECRETS[row.name]].start() if len(words) > SECRETS[row.name] else len(line)
