"""A signal stops the reactor once, from its own thread."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator

import pytest

from chat.runtime.signals import STOPPING_SIGNALS, stop_on_signals


class Reactor:
    """Runs what it is asked to when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []
        self.stopped = 0

    def callWhenRunning(self, call: Callable[[], None]) -> None:
        self.waiting.append(call)

    callFromThread = callWhenRunning

    def stop(self) -> None:
        self.stopped += 1

    def turn(self) -> None:
        calls, self.waiting = self.waiting, []
        for call in calls:
            call()


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = [signal.getsignal(signum) for signum in STOPPING_SIGNALS]
    yield
    for signum, handler in zip(STOPPING_SIGNALS, before, strict=True):
        signal.signal(signum, handler)


@pytest.mark.parametrize("signum", STOPPING_SIGNALS)
def test_a_signal_stops_once(signum: signal.Signals) -> None:
    reactor = Reactor()
    before = signal.getsignal(signum)
    stop_on_signals(reactor)
    assert signal.getsignal(signum) is before, "the reactor would replace it when it starts"
    reactor.turn()
    signal.raise_signal(signum)
    assert reactor.stopped == 0, "not inside of whatever the signal interrupted"
    signal.raise_signal(signum)
    reactor.turn()
    assert reactor.stopped == 1
