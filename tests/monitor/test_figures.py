from __future__ import annotations

from twisted.internet.task import Clock
from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from chat.monitor.figures import KEPT, Sampler
from chat.monitor.ring import LogRing
from tests.monitor.support import FakeSource

STALLED = "The event loop was stuck for 2.8 s; nobody was served meanwhile"


class SamplerTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.source = FakeSource()
        self.ring = LogRing()
        self.used = 0.0
        self.sampler = Sampler(self.source, self.ring, self.clock, memory=lambda: 4096, cpu=lambda: self.used)
        self.addCleanup(self.sampler.stop)

    def seconds(self, count: int) -> None:
        self.clock.pump([0.25] * (4 * count))

    def test_there_is_a_sample_at_once(self) -> None:
        self.source.change(people=3, messages=1000)
        self.assertIsNone(self.sampler.state)
        self.sampler.start()
        assert self.sampler.state is not None
        self.assertEqual(self.sampler.state.figures.people, 3)
        self.assertEqual(self.sampler.state.memory, 4096)
        # What was said before anybody looked belongs to no second.
        self.assertEqual(self.sampler.samples[-1].messages, 0)

    def test_a_sample_is_what_came_in_its_second(self) -> None:
        self.sampler.start()
        self.source.change(people=2, messages=5, private_messages=1)
        self.seconds(1)
        self.source.change(people=1, messages=7)
        self.seconds(1)
        self.assertEqual([s.people for s in self.sampler.samples], [0, 2, 1])
        self.assertEqual([s.messages for s in self.sampler.samples], [0, 5, 2])
        self.assertEqual([s.private_messages for s in self.sampler.samples], [0, 1, 0])

    def test_a_minute_is_the_last_sixty_seconds(self) -> None:
        self.sampler.start()
        self.source.change(messages=40, private_messages=4)
        self.seconds(1)
        self.source.change(messages=50)
        self.seconds(59)
        assert self.sampler.state is not None
        self.assertEqual(self.sampler.state.messages_minute, 50)
        self.seconds(1)
        self.assertEqual(self.sampler.state.messages_minute, 10)
        self.assertEqual(self.sampler.state.private_minute, 0)

    def test_rates_are_means_of_the_last_seconds(self) -> None:
        self.sampler.start()
        self.source.change(bytes_in=1000, bytes_out=5000)
        self.used = 0.5
        self.seconds(1)
        self.seconds(4)
        assert self.sampler.state is not None
        self.assertEqual(self.sampler.state.in_rate, 200)
        self.assertEqual(self.sampler.state.out_rate, 1000)
        self.assertAlmostEqual(self.sampler.state.cpu, 0.1)

    def test_fifteen_minutes_are_kept(self) -> None:
        self.sampler.start()
        for n in range(KEPT + 50):
            self.source.change(people=n)
            self.clock.advance(1)
        self.assertEqual(len(self.sampler.samples), KEPT)
        self.assertEqual(self.sampler.samples[-1].people, KEPT + 49)

    def test_a_stalled_loop_leaves_no_hole_and_no_spike(self) -> None:
        self.sampler.start()
        self.clock.advance(0)
        self.source.change(messages=50)
        self.clock.advance(5)
        self.assertEqual([s.messages for s in self.sampler.samples], [0, 10, 10, 10, 10, 10])
        assert self.sampler.state is not None
        self.assertEqual(self.sampler.state.messages_minute, 50)
        self.assertEqual(self.sampler.state.lag, 4.75)

    def test_a_stall_is_remembered_for_a_minute_and_logged(self) -> None:
        self.sampler.start()
        self.clock.advance(0)
        with capturedLogs() as events:
            self.clock.advance(3)
        self.assertEqual([formatEvent(e) for e in events], [STALLED])
        self.seconds(50)
        assert self.sampler.state is not None
        self.assertEqual((self.sampler.state.lag, self.sampler.state.lag_minute), (0, 2.75))
        self.seconds(20)
        self.assertEqual(self.sampler.state.lag_minute, 0)

    def test_a_day_of_sleep_is_no_day_of_samples(self) -> None:
        self.sampler.start()
        self.clock.advance(86400)
        self.assertEqual(len(self.sampler.samples), KEPT)

    def test_warnings_and_errors_are_those_of_the_last_quarter_hour(self) -> None:
        self.ring.append(0.0, "warn", "a", "before the first sample")
        self.sampler.start()
        for level in ("warn", "error", "critical", "info"):
            self.ring.append(0.0, level, "a", "b")
        self.clock.advance(3)
        assert self.sampler.state is not None
        self.assertEqual((self.sampler.state.warnings, self.sampler.state.errors), (2, 2))
        for _ in range(KEPT):
            self.clock.advance(1)
        self.assertEqual((self.sampler.state.warnings, self.sampler.state.errors), (0, 0))

    def test_a_source_that_fails_is_told_once_and_recovers(self) -> None:
        called = []
        self.sampler.on_sample = lambda: called.append(self.sampler.state is None)
        self.sampler.start()
        self.source.change(messages=30)
        self.source.broken = True
        self.seconds(2)
        self.assertIsNone(self.sampler.state)
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)
        self.source.broken = False
        self.seconds(1)
        self.assertEqual([s.messages for s in self.sampler.samples], [0, 10, 10, 10])
        self.assertEqual(called, [False, True, True, False])

    def test_after_stop_nothing_is_scheduled(self) -> None:
        self.sampler.start()
        self.sampler.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])


def test_stop_before_start_does_nothing() -> None:
    clock = Clock()
    Sampler(FakeSource(), LogRing(), clock).stop()
    assert clock.getDelayedCalls() == []
