"""A dialect in which each event is its number, and a check of what a reader got against what happened."""

from __future__ import annotations

from typing import Any

from chat.domain.directory import Directory
from chat.domain.events import Event, Identity, LogEvent
from chat.domain.journal import MemoryJournal, Receipt
from chat.domain.log import Log
from chat.domain.names import check_name
from chat.domain.person import Person
from chat.domain.readers import Cursor
from chat.domain.room import Room
from chat.network.listener import ChatProtocol

EVERYTHING = 1 << 40


class Numbers:
    """Renders an event as its message id."""

    def __init__(self, end: str) -> None:
        self._end = end

    def render(self, event: LogEvent) -> bytes:
        """Of either length; one event in a while is hidden."""
        return f"E {event.msgid}{self._end}\n".encode()


RENDERINGS = (Numbers(""), Numbers(" " + "x" * 90))


class Recorder(MemoryJournal):
    """A journal that remembers where everything stands."""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self.numbers: dict[Log, int] = {}
        self.recorded: list[list[LogEvent]] = []

    def record(
        self,
        event: LogEvent,
        room: Room | None = None,
        receipt: Receipt | None = None,
        repeat: str | None = None,
    ) -> None:
        """Remember, and apply."""
        directory: Directory = self.apply.__self__  # type: ignore[attr-defined]
        places = [room.folded] if room is not None else getattr(event, "places", ())
        for log in [directory.rooms[folded].log for folded in places]:
            number = self.numbers.setdefault(log, len(self.numbers))
            if number == len(self.recorded):
                self.recorded.append([])
            assert log.end == len(self.recorded[number])
            self.recorded[number].append(event)
        super().record(event, room, receipt)

    def find(self, msgid: str) -> dict[int, int]:
        """Where an event stands: number of the log -> position."""
        return {
            number: position
            for number, events in enumerate(self.recorded)
            for position, event in enumerate(events)
            if event.msgid == msgid
        }


class Period:
    """One person's time in one room."""

    def __init__(self, number: int, start: int) -> None:
        self.number = number
        self.start = start
        self.end = EVERYTHING


class Reader:
    """The dialect of the tests: what is for its person comes as lines of a letter and numbers."""

    name = "plain"

    def __init__(self, connection: ChatProtocol) -> None:
        self._connection = connection
        self.directory: Directory = connection.factory.directory
        self.outlet = connection.outlet
        self.session = connection.session
        self.journal: Any = self.directory.journal
        self.rendering = RENDERINGS[self.session.number % 2]
        self.periods: list[Period] = []
        self.replies: list[dict[Period, int]] = []
        """For each reply that was taken: the ends of the rooms' logs at that moment."""

    @property
    def person(self) -> Person:
        return self.session.person

    def expects_name(self) -> bool:
        return self.person.name is None

    def line(self, line: bytes) -> None:
        if self.person.name is None:
            self.directory.enter(self.session, check_name(line.decode()))
            self._connection.named()
            self.directory.join_lobby(self.session)
            return
        word, number, count = line.decode().split()
        rooms = list(self.person.rooms)
        for _ in range(int(count)):
            if word == "ask":
                self.reply(int(number))
            elif rooms:
                self.directory.say(self.session, rooms[int(number) % len(rooms)], "x")

    def tell(self, event: Event) -> bool:
        return self.reply()

    def reply(self, size: int = 0) -> bool:
        """Something for this reader alone."""
        snapshot = {
            period: len(self.journal.recorded[period.number])
            for period in self.periods
            if period.end == EVERYTHING
        }
        taken = self.outlet.put(f"R {len(self.replies)}{' ' if size else ''}{'x' * size}\n".encode())
        if taken:
            self.replies.append(snapshot)
        return taken

    def entered(self, cursor: Cursor, event: Event) -> None:
        cursor.rendering = self.rendering
        number = self.journal.numbers[cursor.room.log]
        self.periods.append(Period(number, len(self.journal.recorded[number])))

    def tell_sentence(self, sentence: str) -> None: ...

    def became(self, was: Identity, rooms: list[Room]) -> None: ...

    def arrived(self) -> None: ...

    def left(self, room: Room, event: Event) -> None:
        number = self.journal.numbers[room.log]
        (period,) = (p for p in self.periods if p.number == number and p.end == EVERYTHING)
        period.end = len(self.journal.recorded[number]) - 1
        self.reply()

    def gap(self, cursor: Cursor, missed: int) -> bytes:
        number = self.journal.numbers[cursor.room.log]
        return f"G {number} {cursor.position} {missed}\n".encode()

    def disconnect(self, sentence: str) -> None:
        self._connection.finish(sentence)

    def input_ended(self) -> None:
        self._connection.finish("")

    def too_long(self, length: int) -> None: ...

    def silent_for(self, seconds: float) -> float:
        return 60.0

    def ask_name(self) -> None: ...

    def ignoring_changed(self) -> None: ...

    def marker_moved(self, target: str, time: float) -> None: ...


class Trace:
    """What one reader got, held against what happened."""

    def __init__(self, reader: Reader, received: bytes, complete: bool) -> None:
        self.reader = reader
        self.recorded: list[list[LogEvent]] = reader.journal.recorded
        self.complete = complete
        lines = received.decode().split("\n")
        assert not (complete and lines[-1]), f"ends in the middle: {lines[-1]}"
        self.lines = [line.split() for line in lines[:-1]]
        self.cursors = {period: period.start for period in reader.periods}
        self.gaps: list[tuple[int, range]] = []
        self.got: list[str] = []

    def check(self) -> None:
        """Fail if anything is wrong."""
        replies = 0
        for line in self.lines:
            if line[0] == "E":
                self._event(line[1])
            elif line[0] == "G":
                self._gap(*map(int, line[1:]))
            else:
                assert (line[0], int(line[1])) == ("R", replies), "replies are lost or out of order"
                for period, end in self.reader.replies[replies].items():
                    self._reached(period, end, f"reply {replies} overtook")
                replies += 1
        assert len(set(self.got)) == len(self.got), "an event came twice"
        if self.complete:
            assert replies == len(self.reader.replies)
            for period in self.reader.periods:
                self._reached(period, min(period.end, len(self.recorded[period.number])), "never came:")
            self._all_person_events()

    def _period(self, number: int, position: int) -> Period:
        found = [
            p for p in self.reader.periods if p.number == number and p.start <= position < max(p.end, p.start)
        ]
        assert len(found) == 1, f"position {position} of log {number} is not this reader's"
        return found[0]

    def _event(self, msgid: str) -> None:
        self.got.append(msgid)
        places = self.reader.journal.find(msgid)
        assert places, "nobody did that"
        if len(places) > 1:
            return
        ((number, position),) = places.items()
        assert self.recorded[number][position].author.session != self.reader.session.number
        period = self._period(number, position)
        assert self.cursors[period] <= position, "an event came again, or too late"
        self._reached(period, position, "passed over:")
        self.cursors[period] = position + 1

    def _gap(self, number: int, position: int, missed: int) -> None:
        period = self._period(number, position)
        self._reached(period, position, "before a gap:")
        assert missed > 0
        assert self.cursors[period] <= position + missed
        self.cursors[period] = position + missed
        self.gaps.append((number, range(position, position + missed)))

    def _reached(self, period: Period, position: int, what: str) -> None:
        """Nothing between the cursor and this position is for this reader."""
        for at in range(self.cursors[period], position):
            event = self.recorded[period.number][at]
            own = event.author.session == self.reader.session.number
            assert own or len(self.reader.journal.find(event.msgid)) > 1, (
                f"{what} {period.number}/{at} {event}"
            )

    def _all_person_events(self) -> None:
        for period in self.reader.periods:
            end = min(period.end, len(self.recorded[period.number]))
            for event in self.recorded[period.number][period.start : end]:
                places = self.reader.journal.find(event.msgid)
                if event.author.session == self.reader.session.number or len(places) < 2:
                    continue
                missed = any(places.get(number, -1) in gap for number, gap in self.gaps)
                assert event.msgid in self.got or missed, f"never came: {event}"
