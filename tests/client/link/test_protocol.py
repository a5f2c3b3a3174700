"""Bytes and messages."""

import pytest
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure

from chat.client.link.protocol import MAX_INPUT_LINE, MAX_QUEUED, MessageProtocol
from chat.wire import Message
from tests.client.talking import Transport


class Ends:
    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.lost: list[Failure] = []
        self.protocol = MessageProtocol(lambda protocol: None, self.messages.append, self.lost.append)
        self.transport = Transport()
        self.protocol.makeConnection(self.transport)


@pytest.fixture
def ends() -> Ends:
    return Ends()


STREAM = ":ann!a@h PRIVMSG #x :hello wörld\r\nPING 1\n\r\nPING :2".encode()


@pytest.mark.parametrize("size", [1, 2, 3, 7, len(STREAM)])
def test_lines_whole_or_in_pieces(ends: Ends, size: int) -> None:
    for start in range(0, len(STREAM), size):
        ends.protocol.dataReceived(STREAM[start : start + size])
    assert [message.params for message in ends.messages] == [("#x", "hello wörld"), ("1",)]
    ends.protocol.dataReceived(b"\r\n")
    assert ends.messages[-1].params == ("2",)


@pytest.mark.parametrize("size", [100, 4096, 10**6])
def test_an_over_long_line_is_skipped_and_the_next_one_read(ends: Ends, size: int) -> None:
    stream = b"x" * (3 * MAX_INPUT_LINE) + b"\r\nPING 1\r\n"
    for start in range(0, len(stream), size):
        ends.protocol.dataReceived(stream[start : start + size])
    assert [message.command for message in ends.messages] == ["PING"]


def test_a_server_that_takes_nothing_stops_us_at_a_bound(ends: Ends) -> None:
    ends.protocol.pauseProducing()
    for _ in range(MAX_QUEUED):
        ends.protocol.send(Message("PING", ("x",)))
    assert ends.transport.value() == b""
    assert not ends.transport.aborting
    ends.protocol.send(Message("PING", ("x",)))
    assert ends.transport.aborting


def test_what_waited_goes_out_when_there_is_space(ends: Ends) -> None:
    ends.protocol.pauseProducing()
    ends.protocol.send(Message("PING", ("1",)))
    ends.protocol.resumeProducing()
    ends.protocol.send(Message("PING", ("2",)))
    assert ends.transport.value() == b"PING 1\r\nPING 2\r\n"


def test_closing_sends_what_waits(ends: Ends) -> None:
    ends.protocol.pauseProducing()
    ends.protocol.send(Message("QUIT"))
    ends.protocol.close()
    assert ends.transport.value() == b"QUIT\r\n"
    assert ends.transport.disconnecting


def test_a_loss_is_told_once_and_nothing_goes_out_after_it(ends: Ends) -> None:
    ends.protocol.connectionLost(Failure(ConnectionLost()))
    ends.protocol.send(Message("PING", ("1",)))
    ends.protocol.abort()
    assert len(ends.lost) == 1
    assert ends.transport.value() == b""
