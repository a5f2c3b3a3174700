"""On what terms a command may be used: who may, what it costs, and what a mute forbids.

They are columns of the tables of commands, the same for every dialect. A command costs *lines*, of the pace at which
one person may speak, and *work*: microseconds of a processor, with what it takes to tell everybody who is to be told.
The constants were measured on the machine of the benchmark (Python 3.11); what counts is how they compare.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from chat.domain.directory import Directory
from chat.domain.names import fold
from chat.domain.person import Person
from chat.domain.room import Room

LINE = 40.0
"""Reading a line, and answering it with one."""
SAID = 0.1
"""One more reader of what is said: it goes out together with what others say."""
TOLD = 2.0
"""One more reader of what somebody did, in each room that both share."""
TOLD_AT_MOST = 256
"""Readers of a room that are counted: a larger one is told what many people did in one walk (`SLICE` of delivery)."""
ROOM = 80.0
"""Going into a room, or leaving it."""
NAMED = 0.2
"""One more name in a list of names, most of which is kept."""
ROW = 8.0
"""Looking at one more person or room, and saying what they are."""
REPLIES = 400.0
"""An answer of many lines that are the same for everybody."""
QUESTION = 2_000.0
"""A question to history: a page of it, a search among what has an index."""
SEARCH = 10_000.0
"""A search through history."""
HASH = 25_000.0
"""Hashing a password (`chat.storage.passwords`), or checking one."""
TARGETS_COUNTED = 50
"""Rooms or people that one command is counted for at most: more than any may name."""


class Asker(Protocol):
    """Who gives a command, in whatever dialect."""

    directory: Directory

    @property
    def person(self) -> Person:
        """Who it is."""


Count = Callable[[Asker, Sequence[str]], float]
"""What a command costs, by who gives it and its arguments."""


class Words(NamedTuple):
    """The arguments from number `first` on (from 0) are words of one's own, which others get to read.

    `spare`: who may not speak does the same without them, such as leaving; else the command is refused.
    """

    first: int = 0
    spare: bool = False


class Cost(NamedTuple):
    """What a command costs: `lines` of the pace, `work`, and work `apart`, which other threads do."""

    lines: float
    work: float = LINE
    apart: float = 0.0


class Terms(NamedTuple):
    """The terms of one command."""

    operator: bool = False
    """Only operators of the server may use it."""
    words: Words | None = None
    """What a mute forbids of it; None: nothing."""
    lines: float | Count = 1.0
    """What it costs of the pace: as many lines as people or rooms hear it; 0 for what nobody hears."""
    work: float | Count = LINE
    """What it costs in work."""
    apart: float | Count = 0.0
    """What it costs in work of other threads: it counts for the budgets, and keeps nobody waiting."""
    speech: bool = False
    """It says something, which the pace alone limits: without a limit on messages, it costs nothing."""

    def cost(self, asker: Asker, arguments: Sequence[str]) -> Cost:
        """What it costs with these arguments."""
        lines, work, apart = self.lines, self.work, self.apart
        return Cost(
            lines if isinstance(lines, float) else lines(asker, arguments),
            work if isinstance(work, float) else work(asker, arguments),
            apart if isinstance(apart, float) else apart(asker, arguments),
        )


ASKING = Terms()
"""Of a command that asks something, or changes what nobody else sees."""


def _list(arguments: Sequence[str]) -> list[str]:
    return arguments[0].split(",", TARGETS_COUNTED) if arguments else []


def each_target(asker: Asker, arguments: Sequence[str]) -> float:
    """As many lines as there are targets in a list with commas."""
    return float(max(1, len(set(_list(arguments)))))


def said(asker: Asker, arguments: Sequence[str]) -> float:
    """The work of saying something to rooms or people."""
    rooms = asker.directory.rooms
    found = (rooms.get(fold(name)) for name in _list(arguments))
    return sum((LINE if room is None else LINE + SAID * len(room.members) for room in found), LINE)


def telling(room: Room) -> float:
    """The work of telling a room what somebody did."""
    return TOLD * min(len(room.members), TOLD_AT_MOST)


def told_everywhere(asker: Asker, arguments: Sequence[str] = ()) -> float:
    """The work of something that everybody learns who shares a room with somebody, such as another name."""
    return LINE + sum(LINE + telling(room) for room in asker.person.rooms)


def told_in_rooms(asker: Asker, arguments: Sequence[str]) -> float:
    """The work of something that happens in each of the rooms of a list: coming, going, a topic."""
    if arguments and arguments[0] == "0":
        return told_everywhere(asker) + ROOM * len(asker.person.rooms)
    rooms = asker.directory.rooms
    found = (rooms.get(fold(name)) for name in _list(arguments))
    return sum((ROOM if room is None else ROOM + telling(room) for room in found), LINE)


def names_of_rooms(asker: Asker, arguments: Sequence[str]) -> float:
    """The work of saying who is in each of the rooms of a list."""
    rooms = asker.directory.rooms
    found = (rooms.get(fold(name)) for name in _list(arguments))
    return sum((LINE if room is None else LINE + NAMED * len(room.members) for room in found), LINE)


def every_room(asker: Asker, arguments: Sequence[str]) -> float:
    """The work of looking at every room."""
    return LINE + ROW * len(asker.directory.rooms)


def every_person(asker: Asker, arguments: Sequence[str]) -> float:
    """The work of telling everybody."""
    return LINE + TOLD * len(asker.directory.people)
