"""What the listener asks of a dialect: one way in which a connection speaks."""

from __future__ import annotations

from typing import Protocol

from chat.domain.person import Person
from chat.domain.readers import Cursor
from chat.domain.session import Reader, Session
from chat.network.outlet import Outlet

LOOK_SECONDS = 60.0
"""How soon it is looked whether a connection is silent that nobody has asked a question: it may turn out to be a
program, whose silence counts."""


class Dialect(Reader, Protocol):
    """One way to speak: reads the lines of a connection, and is the domain's `Reader` for it."""

    name: str
    outlet: Outlet
    session: Session

    @property
    def person(self) -> Person:
        """Whose session this is."""

    def line(self, line: bytes) -> None:
        """A line from the other side, without its line end: asks `ChatProtocol.must_wait` before it does anything."""

    def gap(self, cursor: Cursor, missed: int) -> bytes:
        """The line that tells a reader how many events of a room it missed."""

    def too_long(self, length: int) -> None:
        """The other side sent far too much without a line end, and is about to be closed."""

    def input_ended(self) -> None:
        """The other side will send nothing more, and may still read."""

    def silent_for(self, seconds: float) -> float:
        """Told the time since the last line; returns in how many seconds it wants to be told again."""


class PersonDialect(Dialect, Protocol):
    """A dialect for people, who want to be asked."""

    def ask_name(self) -> None:
        """Greet a person who has said nothing yet."""

    def expects_name(self) -> bool:
        """Whether the next line is to be a name."""
