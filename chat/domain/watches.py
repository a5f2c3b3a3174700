"""Who wants to know when a name comes and goes: the lists behind IRC's MONITOR."""

from __future__ import annotations

from typing import Protocol

from chat.domain.events import Identity, PersonEvent, Renamed
from chat.domain.names import fold
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from chat.domain.session import Session

WATCHED_AT_MOST = 100
"""Names one person may watch: Ergo's figure."""


class Watcher(Protocol):
    """Whoever watches names. It is told once for each coming and going."""

    session: Session

    def came(self, who: Identity) -> None:
        """A watched name is here."""

    def went(self, name: str) -> None:
        """A watched name is here no more."""

    def saw(self, event: PersonEvent) -> None:
        """Something about a watched person changed, with whom this watcher shares no room."""


class Watches:
    """The watched names, by name and by watcher."""

    __slots__ = ("_lists", "_watchers")

    def __init__(self) -> None:
        self._watchers: dict[str, dict[Watcher, None]] = {}
        self._lists: dict[Watcher, dict[str, str]] = {}

    def add(self, watcher: Watcher, name: str) -> None:
        """Watch a name. Raises `Refused` if the list is full."""
        names = self._lists.setdefault(watcher, {})
        folded = fold(name)
        if folded not in names and len(names) >= WATCHED_AT_MOST:
            raise Refused(Why.LIST_FULL, f"You watch {WATCHED_AT_MOST} names, which is the limit.", name)
        names.setdefault(folded, name)
        self._watchers.setdefault(folded, {})[watcher] = None

    def drop(self, watcher: Watcher, name: str) -> None:
        """Watch a name no more."""
        folded = fold(name)
        names = self._lists.get(watcher)
        if names is not None and names.pop(folded, None) is not None:
            self._unlink(watcher, folded)
            if not names:
                del self._lists[watcher]

    def clear(self, watcher: object) -> None:
        """Watch nothing."""
        names = self._lists.pop(watcher, None)  # type: ignore[call-overload]
        for folded in names or ():
            self._unlink(watcher, folded)

    def _unlink(self, watcher: object, folded: str) -> None:
        watchers = self._watchers[folded]
        watchers.pop(watcher, None)  # type: ignore[call-overload]
        if not watchers:
            del self._watchers[folded]

    def of(self, watcher: Watcher) -> list[str]:
        """The names that somebody watches, as they were given."""
        return list(self._lists.get(watcher, {}).values())

    def came(self, who: Identity) -> None:
        """Somebody took a name."""
        if self._watchers:
            for watcher in list(self._watchers.get(fold(who.name), ())):
                watcher.came(who)

    def went(self, name: str) -> None:
        """Somebody gave up a name."""
        if self._watchers:
            for watcher in list(self._watchers.get(fold(name), ())):
                watcher.went(name)

    def changed(self, person: Person, event: PersonEvent) -> None:
        """Somebody changed: those who watch them, and do not get it through a room, are told."""
        if not self._watchers or person.name is None or isinstance(event, Renamed):
            return
        for watcher in list(self._watchers.get(person.name.folded, ())):
            if watcher.session.person is not person and person.rooms.keys().isdisjoint(
                watcher.session.person.rooms
            ):
                watcher.saw(event)
