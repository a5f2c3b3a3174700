"""Reading files again on SIGHUP."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import pytest
from twisted.logger import LogEvent

from chat.runtime.reload import Reloads, reload_on_signal
from tests.logs import observed


class SignalReactor:
    """Runs what it is told to at once, except what comes from a signal: that waits for its turn."""

    def __init__(self) -> None:
        self.turn: list[Callable[[], None]] = []

    def callWhenRunning(self, call: Callable[..., object], *arguments: object) -> None:
        call(*arguments)

    def callFromThread(self, call: Callable[[], None]) -> None:
        self.turn.append(call)


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


def fail() -> None:
    """A fault in reading again."""
    raise ZeroDivisionError


def test_one_that_fails_keeps_no_other_from_it_and_is_logged() -> None:
    events: list[LogEvent] = []
    done: list[str] = []
    reloads = Reloads()
    reloads.before = lambda: done.append("before")
    reloads.after = lambda: done.append("after")
    reloads.add("one", lambda: done.append("one"))
    reloads.add("two", fail)
    reloads.add("three", lambda: done.append("three"))
    with observed(events.append):
        reloads.run()
    assert done == ["before", "one", "three", "after"]
    assert [event["what"] for event in events if event.get("log_failure")] == ["two"]


def test_a_signal_has_everything_read_in_a_turn_of_the_reactor() -> None:
    reactor, reloads = SignalReactor(), Reloads()
    done: list[str] = []
    reloads.add("one", lambda: done.append("one"))
    reload_on_signal(reactor, reloads)
    os.kill(os.getpid(), signal.SIGHUP)
    assert done == []
    for call in reactor.turn:
        call()
    assert done == ["one"]
