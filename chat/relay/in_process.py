"""Connecting to a server of the same process, without a port that anybody else could connect to."""

from __future__ import annotations

import socket
from typing import Any, cast

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import IProtocol, IProtocolFactory, IStreamClientEndpoint
from twisted.internet.protocol import Factory
from zope.interface import implementer

from chat.listening.proxied import ProxiedFactory


@implementer(IStreamClientEndpoint)
class InProcessEndpoint:
    """Connects to a server's factory through a pair of sockets; the server expects a PROXY header on it.

    A loopback port would do the same, but any program on the machine could connect to it and claim any
    address. Real sockets rather than calls, so that back-pressure, half-closing and the order of events are
    those of any other connection.
    """

    def __init__(self, server: IProtocolFactory, reactor: Any) -> None:
        self._server = ProxiedFactory(server, reactor)
        self._reactor = reactor

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect; fails with `ConnectError` when the process has no file descriptors left."""
        try:
            ours, theirs = socket.socketpair()
        except OSError as reason:
            return fail(ConnectError(reason.errno, reason.strerror or ""))
        with ours, theirs:
            keeper = _Keeper(protocolFactory)
            for end, factory in ((theirs, self._server), (ours, keeper)):
                end.setblocking(False)
                self._reactor.adoptStreamConnection(end.fileno(), socket.AF_UNIX, factory)
        return succeed(cast(IProtocol, keeper.built))


class _Keeper(Factory[Any]):
    """Remembers the protocol that was built: adopting a connection does not return it."""

    noisy = False
    built: IProtocol | None = None

    def __init__(self, factory: IProtocolFactory) -> None:
        self._factory = factory

    def buildProtocol(self, addr: object) -> Any:
        self.built = self._factory.buildProtocol(cast(Any, addr))
        return self.built
