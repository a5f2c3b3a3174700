"""CHATHISTORY, REDACT and the replay on joining."""

from __future__ import annotations

import pytest

from chat.domain.history import PAGE_AT_MOST
from chat.domain.ignoring import ignore
from chat.wire import format_server_time
from tests.network.chatting import START, Client, Server, connect, join_irc
from tests.network.irc.reading import (
    account,
    bare,
    batch_kind,
    codes,
    login,
    only,
    operator,
    quiet,
    tags,
    texts,
)

CAPS = "batch server-time message-tags draft/chathistory"
REDACTION = f"{CAPS} echo-message draft/message-redaction"


def moment(seconds: float) -> str:
    """A reference to a time in seconds after the clock's start."""
    return "timestamp=" + format_server_time(START + seconds)


@pytest.fixture
def ann(server: Server) -> Client:
    """Reads back; bob said m0 to m9 in #a, one every second from second 10 on."""
    client = join_irc(server, "ann", "#a", caps=CAPS)
    bob = join_irc(server, "bob", "#a")
    for number in range(10):
        server.clock.advance(10 + number - server.clock.seconds())
        bob.feed(f"PRIVMSG #a :m{number}\r\n".encode())
    client.lines()
    return client


def numbers(lines: list[str]) -> str:
    """The numbers of the messages in a batch, such as "345"."""
    assert batch_kind(lines) == "chathistory #a"
    return "".join(text.removeprefix("m") for text in texts(lines[1:-1]))


def ids(client: Client) -> list[str]:
    """The ids of the messages m0 to m9."""
    return [tags(line)["msgid"] for line in client.ask("CHATHISTORY LATEST #a * 50")[1:-1]]


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("LATEST #a * 3", "789"),
        ("latest #A * 100", "0123456789"),
        ("LATEST #a {17} 100", "89"),
        ("LATEST #a {12} 2", "89"),
        ("BEFORE #a {15} 3", "234"),
        ("BEFORE #a {10} 3", ""),
        ("AFTER #a {15} 2", "67"),
        ("AFTER #a {19} 3", ""),
        ("AROUND #a {15} 3", "456"),
        ("BETWEEN #a {12} {16} 10", "345"),
        ("BETWEEN #a {12} {16} 2", "34"),
        ("BETWEEN #a {16} {12} 2", "45"),
        ("BETWEEN #a {12} {12} 10", ""),
        ("LATEST #a * 0", ""),
    ],
)
def test_pages_by_time_and_by_message(ann: Client, what: str, found: str) -> None:
    by_time = what.format(*(moment(second) for second in range(20)))
    lines = ann.ask(f"CHATHISTORY {by_time}")
    assert numbers([line.replace("#A", "#a") for line in lines]) == found
    names = [f"msgid={msgid}" for msgid in ids(ann)]
    by_message = what.format(*[""] * 10, *names)
    lines = ann.ask(f"CHATHISTORY {by_message}")
    assert numbers([line.replace("#A", "#a") for line in lines]) == found


def test_what_is_read_back_is_what_was_said(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", caps=CAPS)
    bob = join_irc(server, "bob", "#a", caps="message-tags")
    ann.lines()
    bob.send("@+reply=7 PRIVMSG #a :one", "NOTICE #a :two", "PRIVMSG #a :\x01ACTION three\x01")
    said = ann.lines()
    again = ann.ask("CHATHISTORY LATEST #a * 10")[1:-1]
    assert bare(again) == bare(said)
    for before, after in zip(said, again, strict=True):
        assert {key: value for key, value in tags(after).items() if key != "batch"} == tags(before)


def test_events_are_played_back_to_those_who_ask_for_them(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", caps=f"{CAPS} draft/event-playback")
    bob = join_irc(server, "bob", "#a")
    bob.send("PRIVMSG #a :x", "PART #a")
    ann.send("TOPIC #a :new")
    ann.lines()
    assert codes(ann.ask("CHATHISTORY LATEST #a * 10")[1:-1]) == ["JOIN", "JOIN", "PRIVMSG", "PART", "TOPIC"]
    eve = join_irc(server, "eve", "#a", caps=CAPS)
    assert codes(eve.ask("CHATHISTORY LATEST #a * 10")[1:-1]) == ["PRIVMSG"]


def test_private_conversations(server: Server) -> None:
    ann, bob = join_irc(server, "ann", caps=CAPS), join_irc(server, "bob", caps=CAPS)
    eve = join_irc(server, "eve", caps=CAPS)
    ann.send("PRIVMSG bob :one")
    bob.send("PRIVMSG ann :two")
    eve.send("PRIVMSG ann :other")
    quiet(ann, bob)
    for client, partner in ((ann, "BOB"), (bob, "ann")):
        lines = client.ask(f"CHATHISTORY LATEST {partner} * 10")
        assert batch_kind(lines) == f"chathistory {partner}"
        assert texts(lines[1:-1]) == ["one", "two"]
    assert texts(eve.ask("CHATHISTORY LATEST bob * 10")[1:-1]) == []


def test_what_a_guest_said_is_not_found_by_who_takes_the_name(server: Server) -> None:
    ann, bob = join_irc(server, "ann", caps=CAPS), join_irc(server, "bob")
    bob.send("PRIVMSG ann :secret", "QUIT")
    quiet(ann)
    thief = join_irc(server, "bob", caps=CAPS)
    assert texts(thief.ask("CHATHISTORY LATEST ann * 10")[1:-1]) == []


def test_who_was_written_to_and_when(server: Server, ann: Client) -> None:
    server.clock.advance(10)
    now = server.clock.seconds()
    ann.send("PRIVMSG bob :hi")
    lines = ann.ask(f"CHATHISTORY TARGETS {moment(0)} {moment(now + 1)} 10")
    assert batch_kind(lines) == "draft/chathistory-targets"
    assert bare(lines[1:-1]) == [
        f":chat.test CHATHISTORY TARGETS #a {format_server_time(START + 19)}",
        f":chat.test CHATHISTORY TARGETS bob {format_server_time(START + now)}",
    ]
    assert len(ann.ask(f"CHATHISTORY TARGETS {moment(0)} {moment(now + 1)} 1")) == 3


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("CHATHISTORY", "NEED_MORE_PARAMS *"),
        ("CHATHISTORY LATEST", "NEED_MORE_PARAMS LATEST"),
        ("CHATHISTORY LATEST #a *", "NEED_MORE_PARAMS LATEST"),
        ("CHATHISTORY FROB #a * 10", "UNKNOWN_COMMAND FROB"),
        ("CHATHISTORY LATEST #a * x", "INVALID_PARAMS LATEST x"),
        ("CHATHISTORY LATEST #a * -1", "INVALID_PARAMS LATEST -1"),
        ("CHATHISTORY BEFORE #a * 10", "INVALID_PARAMS BEFORE *"),
        ("CHATHISTORY BEFORE #a msgid= 10", "INVALID_PARAMS BEFORE msgid="),
        ("CHATHISTORY BEFORE #a timestamp=yesterday 10", "INVALID_PARAMS BEFORE timestamp=yesterday"),
        ("CHATHISTORY LATEST #nowhere * 10", "INVALID_TARGET LATEST #nowhere"),
        ("CHATHISTORY LATEST #b * 10", "INVALID_TARGET LATEST #b"),
    ],
)
def test_questions_that_are_refused(server: Server, ann: Client, line: str, answer: str) -> None:
    join_irc(server, "eve", "#b")
    (reply,) = ann.ask(line)
    assert reply.startswith(f":chat.test FAIL CHATHISTORY {answer} :")


def test_a_page_is_limited(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a", caps=CAPS), join_irc(server, "bob", "#a")
    for number in range(PAGE_AT_MOST + 5):
        bob.feed(f"PRIVMSG #a :{number}\r\n".encode())
    ann.lines()
    assert len(ann.ask("CHATHISTORY LATEST #a * 999999999999")) == PAGE_AT_MOST + 2


def test_clients_without_the_capability_have_no_such_command(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    assert codes(ann.ask("CHATHISTORY LATEST #a * 1", "REDACT #a x")) == ["421", "421"]


def test_nothing_is_replayed_to_those_who_ask_for_themselves(server: Server, ann: Client) -> None:
    eve = join_irc(server, "eve", caps=CAPS)
    assert "BATCH" not in codes(eve.ask("JOIN #a"))


def test_people_who_are_ignored_are_left_out_of_the_past_too(server: Server, ann: Client) -> None:
    ignore(server.directory, server.directory.find("ann"), "BOB")
    assert ann.ask("CHATHISTORY LATEST #a * 10")[1:-1] == []


# REDACT


@pytest.fixture
def said(server: Server) -> tuple[Client, Client, Client, str]:
    """Ann runs #a, bob has said something there, whose id is the last part; eve knows no redaction."""
    ann = join_irc(server, "ann", "#a", caps=REDACTION)
    bob = join_irc(server, "bob", "#a", caps=REDACTION)
    eve = join_irc(server, "eve", "#a")
    (echo,) = bob.ask("PRIVMSG #a :oops")
    quiet(ann, eve)
    return ann, bob, eve, tags(echo)["msgid"]


def test_the_author_takes_a_message_back(said: tuple[Client, Client, Client, str]) -> None:
    ann, bob, eve, msgid = said
    expected = [f":bob!bob@host REDACT #a {msgid} :typo"]
    assert bare(bob.ask(f"REDACT #a {msgid} :typo")) == expected
    assert bare(ann.lines()) == expected
    assert eve.lines() == []
    assert ann.ask("CHATHISTORY LATEST #a * 10")[1:-1] == []


def test_who_runs_the_room_takes_any_message_back(said: tuple[Client, Client, Client, str]) -> None:
    ann, bob, _, msgid = said
    assert bare(ann.ask(f"REDACT #a {msgid}")) == [f":ann!ann@host REDACT #a {msgid}"]
    assert codes(bob.lines()) == ["REDACT"]


def test_a_message_taken_back_is_not_replayed(
    server: Server, said: tuple[Client, Client, Client, str]
) -> None:
    _, bob, _, msgid = said
    bob.send(f"REDACT #a {msgid}")
    assert not any("oops" in line for line in join_irc(server, "gus").ask("JOIN #a"))


def test_messages_that_cannot_be_taken_back(server: Server, said: tuple[Client, Client, Client, str]) -> None:
    ann, bob, _, msgid = said
    gus = join_irc(server, "gus", "#a", caps=REDACTION)
    quiet(ann, bob)
    for client, line, answer in (
        (gus, f"REDACT #a {msgid}", f"REDACT_FORBIDDEN #a {msgid}"),
        (bob, "REDACT #a nonsense", "UNKNOWN_MSGID #a nonsense"),
        (bob, f"REDACT #nowhere {msgid}", "INVALID_TARGET #nowhere"),
        (bob, f"REDACT nobody {msgid}", "INVALID_TARGET nobody"),
        (bob, "REDACT #a", "NEED_MORE_PARAMS"),
    ):
        (reply,) = client.ask(line)
        assert reply.startswith(f":chat.test FAIL REDACT {answer} :")
    assert len(ann.ask("CHATHISTORY LATEST #a * 10")) == 3


def test_a_private_message_is_taken_back_on_both_sides(server: Server) -> None:
    ann, bob = join_irc(server, "ann", caps=REDACTION), join_irc(server, "bob", caps=REDACTION)
    (echo,) = ann.ask("PRIVMSG bob :oops")
    msgid = tags(echo)["msgid"]
    bob.lines()
    (refused,) = bob.ask(f"REDACT ann {msgid}")
    assert "REDACT_FORBIDDEN" in refused
    assert codes(ann.ask(f"REDACT bob {msgid}")) == ["REDACT"]
    assert codes(bob.lines()) == ["REDACT"]
    assert bob.ask("CHATHISTORY LATEST ann * 10")[1:-1] == []


def test_an_earlier_connection_of_the_same_account_is_the_author(server: Server) -> None:
    account(server, "carl")
    ann = join_irc(server, "ann", "#a", caps=REDACTION)
    carl = connect(server).send(f"CAP REQ :{REDACTION}", *login("carl"), "CAP END", "JOIN #a")
    carl.send("PRIVMSG #a :oops", "QUIT")
    msgid = tags(only(ann.lines(), "PRIVMSG")[0])["msgid"]
    again = connect(server).send(f"CAP REQ :{REDACTION}", *login("carl"), "CAP END", "JOIN #a")
    again.lines()
    assert codes(again.ask(f"REDACT #a {msgid}")) == ["REDACT"]


def test_operators_of_the_server_take_back_in_rooms_they_are_in(server: Server) -> None:
    root = operator(server, "root", caps=REDACTION)
    ann = join_irc(server, "ann", "#a", caps=REDACTION)
    msgid = tags(ann.ask("PRIVMSG #a :x")[0])["msgid"]
    root.send("JOIN #a")
    root.lines()
    assert codes(root.ask(f"REDACT #a {msgid}")) == ["REDACT"]


def test_nobody_hides_their_coming(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", caps=REDACTION)
    eve = join_irc(server, "eve", caps=REDACTION)
    eve.feed(b"JOIN #a\r\n")
    joined = next(line for line in eve.raw().decode().split("\r\n") if " JOIN " in line)
    eve.feed(f"REDACT #a {tags(joined)['msgid']}\r\n".encode())
    assert "UNKNOWN_MSGID" in eve.raw().decode()
    assert codes(ann.lines()) == ["JOIN"]
