"""People on `nc` and `telnet`: what they type, and what they see."""

from __future__ import annotations

import re

import pytest

from chat.domain.events import Announced, Identity, Kicked
from chat.network.plain import LINE_BYTES, NAMES_IN_WELCOME
from tests.domain.people import session_of
from tests.network.chatting import Client, Server, join_irc, join_plain, make_server


@pytest.fixture
def server() -> Server:
    return make_server()


def people(server: Server, *names: str) -> list[Client]:
    """So many people in the lobby, who have read everything."""
    clients = [join_plain(server, name) for name in names]
    for client in clients:
        client.lines()
    return clients


# coming in


def test_the_welcome_names_person_room_company_and_help(server: Server) -> None:
    people(server, "bob", "carol")
    lines = server.connect().send("dave").lines()
    assert lines[0] == "Welcome, dave! You are in #lobby. /help lists what you can do."
    assert lines[1] == "Here: bob, carol"


def test_the_first_one_is_told_that_nobody_else_is_here(server: Server) -> None:
    assert server.connect().send("bob").lines()[1] == "Here: nobody else"


def test_the_company_of_a_full_room_is_cut_short(server: Server) -> None:
    server.factory.limits = make_server(max_per_address=0).factory.limits
    for n in range(NAMES_IN_WELCOME + 3):
        server.connect().send(f"p{n}")
    company = server.connect().send("bob").lines()[1]
    assert company.startswith("Here: p0, p1, ")
    assert company.endswith(f"p{NAMES_IN_WELCOME - 1} and 3 more (/users lists all)")


def test_the_message_of_the_day_is_shown_safe(server: Server) -> None:
    server = make_server(motd=["Tea at five.", "\x1b[31mRed"])
    assert server.connect().send("bob").lines()[1:3] == ["Tea at five.", "Red"]


def test_the_last_events_of_the_room_are_shown_with_their_times(server: Server) -> None:
    (bob,) = people(server, "bob")
    for n in range(30):
        bob.send(str(n))
    shown = [line for line in server.connect().send("carol").lines() if "<bob>" in line]
    assert len(shown) == 20
    assert all(re.fullmatch(r"\[\d\d:\d\d\] <bob> \d+", line) for line in shown)
    assert [int(line.split()[-1]) for line in shown] == list(range(10, 30))


def test_the_topic_is_shown(server: Server) -> None:
    (bob,) = people(server, "bob")
    bob.send("/topic Tea")
    assert "Topic: Tea" in server.connect().send("carol").lines()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("bob smith", "may not contain spaces"),
        ("x" * 33, "at most 32 characters, not 33"),
        ("bob,carol", "may not contain ','"),
        ("#bob", "may not start with '#'"),
        ("123", "digits only"),
        ("server", "reserved"),
        ("Admin", "reserved"),
        ("NickServ", "reserved"),
        ("раypаl", "script"),
        ("b\u0301\u0301\u0301\u0301\u0301ob", "mark"),
        ("\U0001f600", "may not contain"),
        ("bob!x@y", "may not contain"),
        ("-bob", "may not start with '-'"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_the_rule_and_asked_for_again(
    server: Server, name: str, why: str
) -> None:
    client = server.connect().send(name)
    (refusal,) = client.lines()
    assert why in refusal
    assert refusal.endswith("Type another one.")
    assert client.send("bob").lines()[0].startswith("Welcome, bob!")


def test_what_cannot_be_seen_in_a_name_is_left_out(server: Server) -> None:
    assert server.connect().send("b\u200bo\x1b[31mb\u202e").lines()[0].startswith("Welcome, bob!")


def test_a_name_that_is_taken_is_refused_and_asked_for_again(server: Server) -> None:
    people(server, "bob")
    client = server.connect()
    assert client.send("BOB").lines() == ["The name BOB is taken. Type another one."]
    assert client.send("carol").lines()[0].startswith("Welcome, carol!")


def test_a_name_that_looks_like_anothers_is_refused(server: Server) -> None:
    people(server, "paypal")
    client = server.connect()
    assert client.send("раураӏ").lines() == [
        "The name раураӏ is taken: it looks like paypal. Type another one."
    ]


@pytest.mark.parametrize("nothing", ["", "   ", "\t"])
def test_an_empty_name_is_asked_for_again(server: Server, nothing: str) -> None:
    assert server.connect().send(nothing).lines() == ["Type a name and press Enter."]


@pytest.mark.parametrize("word", ["/exit", "/QUIT"])
def test_who_has_no_name_can_leave(server: Server, word: str) -> None:
    client = server.connect().send(word)
    assert client.lines() == ["Goodbye"]
    assert client.ended
    assert server.left_behind() == []


def test_a_full_server_says_so(server: Server) -> None:
    server = make_server(max_users=1)
    people(server, "bob")
    assert "The server is full (1 people)" in server.connect().send("carol").lines()[0]


@pytest.mark.parametrize("first", [b"bob", b"/login bob secret"])
@pytest.mark.parametrize("given", [b"", b"open", b"OPEN SESAME", b"\xff"])
def test_a_server_with_a_password_asks_for_it_and_lets_nobody_else_in(first: bytes, given: bytes) -> None:
    server = make_server(password="open sesame")
    client = server.connect().feed(first + b"\n")
    assert client.lines() == ["This server has a password:"]
    assert client.feed(given + b"\n").lines() == ["That is not the password. Goodbye"]
    assert client.ended
    assert server.directory.people == {}
    assert server.left_behind() == []


def test_whoever_knows_the_servers_password_comes_in_under_the_name_given() -> None:
    server = make_server(password="open sesame")
    join = server.connect().feed(b"bob\nopen sesame\n")
    assert any(line.startswith("Welcome, bob!") for line in join.lines())
    assert join.ask("/nick rob") == ["You are now rob"]


def test_a_telnet_client_is_asked_not_to_show_the_password() -> None:
    server = make_server(password="open sesame")
    client = server.connect().feed(b"bob\r\n")
    assert client.raw() == b"This server has a password:\r\n\xff\xfb\x01"
    assert client.feed(b"\xff\xfd\x01open sesame\r\n").raw().startswith(b"\xff\xfc\x01Welcome, bob!")


def test_a_password_may_look_like_irc() -> None:
    server = make_server(password="nick of time")
    client = server.connect().feed(b"bob\nnick of time\n")
    assert any(line.startswith("Welcome, bob!") for line in client.lines())


def test_who_may_not_come_into_the_lobby_is_in_no_room_and_may_go_elsewhere(server: Server) -> None:
    server.directory.lobby.flags.add("i")
    client = server.connect().send("bob")
    (line,) = client.lines()
    assert line.startswith("Welcome, bob! You have to be invited to #lobby")
    assert client.ask("/join #tea")[0] == "You are in #tea."


# talking


def test_what_one_types_the_others_read(server: Server) -> None:
    bob, carol, dave = people(server, "bob", "carol", "dave")
    bob.send("hello", "  indented", "trailing   ")
    assert carol.lines() == dave.lines() == ["<bob> hello", "<bob>   indented", "<bob> trailing"]
    assert bob.lines() == []


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("//users", ["<bob> /users"]),
        ("//", ["<bob> /"]),
        ("///x", ["<bob> //x"]),
        ("", []),
        ("   ", []),
        ("\x07", []),
        ("/me waves", ["* bob waves"]),
        ("h\u00e9 \U0001f600", ["<bob> h\u00e9 \U0001f600"]),
    ],
)
def test_what_becomes_of_a_line(server: Server, typed: str, heard: list[str]) -> None:
    bob, carol = people(server, "bob", "carol")
    bob.send(typed)
    assert carol.lines() == heard


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        (b"caf\xe9", "<bob> caf\ufffd"),
        (b"a\x00b", "<bob> ab"),
        (b"\xed\xa0\x80x", "<bob> \ufffd\ufffd\ufffdx"),
        (b"\x1b[2J\x1b[31mred\x1b[0m", "<bob> red"),
        (b"\xc2\x9b31mred", "<bob> red"),
        (b"caf\xc3\xff\xf1\xa9", "<bob> caf\u00e9"),
    ],
)
def test_bytes_that_are_no_text_hurt_nobody(server: Server, typed: bytes, heard: str) -> None:
    bob, carol = people(server, "bob", "carol")
    bob.feed(typed + b"\n")
    assert carol.lines() == [heard]
    assert not bob.closed


def test_a_line_has_1024_bytes(server: Server) -> None:
    bob, carol = people(server, "bob", "carol")
    bob.feed(b"x" * LINE_BYTES + b"\r\n")
    assert carol.lines() == ["<bob> " + "x" * LINE_BYTES]
    bob.feed(b"x" * (LINE_BYTES + 1) + b"\r\n")
    assert carol.lines() == []
    assert bob.lines() == ["Your line of 1025 bytes was not sent: a line may have 1024. Send it in parts."]


def test_somebody_in_no_room_is_told_so(server: Server) -> None:
    bob, carol = people(server, "bob", "carol")
    assert bob.send("/part").lines() == [
        "You left #lobby.",
        "You are in no room. /join #lobby, or /rooms for a list.",
    ]
    assert carol.lines() == ["* bob left"]
    assert bob.send("hello").lines() == [
        "You are in no room: nobody would hear you. /join #lobby, or /rooms for a list."
    ]
    assert bob.send("/join lobby").lines()[0].endswith("You are in #lobby. /help lists what you can do.")
    bob.send("hello")
    assert carol.lines() == ["* bob joined", "<bob> hello"]


# rooms


def test_lines_of_other_rooms_are_marked(server: Server) -> None:
    bob, carol = people(server, "bob", "carol")
    bob.send("/join tea", "in tea")
    carol.send("/join #tea")
    assert carol.lines()[:2] == ["You are in #tea.", "Here: bob"]
    bob.send("again in tea")
    assert carol.lines() == ["<bob> again in tea"]
    bob.send("/join #lobby", "in the lobby")
    assert bob.lines()[-1] == "You talk in #lobby."
    assert carol.lines() == ["[#lobby] <bob> in the lobby"]


def test_after_leaving_a_room_one_talks_in_the_one_entered_last(server: Server) -> None:
    (bob,) = people(server, "bob")
    bob.send("/join #a", "/join #b", "/join #c")
    assert bob.ask("/part") == ["You left #c.", "You talk in #b."]
    assert bob.ask("/part #a") == ["You left #a.", "You talk in #b."]


def test_a_person_who_is_put_out_is_told_by_whom_and_why(server: Server) -> None:
    (bob,) = people(server, "bob")
    bob.send("/join #tea")
    bob.lines()
    dialect = bob.protocol.dialect
    assert dialect is not None
    member = dialect.person.rooms[server.directory.room("#tea")]
    server.directory.part(session_of(dialect.person), member.room)
    bob.lines()
    carol = Identity(9, "carol", "user", "host")
    dialect.left(member.room, Kicked("1", 0, carol, "#tea", dialect.person.identity, "too loud\x1b"))
    dialect.left(member.room, Kicked("1", 0, carol, "#tea", dialect.person.identity, ""))
    assert bob.lines()[::2] == ["carol put you out of #tea (too loud).", "carol put you out of #tea."]


# private messages


def test_a_private_message_is_read_by_its_recipient_alone(server: Server) -> None:
    bob, carol, dave = people(server, "bob", "carol", "dave")
    assert bob.ask("/pm carol psst") == ["[pm to carol] psst"]
    assert carol.lines() == ["[pm from bob] psst"]
    assert dave.lines() == []
    assert carol.ask("/reply what?") == ["[pm to bob] what?"]
    assert bob.lines() == ["[pm from carol] what?"]


def test_a_private_message_to_nobody_is_refused(server: Server) -> None:
    (bob,) = people(server, "bob")
    assert bob.ask("/pm x psst") == ["No such user: x. /users lists who is here."]


# changes


def test_a_new_name_is_told_in_order(server: Server) -> None:
    bob, carol = people(server, "bob", "carol")
    bob.feed(b"before\n/nick rob\nafter\n")
    assert carol.lines() == ["<bob> before", "* bob is now rob", "<rob> after"]
    assert bob.lines() == ["You are now rob"]


def test_a_taken_name_is_refused(server: Server) -> None:
    bob, carol = people(server, "bob", "carol")
    assert bob.ask("/nick Carol") == ["The name Carol is taken"]
    assert bob.ask("/nick bad name")[0].startswith("That does not work: a name may not contain spaces")
    assert carol.lines() == []


def test_who_is_ignored_is_not_heard_anywhere(server: Server) -> None:
    bob, carol = people(server, "bob", "carol")
    bob.send("an old line")
    carol.lines()
    carol.send("/ignore BOB")
    bob.send("hello", "/me waves", "/pm carol psst", "/join #tea")
    carol.lines()
    carol.send("/join #tea")
    carol.lines()
    bob.send("hello again")
    assert carol.lines() == []
    assert not any("bob>" in line for line in carol.ask("/history"))
    carol.send("/ignore -bob")
    carol.lines()
    bob.send("heard")
    assert carol.lines() == ["<bob> heard"]


def test_a_topic_is_told_to_everybody(server: Server) -> None:
    bob, carol = people(server, "bob", "carol")
    assert bob.ask("/topic Tea\x1b[31m at five") == ["The topic of #lobby is now: Tea at five"]
    assert carol.lines() == ["* bob changed the topic to: Tea at five"]


# leaving


@pytest.mark.parametrize(
    ("word", "told"),
    [("/exit", "* bob left"), ("/quit", "* bob left"), ("/exit see you", "* bob left (see you)")],
)
def test_goodbye(server: Server, word: str, told: str) -> None:
    bob, carol = people(server, "bob", "carol")
    bob.send(word)
    assert bob.lines() == ["Goodbye"]
    assert bob.ended
    assert carol.lines() == [told]
    assert carol.ask("/history 1")[-1].endswith(f"] {told}")


def test_an_announcement_of_the_operator_is_read_by_all(server: Server) -> None:
    (bob,) = people(server, "bob")
    assert bob.protocol.dialect is not None
    bob.protocol.dialect.tell(Announced("1", 0, server.directory.server, "Tea is ready"))
    assert bob.lines() == ["*** Tea is ready"]


def test_who_is_disconnected_is_told_why(server: Server) -> None:
    bob, carol = people(server, "bob", "carol")
    assert bob.protocol.dialect is not None
    bob.protocol.dialect.disconnect("Thrown out")
    assert bob.lines() == ["*** Thrown out"]
    assert bob.ended
    assert carol.lines() == ["* bob left (Thrown out)"]


def test_people_of_both_dialects_are_in_the_same_room(server: Server) -> None:
    bob, irc = join_plain(server, "bob"), join_irc(server, "carol", "#lobby")
    assert bob.lines() == ["* carol joined"]
    irc.send("PRIVMSG #lobby :hello", "PRIVMSG #lobby :\x01ACTION waves\x01", "PRIVMSG bob :psst")
    assert bob.lines() == ["<carol> hello", "* carol waves", "[pm from carol] psst"]
    bob.send("/me nods", "/pm carol ok")
    assert [line.split(" ", 1)[1] for line in irc.lines()] == [
        "PRIVMSG #lobby :\x01ACTION nods\x01",
        "PRIVMSG carol :ok",
    ]


# beside the conversation


def test_who_is_silent_is_greeted_and_may_end_in_any_way(server: Server) -> None:
    silent, ended, long, quiet = (server.connect() for _ in range(4))
    server.loop.advance(1)
    assert silent.raw() == b"This is chat.test, a chat. What is your name?\r\n"
    ended.half_close()
    assert ended.lines()[-1] == "Goodbye"
    long.feed(b"x" * 10_241)
    assert long.lines()[-1] == "A line may not be longer than 10 KB. Goodbye."
    quiet.feed(b"quiet\n")
    server.wait(1000)
    assert not quiet.ended


def test_a_secret_is_asked_for_and_the_line_after_it_is_said_again(server: Server) -> None:
    bob, carol = (server.connect().feed(name) for name in (b"bob\n", b"carol\n"))
    bob.lines()
    carol.lines()
    assert bob.feed(b"/register\n").lines() == ["Choose a password (an empty line leaves it):"]
    answer = bob.feed(b"open sesame\n").lines()
    assert answer[0].startswith("The name bob is yours")
    bob.feed(b"hello\n")
    assert [line for line in carol.lines() if "sesame" in line or "hello" in line] == ["<bob> hello"]


def test_a_secret_that_cannot_be_is_refused(server: Server) -> None:
    bob = server.connect().feed(b"bob\n")
    bob.lines()
    assert "at least" in bob.feed(b"/register\nx\n").lines()[-1]


def test_who_may_not_speak_is_told_why(server: Server) -> None:
    bob, carol = people(server, "bob", "carol")
    server.directory.lobby.flags.add("m")
    server.directory.lobby.guarded = True
    assert bob.ask("hello") == ["Only people with voice may speak in #lobby (+m)."]
    assert carol.lines() == []
