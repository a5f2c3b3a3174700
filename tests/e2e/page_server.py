"""What a reverse proxy does: the people's page, and the chat's WebSocket at `irc` beside it, below a path if given.

python -m tests.e2e.page_server PORT SOCKETS [PATH]: SOCKETS is the port of a listener `ws:`; it may come and go.
"""

import sys
from typing import Any

from twisted.internet import reactor as the_reactor
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IAddress
from twisted.protocols.portforward import ProxyFactory, ProxyServer
from twisted.web.http import HTTPChannel
from twisted.web.resource import Resource
from twisted.web.server import Site

from chat.web.page import page_resource

reactor: Any = the_reactor


class Channel(HTTPChannel):
    """Gives connections that ask for the WebSocket to the chat, with every byte that was read."""

    sockets: int
    path: bytes
    through: ProxyServer | None = None
    seen = b""

    def dataReceived(self, data: bytes) -> None:
        """Bytes of a browser."""
        if self.through is not None:
            self.through.dataReceived(data)
            return
        wanted = b"GET %b/irc " % self.path
        self.seen += data
        if len(self.seen) < len(wanted):
            return
        if not self.seen.startswith(wanted):
            self.seen, data = b"", self.seen
            super().dataReceived(data)
            return
        self.setTimeout(None)
        assert self.transport is not None
        self.transport.unregisterProducer()  # type: ignore[attr-defined]
        self.through = ProxyFactory("127.0.0.1", self.sockets).buildProtocol(None)
        assert self.through is not None
        self.through.reactor = reactor
        rest = self.seen

        class Peer(ProxyServer.clientProtocolFactory.protocol):  # type: ignore[name-defined,misc]
            def connectionMade(self) -> None:
                super().connectionMade()
                self.transport.write(rest)

        client = self.through.clientProtocolFactory()
        client.protocol = Peer
        self.through.clientProtocolFactory = lambda: client  # type: ignore[assignment]
        self.through.makeConnection(self.transport)

    def connectionLost(self, reason: Any = None) -> None:
        """The browser is gone."""
        if self.through is not None:
            self.through.connectionLost(reason)
        else:
            super().connectionLost(reason)


class Front(Site):
    """The page at a path."""

    def __init__(self, sockets: int, path: str) -> None:
        root = page_resource()
        for part in reversed(path.split("/")):
            if part:
                inner, root = root, Resource()
                root.putChild(part.encode(), inner)
        super().__init__(root)
        self.sockets, self.path = sockets, path.rstrip("/").encode()

    def buildProtocol(self, addr: IAddress) -> HTTPChannel:  # type: ignore[override]
        """A connection of a browser."""
        channel = Channel()
        channel.site = self  # type: ignore[attr-defined]
        channel.requestFactory = self.requestFactory
        channel.factory = self
        channel.timeOut = None
        channel.sockets, channel.path = self.sockets, self.path
        return channel


if __name__ == "__main__":
    port, sockets, *path = sys.argv[1:]
    serverFromString(reactor, f"tcp:{port}:interface=127.0.0.1").listen(Front(int(sockets), "".join(path)))
    reactor.run()
