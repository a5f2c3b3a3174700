"""`/history` in a room, as people on plain connections see it."""

from __future__ import annotations

import re

import pytest

from chat.commands.past import HISTORY_AT_MOST, HISTORY_SHOWN
from tests.network.chatting import Client, Server, join_plain, make_server


@pytest.fixture
def server() -> Server:
    return make_server(max_per_address=0)


@pytest.fixture
def bob(server: Server) -> Client:
    return join_plain(server, "bob")


def test_history_shows_the_last_events_with_their_times(server: Server, bob: Client) -> None:
    carol = join_plain(server, "carol")
    for n in range(HISTORY_SHOWN + 5):
        carol.send(str(n))
    lines = bob.ask("/history")
    assert lines[0] == f"The last {HISTORY_SHOWN} events of #lobby:"
    assert len(lines) == HISTORY_SHOWN + 1
    assert re.fullmatch(rf"\[\d\d:\d\d\] <carol> {HISTORY_SHOWN + 4}", lines[-1])
    assert len(bob.ask("/history 3")) == 4
    assert bob.ask("/history 1")[0] == "The last event of #lobby:"


@pytest.mark.parametrize(
    "count", ["0", "-1", "x", str(HISTORY_AT_MOST + 1), "9" * 500, "0" * 8 + "1999", "1.5"]
)
def test_history_takes_a_number_within_bounds(bob: Client, count: str) -> None:
    assert bob.ask(f"/history {count}") == [
        f"/history takes a number from 1 to {HISTORY_AT_MOST}, or: /history before TIME"
    ]
