"""A session: one connection of a person, what it is told, and the one state in which it is."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

from chat.domain.events import Event, Identity
from chat.domain.person import Person

if TYPE_CHECKING:
    from chat.domain.readers import Cursor
    from chat.domain.room import Room


class Reader(Protocol):
    """A session's side towards the domain: who can be told that there is something to read.

    A network dialect implements it; tests use a list. `outlet` is where the network sends what this reader gets, and
    opaque to the domain.
    """

    @property
    def outlet(self) -> Any:
        """Where the network sends what this reader gets."""

    def tell(self, event: Event) -> bool:
        """Something for this session alone, or something that it did. False: it cannot be taken now."""

    def tell_sentence(self, sentence: str) -> None:
        """A sentence of the server for this session."""

    def entered(self, cursor: Cursor, event: Event) -> None:
        """The person is in a room from here on; choose the rendering, greet."""

    def became(self, was: Identity, rooms: list[Room]) -> None:
        """Who `was` a guest in these rooms is another person's session from here on, in no room as yet."""

    def arrived(self) -> None:
        """This session, which was just welcomed, is in the rooms in which its person was already: `Session.cursors`."""

    def left(self, room: Room, event: Event) -> None:
        """The person is in the room no more, by their own doing or somebody else's."""

    def ignoring_changed(self) -> None:
        """Whom this person ignores has changed: renderings must follow."""

    def marker_moved(self, target: str, time: float) -> None:
        """On another device, this person has read a room or conversation up to a time."""

    def disconnect(self, sentence: str) -> None:
        """End the connection after saying why."""


class State(IntEnum):
    """How far a session has come. It only ever goes on to a later state."""

    CONNECTED = 0
    """Open, and what it speaks is not known as yet."""
    REGISTERING = 1
    """About to be somebody: asked for a name, or an IRC client that registers."""
    HERE = 2
    """One of a person's sessions."""
    LEAVING = 3
    """About to be closed: what is for it still goes out, nothing comes from it any more."""
    GONE = 4
    """Closed."""


class Session:
    """One connection. It takes part from `Directory.enter` to `Directory.leave`."""

    __slots__ = (
        "address",
        "away",
        "credential",
        "cursors",
        "device",
        "dialect",
        "former",
        "identity",
        "last_active",
        "missed_since",
        "number",
        "person",
        "reader",
        "secure",
        "since",
        "state",
    )

    reader: Reader
    """Whom to tell; there is one when the state is later than `CONNECTED`."""

    def __init__(self, number: int, address: str, host: str, now: float) -> None:
        self.number = number
        """Unique across restarts and processes."""
        self.dialect = ""
        """What it speaks: "irc", "plain"."""
        self.address = address
        """The real address: for limits and the operator, never for other people."""
        self.secure = False
        """Whether nobody can listen in on the way."""
        self.state = State.CONNECTED
        self.credential = ""
        """`Account.credential` as it was when this session logged in; empty: it did not."""
        self.device = ""
        """What the person calls this device, if they say: `ACCOUNT@DEVICE`."""
        self.missed_since: str | None = None
        """The message id up to which this device had everything when it was last here; None: it was not."""
        self.away: str | None = None
        """Why nobody is at this device, as the person said."""
        self.since = now
        """When it was opened; as `last_active`, in seconds of the directory's monotonic clock."""
        self.last_active = now
        self.cursors: dict[Room, Cursor] = {}
        """How far this session has read each of its person's rooms."""
        self.former: list[Cursor] = []
        """Of rooms that were left: how far they have been read, until everything has been read."""
        self.person = Person(number, host, now)
        """Who this is. Before there is a name: who it will be, unless it turns out to be somebody who is here."""
        self.identity: Identity
        """The person as author of what comes from this session."""
        self.person.attach(self)

    def meet(self, reader: Reader, dialect: str) -> None:
        """It is known what this connection speaks, and so who reads what it is told."""
        self.reader = reader
        self.dialect = dialect
        self.state = State.REGISTERING

    @property
    def alive(self) -> bool:
        """Whether anything may still be done for this session: a late answer to one that ends has nowhere to go."""
        return self.state < State.LEAVING

    def reading(self) -> Iterable[Cursor]:
        """Where this session stands in its rooms, and in those that were left before all of it had been read."""
        return chain(self.former, self.cursors.values()) if self.former else self.cursors.values()
