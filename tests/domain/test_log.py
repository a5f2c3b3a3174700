"""A room's log: positions, retention, gaps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.domain.events import Said, Tagged
from chat.domain.log import KEEP, KEEP_AT_MOST, KEEP_SECONDS, TRIM_STEP, Log
from tests.domain.things import said


def filled(count: int, seconds_apart: float = 0.0) -> Log:
    """A log with so many events."""
    log = Log("#a")
    for n in range(count):
        assert log.append(said(n, n * seconds_apart)) == n
    return log


def texts(log: Log) -> list[str]:
    return [getattr(event, "text", "") for event in log.entries]


def test_positions_count_from_0_and_end_is_the_next() -> None:
    log = Log("#a")
    assert (log.base, log.end, log.last(5)) == (0, 0, [])
    assert [log.append(said(n)) for n in range(3)] == [0, 1, 2]
    assert (log.base, log.end) == (0, 3)


def test_reading_from_a_position_gives_what_follows() -> None:
    log = filled(5)
    assert log.read(2) == (2, 0, log.entries[2:])
    assert log.read(2, 2) == (2, 0, log.entries[2:4])
    assert log.read(2, 0) == (2, 0, [])
    assert log.read(5) == (5, 0, [])


def test_a_quiet_room_keeps_a_fixed_number() -> None:
    log = filled(10 * KEEP, seconds_apart=KEEP_SECONDS)
    assert KEEP <= len(log.entries) < KEEP + TRIM_STEP + 2
    assert texts(log)[-1] == str(10 * KEEP - 1)
    assert log.base == log.end - len(log.entries)


def test_a_busy_room_keeps_a_minute() -> None:
    log = filled(3000, seconds_apart=KEEP_SECONDS / 1000)
    assert 1000 <= len(log.entries) <= 1000 + TRIM_STEP + 2


def test_a_very_busy_room_keeps_a_bounded_number() -> None:
    log = filled(5 * KEEP_AT_MOST)
    assert KEEP_AT_MOST <= len(log.entries) <= KEEP_AT_MOST + TRIM_STEP


def test_a_reader_that_is_too_far_behind_finds_a_gap_of_exact_size() -> None:
    log = filled(5 * KEEP_AT_MOST)
    start, missed, events = log.read(7, 3)
    assert start == log.base
    assert missed == log.base - 7
    assert events == log.entries[:3]


@pytest.mark.parametrize(
    ("count", "expected"), [(0, []), (-1, []), (2, ["3", "4"]), (9, ["0", "1", "2", "3", "4"])]
)
def test_the_last_events(count: int, expected: list[str]) -> None:
    assert [getattr(event, "text", "") for event in filled(5).last(count)] == expected


@given(
    st.lists(st.tuples(st.integers(1, 900), st.floats(0, 200)), max_size=12),
    st.lists(st.integers(0, 6000), max_size=5),
    st.one_of(st.none(), st.integers(0, 50)),
)
def test_every_position_is_kept_or_missed(
    bursts: list[tuple[int, float]], positions: list[int], limit: int | None
) -> None:
    log = Log("#a")
    time = 0.0
    for count, pause in bursts:
        for _ in range(count):
            log.append(said(log.end, time))
        time += pause
        assert len(log.entries) <= KEEP_AT_MOST + TRIM_STEP
        assert len(log.entries) >= min(KEEP, log.end)
    assert texts(log) == [str(n) for n in range(log.base, log.end)]
    for position in positions:
        if position > log.end:
            continue
        start, missed, events = log.read(position, limit)
        assert start == position + missed
        assert missed == max(0, log.base - position)
        wanted = [str(n) for n in range(start, log.end)]
        assert [event.text for event in events if isinstance(event, Said)] == wanted[:limit]


def test_what_storage_remembers_stands_before_the_first_event() -> None:
    log = Log("#a")
    log.append(said(10))
    log.preload([said(n) for n in (7, 8, 9, 10)])
    assert texts(log) == ["7", "8", "9", "10"]
    assert (log.base, log.end, log.warm) == (-3, 1, True)
    assert log.read(0).events == log.entries[3:]
    log.preload([said(1)])
    assert len(log.entries) == 4


def test_storage_comes_too_late_for_a_log_that_was_cut() -> None:
    log = filled(5 * KEEP_AT_MOST)
    before = (log.base, log.end, list(log.entries))
    log.preload([said(0)])
    assert (log.base, log.end, log.entries) == before
    assert log.warm


def test_what_is_redacted_leaves_an_event_that_shows_nothing() -> None:
    log = filled(3)
    gone = log.entries[1]
    assert log.redact(gone.msgid) == gone
    left = log.entries[1]
    assert isinstance(left, Tagged)
    assert (left.msgid, left.author, left.tags) == (gone.msgid, gone.author, {})
    assert (log.base, log.end) == (0, 3)
    assert log.redact("no such message") is None
