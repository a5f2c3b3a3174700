"""Turning events into bytes without harm to what comes after them, and once for all who are shown the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twisted.python.failure import Failure

from chat.domain.events import LogEvent
from chat.network import rendering
from chat.network.plain_rendering import PlainRendering
from chat.network.rendering import RECENT_AT_MOST, rendered
from tests.domain.things import said


class Broken:
    """Cannot do it."""

    def __init__(self) -> None:
        self.asked = 0

    def render(self, event: LogEvent) -> bytes:
        """Fail."""
        self.asked += 1
        raise ZeroDivisionError


class Counting:
    """Counts what it is asked for; shows nothing of odd times."""

    def __init__(self, word: bytes = b"x") -> None:
        self.asked: list[LogEvent] = []
        self.word = word

    def render(self, event: LogEvent) -> bytes:
        """The word, and when it happened."""
        self.asked.append(event)
        return b"" if event.time % 2 else b"%s %d" % (self.word, event.time)


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    rendering._recent.clear()
    yield
    rendering._recent.clear()


def test_an_event_is_rendered() -> None:
    assert rendered(PlainRendering(b"\n"), said(7)) == b"<nobody> 7\n"


def test_one_that_cannot_be_is_hidden_and_logged_without_its_text(logged_failures: list[Failure]) -> None:
    assert rendered(Broken(), said(7)) == b""
    assert [failure.type for failure in logged_failures] == [ZeroDivisionError]
    logged_failures.clear()


def test_one_that_cannot_be_is_not_tried_again_and_hides_no_other(logged_failures: list[Failure]) -> None:
    broken, bad, other = Broken(), said(7), Counting()
    assert [rendered(broken, bad) for _ in range(3)] == [b"", b"", b""]
    assert (broken.asked, len(logged_failures)) == (1, 1)
    assert rendered(other, bad) == b"x 0"
    assert rendered(broken, said(8)) == b""
    assert broken.asked == 2
    logged_failures.clear()


def test_an_event_is_rendered_once_for_each_rendering() -> None:
    first, second, event = Counting(b"a"), Counting(b"b"), said(1, 4.0)
    assert [rendered(r, event) for r in (first, second, first, second)] == [b"a 4", b"b 4"] * 2
    assert (first.asked, second.asked) == ([event], [event])


def test_one_that_is_hidden_is_rendered_once_too() -> None:
    counting, event = Counting(), said(1, 3.0)
    assert [rendered(counting, event) for _ in range(3)] == [b""] * 3
    assert counting.asked == [event]


def test_events_that_are_equal_are_rendered_each() -> None:
    counting = Counting()
    rendered(counting, said(1))
    rendered(counting, said(1))
    assert len(counting.asked) == 2


def test_nobody_gets_what_was_rendered_of_an_event_that_is_gone() -> None:
    # Another object may come to stand where one stood that nobody holds any more.
    for number in range(3 * RECENT_AT_MOST):
        assert rendered(Counting(b"%d" % number), said(number, 2.0 * number)) == b"%d %d" % (
            number,
            2 * number,
        )


def test_what_is_remembered_is_bounded() -> None:
    counting = Counting()
    events = [said(number, 2.0 * number) for number in range(2 * RECENT_AT_MOST + 10)]
    for event in events:
        assert rendered(counting, event) == b"x %d" % event.time
        assert len(rendering._recent) <= RECENT_AT_MOST
    assert rendered(counting, events[-1]) == b"x %d" % events[-1].time
    assert len(counting.asked) == len(events), "the newest is remembered"
    assert rendered(counting, events[0]) == b"x 0", "the oldest is rendered again"
    assert len(counting.asked) == len(events) + 1
