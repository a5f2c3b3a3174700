"""AUTHENTICATE, REGISTER and LOGOUT."""

import base64

import pytest

from tests.network.chatting import Client, Server, connect, join_irc, make_server
from tests.network.irc.lines import codes, params


@pytest.fixture
def server() -> Server:
    server = make_server()
    server.factory.logins.accounts.add("ann", "sesame")  # type: ignore[attr-defined]
    return server


def plain(name: str, password: str, authority: str = "") -> str:
    """A SASL PLAIN response."""
    return base64.b64encode(f"{authority}\0{name}\0{password}".encode()).decode()


def program(server: Server) -> Client:
    """A connection that speaks IRC, and has said nothing else."""
    client = connect(server).send("CAP LS")
    client.lines()
    return client


def logged_in(server: Server, nick: str = "ann", caps: str = "sasl") -> Client:
    """A client that is logged in as ann."""
    client = connect(server)
    client.send(f"CAP REQ :{caps}", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('ann', 'sesame')}")
    client.send(f"NICK {nick}", "USER a 0 * :Ann", "CAP END")
    client.lines()
    return client


def test_logging_in_before_and_after_being_welcomed(server: Server) -> None:
    client = program(server)
    assert client.ask("AUTHENTICATE PLAIN") == ["AUTHENTICATE +"]
    lines = client.ask(f"AUTHENTICATE {plain('ann', 'sesame')}")
    assert codes(lines) == ["900", "903"]
    assert params(lines, "900")[0][2] == "ann"
    late = join_irc(server, "late")
    assert codes(late.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('ann', 'sesame', 'ANN')}"))[1:] == [
        "900",
        "903",
    ]
    assert server.directory.find("late").account == "ann"


@pytest.mark.parametrize(
    "response",
    [
        plain("ann", "wrong"),
        plain("nobody", "sesame"),
        plain("ann", "sesame", "bob"),
        plain("", "x"),
        plain("ann", ""),
        "!!!",
        "AAAA",
    ],
)
def test_what_is_wrong_fails_and_may_be_tried_again(server: Server, response: str) -> None:
    client = program(server)
    assert codes(client.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {response}")) == ["AUTHENTICATE", "904"]
    assert codes(client.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('ann', 'sesame')}"))[-1] == "903"


def test_other_mechanisms_abortion_and_too_much(server: Server) -> None:
    client = program(server)
    assert codes(client.ask("AUTHENTICATE SCRAM-SHA-256")) == ["908", "904"]
    assert codes(client.ask("AUTHENTICATE PLAIN", "AUTHENTICATE *")) == ["AUTHENTICATE", "906"]
    assert codes(client.ask("AUTHENTICATE PLAIN", "AUTHENTICATE " + "A" * 401)) == ["AUTHENTICATE", "905"]
    chunks = ["AUTHENTICATE " + "A" * 400] * 5
    assert codes(client.ask("AUTHENTICATE PLAIN", *chunks)) == ["AUTHENTICATE", "904"]


def test_long_responses_come_in_chunks(server: Server) -> None:
    password = "x" * 290
    server.factory.logins.accounts.add("bob", password)  # type: ignore[attr-defined]
    response = plain("bob", password, "bob")
    assert len(response) == 400
    client = program(server)
    client.send("AUTHENTICATE PLAIN", f"AUTHENTICATE {response}")
    assert codes(client.ask("AUTHENTICATE +")) == ["900", "903"]


def test_going_on_without_finishing_aborts(server: Server) -> None:
    client = connect(server)
    client.send("CAP LS 302", "AUTHENTICATE PLAIN", "NICK bob", "USER b 0 * :b")
    assert codes(client.ask("CAP END"))[:2] == ["906", "001"]


def test_too_many_attempts_are_refused(server: Server) -> None:
    client = program(server)
    for _ in range(3):
        client.send("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('ann', 'wrong')}")
    answer = client.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('ann', 'sesame')}")
    assert codes(answer) == ["AUTHENTICATE", "NOTICE", "904"]
    assert "Try again in" in answer[1]


def test_a_name_of_an_account_is_its_owners(server: Server) -> None:
    eve = connect(server)
    (line,) = eve.ask("NICK ann", "USER e 0 * :e")
    assert codes([line]) == ["433"]
    assert "belongs to an account" in line
    logged_in(server)
    assert server.directory.find("ann").account == "ann"


def test_registering(server: Server) -> None:
    bob = join_irc(server, "bob", caps="draft/account-registration")
    lines = bob.ask("REGISTER * * secret")
    assert lines[0].startswith(":chat.test REGISTER SUCCESS bob :")
    assert codes(lines) == ["REGISTER", "900"]
    assert server.directory.find("bob").account == "bob"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("REGISTER ann * secret", "ACCOUNT_EXISTS"),
        ("REGISTER taken * secret", "ACCOUNT_EXISTS"),
        ("REGISTER #x * secret", "BAD_ACCOUNT_NAME"),
        ("REGISTER * * x", "UNACCEPTABLE_PASSWORD"),
        ("REGISTER *", "NEED_MORE_PARAMS"),
    ],
)
def test_what_cannot_be_registered(server: Server, line: str, code: str) -> None:
    join_irc(server, "taken")
    assert params(join_irc(server, "bob").ask(line), "FAIL")[0][:2] == ["REGISTER", code]


def test_registering_while_connecting_is_the_operators_choice(server: Server) -> None:
    client = connect(server)
    assert (
        params(client.ask("NICK bob", "REGISTER * * secret"), "FAIL")[0][1] == "COMPLETE_CONNECTION_REQUIRED"
    )
    server.settings.registration = "early"
    assert (
        params(connect(server).ask("CAP LS 302"), "CAP")[0][-1].count("before-connect,custom-account-name")
        == 1
    )
    assert params(connect(server).ask("CAP LS", "REGISTER * * secret"), "FAIL")[0][1] == "NEED_NICK"
    assert codes(client.ask("REGISTER * * secret")) == ["REGISTER", "900"]
    server.settings.registration = "closed"
    assert (
        params(join_irc(server, "eve").ask("REGISTER * * secret"), "FAIL")[0][1] == "TEMPORARILY_UNAVAILABLE"
    )
    assert "account-registration" not in " ".join(connect(server).ask("CAP LS 302"))


def test_a_long_password_may_be_registered_although_its_line_is_too_long(server: Server) -> None:
    assert codes(join_irc(server, "bob").ask("REGISTER * * " + "x" * 900))[0] == "REGISTER"
    assert codes(join_irc(server, "eve").ask("REGISTER * * " + "x" * 2000)) == ["417"]


def test_logging_out(server: Server) -> None:
    ann = logged_in(server, "other")
    assert codes(ann.ask("LOGOUT")) == ["901"]
    assert server.directory.find("other").account is None
    assert params(ann.ask("LOGOUT"), "FAIL")[0][:2] == ["LOGOUT", "NOT_LOGGED_IN"]


def test_who_drops_and_comes_back_is_where_he_was(server: Server) -> None:
    ann = logged_in(server)
    ann.send("JOIN #a")
    join_irc(server, "bob", "#a")
    ann.lose()
    again = connect(server)
    again.send("CAP REQ :sasl", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('ann', 'sesame')}")
    lines = again.ask("NICK ann", "USER a 0 * :Ann", "CAP END")
    assert [row[0] for row in params(lines, "JOIN")] == ["#a"]
    assert params(lines, "353") == [["ann", "=", "#a", "bob @ann"]]


def test_who_says_goodbye_is_not_put_back(server: Server) -> None:
    ann = logged_in(server)
    ann.send("JOIN #a", "QUIT")
    assert "319" not in codes(logged_in(server).ask("WHOIS ann"))


def test_a_second_connection_stands_beside_a_live_one(server: Server) -> None:
    first = logged_in(server)
    second = logged_in(server)
    assert not first.closed
    assert {"ann", "ann2"} <= set(server.directory.users)
    assert codes(second.ask("PING x")) == ["PONG"]


def test_a_silent_connection_is_asked_whether_it_is_alive(server: Server) -> None:
    first = logged_in(server)
    server.wait(30)
    first.lines()
    second = connect(server)
    second.send("CAP REQ :sasl", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('ann', 'sesame')}")
    assert "001" not in codes(second.ask("NICK ann", "USER a 0 * :Ann", "CAP END"))
    assert codes(first.lines()) == ["PING"]
    first.send("PONG :chat.test")
    server.wait(5)
    assert params(second.lines(), "001")[0][0] == "ann2"
    assert not first.closed


def test_a_dead_connection_gives_way(server: Server) -> None:
    first = logged_in(server)
    server.wait(30)
    second = connect(server)
    second.send("CAP REQ :sasl", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('ann', 'sesame')}")
    second.send("NICK ann", "USER a 0 * :Ann", "CAP END")
    server.wait(5)
    assert params(second.lines(), "001")[0][0] == "ann"
    assert first.closed
