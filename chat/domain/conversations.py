"""Private conversations, and how far people have read: what is remembered for a person in memory, bounded."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection

from chat.domain.accounts import person_key
from chat.domain.events import Whispered
from chat.domain.history import Conversation, Correspondent, Mark, Page, is_kept
from chat.domain.names import fold

CONVERSATION_EVENTS = 200
"""Private messages remembered for one conversation."""
CONVERSATIONS_IN_ALL = 50_000
"""Private messages remembered for all conversations: some 25 MB of common lines."""
MARKERS_EACH = 500
"""Read markers of one person: more rooms and conversations than anybody follows."""
GUESTS_WITH_MARKERS = 10_000
"""Guests whose markers are remembered, the oldest forgotten first."""


class Conversations:
    """Private conversations of people who are or were here, in memory only, bounded; the oldest go first.

    Each side has its own copy, under its own key: what somebody without an account said is found again by nobody who
    takes that name later.
    """

    def __init__(self, each: int = CONVERSATION_EVENTS, in_all: int = CONVERSATIONS_IN_ALL) -> None:
        self._each = each
        self._in_all = in_all
        self._events: OrderedDict[Conversation, deque[Whispered]] = OrderedDict()
        self._owned: dict[str, dict[str, None]] = {}
        self._count = 0

    def add(self, event: Whispered) -> None:
        """Remember a message on both sides."""
        if not is_kept(event):
            return
        author, recipient = event.author, event.recipient
        self._put(Conversation(person_key(author), fold(recipient.name)), event)
        if person_key(author) != person_key(recipient):
            self._put(Conversation(person_key(recipient), fold(author.name)), event)

    def _put(self, where: Conversation, event: Whispered) -> None:
        events = self._events.get(where)
        if events is None:
            events = self._events[where] = deque()
            self._owned.setdefault(where.owner, {})[where.partner] = None
        self._events.move_to_end(where)
        events.append(event)
        self._count += 1
        if len(events) > self._each:
            events.popleft()
            self._count -= 1
        while self._count > self._in_all:
            self._drop(next(iter(self._events)))

    def _drop(self, where: Conversation) -> None:
        self._count -= len(self._events.pop(where, ()))
        partners = self._owned.get(where.owner)
        if partners is not None:
            partners.pop(where.partner, None)
            if not partners:
                del self._owned[where.owner]

    def forget(self, owner: str) -> None:
        """Forget everything of one person's side."""
        for partner in list(self._owned.get(owner, ())):
            self._drop(Conversation(owner, partner))

    def events(self, where: Conversation) -> Collection[Whispered]:
        """A conversation, oldest first."""
        return self._events.get(where, ())

    def since(self, owner: str, after: Mark, limit: int) -> Page:
        """The newest `limit` messages of somebody after a mark, with whomever, oldest first."""
        found: Page = [
            event
            for partner in self._owned.get(owner, ())
            for event in self._events[Conversation(owner, partner)]
            if event.msgid > after
        ]
        return sorted(found, key=lambda event: event.msgid)[-limit:]

    def remove(self, where: Conversation, msgid: str) -> Whispered | None:
        """Take a message out of a conversation, on both sides; return it."""
        found = next((event for event in self.events(where) if event.msgid == msgid), None)
        if found is None:
            return None
        for who, partner in ((found.author, found.recipient), (found.recipient, found.author)):
            where = Conversation(person_key(who), fold(partner.name))
            events = self._events.get(where)
            if events is not None and found in events:
                events.remove(found)
                self._count -= 1
                if not events:
                    self._drop(where)
        return found

    def newest(self, owner: str) -> list[Correspondent]:
        """With whom somebody spoke, and when last."""
        rows = []
        for partner in self._owned.get(owner, ()):
            last = self._events[Conversation(owner, partner)][-1]
            other = last.author if fold(last.author.name) == partner else last.recipient
            rows.append(Correspondent(other.name, last.time))
        return rows


class Markers:
    """Read markers in memory, bounded for each person and for guests altogether."""

    def __init__(self) -> None:
        self._markers: OrderedDict[str, dict[str, float]] = OrderedDict()
        self._guests: OrderedDict[str, None] = OrderedDict()

    def get(self, owner: str, target: str) -> float | None:
        """Where somebody's marker stands."""
        return self._markers.get(owner, {}).get(target)

    def put(self, owner: str, target: str, time: float) -> float:
        """Move a marker on, never back; return where it stands."""
        markers = self._markers.setdefault(owner, {})
        if owner.startswith("*"):
            self._guests[owner] = None
            if len(self._guests) > GUESTS_WITH_MARKERS:
                self.forget(next(iter(self._guests)))
        before = markers.pop(target, None)
        markers[target] = max(time, before or 0.0)
        if len(markers) > MARKERS_EACH:
            oldest = next(iter(markers))
            del markers[oldest]
            self.dropped(owner, oldest)
        return markers[target]

    def dropped(self, owner: str, target: str) -> None:
        """A marker is kept no more."""

    def forget(self, owner: str) -> None:
        """Forget somebody's markers."""
        self._guests.pop(owner, None)
        for target in self._markers.pop(owner, ()):
            self.dropped(owner, target)
