"""WHO and WHOX."""

import pytest

from tests.network.chatting import Client, Server, connect, join_irc
from tests.network.irc.reading import account, arguments, codes, login, only, operator, texts


@pytest.fixture
def ann(server: Server) -> Client:
    """An operator of #a, in which bob is too, away; eve is elsewhere."""
    client = join_irc(server, "ann", "#a")
    join_irc(server, "bob", "#a").send("AWAY :out")
    join_irc(server, "eve", "#b")
    client.lines()
    return client


def nicks(lines: list[str]) -> list[str]:
    """Who was found."""
    return sorted(arguments(line)[4] for line in only(lines, "352"))


def test_the_people_of_a_room(ann: Client) -> None:
    assert ann.ask("WHO #A") == [
        ":chat.test 352 ann #a ann host chat.test ann H@ :0 Ann",
        ":chat.test 352 ann #a bob host chat.test bob G :0 Bob",
        ":chat.test 315 ann #A :End of WHO list",
    ]


@pytest.mark.parametrize(
    ("mask", "found"),
    [
        ("BOB", ["bob"]),
        ("?ob", ["bob"]),
        ("*", ["ann", "bob", "eve"]),
        ("nobody", []),
        ("#nowhere", []),
        ("E*", ["eve"]),
    ],
)
def test_masks(ann: Client, mask: str, found: list[str]) -> None:
    lines = ann.ask(f"WHO {mask}")
    assert nicks(lines) == found
    assert arguments(lines[-1])[0] == mask


def test_the_shared_room_is_named_and_no_other(ann: Client) -> None:
    assert {arguments(line)[4]: arguments(line)[0] for line in only(ann.ask("WHO *"), "352")} == {
        "ann": "#a",
        "bob": "#a",
        "eve": "*",
    }


def test_operators_of_the_server_alone(server: Server, ann: Client) -> None:
    operator(server, "root")
    lines = ann.ask("WHO * o")
    assert nicks(lines) == ["root"]
    assert arguments(lines[0])[5] == "H*"


def test_the_fields_of_whox_come_in_their_order(server: Server, ann: Client) -> None:
    account(server, "carl")
    connect(server).send(*login("carl"), "CAP END", "JOIN #a")
    ann.lines()
    server.clock.advance(10)
    assert ann.ask("WHO #a %rtnaf,42") == [
        ":chat.test 354 ann 42 ann H@ 0 :Ann",
        ":chat.test 354 ann 42 bob G 0 :Bob",
        ":chat.test 354 ann 42 carl H carl :A",
        ":chat.test 315 ann #a :End of WHO list",
    ]
    (line, _) = ann.ask("WHO bob %tcuihsnfdlaor")
    assert line == ":chat.test 354 ann 0 #a bob 255.255.255.255 host chat.test bob G 0 10 0 0 :Bob"


def test_the_address_of_nobody_is_shown(ann: Client) -> None:
    assert not any("192.0.2" in line for line in ann.ask("WHO * %i", "WHO *", "WHOIS bob"))


def test_who_needs_a_mask(ann: Client) -> None:
    assert codes(ann.ask("WHO")) == ["461"]


def test_a_real_name_may_begin_with_a_colon(server: Server) -> None:
    connect(server).send("NICK carl", "USER carl 0 * ::) hi")
    ann = join_irc(server, "ann")
    assert texts(only(ann.ask("WHO carl"), "352")) == ["0 :) hi"]
    assert texts(only(ann.ask("WHO carl %nr"), "354")) == [":) hi"]
