"""Costly work takes turns."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chat.listening.turns import Turns


class Worker:
    """Work that takes half a second of the clock."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.turns = Turns(self.clock)
        self.done: list[tuple[str, float]] = []

    def ask(self, address: str, seconds: float = 0.5) -> None:
        """Something to do for this address."""

        def work() -> None:
            self.clock.rightNow += seconds
            self.done.append((address, self.clock.seconds()))

        self.turns.add(address, work)


def test_the_first_is_done_at_once() -> None:
    worker = Worker()
    worker.ask("a")
    assert worker.done == [("a", 0.5)]
    assert len(worker.turns) == 0


def test_half_of_the_time_is_left_to_others() -> None:
    worker = Worker()
    for _ in range(3):
        worker.ask("a")
    for _ in range(30):
        worker.clock.advance(0.1)
    assert [when for _, when in worker.done] == pytest.approx([0.5, 1.5, 2.5], abs=0.15)
    assert not worker.clock.getDelayedCalls()


def test_one_address_does_not_keep_others_waiting() -> None:
    worker = Worker()
    for address in "aaaaaab":
        worker.ask(address)
    worker.ask("c")
    for _ in range(100):
        worker.clock.advance(0.1)
    assert "".join(address for address, _ in worker.done) == "aabcaaaa"


def test_work_that_fails_or_asks_for_more_stops_nothing(logged_failures: list[object]) -> None:
    worker = Worker()

    def again() -> None:
        worker.ask("b")
        raise RuntimeError("for the test")

    worker.turns.add("a", again)
    assert worker.done == []
    worker.clock.advance(0)
    assert worker.done == [("b", 0.5)]
    assert len(logged_failures) == 1
    logged_failures.clear()


def test_stopping_forgets() -> None:
    worker = Worker()
    worker.ask("a")
    worker.ask("b")
    worker.turns.stop()
    worker.clock.advance(10)
    assert [address for address, _ in worker.done] == ["a"]
