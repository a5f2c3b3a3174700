"""How a client becomes a person."""

import pytest

from chat.network.listener import REGISTRATION_SECONDS
from tests.network.chatting import Client, Server, connect, join_irc, make_server
from tests.network.irc.lines import codes, params


@pytest.fixture
def server() -> Server:
    return make_server()


def test_everything_a_client_waits_for_comes_in_order() -> None:
    server = make_server(motd=["Be kind.", "Really."])
    lines = connect(server).ask("NICK ann", "USER ann 0 * :Ann")
    heads = [code for code in codes(lines) if code != "005"]
    assert heads == [
        "001", "002", "003", "004", "251", "252", "253", "254", "255", "265", "266", "375", "372", "372", "376",
    ]  # fmt: skip
    assert params(lines, "001") == [["ann", "Welcome to chat.test, ann!ann@host"]]


def test_what_is_supported_is_announced(server: Server) -> None:
    lines = connect(server).ask("NICK ann", "USER ann 0 * :Ann")
    tokens = {token for row in params(lines, "005") for token in row[1:-1]}
    assert {
        "CASEMAPPING=ascii",
        "PREFIX=(ov)@+",
        "CHANMODES=Ibe,k,l,CRimnst",
        "NICKLEN=32",
        "UTF8ONLY",
        "WHOX",
        "BOT=B",
        "REPEAT=900",
        "STATUSMSG=@+",
        "MONITOR=100",
    } <= tokens
    assert all(len(row) <= 15 for row in params(lines, "005"))


def test_the_order_of_nick_and_user_does_not_matter(server: Server) -> None:
    assert codes(connect(server).ask("USER ann 0 * :Ann", "NICK ann"))[0] == "001"


def test_negotiating_holds_the_welcome_back(server: Server) -> None:
    client = connect(server)
    assert codes(client.ask("CAP LS 302", "NICK ann", "USER ann 0 * :Ann")) == ["CAP", "CAP"]
    assert codes(client.ask("CAP REQ :server-time")) == ["CAP"]
    assert codes(client.ask("CAP END"))[0] == "001"


def test_capabilities_are_listed_with_values_to_those_who_know_them(server: Server) -> None:
    new = params(connect(server).ask("CAP LS 302"), "CAP")
    assert [row[2] for row in new[:-1]] == ["*"] * (len(new) - 1)
    words = " ".join(row[-1] for row in new).split()
    assert {"sasl=PLAIN", "draft/multiline=max-bytes=4096,max-lines=32", "batch"} <= set(words)
    (old,) = params(connect(server).ask("CAP LS"), "CAP")
    assert {"sasl", "draft/multiline", "batch"} <= set(old[-1].split())
    assert not any("=" in word for word in old[-1].split())


def test_requests_are_taken_whole_or_not_at_all(server: Server) -> None:
    client = connect(server)
    assert client.ask("CAP REQ :batch no-such-thing")[0].endswith("CAP * NAK :batch no-such-thing")
    assert client.ask("CAP LIST") == [":chat.test CAP * LIST :"]
    assert client.ask("CAP REQ :batch server-time")[0].endswith("ACK :batch server-time")
    assert client.ask("CAP REQ :-batch")[0].endswith("ACK :-batch")
    assert client.ask("CAP LIST") == [":chat.test CAP * LIST :server-time"]
    assert codes(client.ask("CAP NONSENSE")) == ["410"]


def test_capabilities_change_while_connected(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob", "#a")
    ann.send("CAP REQ :server-time")
    ann.lines()
    bob.send("PRIVMSG #a :hi")
    assert ann.lines()[0].startswith("@time=")
    ann.send("CAP REQ :-server-time")
    ann.lines()
    bob.send("PRIVMSG #a :hi")
    assert ann.lines() == [":bob!bob@host PRIVMSG #a :hi"]


@pytest.mark.parametrize("nick", ["#room", "with,comma", "9", "x" * 33, "server", "bad!name"])
def test_names_that_cannot_be(server: Server, nick: str) -> None:
    assert codes(connect(server).ask(f"NICK {nick}")) == ["432"]


def test_a_taken_name_is_answered_once_and_another_one_works(server: Server) -> None:
    join_irc(server, "ann")
    client: Client = connect(server)
    assert codes(client.ask("NICK ann")) == []
    assert codes(client.ask("USER ann 0 * :Ann")) == ["433"]
    assert codes(client.ask("NICK ann_"))[0] == "001"


def test_usernames_hold_what_they_may(server: Server) -> None:
    connect(server).send("NICK ann", "USER we!rd@us er 0 :x", "USER way!too@long-to-be-a-username 0 * :Ann")
    assert server.directory.find("ann").username == "werdus"
    assert codes(connect(server).ask("USER :", "USER a b c", "USER a b c :")) == ["461", "461", "461"]


def test_a_password_is_asked_for() -> None:
    server = make_server(password="sesame")
    assert codes(connect(server).ask("PASS sesame", "NICK ann", "USER ann 0 * :Ann"))[0] == "001"
    for wrong in (["PASS wrong"], []):
        client = connect(server)
        assert codes(client.ask(*wrong, "NICK bob", "USER bob 0 * :Bob")) == ["464", "ERROR"]
        assert client.closed
    assert codes(join_irc(make_server(), "ann").ask("PASS x")) == ["462"]


def test_people_on_plain_connections_are_asked_for_it_too() -> None:
    server = make_server(password="sesame")
    tess, eve = connect(server), connect(server)
    tess.feed(b"tess\n")
    assert tess.lines()[-1] == "This server has a password:"
    tess.feed(b"sesame\n")
    assert any("Welcome, tess" in line for line in tess.lines())
    eve.feed(b"eve\nwrong\n")
    assert eve.lines()[-1] == "That is not the password. Goodbye"
    assert eve.closed


def test_a_full_server_says_so() -> None:
    server = make_server(max_users=1)
    join_irc(server, "ann")
    client = connect(server)
    assert "full" in client.ask("NICK bob", "USER bob 0 * :Bob")[-1]
    assert client.closed


def test_who_does_not_finish_is_sent_away(server: Server) -> None:
    client = connect(server)
    client.send("NICK ann")
    server.clock.advance(REGISTRATION_SECONDS + 1)
    assert client.closed


def test_pings(server: Server) -> None:
    ann = join_irc(server, "ann")
    assert ann.ask("PING :two words") == [":chat.test PONG chat.test :two words"]
    assert codes(ann.ask("PING", "PING :")) == ["409", "461"]
