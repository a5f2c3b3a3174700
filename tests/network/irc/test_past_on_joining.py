"""What is shown of a room's past, by whom it was spelled, and to whom it is not shown."""

from __future__ import annotations

from base64 import b64encode

import pytest

from tests.network.chatting import Client, Server, join_irc, join_plain, make_server

CAPS = "draft/chathistory batch message-tags server-time"


@pytest.fixture
def server() -> Server:
    server = make_server()
    ann = join_irc(server, "ann", "#den")
    ann.send(*(f"PRIVMSG #den :!order {number}" for number in range(30)))
    return server


def shown(client: Client) -> int:
    client.lines()
    return sum("!order" in line for line in client.ask("JOIN #den"))


def test_programs_are_not_told_to_do_it_again(server: Server) -> None:
    bot = join_irc(server, "robot").send("MODE robot +B")
    assert shown(bot) == 0
    assert shown(join_irc(server, "bob")) == 20


@pytest.mark.parametrize("replay", [0, 3])
def test_the_operator_says_how_much_is_shown(replay: int) -> None:
    server = make_server(replay=replay)
    join_irc(server, "ann", "#den").send(*(f"PRIVMSG #den :!order {number}" for number in range(30)))
    assert shown(join_irc(server, "bob")) == replay
    pat = join_plain(server, "pat")
    assert sum("!order" in line for line in pat.ask("/join den")) == replay


@pytest.mark.parametrize(("typed", "count"), [("0", 0), ("5", 5), ("default", 20)])
def test_everybody_says_how_much_they_want_to_see(server: Server, typed: str, count: int) -> None:
    assert shown(join_irc(server, "bob").send(f"REPLAY {typed}")) == count
    pat = join_plain(server, "pat").send(f"/replay {typed}")
    pat.lines()
    assert sum("!order" in line for line in pat.ask("/join den")) == count


@pytest.mark.parametrize("typed", ["-1", "x", "201", "\u0663", "99999"])
def test_what_is_no_number_is_refused(server: Server, typed: str) -> None:
    assert any(" FAIL REPLAY " in line for line in join_irc(server, "bob").ask(f"REPLAY {typed}"))
    assert "0 to 200" in join_plain(server, "pat").ask(f"/replay {typed}")[0]


def test_a_room_is_called_as_it_is_today(server: Server) -> None:
    ann = join_irc(server, "carl", "#DEN", caps=CAPS)
    page = ann.ask("CHATHISTORY LATEST #Den * 3")
    assert page[0].endswith("chathistory #den")
    assert sum(" PRIVMSG #den :!order" in line for line in page) == 3


@pytest.mark.parametrize("mark", ["doesnotexist", "~", "f" * 28, "zz", "0"])
@pytest.mark.parametrize("word", ["LATEST", "BEFORE", "AFTER", "AROUND"])
def test_an_unknown_id_is_no_point_in_time(server: Server, word: str, mark: str) -> None:
    bob = join_irc(server, "bob", "#den", caps=CAPS)
    (line,) = bob.ask(f"CHATHISTORY {word} #den msgid={mark} 10")
    assert "FAIL CHATHISTORY INVALID_PARAMS" in line


@pytest.mark.parametrize("order", ["1970-01-01T00:00:00.000Z timestamp=2099-01-01T00:00:00.000Z", None])
def test_no_targets_are_none(server: Server, order: str | None) -> None:
    bob = join_irc(server, "bob", "#den", caps=CAPS)
    order = order or "2099-01-01T00:00:00.000Z timestamp=1970-01-01T00:00:00.000Z"
    page = bob.ask(f"CHATHISTORY TARGETS timestamp={order} 0")
    assert not [line for line in page if " TARGETS " in line]
    page = bob.ask(f"CHATHISTORY TARGETS timestamp={order} 1")
    assert len([line for line in page if " TARGETS " in line]) == 1


def test_the_greeting_keeps_no_slow_irc_client_out() -> None:
    server = make_server()
    client = server.connect()
    server.wait(1.0, 0.1)
    greeting = client.lines()
    assert greeting == ["This is chat.test, a chat. What is your name?"]
    client.send("CAP LS 302", "NICK slow", "USER slow 0 * :x", "CAP END", "JOIN #den", "PRIVMSG #den :here")
    assert any(" 001 slow " in line for line in client.lines())
    assert "slow" in server.directory.people


def test_what_an_account_wants_to_see_is_kept(server: Server) -> None:
    ann = join_irc(server, "bea").send("REGISTER * * secret1", "REPLAY 4", "QUIT")
    assert ann.closed
    server.wait(5)
    caps = "sasl"
    bea = server.connect().send("CAP LS 302", f"CAP REQ :{caps}", "NICK bea", "USER bea 0 * :x")
    bea.send("AUTHENTICATE PLAIN", "AUTHENTICATE " + b64encode(b"\0bea\0secret1").decode(), "CAP END")
    assert shown(bea) == 4
