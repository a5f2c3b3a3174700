"""Who is online, cut to what a page shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from twisted.logger import Logger

from chat.monitor import frames
from chat.monitor.interfaces import Person, Source

MAX_ROWS = 500
"""More rows than anybody reads; whoever looks for one person among ten thousand searches."""

MAX_ROOMS = 20
"""Rooms named in one row; the last place says how many more there are."""

_JITTER = 2
# Seconds within which a time of last activity counts as the same: `idle` is measured anew each time, and a
# table in which nothing happened is not sent again.

_log = Logger()


class Roster:
    """Builds the `people` frame. One instance for each text that is searched for."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._active: dict[str, int] = {}
        self._failing = False

    def frame(self, now: float, total: int, find: str = "") -> bytes | None:
        """The frame as of now, or None if the source fails. `total` is how many are online.

        `now`: seconds since 1970.
        """
        try:
            rows, total = self._rows(find, total)
        except Exception:
            if not self._failing:
                _log.failure("The list of people cannot be read; the monitor shows an old one until it can.")
            self._failing = True
            return None
        self._failing = False
        active: dict[str, int] = {}
        for person in rows:
            seen = round(now - person.idle)
            before = self._active.get(person.name, seen)
            active[person.name] = before if abs(seen - before) <= _JITTER else seen
        self._active = active
        return frames.people([(_shortened(p), active[p.name]) for p in rows], total, find)

    def _rows(self, find: str, total: int) -> tuple[list[Person], int]:
        people: Iterable[Person] = self._source.people()
        if not find:
            rows = list(islice(people, MAX_ROWS))
            # Counted a moment apart from the list.
            return rows, max(total, len(rows)) if len(rows) == MAX_ROWS else len(rows)
        wanted = find.casefold()
        rows = []
        matching = 0
        for person in people:
            if _matches(person, wanted):
                matching += 1
                if matching <= MAX_ROWS:
                    rows.append(person)
        return rows, matching


def _shortened(person: Person) -> Person:
    more = len(person.rooms) - MAX_ROOMS
    if more <= 0:
        return person
    return replace(person, rooms=(*person.rooms[:MAX_ROOMS], f"and {more} more"))


def _matches(person: Person, wanted: str) -> bool:
    return (
        wanted in person.name.casefold()
        or wanted in person.address.casefold()
        or wanted in (person.account or "").casefold()
        or any(wanted in room.casefold() for room in person.rooms)
    )
