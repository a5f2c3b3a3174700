"""History out of what is in memory anyway: the rooms' logs, and private conversations."""

from __future__ import annotations

from collections.abc import Callable, Collection

from chat.domain.accounts import Done
from chat.domain.conversations import Conversations, Markers
from chat.domain.events import LogEvent, Whispered
from chat.domain.history import (
    FOUND_AT_MOST,
    Conversation,
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
    is_speech,
    no_such_message,
    replayed,
    select,
    surround,
)
from chat.domain.log import Log
from chat.domain.room import Membership, Room


class MemoryHistory:
    """History out of what is in memory anyway: the rooms' logs, and conversations."""

    def __init__(self, log_of: Callable[[str], Log | None]) -> None:
        """`log_of` gives the log of the room with this folded name."""
        self._log_of = log_of
        self.conversations = Conversations()
        self.markers = Markers()

    def _events(self, target: Target) -> Collection[HistoryEvent]:
        if isinstance(target, Conversation):
            return self.conversations.events(target)
        log = self._log_of(target)
        return () if log is None else log.entries

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
        rows = self.conversations.newest(owner)
        for room in rooms:
            last = next((event for event in reversed(room.log.entries) if is_speech(event)), None)
            if last is not None:
                rows.append(Correspondent(room.name, last.time))
        done(in_between(rows, after, before, limit))

    def search(self, what: Search, done: Done[Page]) -> None:
        """Messages that fit."""
        found = [event for room in what.rooms for event in self._events(room) if fits(event, what)]
        found.sort(key=lambda event: event.msgid)
        done(found[-min(what.limit, FOUND_AT_MOST) :])

    def find(self, target: Target, msgid: str, done: Done[HistoryEvent]) -> None:
        """One event."""
        found = next((event for event in self._events(target) if event.msgid == msgid), None)
        done(found if found is not None and is_kept(found) else no_such_message(msgid))

    def redact(self, target: Target, msgid: str, done: Done[HistoryEvent]) -> None:
        """Forget what an event said."""
        found: HistoryEvent | None
        if isinstance(target, Conversation):
            found = self.conversations.remove(target, msgid)
        else:
            log = self._log_of(target)
            found = None if log is None else log.redact(msgid)
        done(no_such_message(msgid) if found is None else found)

    def replay(self, membership: Membership, count: int, done: Done[list[LogEvent]]) -> None:
        """The last events from before somebody joined."""
        done(replayed(membership, count))

    def whispered(self, event: Whispered) -> None:
        """Remember a private message."""
        self.conversations.add(event)

    def forget(self, owner: str) -> None:
        """A guest is gone."""
        self.conversations.forget(owner)
        self.markers.forget(owner)

    def marker(self, owner: str, target: str) -> float | None:
        """How far somebody has read."""
        return self.markers.get(owner, target)

    def set_marker(self, owner: str, target: str, time: float) -> float:
        """Move a marker on."""
        return self.markers.put(owner, target, time)
