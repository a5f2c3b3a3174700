"""MARKREAD."""

import pytest

from tests.network.chatting import Server, join_irc, make_server
from tests.network.irc.lines import codes, params

CAP = "draft/read-marker"
EARLY, LATE = "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.123Z"


@pytest.fixture
def server() -> Server:
    return make_server()


def test_markers_are_set_and_never_go_back(server: Server) -> None:
    ann = join_irc(server, "ann", caps=CAP)
    assert ann.ask("MARKREAD #a") == [":chat.test MARKREAD #a *"]
    assert ann.ask(f"MARKREAD #a timestamp={LATE}") == [f":chat.test MARKREAD #a timestamp={LATE}"]
    assert ann.ask(f"MARKREAD #A timestamp={EARLY}") == [f":chat.test MARKREAD #A timestamp={LATE}"]


def test_joining_shows_the_marker_before_the_names(server: Server) -> None:
    ann = join_irc(server, "ann", caps=CAP)
    assert codes(ann.ask("JOIN #a")) == ["JOIN", "MARKREAD", "353", "366"]


def test_other_clients_of_the_account_follow(server: Server) -> None:
    ann, other, guest = (join_irc(server, nick, caps=CAP) for nick in ("ann", "other", "guest"))
    for nick in ("ann", "other"):
        server.directory.change_identity(server.directory.find(nick), account="ann")
    other.lines()
    ann.send(f"MARKREAD bob timestamp={EARLY}")
    assert other.lines() == [f":chat.test MARKREAD bob timestamp={EARLY}"]
    ann.send(f"MARKREAD bob timestamp={EARLY}")
    assert guest.lines() == []
    old = join_irc(server, "old")
    server.directory.change_identity(server.directory.find("old"), account="ann")
    old.lines()
    ann.send(f"MARKREAD bob timestamp={LATE}")
    assert old.lines() == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("MARKREAD", "NEED_MORE_PARAMS"),
        ("MARKREAD #a *", "INVALID_PARAMS"),
        ("MARKREAD #a timestamp=x", "INVALID_PARAMS"),
    ],
)
def test_mistakes(server: Server, line: str, code: str) -> None:
    assert params(join_irc(server, "ann", caps=CAP).ask(line), "FAIL")[0][:2] == ["MARKREAD", code]


def test_it_is_for_those_who_know_it(server: Server) -> None:
    assert codes(join_irc(server, "ann").ask("MARKREAD #a")) == ["421"]
