"""The durable journal: readers at once, authors after the commit, and what happens when the disk fails."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from chat.domain.events import LogEvent, Quit, Said, Whispered
from chat.domain.room import Room
from chat.storage import journal as module
from chat.storage.journal import (
    BUSY_GROUP_SECONDS,
    BUSY_SHARE,
    GROUP_AT_MOST,
    GROUP_SECONDS,
    RETRY_AT_MOST,
    STALL_SECONDS,
    StoredJournal,
)
from chat.storage.writer import Entry

from .by_hand import START, ByHand, Talk, somebody


class Disk:
    """Stores in a list; breaks when told to."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.groups: list[int] = []
        self.error: Exception | None = None

    def __call__(self, entries: list[Entry]) -> frozenset[int]:
        if self.error is not None:
            raise self.error
        lost = frozenset(i for i, entry in enumerate(entries) if getattr(entry.event, "text", "") == "poison")
        self.groups.append(len(entries))
        self.events += [entry.event for i, entry in enumerate(entries) if i not in lost]
        return lost


class Bench:
    """A journal on a disk that a test controls."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.executor = ByHand()
        self.disk = Disk()
        self.worked = 0.0
        self.journal = StoredJournal(
            lambda: START, self.clock, self.executor, self.disk, worked=lambda: self.worked
        )
        self.room = Room("#room", "#room", 0.0)
        self.log = self.room.log
        self.talk = Talk()
        self.receipts: list[tuple[str, bool]] = []

    def say(self, text: str) -> Said:
        """Somebody says something and waits for the receipt."""
        event = self.talk.said(text)
        self.journal.record(event, self.room, lambda stored: self.receipts.append((text, stored)))
        return event

    def note(self, text: str) -> None:
        """Somebody says something, and does not wait."""
        self.journal.record(self.talk.said(text), self.room)

    def work(self, seconds: float, share: float) -> None:
        """Time passes, and the processor works for a share of it."""
        self.clock.advance(seconds)
        self.worked += seconds * share

    def turn(self) -> None:
        """The time of a group passes, and the disk does what it was asked for."""
        self.clock.advance(GROUP_SECONDS)
        self.executor.run()

    def pass_time(self, seconds: float) -> None:
        """Time passes, and the disk works."""
        for _ in range(round(seconds / 0.25)):
            self.clock.advance(0.25)
            self.executor.run()


@pytest.fixture
def bench() -> Bench:
    """A fresh journal."""
    return Bench()


def test_readers_have_an_event_before_the_disk_does(bench: Bench) -> None:
    event = bench.say("hello")
    assert bench.log.entries == [event]
    assert bench.receipts == []
    assert bench.disk.events == []


def test_the_author_is_told_after_the_commit(bench: Bench) -> None:
    event = bench.say("hello")
    bench.clock.advance(0)
    assert bench.receipts == []
    bench.executor.run()
    assert bench.disk.events == [event]
    assert bench.receipts == [("hello", True)]


def test_an_event_of_a_person_is_stored_for_each_of_their_rooms_and_applied_once(bench: Bench) -> None:
    applied: list[LogEvent] = []
    bench.journal.apply = lambda event, room: applied.append(event)
    event = Quit("1", START, somebody("ann"), "bye", {"#a": 0, "#b": 0})
    bench.journal.record(event)
    assert applied == [event]
    assert bench.journal.pending == 2


def test_what_one_turn_brings_is_one_group(bench: Bench) -> None:
    for text in "abc":
        bench.say(text)
    bench.turn()
    assert bench.disk.groups == [3]
    assert bench.receipts == [("a", True), ("b", True), ("c", True)]


def test_what_comes_while_the_disk_writes_is_the_next_group(bench: Bench) -> None:
    bench.say("a")
    bench.clock.advance(0)
    bench.say("b")
    bench.say("c")
    bench.clock.advance(0)
    bench.executor.run()
    assert bench.receipts == [("a", True)]
    bench.pass_time(0.25)
    assert bench.disk.groups == [1, 2]
    assert [text for text, _ in bench.receipts] == ["a", "b", "c"]


def test_a_group_is_bounded(bench: Bench) -> None:
    for number in range(GROUP_AT_MOST + 5):
        bench.say(str(number))
    bench.turn()
    assert bench.disk.groups == [GROUP_AT_MOST]
    bench.pass_time(0.25)
    assert bench.disk.groups == [GROUP_AT_MOST, 5]
    assert [stored for _, stored in bench.receipts] == [True] * (GROUP_AT_MOST + 5)


def test_what_nobody_waits_for_gathers(bench: Bench) -> None:
    bench.say("a")
    bench.turn()
    bench.note("b")
    bench.clock.advance(GROUP_SECONDS - BUSY_GROUP_SECONDS)
    bench.note("c")
    assert bench.executor.run() == 0
    bench.clock.advance(BUSY_GROUP_SECONDS)
    bench.executor.run()
    assert bench.disk.groups == [1, 2]


def test_what_somebody_waits_for_takes_along_what_has_gathered(bench: Bench) -> None:
    bench.note("a")
    bench.turn()
    bench.note("b")
    bench.clock.advance(0.001)
    bench.say("c")
    bench.clock.advance(0)
    bench.executor.run()
    assert bench.disk.groups == [1, 2]
    assert bench.receipts == [("c", True)]


def test_the_next_group_begins_as_soon_as_the_disk_is_free(bench: Bench) -> None:
    for number in range(20):
        bench.say(str(number))
        bench.clock.advance(0)
        assert bench.executor.run() == 1
    bench.say("a")
    bench.clock.advance(0)
    bench.say("b")
    bench.executor.run()
    bench.clock.advance(0)
    bench.executor.run()
    assert bench.receipts[-2:] == [("a", True), ("b", True)]


def test_a_busy_processor_gathers_for_a_moment(bench: Bench) -> None:
    bench.say("a")
    bench.clock.advance(0)
    bench.executor.run()
    bench.work(0.002, share=BUSY_SHARE + 0.01)
    bench.say("b")
    bench.clock.advance(BUSY_GROUP_SECONDS - 0.0021)
    bench.say("c")
    assert bench.executor.run() == 0
    bench.clock.advance(0.0001)
    bench.executor.run()
    assert bench.disk.groups == [1, 2]


def test_a_processor_that_is_half_idle_gathers_nothing(bench: Bench) -> None:
    bench.say("a")
    bench.clock.advance(0)
    bench.executor.run()
    bench.work(0.002, share=BUSY_SHARE - 0.01)
    bench.say("b")
    bench.clock.advance(0)
    bench.executor.run()
    assert bench.disk.groups == [1, 1]


def test_who_asks_for_history_waits_for_no_company(bench: Bench) -> None:
    bench.say("a")
    bench.turn()
    bench.note("b")
    told: list[str] = []
    bench.journal.when_settled(lambda: told.append("settled"))
    bench.clock.advance(0)
    bench.executor.run()
    assert told == ["settled"]


def test_nobody_shortens_the_pause_after_a_failure(bench: Bench) -> None:
    bench.disk.error = OSError("locked")
    bench.say("a")
    bench.turn()
    bench.say("b")
    bench.journal.when_settled(lambda: None)
    bench.clock.advance(GROUP_SECONDS)
    assert bench.executor.run() == 0


def test_a_disk_that_never_answers_is_asked_once(bench: Bench) -> None:
    for number in range(5):
        bench.say(str(number))
        bench.clock.advance(GROUP_SECONDS)
    assert len(bench.executor.waiting) == 1


def test_an_event_that_can_never_be_stored_is_told_to_its_author_alone(bench: Bench) -> None:
    for text in ("a", "poison", "b"):
        bench.say(text)
    bench.turn()
    assert bench.receipts == [("a", True), ("poison", False), ("b", True)]
    assert (bench.journal.stored, bench.journal.lost) == (2, 1)
    assert bench.journal.health.problem is None


def test_a_failure_is_told_to_the_authors_and_the_operator(bench: Bench) -> None:
    bench.disk.error = OSError("no space left")
    bench.say("a")
    bench.turn()
    assert bench.receipts == [("a", False)]
    assert bench.journal.health.problem == "no space left"


def test_it_recovers_by_itself_and_loses_nothing(bench: Bench) -> None:
    bench.disk.error = OSError("no space left")
    bench.say("a")
    bench.turn()
    bench.say("b")
    bench.pass_time(2)
    bench.disk.error = None
    bench.say("c")
    bench.pass_time(RETRY_AT_MOST + 1)
    assert [event.text for event in bench.disk.events] == ["a", "b", "c"]
    assert bench.journal.health.problem is None
    assert bench.journal.pending == 0
    assert dict(bench.receipts)["c"] is True
    assert dict(bench.receipts)["a"] is False


def test_pauses_between_tries_grow_to_a_bound(bench: Bench) -> None:
    bench.disk.error = OSError("locked")
    bench.say("a")
    bench.turn()
    tries = []
    for _ in range(8):
        before = bench.clock.seconds()
        while not bench.executor.waiting:
            bench.clock.advance(0.25)
        tries.append(round(bench.clock.seconds() - before, 3))
        bench.executor.run()
    assert tries == sorted(tries)
    assert tries[0] < 1
    assert tries[-1] == RETRY_AT_MOST


def test_no_receipt_comes_twice_whatever_fails(bench: Bench) -> None:
    for number in range(10):
        bench.disk.error = OSError("locked") if number % 3 == 0 else None
        bench.say(str(number))
        bench.pass_time(0.5)
    bench.disk.error = None
    bench.pass_time(30)
    texts = [text for text, _ in bench.receipts]
    assert sorted(texts) == [str(number) for number in range(10)]
    assert [event.text for event in bench.disk.events] == [str(number) for number in range(10)]


def test_a_stalled_disk_is_reported_and_stops_nobody(bench: Bench) -> None:
    bench.say("a")
    bench.clock.advance(0)
    bench.say("b")
    bench.clock.advance(STALL_SECONDS)
    assert "not answered" in (bench.journal.health.problem or "")
    assert bench.receipts == []
    assert len(bench.log.entries) == 2
    bench.clock.advance(10)
    bench.executor.run()
    bench.turn()
    assert bench.receipts == [("a", True), ("b", True)]
    assert bench.journal.health.problem is None


def test_what_a_stalled_disk_would_have_to_take_is_bounded(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PENDING_AT_MOST", 3)
    bench.say("written")
    bench.clock.advance(0)
    for text in "abcde":
        bench.say(text)
    assert bench.receipts == [("d", False), ("e", False)]
    assert bench.journal.lost == 2
    assert len(bench.log.entries) == 6
    bench.executor.run()
    bench.pass_time(1)
    assert [event.text for event in bench.disk.events] == ["written", "a", "b", "c"]


def test_what_a_broken_disk_would_have_to_take_is_bounded(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PENDING_AT_MOST", 3)
    bench.disk.error = OSError("no space left")
    for text in "abcdefgh":
        bench.say(text)
        bench.pass_time(RETRY_AT_MOST)
    bench.disk.error = None
    bench.pass_time(RETRY_AT_MOST)
    assert [event.text for event in bench.disk.events] == ["f", "g", "h"]
    assert bench.journal.lost == 5


def test_an_event_is_stored_again_without_a_second_place_in_the_log(bench: Bench) -> None:
    bench.disk.error = OSError("no space left")
    event = bench.say("a")
    bench.turn()
    told: list[bool] = []
    bench.journal.again(event, told.append)
    bench.disk.error = None
    bench.pass_time(1)
    assert told == [True]
    assert bench.log.entries == [event]


def test_a_receipt_that_breaks_costs_the_others_nothing(bench: Bench) -> None:
    def broken(stored: bool) -> None:
        raise RuntimeError("connection is gone")

    bench.journal.record(bench.talk.said("x"), bench.room, broken)
    bench.say("a")
    bench.turn()
    assert bench.receipts == [("a", True)]


def test_a_private_message_that_arrived_is_safe_at_once(bench: Bench) -> None:
    told: list[bool] = []
    msgid, now = bench.journal.stamp()
    bench.journal.keep(Whispered(msgid, now, somebody(), somebody("bob"), "psst"), told.append)
    assert told == [True]
    bench.turn()
    assert bench.disk.events == []


def test_settled_waits_for_what_was_recorded_before_and_no_more(bench: Bench) -> None:
    calls: list[str] = []
    bench.journal.when_settled(lambda: calls.append("idle"))
    assert calls == ["idle"]
    bench.say("a")
    bench.journal.when_settled(lambda: calls.append("after a"))
    bench.clock.advance(0)
    bench.say("b")
    bench.journal.when_settled(lambda: calls.append("after b"))
    bench.executor.run()
    assert calls == ["idle", "after a"]
    bench.pass_time(0.25)
    assert calls == ["idle", "after a", "after b"]


def test_settled_does_not_wait_for_a_disk_that_fails(bench: Bench) -> None:
    calls: list[str] = []
    bench.disk.error = OSError("no space left")
    bench.say("a")
    bench.journal.when_settled(lambda: calls.append("a"))
    bench.turn()
    assert calls == ["a"]
    bench.journal.when_settled(lambda: calls.append("at once"))
    assert calls == ["a", "at once"]


def test_finishing_does_not_wait_for_a_pause_to_end(bench: Bench) -> None:
    bench.disk.error = OSError("locked")
    bench.say("a")
    bench.turn()
    bench.disk.error = None
    bench.say("b")
    done: list[str] = []
    bench.journal.finish(lambda: done.append("done"))
    bench.executor.run()
    bench.pass_time(0.25)
    assert done == ["done"]
    assert [event.text for event in bench.disk.events] == ["a", "b"]


STEPS = st.lists(st.sampled_from(["say", "turn", "disk", "break", "mend", "time"]), max_size=60)


@given(STEPS)
def test_whatever_happens_true_means_stored_and_the_order_holds(steps: list[str]) -> None:
    bench = Bench()
    numbers = itertools.count()
    for step in steps:
        if step == "say":
            bench.say(str(next(numbers)))
        elif step == "turn":
            bench.clock.advance(0)
        elif step == "disk":
            bench.executor.run()
        elif step == "break":
            bench.disk.error = OSError("broken")
        elif step == "mend":
            bench.disk.error = None
        else:
            bench.clock.advance(0.25)
        stored = [event.text for event in bench.disk.events]
        acknowledged = [text for text, safe in bench.receipts if safe]
        assert set(acknowledged) <= set(stored)
        assert acknowledged == sorted(acknowledged, key=int)
        assert len(stored) == len(set(stored))
    bench.disk.error = None
    bench.pass_time(60)
    said = [event.text for event in bench.log.entries if isinstance(event, Said)]
    assert len(said) == len(bench.log.entries)
    assert [event.text for event in bench.disk.events] == said
    assert sorted(text for text, _ in bench.receipts) == sorted(said)
    assert bench.journal.pending == 0
