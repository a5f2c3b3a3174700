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
MAX_PAGES = 600
"""Pages kept: all rooms that somebody can be in (`state.MAX_ROOMS`), and those of private chats."""
MAX_PRIVATE = 50
"""Private chats that others can open. Who writes to us beyond that stands on the page of `STRANGERS`."""
STRANGERS = "strangers"
"""The title of a page of private messages from people who have none of their own."""
MAX_SIGNS = 20
"""Different reactions to one message that are shown."""
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

    __slots__ = (
        "author",
        "cache",
        "history",
        "mention",
        "message",
        "msgid",
        "own",
        "quoted",
        "reactions",
        "sort",
        "text",
        "time",
    )

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
        quoted: str = "",
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
        self.quoted = quoted
        """The beginning of the message that this one answers, with its author; ``""`` for none."""
        self.reactions: dict[str, set[str]] = {}
        """Signs, and the folded names of those who react with them."""
        self.cache: tuple[Any, Any] | None = None
        """For whoever wraps it: a key, and the rows that belong to it."""

    @property
    def msgids(self) -> list[str]:
        """The server's ids of the message: one, unless it is ours and had to be split."""
        if self.message is not None:
            return self.message.msgids
        return [self.msgid] if self.msgid else []


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
        self.anchor: tuple[Line, int] | None = None
        """While it is scrolled up, the line at the end of the screen and how many of its rows are below that."""
        self.selected: Line | None = None
        """The message that is pointed at, None for none."""
        self.revision = 0
        """How often lines that were shown already have become different."""
        self.draft = ""
        """What was typed here and not sent when the person went to another page."""

    def add(self, line: Line) -> None:
        """A line at the end."""
        self.lines.append(line)

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

    def said(self, msgid: str) -> list[Line]:
        """The lines of a message with this id, none if it is not here."""
        return [line for line in self.lines if msgid and msgid in line.msgids]

    def take_back(self, msgid: str, by: str) -> None:
        """A message is no longer said: in its place stands that it was, and who took it back."""
        for number, line in enumerate(self.said(msgid)):
            if line.message is not None and len(line.message.msgids) > 1:
                line.message.msgids.remove(msgid)
                return
            line.sort = Sort.EVENT
            line.text = (
                f"{by} took back a message of {line.author}"
                if by != line.author
                else f"{by} took a message back"
            )
            line.author, line.quoted, line.mention, line.message = "", "", False, None
            line.reactions.clear()
            self.revised(line)
            if number:
                self.lines.remove(line)

    def react(self, msgid: str, author: str, sign: str, gone: bool) -> None:
        """Somebody reacts to a message; signs beyond `MAX_SIGNS` are not shown."""
        for line in self.said(msgid)[:1]:
            who = line.reactions.get(sign, set())
            if gone:
                who.discard(author)
            elif len(line.reactions) < MAX_SIGNS or sign in line.reactions:
                line.reactions.setdefault(sign, set()).add(author)
            line.reactions = {sign: who for sign, who in line.reactions.items() if who}
            self.revised(line)

    def revised(self, line: Line) -> None:
        """A line that was shown already looks different."""
        line.cache = None
        self.revision += 1

    def latest(self, own: bool) -> Line | None:
        """The last message with an id: our own, or somebody else's."""
        return next((line for line in reversed(self.lines) if line.msgids and line.own is own), None)

    def select(self, by: int) -> None:
        """Point at the message before (negative) or after the one pointed at; beyond the newest at none."""
        found = [line for line in self.lines if line.msgids]
        at = found.index(self.selected) if self.selected in found else len(found)
        at = max(at + by, 0)
        self.selected = found[at] if at < len(found) else None

    def deselect(self) -> None:
        """Point at no message."""
        self.selected = None

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

    def __init__(self, fold: Callable[[str], str], is_room: Callable[[str], bool]) -> None:
        self._fold = fold
        self._is_room = is_room
        self.server = Page("", "server")
        self.all: list[Page] = [self.server]
        self.current = self.server
        self.attended = True
        """Whether the page that is shown is seen; as long as it is not, what comes there counts as unread too."""
        self._before = self.server

    def find(self, place: str) -> Page | None:
        """The page of a place."""
        key = self._fold(place)
        return next((page for page in self.all if page.place and self._fold(page.place) == key), None)

    def make(self, place: str) -> Page:
        """The page of a place where we are or say something, made if need be; with too many, another goes."""
        page = self.find(place)
        if page is None:
            if len(self.all) >= MAX_PAGES:
                self._drop_least()
            page = Page(place, printable(place))
            self.all.append(page)
        return page

    def heard(self, place: str) -> Page:
        """The page for what others say at a place: with too many private chats, the one of `STRANGERS`."""
        page = self.find(place)
        if page is not None or self._is_room(place) or len(self._private()) < MAX_PRIVATE:
            return page or self.make(place)
        return self.titled(STRANGERS)

    def _private(self) -> list[Page]:
        return [page for page in self.all if page.place and not self._is_room(page.place)]

    def _drop_least(self) -> None:
        """Take away the oldest of the pages that are missed least."""
        others = [page for page in self.all if page is not self.server and page is not self.current]
        self.drop(
            min(others, key=lambda page: (bool(page.draft), self._is_room(page.place), bool(page.unread)))
        )

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
        self.looked()

    def looked(self) -> None:
        """Somebody has looked at the end of the page that is shown."""
        if self.attended and not self.current.scroll:
            self.current.unread = 0
            self.current.mentioned = False

    def attend(self, on: bool) -> None:
        """Whether anybody sees what is shown: the window is in front, say."""
        if self.attended and not on:
            self.current.marker = None
        self.attended = on
        self.looked()

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
        """A line came to a page; if nobody looks at its end, that is marked (and counted, if it `counts`)."""
        if page is not self.current or page.scroll or not self.attended:
            if page.marker is None:
                page.marker = line
            if counts:
                page.unread += 1
                page.mentioned = page.mentioned or line.mention
