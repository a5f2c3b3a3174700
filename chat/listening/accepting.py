"""An accepted connection, which looks at its first byte before it reads: a TLS hello is left for OpenSSL to read."""

from __future__ import annotations

import socket
from typing import Any

from twisted.internet import tcp
from twisted.internet.main import CONNECTION_LOST

from chat.listening.first_bytes import TLS_HANDSHAKE
from chat.listening.tls import SecuredProtocol, TlsConnection


class AcceptedConnection(tcp.Server):
    """A plain connection that becomes a `TlsConnection` if a TLS client is on the other side, and the protocol agrees.

    The protocol is a `SecuredProtocol`.
    """

    protocol: Any
    _fresh = True

    def doRead(self) -> Any:
        """Read what has come; the first time, find out whether it is TLS."""
        if self._fresh:
            try:
                first = self.socket.recv(1, socket.MSG_PEEK)
            except BlockingIOError:
                return None
            except OSError:
                return CONNECTION_LOST
            self._fresh = False
            if TLS_HANDSHAKE.startswith(first) and first:
                protocol: SecuredProtocol = self.protocol
                tls = protocol.tls_hello()
                if tls is not None:
                    TlsConnection(self, tls, str(self.hostname))
                    return None
        return super().doRead()
