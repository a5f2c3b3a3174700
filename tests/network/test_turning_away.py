"""Whoever comes to the wrong port is told which is the right one."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chat.domain.journal import MemoryJournal
from chat.listening.proxy_protocol import encode_v1, encode_v2
from chat.network.turning_away import NOT_FOR_RELAYS

from .chatting import Client, Server


@pytest.mark.parametrize("header", [encode_v1(None, None), encode_v2(None, None)])
def test_a_relay_that_announces_people_where_nobody_expects_it(header: bytes) -> None:
    server = Server(Clock(), MemoryJournal)
    client = Client(server)
    client.feed(header + b"bob\n")
    assert client.raw() == f"ERROR :{NOT_FOR_RELAYS}\r\n".encode()
    assert client.ended
    assert server.directory.stats.people == 0


def test_who_is_refused_and_ends_the_input_is_told_and_does_not_come_in() -> None:
    server = Server(Clock(), MemoryJournal, max_per_address=1)
    Client(server)
    refused = Client(server).feed(b"G").half_close()
    assert refused.raw().startswith(b"ERROR :Too many connections")
    assert refused.ended
    assert server.directory.people == {}


def test_a_name_that_looks_like_the_beginning_of_a_request_needs_no_line_end() -> None:
    server = Server(Clock(), MemoryJournal)
    assert Client(server).feed(b"GET").half_close().raw().startswith(b"Welcome, GET!")
