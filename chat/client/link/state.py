"""What a client knows of rooms and the people in them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from chat.wire import split_source

MAX_ROOMS = 500
"""Rooms kept: more than servers let anybody into."""
MAX_PEOPLE = 100_000
"""People kept of one room."""
MAX_SEEN = 4_096
"""Message ids remembered: more than what can come twice after a drop (pages of history, and what was live)."""
MAX_PLACES = 1_000
"""Places of which the newest message is remembered."""


@dataclass(slots=True)
class Person:
    """Somebody in a room. `modes` are the signs before the name, highest first (``@+``); `account` is None where it is
    not known or there is none.
    """

    name: str
    modes: str = ""
    away: bool = False
    account: str | None = None


@dataclass(slots=True)
class RoomState:
    """One room that we are in, or were when the connection was lost."""

    name: str
    topic: str = ""
    joined: bool = False
    """Whether we are in it at this moment."""
    people: dict[str, Person] = field(default_factory=dict)
    """By folded name; look up with `Connection.fold`."""

    def sorted_people(self) -> list[Person]:
        """Those with rights first, then by name."""
        return sorted(self.people.values(), key=lambda person: (not person.modes, person.name.lower()))


class Roster:
    """All rooms, by folded name, and who is in them."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        self.fold = fold
        self.rooms: dict[str, RoomState] = {}
        self._listing: dict[str, dict[str, Person]] = {}

    def room(self, name: str) -> RoomState | None:
        """The room of this name, if we are in it."""
        return self.rooms.get(self.fold(name))

    def enter(self, name: str) -> RoomState:
        """We are in a room. Who was known to be there is kept until the server's list is complete."""
        key = self.fold(name)
        if key not in self.rooms and len(self.rooms) >= MAX_ROOMS:
            return RoomState(name)
        room = self.rooms.setdefault(key, RoomState(name))
        room.name = name
        room.joined = True
        self._listing.pop(key, None)
        return room

    def drop(self, name: str) -> None:
        """We are not in a room any more."""
        self.rooms.pop(self.fold(name), None)

    def disconnected(self) -> None:
        """We are in no room at the moment; what is known stays to be looked at."""
        for room in self.rooms.values():
            room.joined = False

    def add(self, room: RoomState, name: str, account: str | None = None) -> None:
        """Somebody came in."""
        if len(room.people) < MAX_PEOPLE:
            room.people[self.fold(name)] = Person(name, account=account)

    def remove(self, room: RoomState, name: str) -> None:
        """Somebody left one room."""
        room.people.pop(self.fold(name), None)

    def with_person(self, name: str) -> list[RoomState]:
        """The rooms in which somebody is."""
        key = self.fold(name)
        return [room for room in self.rooms.values() if key in room.people]

    def rename(self, old: str, new: str) -> list[RoomState]:
        """Somebody has another name; the rooms in which that is seen."""
        rooms = self.with_person(old)
        for room in rooms:
            person = room.people.pop(self.fold(old))
            person.name = new
            room.people[self.fold(new)] = person
        return rooms

    def list_names(self, room: RoomState, names: str, signs: str) -> None:
        """A part of the server's list of people (RPL_NAMREPLY), with multi-prefix and userhost-in-names or without."""
        listing = self._listing.setdefault(self.fold(room.name), {})
        for item in names.split():
            bare = item.lstrip(signs)
            name = split_source(bare)[0]
            if name and len(listing) < MAX_PEOPLE:
                key = self.fold(name)
                known = room.people.get(key) or Person(name)
                listing[key] = Person(name, item[: len(item) - len(bare)], known.away, known.account)

    def list_complete(self, room: RoomState) -> None:
        """The server's list of people is complete (RPL_ENDOFNAMES)."""
        listing = self._listing.pop(self.fold(room.name), None)
        if listing is not None:
            room.people = listing

    def set_mode(self, room: RoomState, name: str, sign: str, on: bool, order: str) -> None:
        """Somebody got or lost the rights for which `sign` stands; `order` has all signs, highest first."""
        person = room.people.get(self.fold(name))
        if person is not None:
            signs = (set(person.modes) | {sign}) if on else (set(person.modes) - {sign})
            person.modes = "".join(s for s in order if s in signs)


class Newest(NamedTuple):
    """The newest message known of a place."""

    msgid: str
    time: float


class Memory:
    """Which messages were shown already, and from where on a place has to be caught up; both bounded."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._newest: OrderedDict[str, Newest] = OrderedDict()
        self._visited: set[str] = set()

    def is_new(self, msgid: str) -> bool:
        """Whether a message was not seen yet; from here on it is. Without an id it always is."""
        if not msgid:
            return True
        if msgid in self._seen:
            return False
        self._seen[msgid] = None
        if len(self._seen) > MAX_SEEN:
            self._seen.popitem(last=False)
        return True

    def visit(self, key: str) -> bool:
        """We are in the place with this key; whether we were there before."""
        known = key in self._visited
        if len(self._visited) < MAX_PLACES:
            self._visited.add(key)
        return known

    def note(self, key: str, msgid: str, time: float) -> None:
        """A message of the place with this key; the newest counts."""
        known = self._newest.get(key)
        if msgid and (known is None or time >= known.time):
            self._newest[key] = Newest(msgid, time)
            self._newest.move_to_end(key)
            if len(self._newest) > MAX_PLACES:
                self._newest.popitem(last=False)

    def newest(self, key: str) -> Newest | None:
        """The newest message of a place, None if none is known."""
        return self._newest.get(key)

    def latest_places(self, count: int) -> list[str]:
        """Keys of the places in which something was said last, latest last."""
        return list(self._newest)[-count:]

    def forget(self, key: str) -> None:
        """Do not catch up with a place that was left."""
        self._newest.pop(key, None)
        self._visited.discard(key)
