"""Events, people and a directory for tests of the domain: no network, a clock that stands where the test puts it."""

from __future__ import annotations

from typing import Any

from chat.domain.directory import Directory
from chat.domain.events import Event, Identity, Said
from chat.domain.journal import MemoryJournal
from chat.domain.names import check_name, check_room
from chat.domain.person import Person
from chat.domain.readers import Cursor
from chat.domain.room import Room
from chat.domain.session import Session
from tests.domain.people import session_of

NOBODY = Identity(0, "nobody", "user", "host")


def said(number: int, time: float = 0.0, author: Identity = NOBODY) -> Said:
    """An event that can be told from others by its text."""
    return Said(f"{number:028x}", time, author, "#a", str(number))


class Clock:
    """Seconds since the epoch, as the test says."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        """The time."""
        return self.now


class ListReader:
    """A person's side that writes down what it is told."""

    def __init__(self) -> None:
        self.outlet: object = object()
        self.told: list[Event] = []
        self.came: list[str] = []
        self.went: list[tuple[str, str]] = []
        self.disconnected: list[str] = []
        self.changes = 0
        self.arrivals = 0
        self.arrivals = 0
        self.takes = True

    def tell(self, event: Event) -> bool:
        """Take it, or not."""
        if self.takes:
            self.told.append(event)
        return self.takes

    def tell_sentence(self, sentence: str) -> None:
        """Nothing is said to it."""

    def became(self, was: Identity, rooms: list[Room]) -> None:
        """Note the rooms."""
        self.went += [(room.name, "became") for room in rooms]

    def arrived(self) -> None:
        """Note that it is somewhere."""
        self.arrivals += 1

    def entered(self, cursor: Cursor, event: Event) -> None:
        """Note the room."""
        cursor.rendering = "rendering"
        self.came.append(cursor.room.name)

    def left(self, room: Room, event: Event) -> None:
        """Note the room."""
        self.went.append((room.name, type(event).__name__))

    def ignoring_changed(self) -> None:
        """Count."""
        self.changes += 1

    def marker_moved(self, target: str, time: float) -> None:
        """Nobody else reads for this person."""

    def disconnect(self, sentence: str) -> None:
        """Note the sentence."""
        self.disconnected.append(sentence)


class Deliveries:
    """Which rooms had news, and whether they were urgent."""

    def __init__(self) -> None:
        self.rooms: list[tuple[str, bool]] = []

    def dirty(self, room: Room, urgent: bool = True) -> None:
        """Note it."""
        self.rooms.append((room.name, urgent))

    def take(self) -> list[tuple[str, bool]]:
        """What was noted since the last look."""
        rooms, self.rooms = self.rooms, []
        return rooms


class House:
    """A directory, and people whose readers are lists."""

    def __init__(self, **options: Any) -> None:
        self.clock = Clock()
        self.deliveries = Deliveries()
        self.directory = Directory(MemoryJournal(self.clock), self.deliveries, self.clock, **options)
        self.readers: dict[Person, ListReader] = {}

    def stranger(self) -> Person:
        """Somebody without a name."""
        reader = ListReader()
        session = Session(self.directory.new_session(), "192.0.2.7", "cloak", self.clock())
        session.meet(reader, "plain")
        self.readers[session.person] = reader
        return session.person

    def person(self, name: str, *rooms: str) -> Person:
        """Somebody with a name, in these rooms."""
        person = self.stranger()
        self.directory.enter(session_of(person), check_name(name))
        for room in rooms:
            self.directory.join(session_of(person), check_room(room))
        return person

    def events(self, room: str) -> list[tuple[str, str]]:
        """What a room's log holds: kind and author."""
        return [(type(e).__name__, e.author.name) for e in self.directory.rooms[room].log.entries]
