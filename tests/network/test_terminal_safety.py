"""Whatever anybody does, on IRC or as a person: nothing that moves a terminal reaches who is on `nc` or telnet."""

from __future__ import annotations

import pytest

from chat.commands.table import COMMANDS
from chat.domain.text import printable, strip_formatting
from chat.network.irc.families import ROWS
from tests.domain.people import ROOT
from tests.network.chatting import Client, Server, join_irc, join_plain, make_server

EVIL = "".join(map(chr, (*range(1, 10), 11, 12, *range(14, 32), *range(127, 160)))) + "\u202e\u2028\ufeff"
"""Every control character that can stand in a line, and some of those that disturb one."""
SEQUENCES = ["\x1b]0;owned\x07", "\x1b[2J", "\x9b2J", "\x1bP1$r\x1b\\", "\x1b"]
TEXTS = [*EVIL, *SEQUENCES]

ARGUMENTS = {
    "PRIVMSG": ("#den {}", "pat {}", "@#den {}"),
    "NOTICE": ("#den {}", "pat {}"),
    "TAGMSG": ("#den", "pat"),
    "JOIN": ("#{}", "#den {}"),
    "PART": ("#den {}",),
    "TOPIC": ("#den {}",),
    "KICK": ("#den pat {}",),
    "KILL": ("pat {}",),
    "INVITE": ("pat #{}", "{} #den"),
    "MODE": ("#den +b {}!*@*", "#den +k {}", "#den +{}", "#den +e {}"),
    "QUIT": ("{}",),
    "AWAY": ("{}",),
    "NICK": ("mal{}",),
    "SETNAME": ("{}",),
    "WALLOPS": ("{}",),
    "KLINE": ("1m 198.51.100.7 {}",),
    "METADATA": ("#den SET topic {}", "* SET name {}"),
    "REDACT": ("#den 1 {}",),
    "OPER": ("{} {}",),
    "REGISTER": ("{} * {}",),
}
"""What follows a command, with the evil text for `{}`; any other command gets it as its only argument."""


def is_safe(text: str) -> bool:
    return all(printable(strip_formatting(line)) == line for line in text.replace("\r\n", "\n").split("\n"))


def shown(client: Client) -> str:
    """What came for a person, without the telnet commands that hide and show what is typed (RFC 857)."""
    return client.raw().replace(b"\xff\xfb\x01", b"").replace(b"\xff\xfc\x01", b"").decode()


def look(person: Client) -> str:
    """Everything that somebody on `nc` can be shown of rooms and people."""
    for line in ("/topic", "/rooms", "/users", "/whois mal", "/ban", "/mode", "/pm mal hello", "/history 50"):
        person.send(line)
    person.send("/serverbans", "/ignore", "/stats", "/search from:mal")
    return shown(person)


@pytest.fixture
def server() -> Server:
    return make_server(registration="early", max_per_address=0)


def promote(server: Server, *names: str) -> None:
    from chat.domain.operating import promote

    for name in names:
        promote(server.directory, server.directory.people[name], ROOT)


@pytest.mark.parametrize("command", sorted(ROWS))
def test_every_command_of_irc(server: Server, command: str) -> None:
    seen = ""
    for arguments in ARGUMENTS.get(command, ("{}",)):
        mallory = join_irc(
            server, "mal", "#den", caps="message-tags setname draft/metadata-3 draft/message-redaction"
        )
        witness, target = join_plain(server, "wit"), join_plain(server, "pat")
        for person in (witness, target):
            person.send("/join den")
        promote(server, "mal", "wit")
        server.directory.people["wit"].modes = "ow"
        for text in TEXTS:
            mallory.send(
                f"{command} {arguments.format(*[':' + text] if arguments.endswith('{}') else [text])}"
                if arguments.count("{}") < 2
                else f"{command} {arguments.format(text, text)}"
            )
            if mallory.closed:
                mallory = join_irc(server, "mal", "#den")
                promote(server, "mal")
            if target.closed:
                target = join_plain(server, "pat").send("/join den")
            mallory.send("JOIN #den")
            target.send("/join den")
        seen += look(witness) + shown(target)
        for client in (mallory, witness, target):
            client.lose()
    assert "\x1b" not in seen
    assert is_safe(seen)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_of_people(server: Server, command: str) -> None:
    witness, mallory, target = join_plain(server, "wit"), join_plain(server, "mal"), join_plain(server, "pat")
    promote(server, "wit", "mal")
    seen = ""
    for text in TEXTS:
        mallory.send(f"/{command} {text}", f"/{command} pat {text}", f"/{command} pat 1m {text}", text)
        if mallory.closed:
            mallory = join_plain(server, "mal")
            promote(server, "mal")
        if target.closed:
            target = join_plain(server, "pat")
    seen = look(witness) + shown(mallory) + shown(target)
    assert is_safe(seen)


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_in_an_old_history_or_record(server: Server, text: str) -> None:
    """Databases of earlier releases hold texts as they came."""
    from chat.domain.events import Identity
    from chat.domain.masks import Mask
    from chat.domain.room import Topic

    witness = join_plain(server, "wit")
    room = server.directory.lobby
    room.topic = Topic(text, Identity(0, "old", "u", "h"), 0.0)
    room.lists = {"b": {"x": Mask(f"{text}!*@*", "old", 0.0)}}
    server.directory.people["wit"].away = text
    witness.send("/topic", "/rooms", "/ban", "/whois wit")
    newcomer = join_plain(server, "new")
    assert is_safe(shown(witness) + shown(newcomer))
