"""Why people leave, and what of it is told to people."""

from __future__ import annotations

import pytest

from chat.network.endings import CLOSED, GOING_DOWN, LOST, said_quit, telling


@pytest.mark.parametrize("reason", ["", CLOSED, LOST, GOING_DOWN, said_quit("")])
def test_an_ordinary_end_tells_nothing(reason: str) -> None:
    assert telling(reason) == ""


@pytest.mark.parametrize(
    "reason",
    ["so long", "Banned: spam", "Killed by root", "Ping timeout: 180 seconds", "Took nothing for 60 seconds"],
)
def test_any_other_end_is_told(reason: str) -> None:
    assert telling(reason) == reason


def test_what_an_irc_client_says_at_the_end_is_told_as_it_was_said() -> None:
    assert said_quit("so long") == "Quit: so long"
    assert telling(said_quit("so long")) == "so long"
    assert telling(said_quit(CLOSED)) == CLOSED
