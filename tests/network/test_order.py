"""One order for everything that one reader gets: own JOIN, who is there as of that moment, and then what happened."""

from __future__ import annotations

from typing import Any

import pytest

from tests.network.chatting import Server, join_irc, join_plain, make_server
from tests.network.irc.reading import codes, only, texts


class Members:
    """Who a client thinks is in a room, by nothing but what it was sent; a line about a stranger is an error."""

    def __init__(self, nick: str, room: str) -> None:
        self.nick = nick
        self.room = room
        self.names: set[str] = set()
        self.joined = False

    def read(self, lines: list[str]) -> set[str]:
        """Take these lines in."""
        for line in lines:
            if line.startswith("@"):
                line = line.split(" ", 1)[1]
            words = line.split(" ")
            who = words[0][1:].split("!")[0]
            if words[1] == "353":
                self.names |= {name.lstrip("@+") for name in line.split(" :", 1)[1].split()}
            elif words[1] == "JOIN":
                if who == self.nick:
                    assert not self.joined, line
                    self.joined = True
                    self.names.clear()
                else:
                    assert self.joined, f"before one's own JOIN: {line}"
                    self.names.add(who)
            elif words[1] in ("PRIVMSG", "MODE") and words[2] == self.room:
                assert self.joined, f"before one's own JOIN: {line}"
            elif words[1] == "NICK":
                self.names.remove(who)
                self.names.add(words[2].lstrip(":"))
            elif words[1] in ("QUIT", "PART"):
                self.names.remove(who)
            elif words[1] == "KICK":
                self.names.remove(words[3])
        return self.names


class Late:
    """Answers to replays wait until the test lets them go."""

    def __init__(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waiting: list[tuple[Any, ...]] = []
        self._real = server.directory.history.replay
        monkeypatch.setattr(
            server.directory.history, "replay", lambda *arguments: self.waiting.append(arguments)
        )

    def answer(self) -> None:
        """Let them go."""
        waiting, self.waiting = self.waiting, []
        for arguments in waiting:
            self._real(*arguments)


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("NICK rob", {"rob", "ann", "boss"}),
        ("QUIT", {"ann", "boss"}),
        ("PART #a", {"ann", "boss"}),
        ("PRIVMSG #a :hi", {"ann", "bob", "boss"}),
    ],
)
@pytest.mark.parametrize("caps", ["", "echo-message labeled-response message-tags batch"])
def test_a_join_and_what_another_does_in_the_same_turn(
    server: Server, line: str, left: set[str], caps: str
) -> None:
    join_irc(server, "boss", "#a")
    bob = join_irc(server, "bob", "#a")
    ann = join_irc(server, "ann", caps=caps)
    for first, second in ((ann, bob), (bob, ann)):
        label = "@label=x " if caps else ""
        first_line = f"{label}JOIN #a" if first is ann else line
        second_line = line if second is bob else f"{label}JOIN #a"
        first.socket.give(f"{first_line}\r\n".encode())
        second.socket.give(f"{second_line}\r\n".encode())
        break
    server.turn()
    assert Members("ann", "#a").read(ann.lines()) == left


def test_a_founder_has_joined_before_the_mode_is_told(server: Server) -> None:
    ann = join_irc(server, "ann")
    lines = ann.ask("JOIN #new")
    assert [code for code in codes(lines) if code in ("JOIN", "MODE")] == ["JOIN"]


def test_six_come_into_a_room_whose_past_has_to_be_read_first(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Late(server, monkeypatch)
    people = [join_irc(server, f"p{n}") for n in range(6)]
    for person in people:
        person.socket.give(b"JOIN #cold\r\n")
    server.turn()
    late.answer()
    server.turn()
    for number, person in enumerate(people):
        assert Members(f"p{number}", "#cold").read(person.lines()) == {f"p{n}" for n in range(6)}


def test_what_is_said_while_the_past_is_read_comes_after_it(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = join_irc(server, "bob", "#a")
    bob.send("PRIVMSG #a :old")
    late = Late(server, monkeypatch)
    ann = join_irc(server, "ann")
    carl = join_plain(server, "carl")
    ann.send("JOIN #a")
    carl.send("/join #a")
    bob.send("PRIVMSG #a :new")
    late.answer()
    server.turn()
    assert [text.split("] ")[-1] for text in texts(only(ann.lines(), "PRIVMSG"))] == ["old", "new"]
    assert [line.split("> ")[1] for line in carl.lines() if "<bob>" in line] == ["old", "new"]


def test_who_is_put_out_before_the_join_was_shown_reads_of_both(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = join_irc(server, "boss", "#a")
    late = Late(server, monkeypatch)
    ann = join_irc(server, "ann")
    ann.send("JOIN #a")
    boss.send("KICK #a ann")
    late.answer()
    server.turn()
    assert [code for code in codes(ann.lines()) if code in ("JOIN", "353", "KICK")] == ["JOIN", "353", "KICK"]


def test_nobody_is_deaf_because_the_connection_ended_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    server = make_server()
    late = Late(server, monkeypatch)
    for client in (join_irc(server, "ann"), join_plain(server, "carl")):
        client.send("JOIN #a" if client.protocol.session.dialect == "irc" else "/join #a")
        client.lose()
    late.answer()
    assert server.left_behind() == []
