"""Whoever comes to the wrong port is told which is the right one."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chat.domain.journal import MemoryJournal
from chat.listening.proxy_protocol import encode_v1, encode_v2
from chat.network.wrong_door import NOT_FOR_RELAYS

from .chatting import Client, Server


@pytest.mark.parametrize("header", [encode_v1(None, None), encode_v2(None, None)])
def test_a_relay_that_announces_people_where_nobody_expects_it(header: bytes) -> None:
    server = Server(Clock(), MemoryJournal)
    client = Client(server)
    client.feed(header + b"bob\n")
    assert client.raw() == NOT_FOR_RELAYS
    assert client.ended
    assert server.directory.stats.people == 0
