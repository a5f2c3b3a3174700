"""How much of what was sent to a connection the other side has not taken yet."""

from __future__ import annotations

import sys
from typing import Any

if sys.platform == "linux":
    from fcntl import ioctl
    from termios import TIOCOUTQ as SIOCOUTQ
else:
    SIOCOUTQ = 0

    def ioctl(descriptor: int, request: int, argument: bytes) -> bytes:
        """Elsewhere sockets do not tell."""
        raise OSError


def unsent(transport: Any) -> int:
    """Bytes that Twisted holds for a connection, and those in its socket that the other side has not acknowledged.

    The latter on Linux only (tcp(7), SIOCOUTQ): with a send buffer of megabytes, minutes can pass until a socket of a
    reader that takes a few kilobytes a second is writable again.
    """
    held = len(getattr(transport, "dataBuffer", b"")) - int(getattr(transport, "offset", 0))
    try:
        return held + int.from_bytes(ioctl(transport.fileno(), SIOCOUTQ, bytes(4)), sys.byteorder)
    except (OSError, ValueError, AttributeError):
        return held
