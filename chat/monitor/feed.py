"""Decides what is sent to each page, and when; a page is a position in the log ring, not a queue."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from chat.monitor import frames
from chat.monitor.figures import Sampler
from chat.monitor.interfaces import Source
from chat.monitor.ring import LogRing
from chat.monitor.roster import Roster

BATCH_INTERVAL = 0.1
"""Seconds between two looks at the log for pages: at most ten frames a second, however much is logged."""

BATCH_EVENTS = 500
BATCH_CHARACTERS = 128 * 1024
"""One log frame: with what the transport holds (64 KiB, then it says stop) the bound of memory a page."""

OPENING_EVENTS = 500
"""Log events that a page gets on opening."""

PAGE_LINES = 5000
"""Log lines that a page keeps: it is never sent more of the past than that."""

CATCH_UP = 4500
"""Log events with which a page that is further behind than that is brought up: they leave it room for the note
of what is missing, and for what comes next.
"""

PEOPLE_INTERVAL = 3.0
"""Seconds between two looks at who is online, while a page is open."""

STALL = 60.0
"""Seconds after which a page that takes nothing is closed."""

HELLO_TIMEOUT = 10.0
"""Seconds in which a page says hello, or is closed."""

MAX_PAGES = 32
"""Open pages at a time."""

MAX_FIND = 64
"""Characters that people can be searched for: as long as a name or an IPv6 address and then some."""

_log = Logger()


class Socket(Protocol):
    """A connection to a page."""

    @property
    def paused(self) -> bool:
        """Whether the transport wants no more for the moment."""
        ...

    def send(self, payload: bytes) -> None:
        """Send a frame, or do nothing if the connection is about to close."""
        ...

    def drop(self) -> None:
        """Close at once."""
        ...


class _Batch(NamedTuple):
    """A log frame, the same for all pages that stand at its beginning."""

    first: int
    next: int
    payload: bytes


class _Page:
    """What the feed knows of one open page."""

    __slots__ = ("cursor", "find", "paused_since", "people", "roster", "since", "skipped")

    def __init__(self, since: float) -> None:
        self.since = since
        self.cursor: int | None = None
        # Sequence number of the next event to send; None before its hello.
        self.paused_since: float | None = None
        self.skipped = False
        # Whether it was skipped ahead and has not caught up since.
        self.find = ""
        self.roster: Roster | None = None
        self.people: bytes | None = None
        # The last people frame sent to it.


class Feed:
    """Keeps all open pages up to date.

    Nothing here is called by the log observer: it looks at the ring ten times a second while a page is
    open, and not at all while none is. A page whose transport is full gets nothing until it is empty, and
    then goes on where it stopped; if that is more than `PAGE_LINES` behind, it is skipped ahead and told by
    how many events. So a slow page costs a number, and what is sent is encoded once for all pages that
    stand together.
    """

    def __init__(
        self,
        ring: LogRing,
        sampler: Sampler,
        source: Source,
        clock: IReactorTime,
        *,
        name: str,
        actions: bool,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._ring = ring
        self._sampler = sampler
        self._source = source
        self._clock = clock
        self._name = name
        self._actions = actions
        self._wall = wall
        self._pages: dict[Socket, _Page] = {}
        self._batches: dict[int, _Batch] = {}
        self._roster = Roster(source)
        self._tick = LoopingCall(self._on_tick)
        self._tick.clock = clock
        self._people_tick = LoopingCall(self._on_people)
        self._people_tick.clock = clock
        sampler.on_sample = self._on_sample

    @property
    def pages(self) -> int:
        """How many are open."""
        return len(self._pages)

    @property
    def full(self) -> bool:
        """Whether no more can be opened."""
        return len(self._pages) >= MAX_PAGES

    def opened(self, socket: Socket) -> None:
        """A page has connected; it gets nothing before its hello."""
        self._pages[socket] = _Page(self._clock.seconds())
        if not self._tick.running:
            self._tick.start(BATCH_INTERVAL, now=False)
            self._people_tick.start(PEOPLE_INTERVAL, now=False)

    def closed(self, socket: Socket) -> None:
        """A page has gone."""
        self._pages.pop(socket, None)
        if not self._pages and self._tick.running:
            self._tick.stop()
            self._people_tick.stop()

    def stop(self) -> None:
        """Close every page."""
        for socket in list(self._pages):
            self._drop(socket)

    def _drop(self, socket: Socket) -> None:
        self.closed(socket)
        socket.drop()

    def hello(self, socket: Socket, boot: object, sequence: object) -> None:
        """Answer a page's hello: it opens, or goes on from where it was."""
        page = self._pages[socket]
        ring = self._ring
        end, first = ring.next, ring.first
        missed = 0
        restarted = False
        if not isinstance(boot, str):
            page.cursor = max(first, end - OPENING_EVENTS)
        elif boot == ring.boot and type(sequence) is int and 1 <= sequence <= end:
            page.cursor = max(first, sequence if end - sequence <= PAGE_LINES else end - CATCH_UP)
            missed = page.cursor - sequence
        else:
            restarted = True
            page.cursor = max(first, end - CATCH_UP)
            missed = page.cursor - 1
        socket.send(
            frames.encode(
                "hello",
                boot=ring.boot,
                name=self._name,
                first=page.cursor,
                missed=missed,
                restarted=restarted,
                actions=self._actions,
                page_lines=PAGE_LINES,
                opening_lines=OPENING_EVENTS,
            )
        )
        socket.send(frames.series(self._sampler.samples, self._wall()))
        socket.send(self._figures())
        self._send_people(socket, page, self._roster.frame(self._wall(), self._total()))
        self._send_log(socket, page)

    def find(self, socket: Socket, text: object) -> None:
        """Show this page only people that match."""
        page = self._pages[socket]
        if not isinstance(text, str):
            return
        page.find = text.strip()[:MAX_FIND]
        page.roster = Roster(self._source) if page.find else None
        page.people = None
        if page.cursor is not None:
            roster = page.roster or self._roster
            self._send_people(socket, page, roster.frame(self._wall(), self._total(), page.find))

    def _on_tick(self) -> None:
        self._batches.clear()
        now = self._clock.seconds()
        self._each(lambda socket, page: self._serve(socket, page, now))

    def _each(self, do: Callable[[Socket, _Page], None]) -> None:
        """Do it for every page; one that cannot be served is closed and keeps nothing from the others."""
        # Over a copy: a page may close while it is sent to.
        for socket, page in list(self._pages.items()):
            try:
                do(socket, page)
            except Exception:
                _log.failure("A monitor page could not be served and is closed.")
                self._drop(socket)

    def _serve(self, socket: Socket, page: _Page, now: float) -> None:
        if page.cursor is None:
            if now - page.since > HELLO_TIMEOUT:
                self._drop(socket)
        elif socket.paused:
            if page.paused_since is None:
                page.paused_since = now
            elif now - page.paused_since > STALL:
                _log.info("A monitor page took nothing for {seconds:.0f} s and is closed.", seconds=STALL)
                self._drop(socket)
        else:
            page.paused_since = None
            self._send_log(socket, page)

    def _send_log(self, socket: Socket, page: _Page) -> None:
        if page.cursor is None:
            return
        end = self._ring.next
        if end == page.cursor:
            page.skipped = False
            return
        if end - page.cursor > PAGE_LINES:
            # After a burst a page gets about as much as it keeps. If it is as far behind again before it has caught
            # up, it is the page that is slow, and a short jump would leave it slow and late for good.
            self._skip(socket, page, end - (OPENING_EVENTS if page.skipped else CATCH_UP))
        batch = self._batches.get(page.cursor)
        if batch is None:
            events = self._ring.since(page.cursor, BATCH_EVENTS, BATCH_CHARACTERS)
            batch = self._batches[page.cursor] = _Batch(
                events[0].sequence, events[-1].sequence + 1, frames.log(events)
            )
        if batch.first > page.cursor:
            # The ring is bounded by characters, too, and other threads append to it.
            self._skip(socket, page, batch.first)
        page.cursor = batch.next
        socket.send(batch.payload)

    @staticmethod
    def _skip(socket: Socket, page: _Page, to: int) -> None:
        socket.send(frames.encode("skipped", count=to - (page.cursor or 0)))
        page.cursor = to
        page.skipped = True

    def _on_sample(self) -> None:
        if not self._pages:
            return
        payload = self._figures()

        def send(socket: Socket, page: _Page) -> None:
            # A slow page misses some; the next one that it gets is as good, and it draws the gap.
            if page.cursor is not None and not socket.paused:
                socket.send(payload)

        self._each(send)

    def _on_people(self) -> None:
        everybody: bytes | None = None

        def send(socket: Socket, page: _Page) -> None:
            nonlocal everybody
            if page.cursor is None or socket.paused:
                return
            if page.roster is not None:
                payload = page.roster.frame(self._wall(), self._total(), page.find)
            else:
                everybody = everybody or self._roster.frame(self._wall(), self._total())
                payload = everybody
            self._send_people(socket, page, payload)

        self._each(send)

    @staticmethod
    def _send_people(socket: Socket, page: _Page, payload: bytes | None) -> None:
        if payload is not None and payload != page.people:
            page.people = payload
            socket.send(payload)

    def _figures(self) -> bytes:
        samples = self._sampler.samples
        last = samples[-1] if samples else None
        return frames.figures(self._sampler.state, last, self._ring.counts(), self._wall())

    def _total(self) -> int:
        state = self._sampler.state
        return 0 if state is None else state.figures.people
