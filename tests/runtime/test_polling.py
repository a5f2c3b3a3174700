"""Descriptors of a real epoll reactor are served as Twisted serves them, one after another and each for itself."""

from __future__ import annotations

import os
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IHalfCloseableDescriptor, IReadWriteDescriptor
from twisted.internet.task import Clock
from twisted.python import log
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase
from zope.interface import implementer

from chat.runtime import polling
from chat.runtime.polling import read_directly


@implementer(IReadWriteDescriptor, IHalfCloseableDescriptor)
class Pipe:
    """A descriptor of one end of a pipe; `on_read` is what reading leads to."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.on_read: Any = lambda: None
        self.read: list[bytes] = []
        self.written = 0
        self.lost: list[type] = []
        self.half_closed = 0

    def fileno(self) -> int:
        return self.number

    def logPrefix(self) -> str:
        return "a pipe"

    def doRead(self) -> Any:
        self.read.append(os.read(self.number, 100))
        return self.on_read()

    def doWrite(self) -> None:
        self.written += 1

    def readConnectionLost(self, reason: Failure) -> None:
        self.half_closed += 1

    def writeConnectionLost(self, reason: Failure) -> None:
        raise AssertionError("nothing is written to here")

    def connectionLost(self, reason: Failure) -> None:
        self.lost.append(type(reason.value))


class Polling(TestCase):
    def setUp(self) -> None:
        self.reactor = EPollReactor()
        self.open: list[int] = []
        self.addCleanup(self.end)
        assert read_directly(self.reactor)

    def end(self) -> None:
        self.reactor.removeAll()
        for waker in self.reactor._internalReaders:
            waker.connectionLost(None)
        self.reactor._poller.close()
        for number in self.open:
            os.close(number)

    def pipe(self) -> tuple[Pipe, int]:
        ours, theirs = os.pipe()
        self.open += (ours, theirs)
        reading = Pipe(ours)
        self.reactor.addReader(reading)
        return reading, theirs

    def test_everybody_who_has_something_is_read(self) -> None:
        pipes = [self.pipe() for _ in range(3)]
        for number, (_, theirs) in enumerate(pipes):
            os.write(theirs, b"%d" % number)
        self.reactor.iterate(0)
        self.assertEqual([reading.read for reading, _ in pipes], [[b"0"], [b"1"], [b"2"]])

    def test_who_had_no_turn_comes_before_who_had_one(self) -> None:
        self.patch(polling, "EVENTS_A_TURN", 1)
        pipes = [self.pipe() for _ in range(3)]
        for _, theirs in pipes:
            os.write(theirs, b"x" * 200)
        for _ in pipes:
            self.reactor.iterate(0)
        self.assertEqual([len(reading.read) for reading, _ in pipes], [1, 1, 1])

    def test_nobody_is_read_who_has_nothing(self) -> None:
        reading, _ = self.pipe()
        self.reactor.iterate(0)
        self.assertEqual(reading.read, [])

    def test_what_one_fails_with_ends_that_one_and_is_logged_with_its_name(self) -> None:
        (bad, one), (good, other) = self.pipe(), self.pipe()
        logged: list[dict[str, Any]] = []
        log.addObserver(logged.append)
        self.addCleanup(log.removeObserver, logged.append)

        def fail() -> None:
            raise ZeroDivisionError

        bad.on_read = fail
        os.write(one, b"x")
        os.write(other, b"y")
        self.reactor.iterate(0)
        self.reactor.iterate(0)
        self.assertEqual(bad.lost, [ZeroDivisionError])
        self.assertEqual(good.read, [b"y"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertEqual([event["system"] for event in logged if event["isError"]], ["a pipe"])

    def test_the_end_of_what_is_read_is_told(self) -> None:
        reading, theirs = self.pipe()
        reading.on_read = ConnectionDone
        os.write(theirs, b"x")
        self.reactor.iterate(0)
        self.reactor.iterate(0)
        self.assertEqual((reading.half_closed, len(reading.read)), (1, 1))

    def test_who_closes_is_told(self) -> None:
        reading, theirs = self.pipe()
        self.open.remove(theirs)
        os.close(theirs)
        self.reactor.iterate(0)
        self.assertEqual((reading.half_closed, reading.read), (1, []))

    def test_who_was_taken_out_by_another_in_the_same_turn_is_not_read(self) -> None:
        (first, one), (second, other) = self.pipe(), self.pipe()
        first.on_read = lambda: self.reactor.removeReader(second)
        second.on_read = lambda: self.reactor.removeReader(first)
        os.write(one, b"x")
        os.write(other, b"y")
        self.reactor.iterate(0)
        self.reactor.iterate(0)
        self.assertEqual(sorted([first.read, second.read]), sorted([[b"x"], []]))

    def test_writing_is_served(self) -> None:
        _, theirs = self.pipe()
        writing = Pipe(theirs)
        self.reactor.addWriter(writing)
        self.reactor.iterate(0)
        self.assertEqual(writing.written, 1)


class Others(TestCase):
    def test_a_reactor_of_another_kind_stays_as_it_is(self) -> None:
        class Refined(EPollReactor):
            """Somebody's own."""

        refined = Refined.__new__(Refined)
        self.assertFalse(read_directly(refined))
        self.assertNotIn("doIteration", vars(refined))
        self.assertFalse(read_directly(Clock()))

    def test_an_epoll_reactor_that_works_in_another_way_stays_as_it_is(self) -> None:
        empty = EPollReactor.__new__(EPollReactor)
        self.assertFalse(read_directly(empty))
        self.assertNotIn("doIteration", vars(empty))
