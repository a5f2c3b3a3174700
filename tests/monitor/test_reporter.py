from __future__ import annotations

from collections.abc import Iterator

import pytest

from chat.domain.names import RoomName
from chat.monitor.reporter import REPORT_SECONDS, REPORTED, REPORTED_TEXT, Reporter
from tests.domain.people import session_of
from tests.network.chatting import join_irc, join_plain, make_server


class Reported:
    """A chat whose rooms are reported on."""

    def __init__(self) -> None:
        self.server = make_server()
        self.lines: list[str] = []
        self.reporter = Reporter(
            self.server.fanout, lambda *line: self.lines.append(line[3]), self.server.clock
        )
        self.server.directory.delivery = self.reporter
        self.reporter.startService()

    def look(self) -> list[str]:
        self.server.clock.advance(REPORT_SECONDS)
        lines, self.lines[:] = list(self.lines), []
        return lines


@pytest.fixture
def reported() -> Iterator[Reported]:
    made = Reported()
    yield made
    if made.reporter.running:
        made.reporter.stopService()


def test_what_happens_in_rooms_is_shown(reported: Reported) -> None:
    alice = join_plain(reported.server, "alice")
    alice.send("hello", "/me waves", "/topic the new one", "/nick carol")
    bob = join_irc(reported.server, "bob", "#lobby", "#ops")
    bob.send("NOTICE #ops :beep", "PART #ops :enough")
    bob.send("QUIT :bye")
    assert reported.look() == [
        "#lobby * alice joined",
        "#lobby <alice> hello",
        "#lobby * alice waves",
        "#lobby * alice set the topic to 'the new one'",
        "* alice is now carol",
        "#lobby * bob joined",
        "#ops * bob joined",
        "#ops -bob- beep",
        "#ops * bob left (enough)",
        "* bob quit (Quit: bye)",
    ]


def test_who_joins_while_away_or_with_rights_is_shown(reported: Reported) -> None:
    alice = join_irc(reported.server, "alice", "#ops")
    bob = join_irc(reported.server, "bob")
    reported.look()
    bob.send("AWAY :tea", "JOIN #ops")
    assert reported.look() == ["#ops * bob joined"]
    directory = reported.server.directory
    directory.join(
        session_of(directory.find("bob")), RoomName("#lobby", "#lobby"), modes="v"
    )  # the lobby is empty: nobody has to be told of the right
    directory.join(session_of(directory.find("alice")), RoomName("#lobby", "#lobby"), modes="v")
    assert reported.look() == [
        "#lobby * bob joined",
        "#lobby * alice joined",
        "#lobby * chat.test set mode +v alice",
    ]
    alice.send("PRIVMSG #ops :one", "PRIVMSG #ops :two")
    assert reported.look() == ["#ops <alice> one", "#ops <alice> two"]


def test_a_room_that_was_closed_and_made_again_is_shown_from_its_beginning(reported: Reported) -> None:
    bob = join_irc(reported.server, "bob", "#ops")
    bob.send("PRIVMSG #ops :one", "PRIVMSG #ops :two", "PART #ops")
    assert len(reported.look()) == 4
    bob.send("JOIN #ops", "PRIVMSG #ops :three")
    assert reported.look() == ["#ops * bob joined", "#ops <bob> three"]


def test_the_key_of_a_room_is_not_shown(reported: Reported) -> None:
    alice = join_irc(reported.server, "alice", "#ops")
    reported.look()
    alice.send("MODE #ops +lk 5 sesame", "MODE #ops -k sesame")
    assert reported.look() == ["#ops * alice set mode +lk 5 *", "#ops * alice set mode -k *"]


def test_private_messages_are_not_shown(reported: Reported) -> None:
    alice = join_plain(reported.server, "alice")
    bob = join_irc(reported.server, "bob", "#lobby")
    reported.look()
    alice.send("/pm bob the secret word")
    bob.send("PRIVMSG alice :another secret")
    assert bob.lines()
    assert reported.look() == []


def test_the_readers_get_what_is_reported(reported: Reported) -> None:
    alice, bob = join_plain(reported.server, "alice"), join_plain(reported.server, "bob")
    alice.lines()
    bob.send("hello")
    assert alice.lines() == ["<bob> hello"]


def test_a_flood_is_counted_not_shown(reported: Reported) -> None:
    alice = join_plain(reported.server, "alice")
    reported.look()
    alice.send(*(f"line {n}" for n in range(REPORTED + 7)))
    lines = reported.look()
    assert lines[:-1] == [f"#lobby <alice> line {n}" for n in range(REPORTED)]
    assert lines[-1] == "… and 7 more events in rooms"
    assert reported.look() == []


def test_who_quits_several_rooms_is_shown_once(reported: Reported) -> None:
    bob = join_irc(reported.server, "bob", "#a", "#b", "#c")
    reported.look()
    bob.lose()
    (line,) = reported.look()
    assert line.startswith("* bob quit")


def test_long_speech_is_shortened(reported: Reported) -> None:
    alice = join_plain(reported.server, "alice")
    reported.look()
    alice.send("x" * 900)
    assert reported.look() == ["#lobby <alice> " + "x" * REPORTED_TEXT + "…"]


def test_nothing_is_shown_before_start_or_after_stop(reported: Reported) -> None:
    reported.reporter.stopService()
    reported.reporter.stopService()
    alice = join_plain(reported.server, "alice")
    alice.send("hello")
    assert reported.look() == []
    reported.reporter.startService()
    assert reported.look() == []
    alice.send("after the start")
    assert reported.look() == ["#lobby <alice> after the start"]
    alice.send("before the stop")
    reported.reporter.stopService()
    reported.reporter.startService()
    alice.send("and on")
    assert reported.look() == ["#lobby <alice> and on"]
