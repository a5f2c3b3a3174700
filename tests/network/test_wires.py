"""What `FakeSocket` does is what a real non-blocking socket does; the loop serves as a reactor does."""

import socket
from collections.abc import Callable, Iterator

import pytest
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IPullProducer, IReactorFDSet, IReactorTime
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.internet.tcp import Server as TcpServer
from twisted.python.failure import Failure
from zope.interface import implementer
from zope.interface.verify import verifyObject

from tests.network.wires import FakeSocket, Loop, Wire

BLOCK = bytes(1024)


class Ends:
    """A socket, real or made up, and what its other side does."""

    def __init__(self, real: bool) -> None:
        self.fake = FakeSocket()
        self.peer: socket.socket | None = None
        self.own: socket.socket | FakeSocket = self.fake
        if real:
            self.own, self.peer = socket.socketpair()
            self.own.setblocking(False)
            self.own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)

    def give(self, data: bytes) -> None:
        self.peer.sendall(data) if self.peer else self.fake.give(data)

    def end(self) -> None:
        self.peer.shutdown(socket.SHUT_WR) if self.peer else self.fake.end()

    def stop_taking(self) -> None:
        if self.peer is None:
            self.fake.room = 1500

    def go(self) -> None:
        if self.peer is None:
            self.fake.break_off()
        else:
            self.peer.close()

    def close(self) -> None:
        self.own.close()
        if self.peer:
            self.peer.close()


@pytest.fixture(params=[True, False], ids=["real", "fake"])
def ends(request: pytest.FixtureRequest) -> Iterator[Ends]:
    both = Ends(request.param)
    yield both
    both.close()


def test_recv_gives_at_most_what_was_asked_for_then_would_block(ends: Ends) -> None:
    ends.give(b"hello")
    assert ends.own.recv(3) == b"hel"
    assert ends.own.recv(10) == b"lo"
    with pytest.raises(BlockingIOError):
        ends.own.recv(10)


def test_recv_after_the_end_gives_what_was_sent_before_and_then_nothing(ends: Ends) -> None:
    ends.give(b"x")
    ends.end()
    assert ends.own.recv(10) == b"x"
    assert ends.own.recv(10) == b""
    assert ends.own.recv(10) == b""


def test_send_takes_a_part_and_then_would_block(ends: Ends) -> None:
    ends.stop_taking()
    taken = []

    def fill() -> None:
        while True:
            taken.append(ends.own.send(bytes(3000)))

    with pytest.raises(BlockingIOError):
        fill()
    assert taken
    assert all(0 < count <= 3000 for count in taken)


def test_send_takes_a_view_as_well_as_bytes(ends: Ends) -> None:
    assert ends.own.send(memoryview(b"hello")) == 5


def test_send_to_somebody_who_is_gone_is_an_error_other_than_blocking(ends: Ends) -> None:
    ends.go()
    with pytest.raises(OSError, match="pipe") as raised:
        ends.own.send(b"x")
    assert not isinstance(raised.value, BlockingIOError)


@pytest.mark.parametrize("use", [lambda s: s.send(b"x"), lambda s: s.recv(1)], ids=["send", "recv"])
def test_a_closed_socket_can_neither_send_nor_receive(ends: Ends, use: Callable[[object], object]) -> None:
    ends.own.close()
    assert ends.own.fileno() == -1
    with pytest.raises(OSError, match="descriptor"):
        use(ends.own)


def test_recv_from_a_broken_connection_is_an_error() -> None:
    fake = FakeSocket()
    fake.break_off()
    assert fake.readable
    assert fake.writable
    with pytest.raises(ConnectionResetError):
        fake.recv(1)


def test_readiness_is_what_the_calls_then_do() -> None:
    fake = FakeSocket(room=1)
    assert not fake.readable
    assert fake.writable
    fake.send(b"xy")
    assert not fake.writable
    fake.give(b"x")
    assert fake.readable


def test_the_loop_is_what_connections_need_of_a_reactor() -> None:
    loop = Loop(Clock())
    verifyObject(IReactorFDSet, loop)
    verifyObject(IReactorTime, loop)


def test_a_loop_that_goes_on_without_time_passing_fails_the_test() -> None:
    clock = Clock()
    loop = Loop(clock)

    def again() -> None:
        clock.callLater(0, again)

    again()
    with pytest.raises(AssertionError, match="busy loop"):
        loop.run()


@implementer(IPullProducer)
class Numbers:
    """Produces three pieces, as a reader that is behind does."""

    def __init__(self, transport: TcpServer) -> None:
        self.transport = transport
        self.left = 3
        self.stopped = False

    def resumeProducing(self) -> None:
        if self.left:
            self.left -= 1
            self.transport.write(BLOCK)
        else:
            self.transport.unregisterProducer()

    def stopProducing(self) -> None:
        self.stopped = True


class Ear(Protocol):
    """Notes what it hears, and why it ended."""

    def __init__(self) -> None:
        self.heard = b""
        self.why: Failure | None = None

    def dataReceived(self, data: bytes) -> None:
        self.heard += data
        if data == b"fall over":
            raise ZeroDivisionError

    def connectionLost(self, reason: Failure | None = None) -> None:
        self.why = reason


def wire() -> tuple[Ear, Wire, Loop]:
    ear = Ear()
    loop = Loop(Clock())
    transport = Wire(ear, "192.0.2.7", loop)
    ear.makeConnection(transport)
    return ear, transport, loop


def test_a_pull_producer_is_asked_again_each_time_all_was_taken() -> None:
    _, transport, loop = wire()
    transport.other_side.room = 1500
    producer = Numbers(transport)
    transport.registerProducer(producer, False)
    loop.run()
    assert (producer.left, len(transport.other_side.taken)) == (1, 1500)
    transport.other_side.room = None
    loop.run()
    assert (producer.left, len(transport.other_side.taken)) == (0, 3072)
    assert transport.producer is None


def test_what_comes_waits_in_the_socket_while_reading_is_paused() -> None:
    ear, transport, loop = wire()
    transport.pauseProducing()
    transport.other_side.give(b"hello")
    loop.run()
    assert (ear.heard, transport.other_side.unread, transport.producerState) == (b"", 5, "paused")
    transport.resumeProducing()
    loop.run()
    assert (ear.heard, transport.other_side.unread, transport.producerState) == (b"hello", 0, "producing")


def test_the_end_of_the_other_side_ends_a_protocol_that_knows_no_half_close() -> None:
    ear, transport, loop = wire()
    transport.other_side.end()
    loop.run()
    assert ear.why is not None
    assert ear.why.check(ConnectionDone)
    assert (transport.other_side.closed, loop.getReaders(), loop.getWriters()) == (True, [], [])


def test_a_broken_connection_is_lost() -> None:
    ear, transport, loop = wire()
    transport.other_side.break_off()
    loop.run()
    assert ear.why is not None
    assert ear.why.check(ConnectionLost)


def test_closing_waits_until_everything_was_taken() -> None:
    ear, transport, loop = wire()
    transport.other_side.room = 2
    transport.write(b"hello")
    transport.loseConnection()
    loop.run()
    assert ear.why is None
    transport.other_side.room = None
    loop.run()
    assert transport.other_side.taken == b"hello"
    assert transport.other_side.closed


def test_aborting_throws_away_what_waits() -> None:
    _, transport, loop = wire()
    transport.other_side.room = 2
    transport.write(b"hello")
    transport.abortConnection()
    loop.run()
    assert bytes(transport.other_side.taken) in (b"", b"he")
    assert transport.other_side.closed
    assert (socket.SOL_SOCKET, socket.SO_LINGER) in transport.other_side.options


def test_a_call_put_off_comes_after_what_was_to_be_read() -> None:
    order: list[str] = []

    class Noting(Protocol):
        def dataReceived(self, data: bytes) -> None:
            order.append("read")

    clock = Clock()
    loop = Loop(clock)
    noting = Noting()
    transport = Wire(noting, "192.0.2.7", loop)
    noting.makeConnection(transport)
    transport.other_side.give(b"x")

    def first() -> None:
        order.append("first")
        clock.callLater(0, order.append, "second")

    clock.callLater(0, first)
    loop.run()
    assert order == ["first", "read", "second"]


def test_time_passes_from_one_call_to_the_next() -> None:
    clock = Clock()
    loop = Loop(clock)
    seen: list[float] = []

    def second() -> None:
        seen.append(clock.seconds())
        clock.callLater(1, seen.append, -1.0)

    clock.callLater(2, second)
    clock.callLater(1, lambda: seen.append(clock.seconds()))
    loop.advance(5)
    assert (seen, clock.seconds()) == ([1, 2, -1], 5)


def test_what_a_protocol_raises_is_logged_and_ends_its_connection(logged_failures: list[Failure]) -> None:
    ear, transport, loop = wire()
    transport.other_side.give(b"fall over")
    loop.clock.callLater(0, lambda: 1 // 0)
    loop.run()
    assert ear.why is not None
    assert ear.why.check(ZeroDivisionError)
    assert transport.other_side.closed
    assert [failure.type for failure in logged_failures] == [ZeroDivisionError] * 2
    logged_failures.clear()


def test_the_loop_can_be_emptied() -> None:
    _, transport, loop = wire()
    transport.write(b"x")
    assert loop.removeAll() == [transport]
    assert (loop.getReaders(), loop.getWriters()) == ([], [])
