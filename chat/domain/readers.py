"""The readers of a room: a cursor for each session there, and one for all of those who stand together in its log.

Most readers of a room are at the same place in its log and get the same bytes. A walk that looked at a cursor for each
of them would touch several objects of each, which are in no cache of the processor when a room has been quiet
(measured with 1,000 readers: 0.7 of 2.3 microseconds outside the kernel); so it looks at a shared one, and calls one
thing of each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chat.domain.events import LogEvent

if TYPE_CHECKING:
    from chat.domain.room import Room
    from chat.domain.session import Session


class Cursor:
    """How far one session has read one room.

    `position` is the next event of the room's log that it gets; while it is the same as that of others, a `shared`
    cursor keeps it. `rendering` is chosen by the session's dialect; `outlet` is its reader's. Both are opaque to the
    domain.
    """

    __slots__ = (
        "_rendering",
        "begins",
        "held",
        "number",
        "outlet",
        "position_alone",
        "room",
        "session",
        "shared",
        "stop",
    )

    def __init__(self, session: Session, room: Room, position: int) -> None:
        self.session = session
        self.number = session.number
        self.room = room
        self.outlet: Any = session.reader.outlet
        self.begins = position
        """The first position that is this session's to read."""
        self.shared: SharedCursor | None = None
        self.position_alone = position
        """The position of who shares none."""
        self.held = False
        """Whether this session does not read as yet."""
        self.stop: int | None = None
        """Where reading ends for somebody who has left the room; None: at the log's end."""
        self._rendering: Any = None

    @property
    def position(self) -> int:
        """The next event that this session gets. Set, it is its alone."""
        return self.position_alone if self.shared is None else self.shared.position

    @position.setter
    def position(self, position: int) -> None:
        self.read_alone()
        self.position_alone = position

    @property
    def rendering(self) -> Any:
        """How this session is shown events."""
        return self._rendering

    @rendering.setter
    def rendering(self, rendering: Any) -> None:
        self.read_alone()
        self._rendering = rendering

    @property
    def end_of_reading(self) -> int:
        """Where reading the room ends: at its log's end, or where somebody was who has left it."""
        return self.room.log.end if self.stop is None else self.stop

    def read_alone(self) -> None:
        """From here on this cursor is this session's alone: what is next for it is not what is next for others."""
        if self.shared is not None:
            self.room.readers.part(self, self.shared)

    def hold(self) -> None:
        """Nothing is read here until `release`: what this session has to get before that is still on its way."""
        if not self.held:
            self.held = True
            self.room.readers.remove(self)

    def release(self) -> None:
        """From here on the room is read."""
        if self.held:
            self.held = False
            if self.stop is None:
                self.room.readers.add(self)

    def end(self) -> None:
        """Its person is in the room no more. What was said until now is there to read: `Session.former` keeps it.

        It also tells which events of other people, read here, are not to be read again in another room.
        """
        session = self.session
        if not self.held:
            self.room.readers.remove(self)
        self.stop = self.room.log.end
        del session.cursors[self.room]
        if any(cursor.position < cursor.end_of_reading for cursor in (self, *session.reading())):
            session.former.append(self)

    def already_read(self, event: LogEvent) -> bool:
        """Whether this session got an event of a person through another room that both share."""
        places: dict[str, int] | None = getattr(event, "places", None)
        if not places or len(places) < 2:
            return False
        here = self.room.folded
        for other in self.session.reading():
            if other.room.folded != here:
                position = places.get(other.room.folded)
                if position is not None and other.begins <= position < other.position:
                    return True
        return False


class SharedCursor:
    """One position for sessions that are all shown events in the same way, and to which nothing else is owed first.

    `pushes` holds what hands bytes to each of them, by session, in the order of `members`.
    """

    __slots__ = ("members", "position", "pushes", "rendering")

    def __init__(self, rendering: Any, position: int) -> None:
        self.rendering = rendering
        self.position = position
        self.members: dict[int, Cursor] = {}
        self.pushes: dict[int, Callable[[bytes], int]] = {}

    def add(self, cursor: Cursor) -> None:
        """Somebody comes, who has read just as far."""
        cursor.shared = self
        self.members[cursor.number] = cursor
        self.pushes[cursor.number] = cursor.outlet.push

    def discard(self, cursor: Cursor) -> None:
        """Somebody goes."""
        del self.members[cursor.number]
        del self.pushes[cursor.number]


class Readers:
    """Every session that reads a room: `together` those who share a cursor, `alone` the others."""

    __slots__ = ("alone", "settled", "together")

    def __init__(self) -> None:
        self.together: list[SharedCursor] = []
        self.alone: dict[Cursor, None] = {}
        self.settled = False
        """Whether `gather` would change nothing: the last time it did not, and nobody has come or gone since."""

    def add(self, cursor: Cursor) -> None:
        """A session begins to read, alone at first."""
        self.alone[cursor] = None
        self.settled = False

    def remove(self, cursor: Cursor) -> None:
        """A session reads no more."""
        cursor.read_alone()
        del self.alone[cursor]

    def __len__(self) -> int:
        """How many sessions read the room."""
        return len(self.alone) + sum([len(shared.members) for shared in self.together])

    def part(self, cursor: Cursor, shared: SharedCursor) -> None:
        """Somebody reads on alone, from where those stand with whom they `shared` a cursor."""
        cursor.position_alone = shared.position
        cursor.shared = None
        shared.discard(cursor)
        if not shared.members:
            self.together.remove(shared)
        self.alone[cursor] = None
        self.settled = False

    def gather(self, end: int, at_most: int) -> bool:
        """Who has read everything up to `end`, and can be sent more, stands together from here on, `at_most` so many.

        Returns whether somebody who could read on has not done so.
        """
        late = False
        before = self.together.copy()
        settled = not self.alone and all(shared.position == end for shared in before)
        open_ones = self._merge(end, at_most) if self.together else {}
        for cursor in list(self.alone):
            if cursor.outlet.blocked:
                continue
            if cursor.position_alone != end:
                late = True
                continue
            rendering = cursor.rendering
            shared = open_ones.get(rendering)
            if shared is None or len(shared.members) >= at_most:
                shared = open_ones[rendering] = SharedCursor(rendering, end)
                self.together.append(shared)
            del self.alone[cursor]
            shared.add(cursor)
        self.settled = settled and self.together == before
        return late

    def _merge(self, end: int, at_most: int) -> dict[Any, SharedCursor]:
        """Make one of small groups; return for each rendering one with places left."""
        found: dict[Any, SharedCursor] = {}
        for shared in list(self.together):
            if shared.position != end or len(shared.members) >= at_most:
                continue
            other = found.setdefault(shared.rendering, shared)
            if other is shared:
                continue
            if len(other.members) + len(shared.members) <= at_most:
                for cursor in shared.members.values():
                    other.add(cursor)
                shared.members, shared.pushes = {}, {}
                self.together.remove(shared)
            elif len(shared.members) < len(other.members):
                found[shared.rendering] = shared
        return found
