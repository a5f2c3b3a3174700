"""Counters and rates."""

from hypothesis import given
from hypothesis import strategies as st

from chat.domain.stats import WINDOW, Rate, Stats
from tests.domain.things import Clock


def test_the_last_minute_forgets_what_is_older() -> None:
    clock = Clock(1000.5)
    rate = Rate(clock)
    rate.add()
    clock.now += 30
    rate.add(2)
    assert (rate.total, rate.last_minute()) == (3, 3)
    clock.now += 30
    assert (rate.total, rate.last_minute()) == (3, 2)
    clock.now += 30
    assert (rate.total, rate.last_minute()) == (3, 0)


def test_a_clock_that_goes_back_does_no_harm() -> None:
    clock = Clock(1000)
    rate = Rate(clock)
    rate.add()
    clock.now -= 500
    rate.add()
    assert (rate.total, rate.last_minute()) == (2, 2)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 3)), max_size=60))
def test_it_counts_what_the_last_sixty_seconds_brought(steps: list[tuple[int, int]]) -> None:
    clock = Clock(5000)
    rate = Rate(clock)
    added: list[tuple[float, int]] = []
    for pause, count in steps:
        clock.now += pause
        rate.add(count)
        added.append((clock.now, count))
        assert rate.total == sum(count for _, count in added)
        assert rate.last_minute() == sum(count for when, count in added if clock.now - when < WINDOW)


def test_people_are_counted_with_the_peak_and_sessions_by_dialect() -> None:
    clock = Clock()
    stats = Stats(clock)
    for dialect in ("plain", "irc", "irc"):
        stats.came()
        stats.attached(dialect)
    stats.gone()
    stats.detached("irc")
    stats.came()
    stats.attached("plain")
    assert (stats.people, stats.peak_people) == (3, 3)
    assert dict(stats.dialects) == {"plain": 2, "irc": 1}
    clock.now += 90
    assert stats.uptime == 90
