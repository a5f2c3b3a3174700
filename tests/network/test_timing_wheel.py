"""Each item comes up once, at its own time, and not a step too early."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from chat.network.timing_wheel import TimingWheel


def test_an_item_comes_up_at_its_time_once() -> None:
    wheel: TimingWheel[str] = TimingWheel(5.0)
    wheel.add("a", 12.0)
    assert wheel.take_due(12.0) == []
    assert wheel.take_due(15.0) == ["a"]
    assert wheel.take_due(100.0) == []
    assert len(wheel) == 0


def test_an_item_has_one_time_the_last() -> None:
    wheel: TimingWheel[str] = TimingWheel(5.0)
    wheel.add("a", 2.0)
    wheel.add("a", 22.0)
    assert wheel.take_due(20.0) == []
    assert wheel.take_due(25.0) == ["a"]


def test_who_was_taken_out_does_not_come_up() -> None:
    wheel: TimingWheel[str] = TimingWheel(5.0)
    wheel.add("a", 2.0)
    wheel.add("b", 2.0)
    wheel.discard("a")
    wheel.discard("never there")
    assert len(wheel) == 1
    assert wheel.take_due(60.0) == ["b"]


def test_what_is_late_comes_up_at_the_next_look() -> None:
    wheel: TimingWheel[str] = TimingWheel(5.0)
    wheel.add("late", 1.0)
    wheel.add("later", 41.0)
    assert wheel.take_due(1000.0) == ["late", "later"]


@given(
    st.lists(st.tuples(st.integers(0, 20), st.floats(0, 300)), max_size=60),
    st.lists(st.floats(0, 400), max_size=20),
)
@example([(0, 5e-324)], [0.0])
@example([(0, 15.000000000000002)], [15.0])
def test_everything_comes_up_within_a_step_and_never_early(
    added: list[tuple[int, float]], looks: list[float]
) -> None:
    wheel: TimingWheel[int] = TimingWheel(5.0)
    waiting: dict[int, float] = {}
    for item, due in added:
        wheel.add(item, due)
        waiting[item] = due
    for now in sorted(looks):
        for item in wheel.take_due(now):
            assert waiting.pop(item) <= now
        assert all(due + 5.0 > now for due in waiting.values())
    assert len(wheel) == len(waiting)
