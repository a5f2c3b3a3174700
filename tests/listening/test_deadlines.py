"""Many timers of one length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from chat.listening.deadlines import Deadlines


class Watch:
    """Deadlines of ten seconds, and when which of them expired."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.expired: list[tuple[str, float]] = []
        self.deadlines: Deadlines[str] = Deadlines(self.clock, 10.0, self.note)

    def note(self, item: str) -> None:
        self.expired.append((item, self.clock.seconds()))


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_each_expires_after_its_own_time(watch: Watch) -> None:
    watch.deadlines.add("a")
    watch.clock.advance(3)
    watch.deadlines.add("b")
    watch.clock.advance(6.9)
    assert watch.expired == []
    watch.clock.pump([0.125] * 40)
    assert [item for item, _ in watch.expired] == ["a", "b"]
    assert [int(time) for _, time in watch.expired] == [10, 13]
    assert len(watch.deadlines) == 0
    assert watch.clock.getDelayedCalls() == []


def test_one_call_serves_any_number(watch: Watch) -> None:
    for n in range(1000):
        watch.deadlines.add(str(n))
    assert len(watch.deadlines) == 1000
    assert len(watch.clock.getDelayedCalls()) == 1
    watch.clock.advance(10)
    assert [item for item, _ in watch.expired] == [str(n) for n in range(1000)]


def test_who_is_discarded_does_not_expire(watch: Watch) -> None:
    watch.deadlines.add("a")
    watch.deadlines.add("b")
    watch.deadlines.discard("a")
    watch.deadlines.discard("nobody")
    watch.clock.advance(10)
    assert [item for item, _ in watch.expired] == ["b"]


def test_adding_again_starts_anew(watch: Watch) -> None:
    watch.deadlines.add("a")
    watch.clock.advance(9)
    watch.deadlines.add("a")
    watch.clock.advance(9)
    assert watch.expired == []
    watch.clock.advance(1)
    assert watch.expired == [("a", 19)]


def test_an_item_may_be_added_again_or_discarded_while_another_expires(watch: Watch) -> None:
    def note(item: str) -> None:
        watch.note(item)
        watch.deadlines.discard("b")
        if item == "a" and len(watch.expired) < 6:
            watch.deadlines.add(item)

    watch.deadlines = Deadlines(watch.clock, 10.0, note)
    for item in "abc":
        watch.deadlines.add(item)
    watch.clock.pump([5] * 15)
    assert watch.expired == [("a", 10), ("c", 10), ("a", 20), ("a", 30), ("a", 40), ("a", 50)]
    assert watch.clock.getDelayedCalls() == []


def test_stopping_forgets_everything(watch: Watch) -> None:
    watch.deadlines.add("a")
    watch.deadlines.stop()
    watch.deadlines.stop()
    assert (len(watch.deadlines), watch.clock.getDelayedCalls()) == (0, [])
    watch.deadlines.add("b")
    watch.clock.advance(10)
    assert watch.expired == [("b", 10)]


def test_stopping_while_an_item_expires_forgets_the_others(watch: Watch) -> None:
    watch.deadlines = Deadlines(watch.clock, 10.0, lambda item: watch.deadlines.stop())
    watch.deadlines.add("a")
    watch.deadlines.add("b")
    watch.clock.advance(10)
    assert (len(watch.deadlines), watch.clock.getDelayedCalls()) == (0, [])


def test_a_failure_at_one_item_keeps_none_of_the_others(watch: Watch, logged_failures: list[Failure]) -> None:
    def note(item: str) -> None:
        watch.note(item)
        if item == "a":
            raise ZeroDivisionError

    watch.deadlines = Deadlines(watch.clock, 10.0, note)
    watch.deadlines.add("a")
    watch.deadlines.add("b")
    watch.clock.advance(1)
    watch.deadlines.add("c")
    watch.clock.pump([9, 1])
    assert [item for item, _ in watch.expired] == ["a", "b", "c"]
    assert [failure.type for failure in logged_failures] == [ZeroDivisionError]
    logged_failures.clear()


@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "discard", "wait"]), st.sampled_from("abc"), st.integers(1, 7))
    )
)
def test_it_behaves_as_a_timer_for_each_item(steps: list[tuple[str, str, int]]) -> None:
    watch = Watch()
    due: dict[str, float] = {}
    expected: list[tuple[str, float]] = []
    for action, item, seconds in steps:
        if action == "add":
            watch.deadlines.add(item)
            due.pop(item, None)
            due[item] = watch.clock.seconds() + 10
        elif action == "discard":
            watch.deadlines.discard(item)
            due.pop(item, None)
        else:
            for _ in range(seconds):
                watch.clock.advance(1)
                now = watch.clock.seconds()
                expected += [(late, now) for late, moment in due.items() if moment <= now]
                due = {late: moment for late, moment in due.items() if moment > now}
    assert watch.expired == expected
    assert len(watch.deadlines) == len(due)
