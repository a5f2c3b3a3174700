"""What every history has in memory: the rooms' logs, private conversations, and how far people have read."""

from __future__ import annotations

from collections.abc import Callable, Collection

from chat.domain.conversations import Conversations, Markers
from chat.domain.events import Whispered
from chat.domain.history import Conversation, HistoryEvent, Mark, Page, Target
from chat.domain.log import Log


class Remembered:
    """The part of a `chat.domain.history.History` that is the same with and without a disk.

    The past of private conversations is in memory alone; of a room's past, it is what the log still holds.
    """

    def __init__(self, log_of: Callable[[str], Log | None], markers: Markers) -> None:
        """`log_of` gives the log of the room with this folded name."""
        self._log_of = log_of
        self._conversations = Conversations()
        self._markers = markers

    def _events(self, target: Target) -> Collection[HistoryEvent]:
        """What is in memory of a target, oldest first."""
        if isinstance(target, Conversation):
            return self._conversations.events(target)
        log = self._log_of(target)
        return () if log is None else log.entries

    def _event(self, target: Target, msgid: str) -> HistoryEvent | None:
        """One event, if it is in memory."""
        return next((event for event in self._events(target) if event.msgid == msgid), None)

    def _erase(self, target: Target, msgid: str) -> HistoryEvent | None:
        """Forget in memory what an event said; return it as it was."""
        if isinstance(target, Conversation):
            return self._conversations.remove(target, msgid)
        log = self._log_of(target)
        return None if log is None else log.redact(msgid)

    def whispered(self, event: Whispered) -> None:
        """Remember a private message."""
        self._conversations.add(event)

    def whispers(self, owner: str, after: Mark, limit: int) -> Page:
        """Private messages after a mark."""
        return self._conversations.since(owner, after, limit)

    def forget(self, owner: str) -> None:
        """A guest is gone."""
        self._conversations.forget(owner)
        self._markers.forget(owner)

    def marker(self, owner: str, target: str) -> float | None:
        """How far somebody has read."""
        return self._markers.get(owner, target)

    def set_marker(self, owner: str, target: str, time: float) -> float:
        """Move a marker on."""
        return self._markers.put(owner, target, time)
