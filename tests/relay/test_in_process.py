"""Connecting to a server of the same process goes over real sockets that nobody else can reach."""

from __future__ import annotations

import errno
import socket
from typing import Any

from twisted.internet import reactor
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Factory, Protocol
from twisted.trial.unittest import TestCase
from zope.interface.verify import verifyObject

from chat.relay.in_process import InProcessEndpoint


class Answering(Protocol):
    """Answers each byte string with the address that it came from, and closes when asked."""

    def dataReceived(self, data: bytes) -> None:
        assert self.transport is not None
        peer = self.transport.getPeer()
        assert isinstance(peer, IPv4Address)
        self.transport.write(peer.host.encode() + b" said " + data)
        if data == b"bye":
            self.transport.loseConnection()


class Asking(Protocol):
    def __init__(self) -> None:
        self.heard = b""
        self.ended: Deferred[bytes] = Deferred()

    def connectionMade(self) -> None:
        assert self.transport is not None
        self.transport.write(b"PROXY TCP4 192.0.2.7 198.51.100.1 40000 56458\r\nbye")

    def dataReceived(self, data: bytes) -> None:
        self.heard += data

    def connectionLost(self, reason: Any = None) -> None:
        self.ended.callback(self.heard)


class InProcessTests(TestCase):
    """On the real reactor, since adopting sockets is what is tested."""

    def test_the_server_hears_and_answers(self) -> Deferred[None]:
        endpoint = InProcessEndpoint(Factory.forProtocol(Answering), reactor)
        verifyObject(IStreamClientEndpoint, endpoint)
        asking = self.successResultOf(endpoint.connect(Factory.forProtocol(Asking)))
        assert isinstance(asking, Asking)

        def check(heard: bytes) -> None:
            self.assertEqual(heard, b"192.0.2.7 said bye")

        return asking.ended.addCallback(check)

    def test_without_descriptors_left_it_fails_like_any_connection(self) -> None:
        def none_left() -> None:
            raise OSError(errno.EMFILE, "Too many open files")

        self.patch(socket, "socketpair", none_left)
        endpoint = InProcessEndpoint(Factory.forProtocol(Answering), reactor)
        failure = self.failureResultOf(endpoint.connect(Factory.forProtocol(Asking)), ConnectError)
        self.assertEqual(failure.value.osError, errno.EMFILE)
