"""Where events get their identity and their place: the seam between the domain and storage.

The domain declares what it needs; `chat.storage` implements it durably, and a journal that several machines share can
implement it tomorrow: nothing above this file may assume that an event was born in this process, or that it is
acknowledged in the moment in which it is recorded.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Protocol

from chat.domain.events import Acted, Event, LogEvent, Noticed, Said, Whispered
from chat.domain.log import Log

Receipt = Callable[[bool], None]
"""Called once with True when the event is safe, or with False when it could not be kept."""


_MSGID = re.compile("[0-9a-f]{28}")


def is_msgid(text: str) -> bool:
    """Whether this can be the id of a message; see `Stamps`."""
    return _MSGID.fullmatch(text) is not None


class Stamps:
    """Message ids that are unique across restarts and machines, and sort by time.

    48 bits of milliseconds, 24 bits of counter, 40 bits of randomness chosen at start, as 28 hexadecimal digits. The
    clock going backwards does not make them go backwards: the last millisecond is then used on, and only the times that
    come with them say what the clock says. `last` is the last id of an earlier start, behind which these come.
    """

    __slots__ = ("_clock", "_count", "_millisecond", "_node", "_prefix")

    def __init__(self, clock: Callable[[], float], last: str = "") -> None:
        self._clock = clock
        self._node = secrets.token_hex(5)
        self._millisecond = int(last[:12], 16) + 1 if last else 0
        self._count = 0
        self._prefix = f"{self._millisecond:012x}"

    def next(self) -> tuple[str, float]:
        """A new message id, and the time that belongs to it in seconds since the epoch, in whole milliseconds."""
        now = self._clock()
        millisecond = int(now * 1000)
        if millisecond > self._millisecond:
            self._millisecond = millisecond
            self._prefix = f"{millisecond:012x}"
            self._count = 0
        else:
            self._count += 1
            if self._count > 0xFFFFFF:
                self._millisecond += 1
                self._prefix = f"{self._millisecond:012x}"
                self._count = 0
        # The time has whole milliseconds as the id has, so that pages of history by either have the same edges.
        return f"{self._prefix}{self._count:06x}{self._node}", millisecond / 1000


class Journal(Protocol):
    """Accepts events. An implementation MUST:

    1. give `stamp()` values that are unique and never decrease, across restarts;
    2. put a recorded event into the given logs exactly once, in the order in which this process recorded it;
    3. call the receipt exactly once, with True in the order of recording and only when the event survives a power
       failure (or when the operator switched storage off); False may come before the receipts of earlier events.
    """

    def stamp(self) -> tuple[str, float]:
        """A new message id and its time."""

    def record(
        self, event: LogEvent, log: Log, receipt: Receipt | None = None, repeat: str | None = None
    ) -> int:
        """Put an event into a room's log (readers may have it at once); return its position there.

        `repeat` is stored with it: the key under which a repetition of it is recognised after a restart.
        """

    def again(self, event: Said | Acted | Noticed, receipt: Receipt, repeat: str | None = None) -> None:
        """Store an event that stands in its log already, and could not be stored before."""

    def keep(self, event: Whispered, receipt: Receipt) -> None:
        """Acknowledge a private message that reached its reader."""

    def end_past(self, log: Log) -> None:
        """What was recorded in this log is not found any more under the name of its room, and what comes later is."""

    def idle(self) -> None:
        """The reactor's thread has nothing more to do for the moment: other threads disturb it least now."""


class MemoryJournal:
    """A journal that keeps nothing beyond the logs: what is in memory is all that was promised."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.stamp = Stamps(clock).next

    def record(
        self, event: LogEvent, log: Log, receipt: Receipt | None = None, repeat: str | None = None
    ) -> int:
        """Append, and acknowledge at once."""
        position = log.append(event)
        if receipt is not None:
            receipt(True)
        return position

    def again(self, event: Said | Acted | Noticed, receipt: Receipt, repeat: str | None = None) -> None:
        """Acknowledge at once."""
        receipt(True)

    def keep(self, event: Whispered, receipt: Receipt) -> None:
        """Acknowledge at once: it was handed over."""
        receipt(True)

    def end_past(self, log: Log) -> None:
        """The log goes with its room."""

    def idle(self) -> None:
        """Nothing waits."""


__all__ = ["Event", "Journal", "MemoryJournal", "Receipt", "Stamps"]
