"""What is asked of the operating system for sockets: finding dead peers, and enough descriptors."""

from __future__ import annotations

import resource
import socket
from typing import Any, cast

from twisted.internet.interfaces import ITCPTransport
from twisted.protocols.policies import ProtocolWrapper

KEEPALIVE_IDLE = 60
"""Seconds of silence before the first probe; Linux waits two hours."""

KEEPALIVE_INTERVAL = 15
"""Seconds between probes."""

KEEPALIVE_PROBES = 4
"""Probes without an answer that end the connection: a peer that vanished is found within two minutes."""


def prepare_socket(transport: object) -> None:
    """
    Make a connection fit for chatting: probe it while it is quiet, and send short lines at once (no Nagle).

    Does nothing for transports that are not TCP; looks below TLS and PROXY wrappers.
    """
    while isinstance(transport, ProtocolWrapper):
        transport = transport.transport
    handle: Any = getattr(transport, "getHandle", lambda: None)()
    if getattr(handle, "family", None) not in (socket.AF_INET, socket.AF_INET6):
        return
    tcp = cast(ITCPTransport, transport)
    tcp.setTcpKeepAlive(True)
    tcp.setTcpNoDelay(True)
    for name, value in (
        ("TCP_KEEPIDLE", KEEPALIVE_IDLE),
        ("TCP_KEEPINTVL", KEEPALIVE_INTERVAL),
        ("TCP_KEEPCNT", KEEPALIVE_PROBES),
    ):
        if hasattr(socket, name):  # macOS before Python 3.12 has no TCP_KEEPIDLE
            handle.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def allow_descriptors(wanted: int) -> int:
    """Raise this process's soft limit of open files to `wanted`, or as far as the hard limit goes.

    Returns the limit that holds afterwards.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted if soft == resource.RLIM_INFINITY else soft
    granted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (granted, hard))
    return granted
