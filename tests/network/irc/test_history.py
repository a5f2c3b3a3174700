"""CHATHISTORY and REDACT."""

import pytest

from tests.network.chatting import Client, Server, join_irc, make_server
from tests.network.irc.lines import TAGS, codes, inside_batch, params, parsed

CAPS = f"{TAGS} draft/chathistory draft/message-redaction"


@pytest.fixture
def server() -> Server:
    return make_server()


@pytest.fixture
def ann(server: Server) -> Client:
    """In #a, where five things were said a second apart."""
    client = join_irc(server, "ann", "#a", caps=CAPS)
    for number in range(5):
        client.send(f"PRIVMSG #a :{number}")
        server.clock.advance(1)
    return client


def page(client: Client, line: str) -> str:
    """What was said, as the numbers that were."""
    return "".join(
        text.rsplit(":", 1)[1] for text in inside_batch(client.ask(f"CHATHISTORY {line}"), "chathistory")
    )


def ids(client: Client) -> list[str]:
    """The message ids of the last page."""
    return [
        m.tags["msgid"] for m in parsed(client.ask("CHATHISTORY LATEST #a * 10")) if m.command == "PRIVMSG"
    ]


def test_pages(ann: Client) -> None:
    msgid = ids(ann)
    assert page(ann, "LATEST #a * 3") == "234"
    assert page(ann, f"LATEST #a msgid={msgid[2]} 10") == "34"
    assert page(ann, f"BEFORE #a msgid={msgid[2]} 10") == "01"
    assert page(ann, f"AFTER #a msgid={msgid[2]} 1") == "3"
    assert page(ann, f"AROUND #a msgid={msgid[2]} 3") == "123"
    assert page(ann, f"BETWEEN #a msgid={msgid[0]} msgid={msgid[4]} 2") == "12"
    assert page(ann, f"BETWEEN #a msgid={msgid[4]} msgid={msgid[0]} 2") == "23"


def test_points_in_time(ann: Client) -> None:
    times = [m.tags["time"] for m in parsed(ann.ask("CHATHISTORY LATEST #a * 10")) if m.command == "PRIVMSG"]
    assert page(ann, f"BEFORE #a timestamp={times[2]} 10") == "01"
    assert page(ann, f"AFTER #a timestamp={times[2]} 10") == "34"
    assert page(ann, f"BETWEEN #a timestamp={times[0]} timestamp={times[4]} 10") == "123"


def test_who_has_chathistory_gets_no_replay(server: Server, ann: Client) -> None:
    assert "BATCH" not in codes(join_irc(server, "bob", caps=CAPS).ask("JOIN #a"))


def test_a_page_with_a_label_carries_it(ann: Client) -> None:
    lines = ann.ask("@label=x CHATHISTORY LATEST #a * 1")
    assert lines[0].startswith("@label=x")
    assert " chathistory #a" in lines[0]
    assert len(lines) == 3


def test_events_are_played_back_to_those_who_want_them(server: Server, ann: Client) -> None:
    eve = join_irc(server, "eve", "#a", caps=f"{CAPS} draft/event-playback")
    assert "JOIN" in codes(eve.ask("CHATHISTORY LATEST #a * 10"))
    assert "JOIN" not in codes(ann.ask("CHATHISTORY LATEST #a * 10"))


def test_conversations_and_targets(server: Server, ann: Client) -> None:
    bob = join_irc(server, "bob", caps=CAPS)
    bob.send("PRIVMSG ann :7")
    assert page(ann, "LATEST bob * 5") == "7"
    assert page(bob, "LATEST ann * 5") == "7"
    window = "timestamp=2020-01-01T00:00:00.000Z timestamp=2040-01-01T00:00:00.000Z"
    lines = inside_batch(ann.ask(f"CHATHISTORY TARGETS {window} 10"), "draft/chathistory-targets")
    assert [line.split(" ")[3] for line in lines] == ["#a", "bob"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("CHATHISTORY", "NEED_MORE_PARAMS"),
        ("CHATHISTORY LATEST #a", "NEED_MORE_PARAMS"),
        ("CHATHISTORY SIDEWAYS #a * 5", "UNKNOWN_COMMAND"),
        ("CHATHISTORY LATEST #nowhere * 5", "INVALID_TARGET"),
        ("CHATHISTORY LATEST #a * many", "INVALID_PARAMS"),
        ("CHATHISTORY LATEST #a * -1", "INVALID_PARAMS"),
        ("CHATHISTORY BEFORE #a yesterday 5", "INVALID_PARAMS"),
        ("CHATHISTORY BEFORE #a timestamp=yesterday 5", "INVALID_PARAMS"),
        ("CHATHISTORY TARGETS msgid=1 msgid=2 5", "INVALID_PARAMS"),
    ],
)
def test_mistakes(ann: Client, line: str, code: str) -> None:
    assert params(ann.ask(line), "FAIL")[0][:2] == ["CHATHISTORY", code]


def test_taking_messages_back(server: Server, ann: Client) -> None:
    bob = join_irc(server, "bob", "#a", caps=CAPS)
    old = join_irc(server, "old", "#a")
    msgid = ids(ann)[2]
    assert params(bob.ask(f"REDACT #a {msgid}"), "FAIL")[0][1] == "REDACT_FORBIDDEN"
    old.lines()
    assert ann.ask(f"REDACT #a {msgid} :typo")[-1].endswith(f" :ann!ann@host REDACT #a {msgid} :typo")
    assert codes(bob.lines()) == ["REDACT"]
    assert old.lines() == []
    assert page(bob, "LATEST #a * 10") == "0134"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("REDACT #a", "NEED_MORE_PARAMS"),
        ("REDACT #a nosuchid", "UNKNOWN_MSGID"),
        ("REDACT #nowhere id", "INVALID_TARGET"),
        ("REDACT nobody id", "INVALID_TARGET"),
    ],
)
def test_mistakes_in_taking_back(ann: Client, line: str, code: str) -> None:
    assert params(ann.ask(line), "FAIL")[0][:2] == ["REDACT", code]


def test_both_are_for_those_who_know_them(server: Server) -> None:
    assert codes(join_irc(server, "old", "#a").ask("CHATHISTORY LATEST #a * 5", "REDACT #a id")) == [
        "421",
        "421",
    ]
