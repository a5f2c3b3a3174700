"""History out of what is in memory anyway: the rooms' logs, and private conversations."""

from __future__ import annotations

from collections.abc import Callable, Collection

from chat.domain.accounts import Done
from chat.domain.conversations import Markers
from chat.domain.events import LogEvent
from chat.domain.history import (
    FOUND_AT_MOST,
    Correspondent,
    HistoryEvent,
    Mark,
    Page,
    Range,
    Search,
    Target,
    fits,
    in_between,
    is_kept,
    last_said,
    no_such_message,
    replayed,
    select,
    surround,
)
from chat.domain.log import Log
from chat.domain.readers import Cursor
from chat.domain.remembered import Remembered
from chat.domain.room import Room


class MemoryHistory(Remembered):
    """A `chat.domain.history.History` that is gone with the process: nothing but what is remembered anyway."""

    def __init__(self, log_of: Callable[[str], Log | None]) -> None:
        """`log_of` gives the log of the room with this folded name."""
        super().__init__(log_of, Markers())

    def page(self, what: Range, done: Done[Page]) -> None:
        """Events of a target within a range."""
        done(select(self._events(what.target), what))

    def around(self, target: Target, mark: Mark, limit: int, speech: bool, done: Done[Page]) -> None:
        """The event at a mark and what surrounds it."""
        done(surround(self._events(target), mark, limit, speech))

    def targets(
        self,
        owner: str,
        rooms: Collection[Room],
        after: float,
        before: float,
        limit: int,
        done: Done[list[Correspondent]],
    ) -> None:
        """Rooms and conversations with news."""
        rows = self._conversations.newest(owner)
        for room in rooms:
            last = last_said(room)
            if last is not None:
                rows.append(last)
        done(in_between(rows, after, before, limit))

    def search(self, what: Search, done: Done[Page]) -> None:
        """Messages that fit."""
        found = [event for room in what.rooms for event in self._events(room) if fits(event, what)]
        found.sort(key=lambda event: event.msgid)
        done(found[-min(what.limit, FOUND_AT_MOST) :])

    def find(self, target: Target, msgid: str, done: Done[HistoryEvent]) -> None:
        """One event."""
        found = self._event(target, msgid)
        done(found if found is not None and is_kept(found) else no_such_message(msgid))

    def redact(self, target: Target, msgid: str, done: Done[HistoryEvent]) -> None:
        """Forget what an event said."""
        found = self._erase(target, msgid)
        done(no_such_message(msgid) if found is None else found)

    def replay(self, cursor: Cursor, count: int, done: Done[list[LogEvent]]) -> None:
        """The last messages from before somebody joined."""
        done(replayed(cursor, count))
