"""Work in a thread of its own."""

import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from chat.storage.threads import Overloaded, ThreadExecutor

PATIENCE = 10.0


class Turns:
    """Stands in for the reactor: runs in the test's thread what other threads ask for."""

    def __init__(self) -> None:
        self.calls: queue.Queue[Callable[[], Any]] = queue.Queue()

    def call_from_thread(self, function: Callable[..., Any], *arguments: Any) -> None:
        """As `reactor.callFromThread`."""
        self.calls.put(lambda: function(*arguments))

    def turn(self) -> None:
        """Run the next call."""
        self.calls.get(timeout=PATIENCE)()


@pytest.fixture
def turns() -> Turns:
    """The test's reactor."""
    return Turns()


def test_work_is_done_elsewhere_and_its_outcome_told_here(turns: Turns) -> None:
    executor = ThreadExecutor("test", turns.call_from_thread)
    outcomes: list[Any] = []
    executor.submit(threading.get_ident, outcomes.append)
    executor.submit(lambda: threading.current_thread().name, outcomes.append)
    turns.turn()
    turns.turn()
    executor.stop()
    assert outcomes[0] != threading.get_ident()
    assert outcomes[1] == "test"


def test_what_is_raised_is_an_outcome(turns: Turns) -> None:
    executor = ThreadExecutor("test", turns.call_from_thread)
    outcomes: list[Any] = []

    def fail() -> None:
        raise ValueError("no")

    executor.submit(fail, outcomes.append)
    turns.turn()
    executor.stop()
    assert isinstance(outcomes[0], ValueError)


def test_work_is_done_in_order(turns: Turns) -> None:
    executor = ThreadExecutor("test", turns.call_from_thread)
    seen: list[int | Exception] = []
    for number in range(20):
        executor.submit(partial(int, number), seen.append)
    for _ in range(20):
        turns.turn()
    executor.stop()
    assert seen == list(range(20))


def test_stopping_finishes_what_was_submitted(turns: Turns) -> None:
    executor = ThreadExecutor("test", turns.call_from_thread)
    done: list[int] = []
    for number in range(5):
        executor.submit(lambda number=number: done.append(number), lambda outcome: None)  # type: ignore[misc]
    executor.stop()
    assert done == [0, 1, 2, 3, 4]


def test_what_is_too_much_is_refused(turns: Turns) -> None:
    executor = ThreadExecutor("test", turns.call_from_thread, bound=2)
    gate = threading.Event()
    started = threading.Event()

    def block() -> None:
        started.set()
        gate.wait(PATIENCE)

    outcomes: list[Any] = []
    executor.submit(block, outcomes.append)
    assert started.wait(PATIENCE)
    for _ in range(3):
        executor.submit(lambda: None, outcomes.append)
    turns.turn()
    assert isinstance(outcomes[0], Overloaded)
    gate.set()
    for _ in range(3):
        turns.turn()
    executor.stop()
    assert outcomes[1:] == [None, None, None]


def test_who_submits_little_does_not_wait_for_who_submits_much(turns: Turns) -> None:
    executor = ThreadExecutor("test", turns.call_from_thread)
    begin = threading.Event()
    executor.submit(begin.wait, lambda outcome: None)
    done: list[str] = []
    for number in range(100):
        executor.submit(partial(done.append, f"much {number}"), lambda outcome: None, "much")
    executor.submit(partial(done.append, "little"), lambda outcome: None, "little")
    begin.set()
    executor.stop()
    assert done.index("little") <= 1
    assert [text for text in done if text != "little"] == [f"much {number}" for number in range(100)]


def test_whoever_has_nothing_that_waits_is_taken_when_others_have_too_much(turns: Turns) -> None:
    executor = ThreadExecutor("test", turns.call_from_thread, 2)
    begin = threading.Event()
    executor.submit(begin.wait, lambda outcome: None)
    refused: list[str] = []

    def submit(of: str) -> None:
        def told(outcome: object) -> None:
            if isinstance(outcome, Overloaded):
                refused.append(of)

        executor.submit(lambda: None, told, of)

    for of in ("much", "much", "much", "much", "little", "other", "another"):
        submit(of)
    begin.set()
    executor.stop()
    while not turns.calls.empty():
        turns.turn()
    assert "little" not in refused
    assert refused[:2] == ["much", "much"]
    assert executor.waiting() == 0
