"""A line receiver that stops reading for any of several reasons, and goes on when none is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.protocols.basic import LineReceiver

from chat.network.endings import LOST

LINES_A_TURN = 512
"""Lines that are dealt with before others have their turn: some 10 ms. One read can bring 32,768. Connections that have
so many at once share them."""
FEW_LINES = 16
"""Lines that a connection may have dealt with of each read, whoever else has many; half as many when others wait."""

THROTTLED = 1
CONGESTED = 2
HELD = 4
ANSWERING = 8
YIELDING = 16
WAITING = 32
"""Reasons for which a connection is not read at the moment."""


Held = tuple[Callable[[Any], object], Any]
"""What is to be done later, and with what."""


class PausingLineReceiver(LineReceiver):
    """Reads lines while nothing speaks against it. TCP passes a pause on to the sender."""

    factory: Any
    transport: Any
    log = Logger()

    def __init__(self) -> None:
        # CPython keeps the attributes of an object densely only as long as it has none that came up after the first
        # thirty objects of its class were made (measured: 1.1 KB a connection that ever had several lines to cut).
        self._buffer = b""
        self._busyReceiving = False
        self.paused = False
        self._pauses = 0
        self._lines_left = FEW_LINES
        self._answers = 0
        self._held: Held | None = None
        self._held_for_time = False
        self._timer: IDelayedCall | None = None
        self._at_last: Callable[[], None] | None = None

    def cut_lines(self, data: bytes) -> None:
        """Cut what comes into lines. Nearly always it is one whole line, for which no buffer has to be kept."""
        self._lines_left = min(self._lines_left, FEW_LINES)
        if (
            0 <= data.find(b"\n") == len(data) - 1 <= self.MAX_LENGTH
            and not self._buffer
            and not self.paused
            and not self._busyReceiving
        ):
            self._busyReceiving = True
            try:
                self.lineReceived(data[:-1])
            finally:
                self._busyReceiving = False
        else:
            super().dataReceived(data)

    dataReceived = cut_lines

    # what subclasses refine

    def abort(self, reason: str) -> None:
        """Close at once."""
        self.transport.abortConnection()

    def may_read(self) -> bool:
        """Whether this connection is still to be read."""
        return True

    # reasons

    def wait(self, seconds: float) -> None:
        """Read nothing for so long, at least."""
        due = self.factory.seconds() + seconds
        if self._timer is not None and self._timer.active():
            if self._timer.getTime() < due:
                self._timer.reset(seconds)
            return
        self._timer = self.factory.reactor.callLater(seconds, self._time_over)
        self._pause(THROTTLED)

    def hold_back(self, do: Callable[[Any], object], what: Any, seconds: float = 0.0) -> None:
        """Do something, and whatever comes after it, only when so much time has passed, or when `go_on` is called."""
        self._held = (do, what)
        self._pause(WAITING)
        if seconds > 0:
            self._held_for_time = True
            self.wait(seconds)

    def go_on(self) -> None:
        """Do what was held back, and read on."""
        held, self._held = self._held, None
        if held is not None and self.may_read():
            do, what = held
            self._guard(lambda: do(what))
        if self._held is None:
            self._resume(WAITING)

    def count_line(self) -> None:
        """A line is dealt with; after so many the others have their turn."""
        self._lines_left -= 1
        if self._lines_left <= 0:
            turns = self.factory.budgets
            turns.yielding += 1
            self._lines_left = max(FEW_LINES // 2, LINES_A_TURN // turns.yielding)
            self._pause(YIELDING)
            self.factory.reactor.callLater(0, self._yielded)

    def _yielded(self) -> None:
        self.factory.budgets.yielding -= 1
        self._resume(YIELDING)

    def congested(self, yes: bool) -> None:
        """The other side does not take its replies: its commands wait."""
        if yes:
            self._pause(CONGESTED)
        else:
            self._resume(CONGESTED)

    def hold(self, yes: bool) -> None:
        """Too many answers wait for the disk: commands wait too."""
        if yes:
            self._pause(HELD)
        else:
            self._resume(HELD)

    def answering(self) -> Callable[[], None]:
        """Read nothing more until the returned function is called: an answer that comes later comes in its turn.

        A dialect that asks storage or a password hash something calls this first, so that no reply overtakes it.
        """
        self._answers += 1
        self._pause(ANSWERING)
        once = [True]

        def answered() -> None:
            if once:
                once.clear()
                self._answers -= 1
                if not self._answers:
                    self._resume(ANSWERING)

        return answered

    # the end

    def read_the_rest(self, then: Callable[[], None]) -> None:
        """Nothing more comes: deal with what was read and has no line end, and call `then` when nothing waits."""
        rest = self.clearLineBuffer()
        if rest:
            self._guard(lambda: self.lineReceived(rest))
        if self._pauses:
            self._at_last = then
        else:
            then()

    def stop_waiting(self) -> None:
        """Nothing that waits is of use any more."""
        self._held = None
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def stop_reading(self) -> None:
        """Forget what was read and not dealt with."""
        self.stop_waiting()
        self.clearLineBuffer()

    # how

    def _time_over(self) -> None:
        if self._held_for_time:
            self._held_for_time = False
            self.go_on()
        self._resume(THROTTLED)

    def _guard(self, go_on: Callable[[], object]) -> None:
        # As the reactor does for a line that did not wait. Whoever calls here (a timer, storage with an answer) has no
        # part in what a line leads to; and with a pause that does not end nobody would ever read here again.
        try:
            go_on()
        except Exception:
            self.log.failure("A line that had waited could not be dealt with")
            self.abort(LOST)

    def _pause(self, why: int) -> None:
        if not self._pauses:
            self.pauseProducing()
        self._pauses |= why

    def _resume(self, why: int) -> None:
        if self._pauses:
            self._pauses &= ~why
            if not self._pauses and self.may_read():
                self._guard(self.resumeProducing)
            if not self._pauses and self._at_last is not None:
                then, self._at_last = self._at_last, None
                self._guard(then)
