"""What is known of a room beyond the people in it: founder, topic, modes. It outlives restarts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from chat.domain.room import Room, Topic

FOUNDED_AT_MOST = 50
"""Rooms that belong to one account: a bound for what one person can make the server remember."""
GIVEN_UP = "*"
"""The founder of a room whose account is gone: no account's name has a `*`. The room keeps its modes, as long as a room
of an account is kept, and is nobody's."""


class RoomRecord(NamedTuple):
    """A room as it is kept. `settings` holds whatever `Room.settings` gives: values that JSON can hold."""

    name: str
    folded: str
    created: float
    founder: str | None
    """Folded name of the account to which the room belongs, None for one that belongs to nobody, `GIVEN_UP`."""
    topic: Topic | None
    settings: Mapping[str, Any]


class Registry(Protocol):
    """Whoever keeps rooms. A room of an account is kept when everybody has left; one that is nobody's is not."""

    def find(self, folded: str) -> RoomRecord | None:
        """What is kept about a room."""

    def founded(self, account: str) -> int:
        """How many rooms belong to an account (folded name)."""

    def save(self, record: RoomRecord) -> None:
        """Keep this, in place of what was kept about the room."""

    def forget(self, folded: str) -> None:
        """Keep nothing about a room."""

    def disown(self, account: str) -> None:
        """An account is gone: its rooms are `GIVEN_UP`."""


def record_of(room: Room) -> RoomRecord:
    """A room as it is to be kept."""
    return RoomRecord(room.name, room.folded, room.created, room.founder, room.topic, room.settings())


def restore(room: Room, record: RoomRecord) -> None:
    """Make a room that was just opened what it was."""
    room.created = record.created
    room.founder = record.founder
    room.topic = record.topic
    if room.founder is not None or room.permanent:
        # A key or an invitation that nobody can lift would shut a room for ever that belongs to nobody.
        room.apply(record.settings)


class MemoryRegistry:
    """Keeps rooms as long as the process lasts."""

    def __init__(self) -> None:
        self.records: dict[str, RoomRecord] = {}

    def find(self, folded: str) -> RoomRecord | None:
        """What is kept about a room."""
        return self.records.get(folded)

    def founded(self, account: str) -> int:
        """How many rooms belong to an account."""
        return sum(1 for record in self.records.values() if record.founder == account)

    def save(self, record: RoomRecord) -> None:
        """Keep this."""
        self.records[record.folded] = record

    def forget(self, folded: str) -> None:
        """Keep nothing about a room."""
        self.records.pop(folded, None)

    def disown(self, account: str) -> None:
        """An account is gone."""
        for folded, record in self.records.items():
            if record.founder == account:
                self.records[folded] = record._replace(founder=GIVEN_UP)
