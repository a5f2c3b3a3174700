"""People without a network, for tests of the domain: each is a reader that writes down what it is told."""

from __future__ import annotations

from itertools import count

from chat.domain.accounts import Account
from chat.domain.directory import Directory
from chat.domain.events import Event, Identity
from chat.domain.journal import MemoryJournal
from chat.domain.names import check_name, check_room
from chat.domain.person import Person
from chat.domain.readers import Cursor
from chat.domain.room import Room
from chat.domain.session import Reader, Session
from tests.domain.doubles import MemoryAccounts

START = 1_800_000_000.0
ROOT = Account("root", "root", "root", operator=True)
"""An operator's account."""


class Ear:
    """A reader."""

    outlet = None

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.lefts: list[Event] = []
        self.ended: list[str] = []

    def tell(self, event: Event) -> bool:
        self.told.append(event)
        return True

    def tell_sentence(self, sentence: str) -> None: ...

    def became(self, was: Identity, rooms: list[Room]) -> None: ...

    def arrived(self) -> None: ...

    def entered(self, cursor: Cursor, event: Event) -> None: ...

    def left(self, room: Room, event: Event) -> None:
        self.lefts.append(event)

    def ignoring_changed(self) -> None: ...

    def marker_moved(self, target: str, time: float) -> None: ...

    def disconnect(self, sentence: str) -> None:
        self.ended.append(sentence)

    def last(self) -> Event:
        """What was told last."""
        return self.told[-1]


class Town:
    """A directory on a clock of its own, and the people in it."""

    def __init__(self) -> None:
        self.now = START
        self.delivered: list[Room] = []
        self.directory = Directory(
            MemoryJournal(self.clock), self, self.clock, accounts=MemoryAccounts(self.clock)
        )
        self._sessions = count(1)

    def clock(self) -> float:
        """Seconds since the epoch."""
        return self.now

    def dirty(self, room: Room, urgent: bool = True) -> None:
        """The delivery's part."""
        self.delivered.append(room)

    def person(self, name: str, *rooms: str, account: str | None = None) -> Person:
        """Somebody with a name, in these rooms."""
        session = connect(self.directory, Ear(), account=account)
        self.directory.enter(session, check_name(name))
        for room in rooms:
            self.directory.join(session, check_room(room))
        return session.person

    def room(self, name: str) -> Room:
        """The room of this name."""
        return self.directory.room(name)


def connect(
    directory: Directory, reader: Reader, address: str = "192.0.2.1", account: str | None = None
) -> Session:
    """A connection whose person has no name as yet, and perhaps an account."""
    session = Session(directory.new_session(), address, "host", directory.clock())
    session.meet(reader, "irc")
    session.person.account = account
    return session


def session_of(person: Person) -> Session:
    """The connection of somebody who has one."""
    (session,) = person.sessions
    return session


def ear(person: Person) -> Ear:
    """What somebody was told."""
    reader = session_of(person).reader
    assert isinstance(reader, Ear)
    return reader
