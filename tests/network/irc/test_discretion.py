"""What people are not to know or to hear: secret rooms, invitations of rooms that are gone, whoever they ignore."""

from __future__ import annotations

import pytest

from chat.domain import ignoring
from tests.network.chatting import Server, join_irc, join_plain, make_server


@pytest.fixture
def server() -> Server:
    return make_server()


@pytest.mark.parametrize(
    "line",
    [
        "MODE {}",
        "MODE {} b",
        "MODE {} +b",
        "MODE {} +m",
        "TOPIC {}",
        "TOPIC {} :x",
        "PART {}",
        "KICK {} ann",
        "INVITE bob {}",
        "PRIVMSG {} :hello",
        "NOTICE {} :hello",
        "PRIVMSG @{} :hello",
        "NAMES {}",
        "WHO {}",
        "LIST {}",
        "METADATA {} LIST",
        "CHATHISTORY LATEST {} * 10",
        "REDACT {} 1",
    ],
)
def test_a_secret_room_looks_like_none(server: Server, line: str) -> None:
    ann = join_irc(server, "ann", "#hidden")
    ann.send("MODE #hidden +s", "TOPIC #hidden :plans")
    caps = "draft/metadata-3 draft/chathistory draft/message-redaction batch message-tags"
    bob = join_irc(server, "bob", caps=caps)

    def shape(room: str) -> list[str]:
        lines = bob.ask(line.format(room))
        return [line.replace(room, "#x").partition(":chat.test ")[2].split(" BATCH")[0] for line in lines]

    assert shape("#hidden") == shape("#nowhere")
    assert not [line for line in ann.lines() if "hello" in line]


@pytest.mark.parametrize("line", ["/users hidden", "/invite bob hidden", "/part hidden"])
def test_people_see_no_secret_room_either(server: Server, line: str) -> None:
    join_irc(server, "ann", "#hidden").send("MODE #hidden +s")
    pat = join_plain(server, "pat")
    there = [answer.replace("hidden", "x") for answer in pat.ask(line)]
    assert there == [answer.replace("nowhere", "x") for answer in pat.ask(line.replace("hidden", "nowhere"))]


def test_an_invitation_ends_with_its_room(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#den"), join_irc(server, "bob")
    ann.send("MODE #den +i", "INVITE bob #den")
    assert any(" 336 " in line for line in bob.ask("INVITE"))
    ann.send("PART #den")
    server.wait(5)
    carl = join_irc(server, "carl", "#den").send("MODE #den +i")
    assert not [line for line in bob.ask("INVITE") if " 336 " in line], "it is another room"
    assert any(" 473 " in line for line in bob.ask("JOIN #den"))
    carl.send("INVITE bob #den")
    assert any(" JOIN #den" in line for line in bob.ask("JOIN #den"))


def test_an_invitation_to_a_room_of_an_account_is_good_when_it_was_empty_meanwhile(server: Server) -> None:
    ann, bob = join_irc(server, "ann"), join_irc(server, "bob")
    ann.send("REGISTER * * secret1", "JOIN #den", "MODE #den +i", "INVITE bob #den", "PART #den")
    server.wait(5)
    assert any(" 336 bob #den" in line for line in bob.ask("INVITE"))
    assert any(" JOIN #den" in line for line in bob.ask("JOIN #den"))


def test_whom_one_ignores_is_not_heard_in_messages_to_operators(server: Server) -> None:
    ann, mal = join_irc(server, "ann", "#den"), join_irc(server, "mal", "#den")
    ignoring.ignore(server.directory, server.directory.people["ann"], "mal")
    ann.lines()
    mal.send("PRIVMSG @#den :can you hear me", "NOTICE @#den :and me")
    assert ann.lines() == []


@pytest.mark.parametrize("limit", ["099999999999999999999", "0", "-1", "100000000", "x", "00000000000"])
def test_a_limit_has_a_bound_however_it_is_written(server: Server, limit: str) -> None:
    ann = join_irc(server, "ann", "#r")
    assert any(" 696 " in line for line in ann.ask(f"MODE #r +l {limit}"))
    assert server.directory.rooms["#r"].limit == 0


@pytest.mark.parametrize("name", ["chat", "Chat", "CHAT", "chat_", "cha\u0442"])
def test_the_name_of_the_server_is_nobodys(name: str) -> None:
    server = make_server(name="chat")
    client = server.connect().send(f"NICK {name}", "USER u 0 * :x")
    assert not [line for line in client.lines() if " 001 " in line]
    ann = join_irc(server, "ann")
    assert any(" 433 " in line or " 432 " in line for line in ann.ask(f"NICK {name}"))


def test_before_registration_a_client_is_called_nothing(server: Server) -> None:
    join_irc(server, "ann")
    client = server.connect().send("NICK bob")
    assert client.ask("JOIN #x") == [":chat.test 451 * :You have not registered"]
    client = server.connect().send("NICK ann")
    (line,) = client.ask("USER u 0 * :x")
    assert line.startswith(":chat.test 433 * ann :")


def test_who_may_not_have_a_name_is_told_what_irc_has(server: Server) -> None:
    ann = join_irc(server, "ann")
    ann.send("REGISTER * * secret1", "QUIT")
    (line,) = join_irc(server, "bob").ask("NICK ann")
    assert " 433 bob ann :" in line
    assert "/login" not in line
    assert "SASL" in line
    assert any("/login ann" in line for line in join_plain(server, "pat").ask("/nick ann"))


@pytest.mark.parametrize(
    ("line", "code"),
    [(b"@label=x PRIVMSG #a :" + b"x" * 600, "417"), (b"@label=x PRIVMSG #a :\xff\xfe", "INVALID_UTF8")],
)
def test_a_line_that_is_refused_as_a_whole_is_answered_with_its_label(
    server: Server, line: bytes, code: str
) -> None:
    ann = join_irc(server, "ann", "#a", caps="labeled-response batch standard-replies")
    (answer,) = ann.ask(line)
    assert answer.startswith("@label=x :chat.test ")
    assert code in answer


def test_the_greeting_has_the_word_that_clients_look_for(server: Server) -> None:
    client = server.connect().send("NICK ann", "USER u 0 * :x")
    assert any(" 002 " in line and "running version " in line for line in client.lines())
