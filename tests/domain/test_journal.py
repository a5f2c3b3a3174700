"""Stamps and the journal that keeps nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.domain.events import Whispered
from chat.domain.journal import MemoryJournal, Stamps
from chat.domain.room import Room
from tests.domain.things import NOBODY, Clock, said


def test_a_stamp_begins_with_its_time_and_has_28_digits() -> None:
    clock = Clock(1_800_000_000.123)
    msgid, time = Stamps(clock).next()
    assert len(msgid) == 28
    assert int(msgid[:12], 16) == 1_800_000_000_123
    assert time == 1_800_000_000.123


def test_two_processes_that_start_together_differ() -> None:
    clock = Clock()
    assert Stamps(clock).next()[0] != Stamps(clock).next()[0]


@given(st.lists(st.floats(-5, 5), max_size=200))
def test_stamps_are_unique_and_sort_in_order_whatever_the_clock_does(steps: list[float]) -> None:
    clock = Clock()
    stamps = Stamps(clock)
    made = []
    for step in steps:
        clock.now += step
        made.append(stamps.next()[0])
    assert made == sorted(set(made))


def test_more_than_a_counter_holds_go_over_into_the_next_millisecond() -> None:
    stamps = Stamps(Clock())
    first = stamps.next()[0]
    stamps._count = 0xFFFFFF - 1
    made = [stamps.next()[0] for _ in range(3)]
    assert [first, *made] == sorted({first, *made})
    assert int(made[1][:12], 16) == int(first[:12], 16) + 1


def test_recording_puts_the_event_into_the_log_and_acknowledges_it() -> None:
    journal = MemoryJournal(Clock())
    room = Room("#a", "#a", 0.0)
    safe: list[bool] = []
    journal.record(said(1), room)
    journal.record(said(2), room, safe.append, "repeat")
    assert [event.msgid for event in room.log.entries] == [said(1).msgid, said(2).msgid]
    assert safe == [True]


@pytest.mark.parametrize("kind", ["keep", "again"])
def test_what_stands_in_no_log_or_already_is_acknowledged_at_once(kind: str) -> None:
    journal = MemoryJournal(Clock())
    safe: list[bool] = []
    if kind == "keep":
        journal.keep(Whispered("1", 0, NOBODY, NOBODY, "psst"), safe.append)
    else:
        journal.again(said(1), safe.append)
    assert safe == [True]
