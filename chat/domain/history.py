"""What was said before: pages of a room's or a conversation's past, search, redaction and read markers.

Storage answers from disk, so every question is answered through a `Done`, called once in the reactor's thread, often
before the method returns. Access is the caller's to check: who asks for a room's history has to be in it.

Points in a history are `Mark`s: strings that sort among message ids, which sort by time.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Protocol, TypeAlias

from chat.domain.accounts import Done
from chat.domain.events import Acted, LogEvent, Noticed, Said, Tagged, Whispered
from chat.domain.log import KEEP
from chat.domain.mode_lines import for_later
from chat.domain.names import fold
from chat.domain.readers import Cursor
from chat.domain.refused import Refused, Why
from chat.domain.room import Room
from chat.domain.searching import searchable, wanted

PAGE_AT_MOST = 1000
"""Events of one page: announced as CHATHISTORY=1000, some 200 KB on the wire."""
REPLAY = 20
"""Messages of a room that whoever comes in is shown, if neither they nor the operator say otherwise."""
FOUND_AT_MOST = 100
"""Events that one search finds at most: more is read by nobody, narrower words are."""
KEPT_TAGS = frozenset(("+draft/react", "+draft/unreact", "+react", "+draft/persist"))
"""Client tags for whose sake a message without text is kept (IRCv3 reactions); typing, for one, is not."""

Mark: TypeAlias = str
"""A point in a history. Make one with `at_message`, `before_moment` or `after_moment`."""

HistoryEvent: TypeAlias = LogEvent | Whispered
Page: TypeAlias = list[HistoryEvent]
"""Events, oldest first."""


def at_message(msgid: str) -> Mark:
    """The point at which this message stands; pages before or after it do not contain it."""
    return msgid


def before_moment(seconds: float) -> Mark:
    """The point before everything of this millisecond (seconds since the epoch): an upper bound, exclusive."""
    return f"{max(0, round(seconds * 1000)):012x}"


def after_moment(seconds: float) -> Mark:
    """The point after everything of this millisecond: a lower bound, exclusive."""
    return before_moment(seconds) + "~"


class Conversation(NamedTuple):
    """One person's private conversation: `owner` is their `person_key`, `partner` the folded name of the other."""

    owner: str
    partner: str


Target: TypeAlias = str | Conversation
"""A room, by its folded name, or a conversation."""


class Range(NamedTuple):
    """Which events of a target: between two marks (both exclusive, None: no bound), at most `limit` of them.

    `newest`: if there are more than `limit`, take the newest; else the oldest. `speech`: only what was said (PRIVMSG
    and NOTICE); without it, everything (IRCv3 event-playback).

    The subcommands of IRCv3 chathistory: LATEST * is (None, None, newest), LATEST m (m, None, newest), BEFORE m (None,
    m, newest), AFTER m (m, None, oldest), BETWEEN a b (a, b, oldest), or (b, a, newest) if b is older.
    """

    target: Target
    after: Mark | None
    before: Mark | None
    limit: int
    newest: bool = True
    speech: bool = True


class Search(NamedTuple):
    """What to look for: `words` all of which occur, in the rooms with these folded names, within the other bounds."""

    words: tuple[str, ...]
    rooms: tuple[str, ...]
    author: str | None = None
    """Folded name of who said it."""
    after: float | None = None
    """Seconds since the epoch, inclusive."""
    before: float | None = None
    """Seconds since the epoch, exclusive."""
    limit: int = 20


class Correspondent(NamedTuple):
    """A row of TARGETS: a room's or partner's name, and the time of the newest message (seconds since the epoch)."""

    name: str
    time: float


class History(Protocol):
    """Whoever remembers what was said."""

    def page(self, what: Range, done: Done[Page]) -> None:
        """Events of a target within a range, oldest first. Refused: STORAGE, if what is on disk cannot be read."""

    def around(self, target: Target, mark: Mark, limit: int, speech: bool, done: Done[Page]) -> None:
        """The event at a mark and what surrounds it, `limit` in all, oldest first."""

    def targets(
        self,
        owner: str,
        rooms: Collection[Room],
        after: float,
        before: float,
        limit: int,
        done: Done[list[Correspondent]],
    ) -> None:
        """Which of these rooms, and which conversations of `owner`, have their newest message between two moments.

        Oldest first (IRCv3 chathistory, TARGETS).
        """

    def search(self, what: Search, done: Done[Page]) -> None:
        """The newest messages that fit, oldest first. At most `FOUND_AT_MOST`. Refused: STORAGE."""

    def find(self, target: Target, msgid: str, done: Done[HistoryEvent]) -> None:
        """One event. Refused: NO_SUCH_MESSAGE, STORAGE."""

    def redact(self, target: Target, msgid: str, done: Done[HistoryEvent]) -> None:
        """Forget what an event said; `done` gets the event as it was. Refused: NO_SUCH_MESSAGE, STORAGE.

        The event disappears from pages, search and replay. Who may do it, and telling people, is the caller's.
        """

    def replay(self, cursor: Cursor, count: int, done: Done[list[LogEvent]]) -> None:
        """The last `count` messages of a room from before somebody joined it, oldest first; reads disk if need be."""

    def whispered(self, event: Whispered) -> None:
        """A private message reached its reader: both remember the conversation, in memory only."""

    def whispers(self, owner: str, after: Mark, limit: int) -> Page:
        """The newest private messages of somebody after a mark, with whomever, as far as memory goes, oldest first."""

    def forget(self, owner: str) -> None:
        """A guest is gone: forget their conversations and markers."""

    def marker(self, owner: str, target: str) -> float | None:
        """How far somebody has read a room or conversation (folded name), in seconds since the epoch."""

    def set_marker(self, owner: str, target: str, time: float) -> float:
        """Move a marker on, never back; return where it stands. Kept across restarts for accounts."""


SPEECH: tuple[type[Said | Acted | Noticed], ...] = (Said, Acted, Noticed)
LOOK_BACK = KEEP
"""Events among which the messages are looked for that somebody gets who comes in. Everybody who does pays for the look:
12 microseconds (CPython 3.11, a virtual machine)."""


def is_speech(event: HistoryEvent) -> bool:
    """Whether this is a message, as opposed to a thing that happened."""
    return isinstance(event, SPEECH) or (isinstance(event, Whispered) and event.kind is not Tagged)


def is_kept(event: HistoryEvent) -> bool:
    """Whether history keeps this: messages without text only for certain tags."""
    if isinstance(event, Tagged) or (isinstance(event, Whispered) and event.kind is Tagged):
        return not KEPT_TAGS.isdisjoint(event.tags)
    return True


def select(events: Collection[HistoryEvent], what: Range) -> Page:
    """The part of a target's events, oldest first, that a range asks for."""
    after, before = what.after or "", what.before
    found = [
        event
        for event in events
        if event.msgid > after
        and (before is None or event.msgid < before)
        and (is_speech(event) if what.speech else is_kept(event))
    ]
    limit = max(0, min(what.limit, PAGE_AT_MOST))
    found = found[max(0, len(found) - limit) :] if what.newest else found[:limit]
    return found if what.speech else [for_later(event) for event in found]


def surround(events: Collection[HistoryEvent], mark: Mark, limit: int, speech: bool) -> Page:
    """The event at a mark and its neighbours: half of `limit` before it, the rest from it on."""
    fit = [event for event in events if (is_speech(event) if speech else is_kept(event))]
    limit = max(0, min(limit, PAGE_AT_MOST))
    older = [event for event in fit if event.msgid < mark]
    newer = [event for event in fit if event.msgid >= mark]
    half = limit // 2
    start = max(0, len(older) - half)
    return [for_later(event) for event in older[start:] + newer[: limit - (len(older) - start)]]


def no_such_message(msgid: str) -> Refused:
    """The answer to a message id that history does not know."""
    return Refused(Why.NO_SUCH_MESSAGE, f"There is no message {msgid} here, or it is kept no longer.", msgid)


def replayed(cursor: Cursor, count: int) -> list[LogEvent]:
    """The last `count` messages among the `LOOK_BACK` events before somebody joined, as far as the log holds them.

    What people said, and not who came and went: of a busy door that would be all that a newcomer sees.
    """
    if count <= 0:
        return []
    log = cursor.room.log
    stop = cursor.begins - 1
    start = max(log.base, stop - max(count, LOOK_BACK))
    return [event for event in log.read(start, stop - start).events if type(event) in SPEECH][-count:]


def last_said(room: Room) -> Correspondent | None:
    """The row of a room, as far as its log knows when somebody last spoke there."""
    last = next((event for event in reversed(room.log.entries) if is_speech(event)), None)
    return None if last is None else Correspondent(room.name, last.time)


def in_between(rows: list[Correspondent], after: float, before: float, limit: int) -> list[Correspondent]:
    """The rows between two moments in either order, both exclusive, oldest first."""
    low, high = sorted((after, before))
    fit = sorted((row for row in rows if low < row.time < high), key=lambda row: row.time)
    return fit[:limit] if after <= before else fit[max(0, len(fit) - limit) :]


def fits(event: HistoryEvent, what: Search) -> bool:
    """Whether an event is what a search looks for."""
    if not isinstance(event, SPEECH):
        return False
    if what.author is not None and fold(event.author.name) != what.author:
        return False
    if what.after is not None and event.time < what.after:
        return False
    if what.before is not None and event.time >= what.before:
        return False
    words = wanted(what.words)
    text = searchable(event.text)
    return (bool(words) or not what.words) and all(one.is_in(text) for one in words)
