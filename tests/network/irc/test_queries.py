"""Who somebody is or was: WHOIS, WHOWAS, ISON, USERHOST."""

import pytest

from chat.domain.whowas import EACH_AT_MOST
from tests.network.chatting import START, Server, connect, join_irc, join_plain
from tests.network.irc.reading import account, arguments, codes, login, only, operator, texts

# WHOIS


def test_somebody_as_others_see_them(server: Server) -> None:
    ann, bob = join_irc(server, "ann"), join_irc(server, "bob", "#b", "#c")
    bob.send("AWAY :out")
    server.clock.advance(100)
    entered = int(START)
    lines = ann.ask("WHOIS BOB")
    assert codes(lines) == ["311", "319", "312", "301", "317", "318"]
    assert lines[0] == ":chat.test 311 ann bob bob host * :Bob"
    assert lines[1] == ":chat.test 319 ann bob :@#b @#c"
    assert lines[3] == ":chat.test 301 ann bob :out"
    assert lines[4] == f":chat.test 317 ann bob 100 {entered} :seconds idle, signon time"
    assert lines[5] == ":chat.test 318 ann BOB :End of /WHOIS list"


def test_the_address_is_for_oneself_and_for_operators(server: Server) -> None:
    ann, bob = join_irc(server, "ann"), join_irc(server, "bob")
    root = operator(server)
    assert not any("192.0.2.7" in line for line in ann.ask("WHOIS bob"))
    for client in (bob, root):
        lines = client.ask("WHOIS bob")
        assert texts(only(lines, "378")) == ["is connecting from bob@host 192.0.2.7"]
        assert codes(only(lines, "379")) == ["379"]
    assert codes(only(ann.ask("WHOIS root"), "313")) == ["313"]


def test_the_account_is_shown(server: Server) -> None:
    account(server, "carl")
    connect(server).send(*login("carl"), "CAP END")
    ann = join_irc(server, "ann")
    assert only(ann.ask("WHOIS carl"), "330") == [":chat.test 330 ann carl carl :is logged in as"]


def test_people_on_plain_connections_have_a_whois_too(server: Server) -> None:
    join_plain(server, "tess")
    lines = join_irc(server, "ann").ask("WHOIS tess")
    assert codes(lines) == ["311", "319", "312", "317", "318"]
    assert texts(only(lines, "319")) == ["#lobby"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("WHOIS nobody", ["401", "318"]),
        ("WHOIS", ["431"]),
        ("WHOIS :", ["431"]),
        ("WHOIS elsewhere.example ann", ["402"]),
        ("WHOIS chat.test nobody", ["401", "318"]),
        ("WHOIS nobody nobody", ["402"]),
    ],
)
def test_a_whois_of_nobody(server: Server, line: str, expected: list[str]) -> None:
    assert codes(join_irc(server, "ann").ask(line)) == expected


def test_many_rooms_take_several_lines(server: Server) -> None:
    bob = join_irc(server, "bob")
    for number in range(20):
        bob.send(f"JOIN #{'x' * 40}{number}")
    lines = only(join_irc(server, "ann").ask("WHOIS bob"), "319")
    assert len(lines) > 1
    assert all(len(line) <= 510 for line in lines)
    assert [room for text in texts(lines) for room in text.split()] == [f"@#{'x' * 40}{n}" for n in range(20)]


# WHOWAS


def test_who_left_and_who_took_another_name(server: Server) -> None:
    ann, bob = join_irc(server, "ann"), join_irc(server, "bob")
    assert codes(ann.ask("WHOWAS bob")) == ["406", "369"]
    bob.send("NICK robert", "QUIT")
    assert only(ann.ask("WHOWAS BOB"), "314") == [":chat.test 314 ann bob bob host * :Bob"]
    assert codes(ann.ask("WHOWAS robert")) == ["314", "312", "369"]
    assert codes(ann.ask("WHOWAS")) == ["431"]


def test_the_latest_first_and_no_more_than_asked_for(server: Server) -> None:
    ann = join_irc(server, "ann")
    for realname in ("One", "Two", "Three"):
        connect(server).send("NICK bob", f"USER bob 0 * :{realname}", "QUIT")
    assert texts(only(ann.ask("WHOWAS bob"), "314")) == ["Three", "Two", "One"]
    assert texts(only(ann.ask("WHOWAS bob 2"), "314")) == ["Three", "Two"]
    assert len(only(ann.ask("WHOWAS bob 0", "WHOWAS bob -1", "WHOWAS bob x"), "314")) == 9


def test_a_name_is_remembered_a_few_times(server: Server) -> None:
    ann, bob = join_irc(server, "ann"), join_irc(server, "bob")
    for _ in range(EACH_AT_MOST + 3):
        bob.send("NICK bobby", "NICK bob")
    assert len(only(ann.ask("WHOWAS bobby"), "314")) == EACH_AT_MOST


# ISON, USERHOST


def test_who_of_them_is_here(server: Server) -> None:
    ann = join_irc(server, "ann")
    join_irc(server, "bob")
    assert ann.ask("ISON BOB nobody :ann eve") == [":chat.test 303 ann :bob ann"]
    assert ann.ask("ISON nobody") == [":chat.test 303 ann :"]
    assert codes(ann.ask("ISON")) == ["461"]


def test_where_people_come_from(server: Server) -> None:
    ann = join_irc(server, "ann")
    join_irc(server, "bob").send("AWAY :out")
    operator(server, "root")
    assert ann.ask("USERHOST bob nobody ROOT") == [":chat.test 302 ann :bob=-bob@host root*=+root@host"]
    assert len(arguments(ann.ask("USERHOST ann ann ann ann ann ann")[0])[0].split()) == 5
