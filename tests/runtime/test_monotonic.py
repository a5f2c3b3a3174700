"""Timers are kept by a clock that only moves forward."""

from __future__ import annotations

import time

import pytest
from twisted.internet.selectreactor import SelectReactor

from chat.runtime.monotonic import count_monotonically


@pytest.fixture
def reactor(monkeypatch: pytest.MonkeyPatch) -> SelectReactor:
    """A reactor that goes by the machine's clock, which `set_clock` sets, as Twisted's do."""
    reactor = SelectReactor()
    reactor.seconds = lambda: 1_800_000_000.0
    return reactor


def test_what_waits_is_due_when_it_was(reactor: SelectReactor) -> None:
    before = reactor.callLater(7.0, print)
    count_monotonically(reactor)
    after = reactor.callLater(7.0, print)
    assert reactor.seconds is time.monotonic
    assert before.getTime() == pytest.approx(after.getTime(), abs=1.0)
    rest = reactor.timeout()
    assert rest is not None
    assert 6.0 < rest <= 7.0


def test_it_may_be_done_twice(reactor: SelectReactor) -> None:
    count_monotonically(reactor)
    call = reactor.callLater(7.0, print)
    count_monotonically(reactor)
    assert 0 <= call.getTime() - time.monotonic() <= 7.1


def test_a_call_that_is_moved_is_moved_on_the_same_clock(reactor: SelectReactor) -> None:
    call = reactor.callLater(7.0, print)
    count_monotonically(reactor)
    call.reset(3.0)
    assert call.getTime() - time.monotonic() == pytest.approx(3.0, abs=1.0)
