from __future__ import annotations

from collections.abc import Iterator

import pytest

from chat.monitor.interfaces import ActionRefused
from chat.monitored import REPORT_SECONDS, REPORTED, REPORTED_TEXT, ChatActions, ChatSource, Reporter
from tests.network.chatting import Server, connect, join_irc, join_plain, make_server


def people(server: Server) -> dict[str, tuple[str, str, tuple[str, ...], float, bool]]:
    return {
        p.name: (p.dialect, p.address, p.rooms, p.idle, p.muted) for p in ChatSource(server.factory).people()
    }


# What it sees


def test_the_figures_are_those_of_the_chat() -> None:
    server = make_server()
    alice = join_plain(server, "alice")
    join_irc(server, "bob", "#lobby", "#ops")
    connect(server)
    alice.send("hello", "/pm bob secret", "/pm bob another")
    figures = ChatSource(server.factory).figures()
    assert (figures.people, figures.peak, figures.rooms) == (2, 2, 2)
    assert (figures.messages, figures.private_messages) == (1, 2)
    assert figures.connections == {"plain": 1, "irc": 1, "no name yet": 1}
    assert figures.bytes_in > 0
    assert figures.bytes_out > 0
    alice.lose()
    after = ChatSource(server.factory).figures()
    assert (after.people, after.peak) == (1, 2)
    assert after.connections == {"irc": 1, "no name yet": 1}


def test_people_are_those_with_a_name() -> None:
    server = make_server()
    alice = join_plain(server, "alice")
    join_irc(server, "bob", "#lobby", "#ops")
    connect(server)
    before = server.clock.seconds()
    server.clock.advance(30)
    alice.send("hello")
    seen = people(server)
    assert set(seen) == {"alice", "bob"}
    assert seen["bob"][:3] == ("irc", "192.0.2.7", ("#lobby", "#ops"))
    assert seen["bob"][3] > server.clock.seconds() - before - 1
    assert seen["alice"][3] < 1


# What it does


def test_an_announcement_reaches_everybody() -> None:
    server = make_server()
    alice, bob = join_plain(server, "alice"), join_irc(server, "bob")
    ChatActions(server.factory).announce("down at ten")
    assert any("down at ten" in line for line in alice.lines())
    assert any("down at ten" in line for line in bob.lines())


@pytest.mark.parametrize("join", [join_plain, lambda server, name: join_irc(server, name, "#lobby")])
def test_whoever_is_kicked_is_told_and_gone(join: object) -> None:
    server = make_server()
    bob = join(server, "bob")  # type: ignore[operator]
    alice = join_plain(server, "alice")
    ChatActions(server.factory).kick("BOB", "too loud")
    assert any("Disconnected by an operator: too loud" in line for line in bob.lines())
    assert bob.closed
    assert alice.lines() == ["* bob left"]
    assert set(people(server)) == {"alice"}
    bob.send("still here?")
    assert alice.lines() == []


@pytest.mark.parametrize("rate", [0.0, 2.0])
def test_a_mute_holds_for_its_time_and_can_be_ended(rate: float) -> None:
    server = make_server(message_rate=rate)
    alice, bob = join_plain(server, "alice"), join_plain(server, "bob")
    alice.lines()
    actions = ChatActions(server.factory)
    actions.mute("bob", 120.0, "too loud")
    assert any("muted you: too loud. This ends in 2 minutes" in line for line in bob.lines())
    assert people(server)["bob"][4]
    bob.send("hello")
    assert any("muted" in line for line in bob.lines())
    assert alice.lines() == []
    server.clock.advance(121)
    bob.send("hello again")
    assert alice.lines() == ["<bob> hello again"]

    actions.mute("bob", 60.0, "")
    actions.mute("bob", 0.0, "")
    assert any("You may speak again" in line for line in bob.lines())
    bob.send("free")
    assert alice.lines() == ["<bob> free"]
    assert ChatSource(server.factory).figures().muted == 2


def test_a_mute_holds_for_irc_and_private_messages_too() -> None:
    server = make_server()
    alice, bob = join_plain(server, "alice"), join_irc(server, "bob", "#lobby")
    alice.lines()
    ChatActions(server.factory).mute("bob", 60.0, "")
    bob.send("PRIVMSG #lobby :hello", "PRIVMSG alice :psst")
    assert alice.lines() == []


def test_who_is_not_there_cannot_be_acted_on() -> None:
    server = make_server()
    connect(server)
    actions = ChatActions(server.factory)
    with pytest.raises(ActionRefused, match=r"No such user: nobody\."):
        actions.kick("nobody", "")
    with pytest.raises(ActionRefused, match=r"No such user: nobody\."):
        actions.mute("nobody", 60.0, "")


# What it reports


class Reported:
    """A chat whose rooms are reported on."""

    def __init__(self) -> None:
        self.server = make_server()
        self.lines: list[str] = []
        self.reporter = Reporter(
            self.server.fanout, lambda *line: self.lines.append(line[2]), self.server.clock
        )
        self.server.directory.delivery = self.reporter
        self.reporter.start()

    def look(self) -> list[str]:
        self.server.clock.advance(REPORT_SECONDS)
        lines, self.lines[:] = list(self.lines), []
        return lines


@pytest.fixture
def reported() -> Iterator[Reported]:
    made = Reported()
    yield made
    made.reporter.stop()


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
    reported.reporter.stop()
    reported.reporter.stop()
    join_plain(reported.server, "alice").send("hello")
    assert reported.look() == []
    reported.reporter.start()
    assert reported.look() == []
