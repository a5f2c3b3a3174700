"""The server itself: MOTD, LUSERS, VERSION, TIME, INFO, ADMIN, STATS, HELP, LINKS."""

import pytest

from chat.network.irc.capabilities import NAMES
from chat.network.irc.rows import ROWS
from tests.network.chatting import Client, Server, connect, join_irc, join_plain
from tests.network.irc.reading import arguments, codes, only, operator, texts


@pytest.fixture
def ann(server: Server) -> Client:
    """Somebody who asks."""
    return join_irc(server, "ann")


@pytest.mark.parametrize("word", ["MOTD", "VERSION", "TIME", "INFO", "ADMIN"])
def test_questions_to_this_server_and_to_others(ann: Client, word: str) -> None:
    answered = codes(ann.ask(word))
    assert codes(ann.ask(f"{word} chat.test")) == answered
    assert codes(ann.ask(f"{word} CHAT.TEST")) == answered
    assert codes(ann.ask(f"{word} *")) == answered
    assert codes(ann.ask(f"{word} ann")) == answered
    assert ann.ask(f"{word} elsewhere") == [":chat.test 402 ann elsewhere :No such server"]


def test_the_answers(ann: Client) -> None:
    assert codes(ann.ask("MOTD")) == ["422"]
    assert codes(ann.ask("VERSION"))[0] == "351"
    assert ann.ask("TIME") == [":chat.test 391 ann chat.test :2027-01-15 08:00:00 UTC"]
    assert codes(ann.ask("INFO")) == ["371", "371", "374"]
    assert codes(ann.ask("ADMIN")) == ["256", "257", "258", "259"]
    assert codes(ann.ask("LINKS")) == ["365"]


def test_how_many_are_there(server: Server, ann: Client) -> None:
    operator(server, "root", "#a")
    join_plain(server, "tess")
    connect(server).send("CAP LS 302")
    join_irc(server, "bob").send("MODE bob +i").send("QUIT")
    join_irc(server, "eve").send("MODE eve +i")
    lines = ann.ask("LUSERS")
    assert codes(lines) == ["251", "252", "253", "254", "255", "265", "266"]
    assert texts(lines[:1]) == ["There are 3 users and 1 invisible on 1 servers"]
    assert [arguments(line)[0] for line in lines[1:4]] == ["1", "1", "2"]
    assert arguments(lines[5])[:2] == ["4", "4"]


def test_figures(server: Server, ann: Client) -> None:
    ann.send("PRIVMSG ann :x", "JOIN #a", "PRIVMSG #a :x")
    server.clock.advance(90061)
    lines = ann.ask("STATS u")
    assert texts(only(lines, "242")) == ["Server Up 1 days 1:01:01"]
    figures = dict(text.split(": ", 1) for text in texts(only(lines, "249")))
    assert figures["users online"] == "1"
    assert figures["messages"] == "1"
    assert figures["private messages"] == "1"
    assert arguments(lines[-1])[0] == "u"
    assert codes(ann.ask("STATS z")) == ["219"]


def test_help_knows_every_command(ann: Client) -> None:
    lines = ann.ask("HELP")
    assert codes(lines) == ["704", *["705"] * (len(lines) - 2), "706"]
    assert " ".join(texts(lines[1:-1])).split() == sorted(ROWS)
    for word in ROWS:
        explained = ann.ask(f"HELP {word.lower()}")
        assert codes(explained) == ["704", "705", "706"]
        assert texts(explained)[0].split(" ")[0] == word
    assert codes(ann.ask("HELP frob")) == ["524"]


NONSENSE = (
    *(
        "",
        " x",
        " #a",
        " #a x",
        " * * * * * *",
        " :",
        " : :",
        " #a :",
        " +o",
        " #a +ooo x y z",
        " ,,, ,",
        " é ☃",
    ),
    *(" ann :x y", " #a * *", " LATEST #a * 5", " ann SET a :b", " -1 999999999999 -", " #a ann :", " + ann"),
)
CAPS = " ".join(name for name in NAMES if name != "sasl")


@pytest.mark.parametrize("word", sorted(ROWS))
def test_every_command_takes_nonsense(server: Server, word: str) -> None:
    join_irc(server, "bob", "#a")
    clients = [
        join_irc(server, "ann", "#a"),
        operator(server, "root", "#a", caps=CAPS),
        connect(server).send("CAP LS 302", "NICK eve"),
    ]
    for client in clients:
        for rest in NONSENSE:
            if client.closed:
                break
            for line in client.ask(f"{word}{rest}", f"@label=1 {word}{rest}"):
                assert line.isprintable()
                assert len(line[line.startswith("@") and line.index(" ") + 1 :].encode()) <= 510
    assert server.directory.lobby.members == {}
