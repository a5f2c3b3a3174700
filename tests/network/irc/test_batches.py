"""Messages of several lines."""

import pytest

from tests.network.chatting import Client, Server, join_irc, join_plain, make_server
from tests.network.irc.lines import TAGS, bare, codes, params

CAPS = f"{TAGS} draft/multiline"


@pytest.fixture
def server() -> Server:
    return make_server()


@pytest.fixture
def ann(server: Server) -> Client:
    return join_irc(server, "ann", "#lobby", caps=CAPS)


def test_a_message_of_several_lines_is_one_message(server: Server, ann: Client) -> None:
    bob, old = join_irc(server, "bob", "#lobby", caps=CAPS), join_irc(server, "old", "#lobby")
    tess = join_plain(server, "tess")
    for client in (bob, old, tess):
        client.lines()
    lines = ann.ask(
        "@label=x BATCH +1 draft/multiline #lobby",
        "@batch=1 PRIVMSG #lobby :one",
        "@batch=1 PRIVMSG #lobby :how is ",
        "@batch=1;draft/multiline-concat PRIVMSG #lobby :everyone?",
        "BATCH -1",
    )
    lines = [line for line in lines if "JOIN" not in line]
    assert lines[0].startswith("@label=x;")
    assert codes(lines) == ["BATCH", "PRIVMSG", "PRIVMSG", "PRIVMSG", "BATCH"]
    assert codes(bob.lines()) == codes(lines)
    assert [row[1] for row in params(old.lines(), "PRIVMSG")] == ["one", "how is ", "everyone?"]
    assert tess.lines() == ["<ann> one", "<ann> how is everyone?"]
    assert server.directory.stats.messages.total == 1


def test_notices_and_private_messages_too(server: Server, ann: Client) -> None:
    bob = join_irc(server, "bob", caps=CAPS)
    ann.send("BATCH +1 draft/multiline bob", "@batch=1 NOTICE bob :a", "@batch=1 NOTICE bob :b", "BATCH -1")
    assert bare(bob.lines())[1:3] == [":ann!ann@host NOTICE bob :a", ":ann!ann@host NOTICE bob :b"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["BATCH +1 other #lobby"], "MULTILINE_INVALID"),
        (["BATCH +1 draft/multiline"], "MULTILINE_INVALID"),
        (["BATCH -1"], "MULTILINE_INVALID"),
        (["BATCH +1 draft/multiline #lobby", "BATCH -1"], "MULTILINE_INVALID"),
        (["BATCH +1 draft/multiline #lobby", "BATCH +2 draft/multiline #lobby"], "MULTILINE_INVALID"),
        (["BATCH +1 draft/multiline #lobby", "@batch=2 PRIVMSG #lobby :x"], "MULTILINE_INVALID"),
        (["BATCH +1 draft/multiline #lobby", "@batch=1 PRIVMSG #other :x"], "MULTILINE_INVALID_TARGET"),
        (
            ["BATCH +1 draft/multiline #lobby", "@batch=1 PRIVMSG #lobby :x", "@batch=1 NOTICE #lobby :x"],
            "MULTILINE_INVALID",
        ),
        (
            ["BATCH +1 draft/multiline #lobby", "@batch=1;draft/multiline-concat PRIVMSG #lobby :"],
            "MULTILINE_INVALID",
        ),
        (
            ["BATCH +1 draft/multiline #lobby", *["@batch=1 PRIVMSG #lobby :x"] * 33],
            "MULTILINE_MAX_LINES",
        ),
        (
            ["BATCH +1 draft/multiline #lobby", *["@batch=1 PRIVMSG #lobby :" + "x" * 400] * 11],
            "MULTILINE_MAX_BYTES",
        ),
        (
            ["BATCH +1 draft/multiline #lobby", "@batch=1 PRIVMSG #lobby :" + "x" * 490],
            "MULTILINE_INVALID",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_said(
    server: Server, ann: Client, lines: list[str], code: str
) -> None:
    assert params(ann.ask(*lines), "FAIL")[0][:2] == ["BATCH", code]
    assert server.directory.stats.messages.total == 0


def test_its_lines_cost_as_much_as_one() -> None:
    server = make_server(message_rate=2.0, message_burst=5.0)
    ann = join_irc(server, "ann", "#a", caps=CAPS)
    bob = join_irc(server, "bob", "#a")
    server.wait(10)
    bob.lines()
    ann.send("BATCH +1 draft/multiline #a", *["@batch=1 PRIVMSG #a :x"] * 30, "BATCH -1")
    assert len(bob.lines()) == 30


def test_it_is_for_those_who_know_it(server: Server) -> None:
    assert codes(join_irc(server, "old").ask("BATCH +1 draft/multiline #a")) == ["421"]
