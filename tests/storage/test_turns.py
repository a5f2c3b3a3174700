"""Fair order for a reading thread: the server's own questions first, then one of each asker in turn."""

from __future__ import annotations

from typing import Any

import pytest

from chat.storage.threads import Overloaded
from chat.storage.turns import QuestionTurns

from .by_hand import ByHand


class Bench:
    """QuestionTurns before a thread that works when the test says so."""

    def __init__(self, bound: int = 100) -> None:
        self.thread = ByHand()
        self.turns = QuestionTurns(self.thread, bound)
        self.read: list[str] = []
        self.outcomes: list[Any] = []

    def ask(self, question: str, asker: str | None = None) -> None:
        """Somebody, or the server, asks."""

        def work() -> str:
            self.read.append(question)
            if question == "bad":
                raise OSError("no disk")
            return question

        self.turns.submit(work, self.outcomes.append, asker)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_nothing_is_told_before_submit_has_returned(bench: Bench) -> None:
    bench.ask("a", "ann")
    assert bench.outcomes == []
    bench.thread.run()
    assert bench.outcomes == ["a"]


def test_who_asks_much_delays_others_by_one_question(bench: Bench) -> None:
    for number in range(5):
        bench.ask(f"ann {number}", "ann")
    bench.ask("bob", "bob")
    bench.thread.run()
    assert bench.read == ["ann 0", "ann 1", "bob", "ann 2", "ann 3", "ann 4"]


def test_askers_take_turns_and_each_is_answered_in_order(bench: Bench) -> None:
    for asker in ("ann", "bob", "eve"):
        for number in range(2):
            bench.ask(f"{asker} {number}", asker)
    bench.thread.run()
    assert bench.read == ["ann 0", "ann 1", "bob 0", "eve 0", "bob 1", "eve 1"]


def test_the_server_waits_for_what_is_being_read_alone(bench: Bench) -> None:
    for asker in ("ann", "bob", "eve"):
        bench.ask(asker, asker)
    bench.ask("join")
    bench.thread.run()
    assert bench.read == ["ann", "join", "bob", "eve"]


def test_a_thread_that_never_answers_gets_one_question(bench: Bench) -> None:
    for number in range(9):
        bench.ask(str(number), "ann")
    assert len(bench.thread.waiting) == 1
    assert bench.outcomes == []


def test_what_fails_is_told_and_the_next_has_its_turn(bench: Bench) -> None:
    bench.ask("bad", "ann")
    bench.ask("good", "bob")
    bench.thread.run()
    assert [type(outcome) for outcome in bench.outcomes] == [OSError, str]


def test_an_outcome_that_raises_keeps_nobody_waiting(bench: Bench) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("a connection's trouble")

    bench.turns.submit(lambda: None, fail, "ann")
    bench.ask("b", "bob")
    with pytest.raises(RuntimeError):
        bench.thread.run()
    bench.thread.run()
    assert bench.outcomes == ["b"]


def test_who_asks_again_when_answered_has_no_advantage(bench: Bench) -> None:
    def again(answer: object) -> None:
        bench.outcomes.append(answer)
        if len(bench.outcomes) < 4:
            bench.turns.submit(lambda: "ann", again, "ann")

    bench.turns.submit(lambda: "ann", again, "ann")
    bench.ask("bob", "bob")
    bench.ask("eve", "eve")
    bench.thread.run()
    assert bench.outcomes[:3] == ["ann", "bob", "eve"]


def test_more_than_may_wait_is_refused() -> None:
    small = Bench(bound=2)
    for question in "abcd":
        small.ask(question, question)
    assert small.outcomes == []
    small.thread.run()
    assert [o for o in small.outcomes if isinstance(o, str)] == ["a", "b", "c"]
    assert [type(o) for o in small.outcomes if not isinstance(o, str)] == [Overloaded]


def test_stopping_finishes_what_the_server_asked_and_forgets_the_rest(bench: Bench) -> None:
    bench.ask("ann", "ann")
    bench.ask("bob", "bob")
    bench.ask("join")
    bench.ask("close")
    bench.turns.stop()
    assert bench.read == ["ann", "join", "close"]
    assert bench.thread.stopped
