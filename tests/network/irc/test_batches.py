"""Messages of several lines: BATCH with draft/multiline."""

import pytest

from chat.domain.directory import TEXT_BYTES
from chat.network.irc.capabilities import MULTILINE_LINES
from tests.network.chatting import Client, Server, join_irc, join_plain
from tests.network.irc.reading import bare, batch_kind, codes, quiet, tags, texts

CAPS = "batch draft/multiline message-tags labeled-response"


@pytest.fixture
def ann(server: Server) -> Client:
    """Sends messages of several lines to #a."""
    return join_irc(server, "ann", "#a", caps=f"{CAPS} echo-message")


@pytest.fixture
def bob(server: Server, ann: Client) -> Client:
    """Gets them as they were sent."""
    client = join_irc(server, "bob", "#a", caps=CAPS)
    ann.lines()
    return client


def sent(*lines: str, target: str = "#a", word: str = "PRIVMSG", opening: str = "") -> list[str]:
    """A batch; a line that starts with + continues the one before it."""
    pieces = [
        f"@batch=1{';draft/multiline-concat' if line.startswith('+') else ''} {word} {target} :{line.removeprefix('+')}"
        for line in lines
    ]
    return [f"{opening}BATCH +1 draft/multiline {target}", *pieces, "BATCH -1"]


def test_a_message_arrives_as_it_was_sent(ann: Client, bob: Client) -> None:
    ann.send(*sent("one", "", "two ", "+halves"))
    lines = bob.lines()
    assert batch_kind(lines) == "draft/multiline #a"
    assert texts(lines[1:-1]) == ["one", "", "two ", "halves"]
    assert ["draft/multiline-concat" in tags(line) for line in lines[1:-1]] == [False, False, False, True]
    assert "msgid" in tags(lines[0])
    assert all("msgid" not in tags(line) for line in lines[1:])


def test_others_get_lines_and_no_blank_ones(server: Server, ann: Client) -> None:
    old = join_irc(server, "old", "#a", caps="message-tags")
    tess = join_plain(server, "tess").send("/join a")
    quiet(old, tess, ann)
    ann.send(*sent("one", "", "two ", "+halves"))
    lines = old.lines()
    assert texts(lines) == ["one", "two ", "halves"]
    assert ["msgid" in tags(line) for line in lines] == [True, False, False]
    assert any("one" in line for line in tess.lines())


def test_the_echo_has_the_label_of_the_opening_line(ann: Client) -> None:
    lines = ann.ask(*sent("one", "two", opening="@label=7 "))
    assert tags(lines[0])["label"] == "7"
    assert batch_kind(lines) == "draft/multiline #a"
    assert not any("label" in tags(line) for line in lines[1:])


def test_notices_and_private_messages(ann: Client, bob: Client) -> None:
    ann.send(*sent("one", "two", target="bob", word="NOTICE"))
    lines = bob.lines()
    assert batch_kind(lines) == "draft/multiline bob"
    assert bare(lines[1:-1]) == [":ann!ann@host NOTICE bob :one", ":ann!ann@host NOTICE bob :two"]


def test_client_tags_of_the_opening_line_are_passed_on(ann: Client, bob: Client) -> None:
    ann.send(*sent("one", "two", opening="@+reply=5 "))
    assert tags(bob.lines()[0])["+reply"] == "5"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["BATCH +1"], "MULTILINE_INVALID"),
        (["BATCH +1 other #a"], "MULTILINE_INVALID"),
        (["BATCH -1"], "MULTILINE_INVALID"),
        (["BATCH +1 draft/multiline #a", "BATCH -2"], "MULTILINE_INVALID"),
        (["BATCH +1 draft/multiline #a", "BATCH +2 draft/multiline #a"], "MULTILINE_INVALID"),
        (["@batch=9 PRIVMSG #a :x"], "MULTILINE_INVALID"),
        (["BATCH +1 draft/multiline #a", "@batch=1 PRIVMSG #b :x"], "MULTILINE_INVALID_TARGET #a #b"),
        (["BATCH +1 draft/multiline #a", "BATCH -1"], "MULTILINE_INVALID"),
        (sent("", ""), "MULTILINE_INVALID"),
        (sent("x", "+")[:-1], "MULTILINE_INVALID"),
        (
            ["BATCH +1 draft/multiline #a", "@batch=1 PRIVMSG #a :x", "@batch=1 NOTICE #a :x"],
            "MULTILINE_INVALID",
        ),
        (["BATCH +1 draft/multiline #a", f"@batch=1 PRIVMSG #a :{'x' * 490}"], "MULTILINE_INVALID"),
        (sent(*["x"] * (MULTILINE_LINES + 1))[:-1], f"MULTILINE_MAX_LINES {MULTILINE_LINES}"),
        (sent(*["x" * 450] * 10)[:-1], f"MULTILINE_MAX_BYTES {TEXT_BYTES}"),
    ],
)
def test_batches_that_are_refused_say_nothing(ann: Client, bob: Client, lines: list[str], code: str) -> None:
    answers = ann.ask(*lines)
    assert bare(answers)[0].startswith(f":chat.test FAIL BATCH {code} :")
    assert bob.lines() == []
    # And the next one works.
    ann.send(*sent("fine", "again"))
    assert texts(bob.lines()[1:-1]) == ["fine", "again"]


@pytest.mark.parametrize("data", [b"x" * 500, b"caf\xe9"])
def test_a_message_of_which_a_line_was_refused_is_not_passed_on(
    ann: Client, bob: Client, data: bytes
) -> None:
    first, *lines, last = sent("one", "two")
    answers = ann.ask(first, *lines, b"@batch=1 PRIVMSG #a :" + data, last)
    assert "MULTILINE_INVALID" in answers[1]
    assert bob.lines() == []


def test_the_longest_message_is_passed_on(ann: Client, bob: Client) -> None:
    ann.send(*sent(*["x"] * MULTILINE_LINES))
    assert len(bob.lines()) == MULTILINE_LINES + 2


def test_a_batch_to_where_one_may_not_speak(ann: Client, bob: Client) -> None:
    assert codes(ann.ask(*sent("x", "y", target="#nowhere"))) == ["403"]
    ann.send("MODE #a +m")
    bob.lines()
    assert codes(bob.ask(*sent("x", "y"))) == ["404"]


def test_clients_without_the_capability_have_no_such_command(server: Server) -> None:
    assert codes(join_irc(server, "eve").ask("BATCH +1 draft/multiline #a")) == ["421"]


def test_an_unfinished_batch_is_nothing(server: Server, ann: Client, bob: Client) -> None:
    ann.send(*sent("one")[:-1])
    ann.lose()
    assert codes(bob.lines()) == ["QUIT"]
