"""Every room that is open: found, opened, given to a founder, and closed when everybody has left."""

from __future__ import annotations

from collections.abc import Callable

from chat.domain.journal import Journal
from chat.domain.names import RoomName, fold
from chat.domain.refused import Refused, Why
from chat.domain.registry import FOUNDED_AT_MOST, Registry, record_of, restore
from chat.domain.rights import no_such_room
from chat.domain.room import Room

ROOMS_IN_ALL = 50_000
"""Rooms on the server: bounds the memory that idle rooms take."""


class Rooms:
    """The open rooms, and what registry and journal keep about them. `clock` gives seconds since the epoch."""

    __slots__ = ("_clock", "_journal", "_registry", "named")

    def __init__(self, registry: Registry, journal: Journal, clock: Callable[[], float]) -> None:
        self.named: dict[str, Room] = {}
        """Folded name -> room."""
        self._registry = registry
        self._journal = journal
        self._clock = clock

    def find(self, name: str) -> Room:
        """The room with this name, whatever its case."""
        room = self.named.get(fold(name))
        if room is None:
            raise no_such_room(name)
        return room

    def open(self, name: RoomName, permanent: bool = False) -> Room:
        """Make a room, as it was if the registry knows it. Raises `Refused` if there are too many."""
        if len(self.named) >= ROOMS_IN_ALL:
            raise Refused(
                Why.LIMIT, f"There are {ROOMS_IN_ALL} rooms: no more can be made. Join one of them."
            )
        room = Room(name.shown, name.folded, self._clock(), permanent)
        record = self._registry.find(name.folded)
        if record is not None:
            restore(room, record)
        self.named[name.folded] = room
        return room

    def close_if_empty(self, room: Room, remember: bool) -> None:
        """Close a room if nobody is in it. `remember`: keep what is known of it even if it belongs to nobody.

        A private room that belongs to nobody takes its past with it: whoever makes one of its name is somebody else.
        """
        if not room.members and not room.permanent:
            self.named.pop(room.folded, None)
            if room.founder is None and not remember:
                self._registry.forget(room.folded)
                if room.private:
                    self._journal.end_past(room.log)

    def give(self, room: Room, founder: str | None) -> None:
        """A room that nobody owns belongs to whoever makes it, if they have an account to own it with."""
        if founder and room.founder is None and self._registry.founded(fold(founder)) < FOUNDED_AT_MOST:
            room.founder = fold(founder)
            self.changed(room)

    def changed(self, room: Room) -> None:
        """Keep what a room is."""
        self._registry.save(record_of(room))
