"""An accepted connection, which looks at its first bytes before it reads them: what others are to read is left to them.

A TLS hello is OpenSSL's, and a PROXY header ends where the bytes of the person begin.
"""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.main import CONNECTION_LOST

from chat.listening.first_bytes import TLS_HANDSHAKE
from chat.listening.proxied import ProxiedConnection
from chat.listening.proxy_protocol import MAX_V2_BYTES
from chat.listening.tls import SecuredProtocol, ServerConnection, TlsConnection


class AcceptedConnection(ServerConnection):
    """A plain connection that becomes a `TlsConnection` if a TLS client is on the other side, and the protocol agrees.

    The protocol is a `SecuredProtocol`, or a `ProxiedConnection` that steps aside for one.
    """

    protocol: Any
    _fresh = True

    def doRead(self) -> Any:
        """Read what has come; the first time, find out what it is."""
        if self._fresh:
            relayed = isinstance(self.protocol, ProxiedConnection)
            try:
                first = self.socket.recv(MAX_V2_BYTES if relayed else 1, socket.MSG_PEEK)
            except BlockingIOError:
                return None
            except OSError:
                return CONNECTION_LOST
            if relayed and first:
                return self._read_header(first)
            self._fresh = False
            if first == TLS_HANDSHAKE[:1]:
                protocol: SecuredProtocol = self.protocol
                tls = protocol.tls_hello()
                if tls is not None:
                    TlsConnection(self, tls, str(self.hostname))
                    return None
        return super().doRead()

    def _read_header(self, head: bytes) -> None:
        relay: ProxiedConnection = self.protocol
        self.socket.recv(relay.header(head))
        served = relay.stand_aside()
        if served is None:
            return
        if served.source is not None:
            host, port = str(served.source.ip), served.source.port
            self.client = (host, port, 0, 0) if ":" in host else (host, port)
            self.hostname = host
            self._addressType = IPv6Address if ":" in host else IPv4Address
        self.here = relay.getHost()
        self.protocol = served.protocol
        served.protocol.makeConnection(self)
