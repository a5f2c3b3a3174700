"""What a terminal shows: pages (a room, a private chat, the server's own), each a bounded list of lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from enum import Enum, auto
from itertools import islice
from typing import Any

from chat.client.link.events import Outgoing
from chat.domain.text import printable

MAX_LINES = 3_000
"""Lines kept of one page: some hours of a lively room, a few megabytes at most."""
MAX_PAGES = 200
"""Pages kept: strangers can open private ones."""
MAX_NAMES = 200
"""Characters of names on a line that tells of several people."""
TOGETHER_SECONDS = 120.0
"""Comings and goings of one kind within this time share a line."""


class Sort(Enum):
    """What a line is."""

    SAY = auto()
    ACT = auto()
    NOTICE = auto()
    CAME = auto()
    WENT = auto()
    EVENT = auto()
    """Anything else that happens in a room."""
    NOTE = auto()
    """A line for this person alone."""
    ERROR = auto()
    RULE = auto()
    """A line across the page with a text in it."""


class Line:
    """One line of a page, before it is wrapped. All text is safe to show."""

    __slots__ = ("author", "cache", "history", "mention", "message", "msgid", "own", "sort", "text", "time")

    def __init__(
        self,
        sort: Sort,
        text: str,
        time: float | None = None,
        author: str = "",
        *,
        own: bool = False,
        mention: bool = False,
        history: bool = False,
        msgid: str = "",
        message: Outgoing | None = None,
    ) -> None:
        self.sort = sort
        self.text = text
        self.time = time
        """Seconds since the epoch, None for none to be shown."""
        self.author = author
        self.own = own
        self.mention = mention
        self.history = history
        self.msgid = msgid
        self.message = message
        """With our own messages, the handle that tells how far they have come."""
        self.cache: tuple[Any, Any] | None = None
        """For whoever wraps it: a key, and the rows that belong to it."""


class Page:
    """One page."""

    def __init__(self, place: str, title: str) -> None:
        self.place = place
        """Where what is typed here goes, ``""`` for nowhere."""
        self.title = title
        """What it is called, safe to show."""
        self.lines: deque[Line] = deque(maxlen=MAX_LINES)
        self.unread = 0
        """Messages that came while another page was looked at; `mentioned`: one of them is for us."""
        self.mentioned = False
        self.marker: Line | None = None
        """The first line that came while another page was looked at."""
        self.scroll = 0
        """Rows between the end of the page and the end of the screen."""
        self.added = 0
        """Lines that came since the page was last drawn."""
        self.draft = ""
        """What was typed here and not sent when the person went to another page."""

    def add(self, line: Line) -> None:
        """A line at the end."""
        self.lines.append(line)
        self.added += 1

    def came_or_went(self, sort: Sort, name: str, time: float, reason: str = "") -> Line:
        """Somebody came or went: on the last line, if that says the same of others just before."""
        last = self.lines[-1] if self.lines else None
        if last is not None and last.sort is sort and not reason and last.text.endswith(_verb(sort)):
            names = last.text.removesuffix(_verb(sort))
            if time - (last.time or time) < TOGETHER_SECONDS and len(names) < MAX_NAMES:
                last.text = f"{names}, {name}{_verb(sort)}"
                last.cache = None
                return last
        line = Line(sort, f"{name}{_verb(sort)}" + (f" ({reason})" if reason else ""), time)
        self.add(line)
        return line

    def insert_before(self, lines: list[Line]) -> None:
        """Older lines at the beginning; if they are too many, the newest go."""
        room = MAX_LINES - len(self.lines)
        self.lines.extendleft(reversed(lines[-room:] if room else []))

    def speakers(self) -> Iterator[str]:
        """Who spoke here, latest first, each once."""
        seen: set[str] = set()
        for line in islice(reversed(self.lines), 500):
            if line.author and not line.own and line.author not in seen:
                seen.add(line.author)
                yield line.author


def _verb(sort: Sort) -> str:
    return " joined" if sort is Sort.CAME else " left"


class Pages:
    """All pages, in the order in which they were opened, and which of them is looked at."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        self._fold = fold
        self.server = Page("", "server")
        self.all: list[Page] = [self.server]
        self.current = self.server
        self._before = self.server

    def find(self, place: str) -> Page | None:
        """The page of a place."""
        key = self._fold(place)
        return next((page for page in self.all if page.place and self._fold(page.place) == key), None)

    def make(self, place: str) -> Page:
        """The page of a place, made if need be; with too many pages, the one looked at."""
        page = self.find(place)
        if page is None:
            if len(self.all) >= MAX_PAGES:
                return self.current
            page = Page(place, printable(place))
            self.all.append(page)
        return page

    def titled(self, title: str) -> Page:
        """The page with this title that is no place to say something, made if need be."""
        for page in self.all:
            if not page.place and page.title == title:
                return page
        page = Page("", title)
        self.all.append(page)
        return page

    def go(self, page: Page) -> None:
        """Look at this page."""
        if page is not self.current:
            self.current.marker = None
            self._before = self.current
            self.current = page
        page.unread = 0
        page.mentioned = False

    def step(self, by: int) -> None:
        """Look at the page that comes after or before."""
        self.go(self.all[(self.all.index(self.current) + by) % len(self.all)])

    def number(self, number: int) -> None:
        """Look at the page with this number, from 1, if there is one."""
        if 0 < number <= len(self.all):
            self.go(self.all[number - 1])

    def next_unread(self) -> None:
        """Look at a page with something unread: one where we are meant first."""
        unread = [page for page in self.all if page.unread and page is not self.current]
        if unread:
            self.go(next((page for page in unread if page.mentioned), unread[0]))

    def drop(self, page: Page) -> None:
        """Take a page away; the server's own stays."""
        if page is self.server or page not in self.all:
            return
        index = self.all.index(page)
        self.all.remove(page)
        if page is self.current:
            self.go(self._before if self._before in self.all else self.all[min(index, len(self.all) - 1)])

    def arrived(self, page: Page, line: Line, counts: bool) -> None:
        """A line came to a page; if nobody looks at it, that is marked (and counted, if it `counts`)."""
        if page is not self.current:
            if page.marker is None:
                page.marker = line
            if counts:
                page.unread += 1
                page.mentioned = page.mentioned or line.mention
