"""What a client knows of rooms and the people in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Person:
    """Somebody in a room. `modes` are prefixes, highest first (``@+``); `away` and `account` are None where not known
    or none.
    """

    name: str
    modes: str = ""
    away: bool = False
    account: str | None = None


@dataclass(slots=True)
class RoomState:
    """One room that we are in."""

    name: str
    topic: str = ""
    people: dict[str, Person] = field(default_factory=dict)
    """By folded name; look-ups with `Connection.fold`."""

    def sorted_people(self) -> list[Person]:
        """Those with rights first, then by name."""
        return sorted(self.people.values(), key=lambda person: (not person.modes, person.name.lower()))


Rooms = Mapping[str, RoomState]
"""Rooms by folded name."""
