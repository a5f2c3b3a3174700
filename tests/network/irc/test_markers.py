"""MARKREAD: how far somebody has read, on all of their clients."""

import pytest

from tests.network.chatting import Client, Server, connect, join_irc
from tests.network.irc.reading import account, codes, login, only

CAP = "draft/read-marker"
EARLY, LATE = "timestamp=2026-01-31T10:00:00.000Z", "timestamp=2026-01-31T11:00:00.000Z"


@pytest.fixture
def ann(server: Server) -> Client:
    """Somebody with the capability, in no room."""
    return join_irc(server, "ann", caps=CAP)


def test_a_marker_is_shown_on_joining_before_the_names(ann: Client) -> None:
    assert codes(ann.ask("JOIN #a")) == ["JOIN", "MARKREAD", "353", "366"]
    ann.send(f"MARKREAD #a {EARLY}", "PART #a")
    assert only(ann.ask("JOIN #a"), "MARKREAD") == [f":chat.test MARKREAD #a {EARLY}"]


def test_a_marker_moves_on_and_never_back(ann: Client) -> None:
    assert ann.ask("MARKREAD bob") == [":chat.test MARKREAD bob *"]
    assert ann.ask(f"MARKREAD bob {LATE}") == [f":chat.test MARKREAD bob {LATE}"]
    assert ann.ask(f"MARKREAD BOB {EARLY}") == [f":chat.test MARKREAD BOB {LATE}"]
    assert ann.ask("MARKREAD bob") == [f":chat.test MARKREAD bob {LATE}"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("MARKREAD", "NEED_MORE_PARAMS"),
        ("MARKREAD #a x", "INVALID_PARAMS #a"),
        ("MARKREAD #a timestamp=x", "INVALID_PARAMS #a"),
        ("MARKREAD #a msgid=2026-01-31T10:00:00.000Z", "INVALID_PARAMS #a"),
        ("MARKREAD #a *", "INVALID_PARAMS #a"),
    ],
)
def test_what_is_no_marker(ann: Client, line: str, code: str) -> None:
    (reply,) = ann.ask(line)
    assert reply.startswith(f":chat.test FAIL MARKREAD {code} :")


def test_clients_without_the_capability_have_no_such_command(server: Server) -> None:
    eve = join_irc(server, "eve")
    assert codes(eve.ask("MARKREAD #a")) == ["421"]
    assert "MARKREAD" not in codes(eve.ask("JOIN #a"))


def test_other_clients_of_the_account_are_told(server: Server, ann: Client) -> None:
    account(server, "carl")
    clients = [connect(server).send(f"CAP REQ :{CAP}", *login("carl"), "CAP END") for _ in range(2)]
    without = connect(server).send(*login("carl"), "CAP END")
    for client in (*clients, without, ann):
        client.lines()
    expected = [f":chat.test MARKREAD #a {LATE}"]
    assert clients[0].ask(f"MARKREAD #a {LATE}") == expected
    assert clients[1].lines() == expected
    # One that does not move is news to nobody.
    clients[0].send(f"MARKREAD #a {EARLY}")
    assert clients[1].lines() == []
    assert without.lines() == []
    assert ann.lines() == []


def test_a_guests_markers_are_not_another_guests(server: Server, ann: Client) -> None:
    ann.send(f"MARKREAD #a {LATE}", "QUIT")
    again = join_irc(server, "ann", caps=CAP)
    assert again.ask("MARKREAD #a") == [":chat.test MARKREAD #a *"]
