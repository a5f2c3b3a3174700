"""No line for an IRC client is longer than 512 bytes without its tags, whoever does what, in whatever dialect."""

from __future__ import annotations

import pytest

from chat.commands.table import COMMANDS
from chat.domain.operating import promote
from chat.domain.text import AWAY_BYTES, REASON_BYTES, TOPIC_BYTES
from chat.network.irc.families import ROWS
from chat.network.irc.isupport import USERNAME_CHARACTERS
from chat.wire import MAX_LINE_BYTES
from tests.domain.people import ROOT
from tests.network.chatting import Client, Server, connect, join_irc, join_plain, make_server

ROOM = "#" + "r" * 63
LONG = "\u4e2d" * 32
"""A name of the longest kind: 96 bytes."""
CAPS = (
    "away-notify account-notify chghost setname extended-join message-tags invite-notify "
    "draft/message-redaction draft/metadata-3 draft/multiline"
)
ARGUMENTS = {
    "PRIVMSG": f"{ROOM} :",
    "NOTICE": f"{ROOM} :",
    "TOPIC": f"{ROOM} :",
    "PART": f"{ROOM} :",
    "KICK": f"{ROOM} pat :",
    "KILL": "pat :",
    "MODE": f"{ROOM} +{'b' * 20} " + " ".join(f"masknick{i:02d}" for i in range(20)),
    "KLINE": "1m 198.51.100.7 :",
    "METADATA": "* SET topic :",
    "REDACT": f"{ROOM} 1 :",
    "INVITE": f"pat {ROOM}",
    "MARKREAD": "",
    "CAP": "REQ :",
    "OPER": "x ",
    "WHO": "",
}


def too_long(*clients: Client) -> list[str]:
    found = []
    for client in clients:
        for line in client.raw().split(b"\r\n"):
            bare = line.partition(b" ")[2] if line.startswith(b"@") else line
            if len(bare) + 2 > MAX_LINE_BYTES:
                found.append(bare.decode())
    return found


def long_named(server: Server, nick: str) -> Client:
    client = connect(server).send("CAP LS 302", f"CAP REQ :{CAPS}", f"NICK {nick}")
    client.send(f"USER {'u' * USERNAME_CHARACTERS} 0 * :{'n' * 300}", "CAP END")
    promote(server.directory, server.directory.people[nick.lower()], ROOT)
    return client.send(f"JOIN {ROOM}")


@pytest.fixture
def server() -> Server:
    return make_server(max_per_address=0, name="chat.a-rather-long-name.example.org")


@pytest.mark.parametrize("command", sorted(ROWS))
@pytest.mark.parametrize("nick", ["n" * 32, LONG])
@pytest.mark.parametrize("letter", ["x", "\u00e9", "\U0001f389"])
def test_every_command_of_irc(server: Server, command: str, nick: str, letter: str) -> None:
    witnesses = [join_irc(server, "wit", ROOM, caps=CAPS), join_irc(server, "bare", ROOM)]
    for name in ("wit", "bare"):
        server.directory.people[name].modes = "w"
    target = join_irc(server, "pat", ROOM)
    client = long_named(server, nick)
    start = f"{command} {ARGUMENTS.get(command, ':')}"
    client.send(start + letter * ((MAX_LINE_BYTES - 2 - len(start)) // len(letter.encode())))
    for line in (f"WHOIS {nick}", f"TOPIC {ROOM}", f"MODE {ROOM} b", f"NAMES {ROOM}", f"WHO {ROOM}", "LIST"):
        witnesses[0].send(line)
    join_irc(server, "late", ROOM)
    assert too_long(*witnesses, target, client) == []


@pytest.mark.parametrize("command", sorted(COMMANDS))
@pytest.mark.parametrize("letter", ["x", "\U0001f389"])
def test_every_command_of_people(server: Server, command: str, letter: str) -> None:
    witnesses = [join_irc(server, "wit", "#lobby", caps=CAPS), join_irc(server, "bare", "#lobby")]
    server.directory.people["wit"].modes = "w"
    target, person = join_irc(server, "pat", "#lobby"), join_plain(server, LONG)
    promote(server.directory, server.directory.people[LONG], ROOT)
    text = letter * (900 // len(letter.encode()))
    person.send(
        f"/{command} {text}", f"/{command} pat {text}", f"/{command} pat 1m {text}", f"/away {text[:40]}"
    )
    witnesses[0].send(f"WHOIS {LONG}", "TOPIC #lobby", f"PRIVMSG {LONG} :x")
    assert too_long(*witnesses, target) == []


def test_what_is_announced_is_never_cut() -> None:
    server = make_server()
    reader, op = join_irc(server, "reader"), join_plain(server, "op")
    promote(server.directory, server.directory.people["op"], ROOT)
    words = " ".join(f"word{number}" for number in range(120))
    op.send(f"/announce {words}")
    told = [line.partition(" :")[2] for line in reader.lines() if " NOTICE " in line]
    assert len(told) > 1
    assert "".join(told) == words


def test_many_modes_are_told_in_several_lines_and_none_is_lost() -> None:
    server = make_server()
    op, reader = join_irc(server, "o" * 32, ROOM), join_irc(server, "reader", ROOM)
    masks = [f"masknick{number:02d}aaaa" for number in range(20)]
    op.send(f"MODE {ROOM} +{'b' * 20} {' '.join(masks)}")
    words = [line.split(" ")[3:] for line in reader.lines() if " MODE " in line]
    assert len(words) > 1
    assert [mask.partition("!")[0] for line in words for mask in line[1:]] == masks
    assert all(line[0] == "+" + "b" * (len(line) - 1) for line in words)


def test_texts_of_the_announced_length_arrive_whole_from_people_with_ascii_names() -> None:
    server = make_server()
    reader = join_irc(server, "reader", ROOM, caps="away-notify")
    actor = connect(server).send(f"NICK {'n' * 32}", f"USER {'u' * 16} 0 * :x", f"JOIN {ROOM}")
    server.directory.room(ROOM).members[server.directory.people["n" * 32]].modes = "o"
    reader.lines()
    topic, away, reason = "t" * TOPIC_BYTES, "a" * AWAY_BYTES, "r" * (REASON_BYTES - len("Quit: "))
    actor.send(f"TOPIC {ROOM} :{topic}", f"AWAY :{away}", f"QUIT :{reason}")
    told = [line.partition(" :")[2] for line in reader.lines()]
    assert told == [topic, away, f"Quit: {reason}"]


@pytest.mark.parametrize("caps", ["", "batch draft/multiline", "message-tags"])
def test_a_long_line_of_the_past_has_its_time_in_front_of_each_part(caps: str) -> None:
    server = make_server()
    person = join_plain(server, "pat")
    person.send(" ".join(f"word{number}" for number in range(110)), "/me " + "x" * 600)
    server.wait(3600)
    newcomer = join_irc(server, "newcomer", caps=caps).send("JOIN #lobby")
    spoken = [line.partition(" PRIVMSG #lobby :")[2] for line in newcomer.lines() if " PRIVMSG " in line]
    assert len(spoken) == 4
    for text in spoken:
        assert text.removeprefix("\x01ACTION ").startswith("["), text
