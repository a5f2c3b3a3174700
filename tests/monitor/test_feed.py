from __future__ import annotations

import json
from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from chat.monitor import feed as feeds
from chat.monitor.feed import BATCH_EVENTS, CATCH_UP, OPENING_EVENTS, PAGE_LINES, Feed
from chat.monitor.figures import Sampler
from chat.monitor.ring import LogRing
from tests.monitor.support import FakeSource, person, sequences


class FakeSocket:
    """Keeps what it is given; says that it is full when told to."""

    def __init__(self) -> None:
        self.paused = False
        self.dropped = False
        self.payloads: list[bytes] = []

    def send(self, payload: bytes) -> None:
        self.payloads.append(payload)

    def drop(self) -> None:
        self.dropped = True

    def take(self, kind: str | None = None) -> list[dict[str, Any]]:
        found = [json.loads(p) for p in self.payloads]
        self.payloads.clear()
        return [f for f in found if kind is None or f["type"] == kind]


class FeedTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.source = FakeSource()
        self.make()

    def make(self, **limits: int) -> None:
        self.ring = LogRing(**limits)
        self.sampler = Sampler(self.source, self.ring, self.clock)
        self.feed = Feed(
            self.ring,
            self.sampler,
            self.source,
            self.clock,
            name="here",
            actions=True,
            wall=self.clock.seconds,
        )

    def log(self, count: int, text: str = "x") -> None:
        for _ in range(count):
            self.ring.append(0.0, "info", "test", text)

    def open(self, boot: object = None, seq: object = None) -> FakeSocket:
        socket = FakeSocket()
        self.feed.opened(socket)
        self.feed.hello(socket, boot, seq)
        return socket

    def ticks(self, count: int = 1) -> None:
        self.clock.pump([feeds.BATCH_INTERVAL] * count)

    def start_sampling(self) -> None:
        self.sampler.start()
        self.addCleanup(self.sampler.stop)

    # Opening and going on

    def test_a_new_page_gets_figures_series_people_and_the_newest_lines(self) -> None:
        self.start_sampling()
        self.source.online = [person("bob")]
        self.log(OPENING_EVENTS + 100)
        frames = self.open().take()
        self.assertEqual([f["type"] for f in frames], ["hello", "series", "figures", "people", "log"])
        hello = frames[0]
        self.assertEqual(
            (hello["boot"], hello["name"], hello["missed"], hello["restarted"]),
            (self.ring.boot, "here", 0, False),
        )
        self.assertEqual(sequences(frames), list(range(101, OPENING_EVENTS + 101)))

    def test_nothing_is_sent_before_hello(self) -> None:
        self.start_sampling()
        self.log(3)
        socket = FakeSocket()
        self.feed.opened(socket)
        self.ticks(40)
        self.assertEqual(socket.payloads, [])

    def test_a_page_that_never_says_hello_is_closed(self) -> None:
        socket = FakeSocket()
        self.feed.opened(socket)
        self.clock.pump([1] * 9)
        self.assertFalse(socket.dropped)
        self.clock.pump([1] * 3)
        self.assertTrue(socket.dropped)

    def test_a_page_that_comes_back_goes_on_where_it_was(self) -> None:
        self.log(1000)
        frames = self.open(self.ring.boot, 700).take()
        self.assertEqual((frames[0]["missed"], frames[0]["first"]), (0, 700))
        self.assertEqual(sequences(frames), list(range(700, 1001)))

    def test_a_page_that_missed_nothing_gets_nothing(self) -> None:
        self.log(10)
        frames = self.open(self.ring.boot, 11).take()
        self.assertEqual(frames[0]["missed"], 0)
        self.assertEqual(sequences(frames), [])

    def test_a_page_that_was_away_for_long_is_told_what_it_missed(self) -> None:
        self.log(PAGE_LINES + 1000)
        socket = self.open(self.ring.boot, 11)
        self.ticks(20)
        frames = socket.take()
        missed = PAGE_LINES + 1000 - CATCH_UP - 10
        self.assertEqual((frames[0]["missed"], frames[0]["restarted"]), (missed, False))
        self.assertEqual(sequences(frames), list(range(11 + missed, PAGE_LINES + 1001)))

    def test_after_a_restart_the_new_log_is_sent_from_its_start(self) -> None:
        self.log(7)
        frames = self.open("another boot", 4000).take()
        self.assertEqual((frames[0]["missed"], frames[0]["restarted"]), (0, True))
        self.assertEqual(sequences(frames), [1, 2, 3, 4, 5, 6, 7])

    def test_a_sequence_number_that_cannot_be_is_a_restart(self) -> None:
        self.log(7)
        for wrong in (9, 0, -3, True, None, "3", 2.0, 10**30):
            frames = self.open(self.ring.boot, wrong).take()
            self.assertTrue(frames[0]["restarted"], wrong)
            self.assertEqual(sequences(frames), [1, 2, 3, 4, 5, 6, 7])

    # The log as it comes

    def test_events_come_in_batches_not_one_by_one(self) -> None:
        socket = self.open()
        socket.take()
        self.log(30)
        self.assertEqual(socket.payloads, [])
        self.ticks()
        self.assertEqual(len(socket.payloads), 1)
        self.assertEqual(sequences(socket.take()), list(range(1, 31)))
        self.ticks(5)
        self.assertEqual(socket.take("log"), [])

    def test_a_burst_is_spread_over_frames_of_bounded_size(self) -> None:
        socket = self.open()
        self.log(PAGE_LINES)
        self.ticks(PAGE_LINES // BATCH_EVENTS)
        frames = socket.take("log")
        self.assertEqual({len(f["events"]) for f in frames}, {BATCH_EVENTS})
        self.assertEqual(sequences(frames), list(range(1, PAGE_LINES + 1)))

    def test_one_encoding_serves_all_pages(self) -> None:
        sockets = [self.open() for _ in range(3)]
        self.log(5)
        self.ticks()
        logs = [s.payloads[-1] for s in sockets]
        self.assertTrue(logs[0] is logs[1] is logs[2])

    def test_a_full_page_waits_and_goes_on_without_a_gap(self) -> None:
        socket = self.open()
        self.log(10)
        self.ticks()
        socket.paused = True
        self.log(2000)
        self.ticks(50)
        socket.paused = False
        self.log(5)
        self.ticks(10)
        frames = socket.take()
        self.assertEqual(sequences(frames), list(range(1, 2016)))
        self.assertEqual([f for f in frames if f["type"] == "skipped"], [])

    def test_a_page_too_far_behind_is_skipped_ahead_and_told(self) -> None:
        socket = self.open()
        socket.take()
        socket.paused = True
        self.log(PAGE_LINES + 2000)
        self.ticks()
        socket.paused = False
        self.ticks(30)
        frames = socket.take()
        skipped = PAGE_LINES + 2000 - CATCH_UP
        self.assertEqual([f["count"] for f in frames if f["type"] == "skipped"], [skipped])
        self.assertEqual(sequences(frames), list(range(skipped + 1, PAGE_LINES + 2001)))

    def test_a_page_that_stays_slow_is_kept_at_the_newest(self) -> None:
        socket = self.open()
        socket.take()
        self.log(PAGE_LINES + 1)
        self.ticks()
        self.assertEqual(socket.take("skipped")[0]["count"], PAGE_LINES + 1 - CATCH_UP)
        self.log(PAGE_LINES)
        self.ticks()
        frames = socket.take()
        self.assertEqual(sequences(frames)[0], 2 * PAGE_LINES + 2 - OPENING_EVENTS)
        # Once it has caught up, a burst is a burst again.
        self.ticks(3)
        socket.take()
        self.log(PAGE_LINES + 1)
        self.ticks()
        self.assertEqual(socket.take("skipped")[0]["count"], PAGE_LINES + 1 - CATCH_UP)

    def test_what_the_ring_lost_by_size_is_told_too(self) -> None:
        self.make(max_characters=100_000)
        socket = self.open()
        socket.take()
        self.log(1000, "x" * 800)
        self.ticks(10)
        frames = socket.take()
        skipped = sum(f["count"] for f in frames if f["type"] == "skipped")
        self.assertEqual(sequences(frames)[0], skipped + 1)
        self.assertEqual(sequences(frames)[-1], 1000)

    def test_every_number_is_either_sent_or_counted_as_skipped(self) -> None:
        self.make(max_characters=600_000)
        socket = self.open()
        for burst, pause in [
            (3000, False),
            (9000, True),
            (100, True),
            (6000, False),
            (7000, False),
            (1, True),
        ]:
            socket.paused = pause
            self.log(burst)
            self.ticks(2)
        socket.paused = False
        self.ticks(60)
        expected = 1
        for frame in socket.take():
            if frame["type"] == "skipped":
                expected += frame["count"]
            elif frame["type"] == "log":
                for event in frame["events"]:
                    self.assertEqual(event[0], expected)
                    expected += 1
        self.assertEqual(expected, self.ring.next)

    # Pages that are in trouble

    def test_a_page_that_takes_nothing_is_closed_and_the_others_are_not(self) -> None:
        stuck, fine = self.open(), self.open()
        stuck.paused = True
        self.clock.pump([1] * 59)
        self.assertFalse(stuck.dropped)
        self.clock.pump([1] * 4)
        self.assertTrue(stuck.dropped)
        self.assertFalse(fine.dropped)

    def test_a_page_that_takes_something_now_and_then_stays(self) -> None:
        socket = self.open()
        for _ in range(10):
            socket.paused = True
            self.clock.pump([1] * 40)
            socket.paused = False
            self.clock.pump([1])
        self.assertFalse(socket.dropped)

    def test_a_page_that_raises_is_closed_and_the_others_go_on(self) -> None:
        bad, good = self.open(), self.open()
        good.take()

        def explode(payload: bytes) -> None:
            raise ZeroDivisionError

        bad.send = explode  # type: ignore[method-assign]
        self.log(1)
        self.ticks()
        self.assertTrue(bad.dropped)
        self.assertEqual(sequences(good.take()), [1])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_a_page_may_close_while_it_is_served(self) -> None:
        first, second = self.open(), self.open()
        second.take()
        first.send = lambda payload: self.feed.closed(first)  # type: ignore[method-assign]
        self.log(1)
        self.ticks()
        self.assertEqual(sequences(second.take()), [1])
        self.assertEqual(self.feed.pages, 1)

    def test_without_pages_nothing_is_scheduled(self) -> None:
        socket = self.open()
        self.feed.closed(socket)
        self.feed.closed(socket)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.open()
        self.assertEqual(len(self.clock.getDelayedCalls()), 2)

    def test_stop_closes_all(self) -> None:
        sockets = [self.open() for _ in range(3)]
        self.feed.stop()
        self.assertEqual([s.dropped for s in sockets], [True] * 3)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_it_is_full_at_its_limit(self) -> None:
        for _ in range(feeds.MAX_PAGES):
            self.assertFalse(self.feed.full)
            self.open()
        self.assertTrue(self.feed.full)

    # Figures and people

    def test_figures_come_each_second_in_one_encoding(self) -> None:
        self.start_sampling()
        one, other = self.open(), self.open()
        one.take()
        other.take()
        self.source.change(people=4)
        self.clock.advance(1)
        self.assertTrue(one.payloads[-1] is other.payloads[-1])
        (frame,) = one.take("figures")
        self.assertEqual(frame["figures"]["people"], 4)

    def test_a_full_page_misses_figures(self) -> None:
        self.start_sampling()
        socket = self.open()
        socket.take()
        socket.paused = True
        self.clock.pump([1] * 5)
        self.assertEqual(socket.payloads, [])

    def test_figures_are_null_while_the_source_fails(self) -> None:
        self.start_sampling()
        socket = self.open()
        socket.take()
        self.source.broken = True
        self.clock.advance(1)
        self.assertIsNone(socket.take("figures")[0]["figures"])
        self.flushLoggedErrors(RuntimeError)

    def test_a_new_page_gets_the_series(self) -> None:
        self.start_sampling()
        for n in range(3):
            self.source.change(people=n, messages=n * 2)
            self.clock.advance(1)
        (series,) = self.open().take("series")
        self.assertEqual(series["people"], [0, 0, 1, 2])
        self.assertEqual(series["messages"], [0, 0, 2, 2])
        self.assertEqual((series["interval"], series["time"]), (1, 3))

    def test_people_are_sent_when_something_changed(self) -> None:
        socket = self.open()
        socket.take()
        self.clock.pump([1] * 9)
        self.assertEqual(socket.take("people"), [])
        self.source.online = [person("bob")]
        self.clock.pump([1] * 3)
        self.assertEqual([r[0] for r in socket.take("people")[0]["rows"]], ["bob"])

    def test_people_are_not_asked_for_while_nobody_looks(self) -> None:
        self.source.online = [person("bob")]
        self.feed.closed(self.open())
        walked = self.source.walked
        self.clock.pump([1] * 30)
        self.assertEqual(self.source.walked, walked)

    def test_a_page_finds_people_for_itself_alone(self) -> None:
        self.source.online = [person("bob"), person("carol")]
        one, other = self.open(), self.open()
        one.take()
        other.take()
        self.feed.find(one, " CAR ")
        frame = one.take("people")[0]
        self.assertEqual(([r[0] for r in frame["rows"]], frame["found"]), (["carol"], "CAR"))
        self.source.online.append(person("carla"))
        self.clock.pump([1] * 3)
        self.assertEqual([r[0] for r in one.take("people")[0]["rows"]], ["carol", "carla"])
        self.assertEqual([r[0] for r in other.take("people")[0]["rows"]], ["bob", "carol", "carla"])
        self.feed.find(one, "")
        self.assertEqual(len(one.take("people")[0]["rows"]), 3)

    def test_nonsense_to_find_is_ignored(self) -> None:
        socket = self.open()
        socket.take()
        self.feed.find(socket, 5)
        self.assertEqual(socket.payloads, [])
        self.feed.find(socket, "x" * 1000)
        self.assertEqual(len(socket.take("people")[0]["found"]), feeds.MAX_FIND)
