"""What is asked of the operating system for sockets."""

from __future__ import annotations

import resource
import socket
from typing import Any

import pytest
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.testing import StringTransport
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory

from chat.listening.sockets import (
    KEEPALIVE_IDLE,
    KEEPALIVE_INTERVAL,
    KEEPALIVE_PROBES,
    allow_descriptors,
    prepare_socket,
)


class Transport(StringTransport):
    """What Twisted's transports do, on a socket that is not connected."""

    def __init__(self, family: int) -> None:
        super().__init__()
        self.handle = socket.socket(family)

    def getHandle(self) -> socket.socket:
        return self.handle

    def setTcpKeepAlive(self, enabled: bool) -> None:
        self.handle.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, enabled)

    def setTcpNoDelay(self, enabled: bool) -> None:
        self.handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, enabled)


def settings(handle: socket.socket) -> list[int]:
    return [
        handle.getsockopt(socket.IPPROTO_TCP, option)
        for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
    ]


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_tcp_connection_is_probed_and_prompt(family: int) -> None:
    transport = Transport(family)
    with transport.handle as handle:
        prepare_socket(transport)
        assert handle.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert handle.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert settings(handle) == [KEEPALIVE_IDLE, KEEPALIVE_INTERVAL, KEEPALIVE_PROBES]


def test_below_a_wrapper_as_well() -> None:
    transport = Transport(socket.AF_INET)
    with transport.handle as handle:
        wrapper = ProtocolWrapper(WrappingFactory(Factory()), Protocol())
        wrapper.transport = transport
        prepare_socket(wrapper)
        assert settings(handle) == [KEEPALIVE_IDLE, KEEPALIVE_INTERVAL, KEEPALIVE_PROBES]


def test_other_transports_are_left_alone() -> None:
    transport = Transport(socket.AF_UNIX)
    with transport.handle:
        prepare_socket(transport)
        assert not transport.handle.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    prepare_socket(StringTransport())


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "granted", "asked"),
    [
        (1024, 4096, 500, 1024, None),
        (1024, 4096, 2000, 2000, (2000, 4096)),
        (1024, 4096, 9000, 4096, (4096, 4096)),
        (1024, resource.RLIM_INFINITY, 9000, 9000, (9000, resource.RLIM_INFINITY)),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, 9000, 9000, None),
    ],
)
def test_descriptors(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, wanted: int, granted: int, asked: Any
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: calls.append(limits))
    assert allow_descriptors(wanted) == granted
    assert calls == ([] if asked is None else [asked])
