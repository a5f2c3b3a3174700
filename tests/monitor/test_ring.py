from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from chat.monitor.ring import LogRing

LOTS = 10**9


def fill(ring: LogRing, count: int, text: str = "x") -> None:
    for _ in range(count):
        ring.append(0.0, "info", "test", text)


def test_numbers_start_at_one_and_follow_each_other() -> None:
    ring = LogRing()
    assert (ring.first, ring.next) == (1, 1)
    assert [ring.append(0.0, "info", "a", "b") for _ in range(3)] == [1, 2, 3]
    assert (ring.first, ring.next) == (1, 4)


def test_the_oldest_leave_when_there_are_too_many() -> None:
    ring = LogRing(max_events=3)
    fill(ring, 5)
    assert (ring.first, ring.next) == (3, 6)
    assert [e.sequence for e in ring.since(1, LOTS, LOTS)] == [3, 4, 5]


def test_the_oldest_leave_when_they_are_too_big() -> None:
    ring = LogRing(max_characters=3000)
    fill(ring, 10, "x" * 800)
    assert [e.sequence for e in ring.since(1, LOTS, LOTS)] == [9, 10]


def test_one_event_that_is_too_big_alone_is_kept() -> None:
    ring = LogRing(max_characters=100)
    fill(ring, 2, "x" * 800)
    assert [e.sequence for e in ring.since(1, LOTS, LOTS)] == [2]


def test_a_batch_keeps_both_limits_but_is_never_empty() -> None:
    ring = LogRing()
    fill(ring, 10, "x" * 1000)
    assert [e.sequence for e in ring.since(4, 3, LOTS)] == [4, 5, 6]
    assert [e.sequence for e in ring.since(4, LOTS, 2600)] == [4, 5]
    assert [e.sequence for e in ring.since(4, LOTS, 1)] == [4]
    assert ring.since(11, LOTS, LOTS) == []


def test_counts_go_on_when_events_are_gone() -> None:
    ring = LogRing(max_events=1)
    fill(ring, 5)
    ring.append(0.0, "error", "a", "b")
    assert ring.counts() == {"debug": 0, "info": 5, "warn": 0, "error": 1, "critical": 0}


def test_each_ring_has_a_boot_of_its_own() -> None:
    assert LogRing().boot != LogRing().boot


def test_threads_share_it() -> None:
    ring = LogRing(max_events=100)
    threads = [threading.Thread(target=fill, args=(ring, 500)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ring.next == 2001
    assert [e.sequence for e in ring.since(1, LOTS, LOTS)] == list(range(1901, 2001))


@given(
    st.integers(1, 20),
    st.integers(200, 4000),
    st.lists(st.integers(0, 900), max_size=60),
    st.integers(-5, 70),
    st.integers(1, 30),
)
def test_a_reader_gets_a_run_without_gaps(
    events: int, characters: int, sizes: list[int], sequence: int, batch: int
) -> None:
    ring = LogRing(max_events=events, max_characters=characters)
    for size in sizes:
        ring.append(0.0, "info", "", "x" * size)
    got = [e.sequence for e in ring.since(sequence, batch, characters)]
    start = max(sequence, ring.first)
    assert got == list(range(start, start + len(got)))
    assert bool(got) == (start < ring.next)
