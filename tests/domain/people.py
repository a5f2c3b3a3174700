"""People without a network, for tests of the domain: each is a reader that writes down what it is told."""

from __future__ import annotations

from itertools import count
from typing import Any

from chat.domain.accounts import Account
from chat.domain.directory import Directory
from chat.domain.events import Event
from chat.domain.journal import MemoryJournal
from chat.domain.names import check_name, check_room
from chat.domain.room import Membership, Room
from chat.domain.user import User
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
        self.user: Any = None

    def tell(self, event: Event) -> bool:
        self.told.append(event)
        return True

    def entered(self, membership: Membership, event: Event) -> None: ...

    def left(self, membership: Membership, event: Event) -> None:
        self.lefts.append(event)

    def ignoring_changed(self) -> None: ...

    def silence(self) -> float:
        return 0.0

    def probe(self) -> None: ...

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

    def person(self, name: str, *rooms: str, account: str | None = None) -> User:
        """Somebody with a name, in these rooms."""
        ear = Ear()
        user = User(self.directory.new_session(), ear, "irc", "192.0.2.1", "host", self.now)
        ear.user = user
        user.account = account
        self.directory.enter(user, check_name(name))
        for room in rooms:
            self.directory.join(user, check_room(room))
        return user

    def room(self, name: str) -> Room:
        """The room of this name."""
        return self.directory.room(name)


def ear(user: User) -> Ear:
    """What somebody was told."""
    reader = user.reader
    assert isinstance(reader, Ear)
    return reader
