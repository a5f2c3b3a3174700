"""AUTHENTICATE (SASL PLAIN), REGISTER and LOGOUT."""

from base64 import b64encode

import pytest

from chat.network.irc.sasl import CHUNK
from tests.network.chatting import Client, Server, connect, join_irc, make_server
from tests.network.irc.reading import account, arguments, bare, codes, only


def plain(*parts: str) -> str:
    """The response of the mechanism PLAIN."""
    return b64encode("\0".join(parts).encode()).decode()


@pytest.fixture
def client(server: Server) -> Client:
    """A connection that negotiates, and an account carl with the password sesame."""
    account(server, "carl")
    client = connect(server).send("CAP LS 302", "CAP REQ :sasl", "NICK carl", "USER carl 0 * :Carl")
    client.lines()
    return client


def test_logging_in_while_connecting(server: Server, client: Client) -> None:
    assert client.ask("AUTHENTICATE plain") == ["AUTHENTICATE +"]
    lines = client.ask(f"AUTHENTICATE {plain('', 'CARL', 'sesame')}")
    assert codes(lines) == ["900", "903"]
    assert arguments(lines[0])[1] == "carl"
    assert codes(client.ask("CAP END"))[0] == "001"
    assert only(join_irc(server, "ann").ask("WHOIS carl"), "330")


def test_logging_in_later(server: Server) -> None:
    account(server, "carl")
    ann = join_irc(server, "ann")
    lines = ann.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('carl', 'carl', 'sesame')}")
    assert codes(lines) == ["AUTHENTICATE", "900", "903"]
    assert ann.ask("NICK carl") == [":ann!ann@host NICK carl"]


@pytest.mark.parametrize(
    "data",
    [
        plain("", "carl", "wrong"),
        plain("", "nobody", "sesame"),
        plain("other", "carl", "sesame"),
        plain("", "", "sesame"),
        plain("", "carl", ""),
        plain("carl", "sesame"),
        "not=base64!",
        b64encode(b"\0carl\0\xff").decode(),
        "+",
    ],
)
def test_what_fails(client: Client, data: str) -> None:
    assert codes(client.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {data}")) == ["AUTHENTICATE", "904"]
    # And may be tried again.
    assert codes(client.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('', 'carl', 'sesame')}"))[-1] == "903"


def test_mechanisms_that_are_not_there(client: Client) -> None:
    lines = client.ask("AUTHENTICATE EXTERNAL")
    assert codes(lines) == ["908", "904"]
    assert arguments(lines[0])[0] == "PLAIN,SCRAM-SHA-256"
    assert codes(client.ask("AUTHENTICATE")) == ["461"]


def test_giving_up(client: Client) -> None:
    assert codes(client.ask("AUTHENTICATE PLAIN", "AUTHENTICATE *")) == ["AUTHENTICATE", "906"]
    assert codes(client.ask("AUTHENTICATE PLAIN", "CAP END"))[:2] == ["AUTHENTICATE", "906"]


def test_a_long_password_comes_in_pieces(server: Server) -> None:
    long = "p" * 600
    account(server, "carl", long)
    data = plain("", "carl", long)
    pieces = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
    assert len(pieces) == 3
    client = connect(server)
    lines = client.ask("NICK carl", "AUTHENTICATE PLAIN", *(f"AUTHENTICATE {piece}" for piece in pieces))
    assert codes(lines) == ["AUTHENTICATE", "900", "903"]


def test_a_response_of_whole_pieces_ends_with_plus(server: Server) -> None:
    password = "p" * (300 - len("\0carl\0"))
    account(server, "carl", password)
    data = plain("", "carl", password)
    assert len(data) == CHUNK
    client = connect(server)
    assert codes(client.ask("NICK carl", "AUTHENTICATE PLAIN", f"AUTHENTICATE {data}")) == ["AUTHENTICATE"]
    assert codes(client.ask("AUTHENTICATE +")) == ["900", "903"]


def test_what_is_too_long(client: Client) -> None:
    assert codes(client.ask("AUTHENTICATE PLAIN", "AUTHENTICATE " + "A" * (CHUNK + 1)))[-1] == "905"
    client.ask("AUTHENTICATE PLAIN")
    lines = [line for _ in range(5) for line in client.ask("AUTHENTICATE " + "A" * CHUNK)]
    assert codes(lines) == ["904"]


def test_passwords_cannot_be_guessed_at_any_speed(client: Client) -> None:
    for _ in range(3):
        client.send("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('', 'carl', 'wrong')}")
    lines = client.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('', 'carl', 'sesame')}")
    assert codes(lines) == ["AUTHENTICATE", "NOTICE", "904"]
    assert "Try again in" in lines[1]


# REGISTER


def test_making_an_account(server: Server) -> None:
    ann = join_irc(server, "ann", caps="labeled-response batch")
    lines = ann.ask("@label=1 REGISTER * * sesame")
    assert bare(lines[1:2]) == [":chat.test REGISTER SUCCESS ann :The account is yours"]
    assert "900" in codes(lines)
    ann.send("QUIT")
    assert codes(connect(server).ask("NICK ann", "USER a 0 * :A")) == ["433"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("REGISTER", "NEED_MORE_PARAMS"),
        ("REGISTER * *", "NEED_MORE_PARAMS"),
        ("REGISTER carl * sesame", "ACCOUNT_EXISTS"),
        ("REGISTER bob * sesame", "ACCOUNT_EXISTS"),
        ("REGISTER a,b * sesame", "BAD_ACCOUNT_NAME"),
        ("REGISTER * * x", "UNACCEPTABLE_PASSWORD"),
    ],
)
def test_accounts_that_cannot_be(server: Server, line: str, code: str) -> None:
    account(server, "carl")
    join_irc(server, "bob")
    ann = join_irc(server, "ann")
    (answer,) = ann.ask(line)
    assert answer.startswith(f":chat.test FAIL REGISTER {code} ")


def test_nobody_registers_twice(server: Server) -> None:
    ann = join_irc(server, "ann")
    ann.send("REGISTER * * sesame")
    (answer,) = ann.ask("REGISTER other * sesame")
    assert " FAIL REGISTER ALREADY_AUTHENTICATED other :" in answer


@pytest.mark.parametrize(
    ("policy", "code"), [("open", "COMPLETE_CONNECTION_REQUIRED"), ("closed", "TEMPORARILY_UNAVAILABLE")]
)
def test_making_an_account_while_connecting(policy: str, code: str) -> None:
    client = connect(make_server(registration=policy))
    assert f"REGISTER {code} *" in client.ask("CAP LS 302", "NICK ann", "REGISTER * * sesame")[-1]


def test_making_an_account_while_connecting_if_that_is_allowed() -> None:
    server = make_server(registration="early")
    client = connect(server)
    assert " FAIL REGISTER NEED_NICK * :" in client.ask("CAP REQ :sasl", "REGISTER * * sesame")[-1]
    lines = client.ask("NICK ann", "USER ann 0 * :Ann", "REGISTER * * sesame")
    assert codes(lines) == ["REGISTER", "900"]
    assert codes(client.ask("CAP END"))[0] == "001"


def test_logging_out_when_not_logged_in(server: Server) -> None:
    (line,) = join_irc(server, "ann").ask("LOGOUT")
    assert line.startswith(":chat.test FAIL LOGOUT NOT_LOGGED_IN :")


def test_clients_without_sasl_log_in_with_pass(server: Server) -> None:
    account(server, "carl")
    lines = connect(server).ask("PASS carl:sesame", "NICK carl", "USER c 0 * :Carl")
    assert codes(lines)[:2] == ["900", "001"]
    assert server.directory.find("carl").account == "carl"
    lines = connect(server).ask("PASS carl:wrong", "NICK eve", "USER e 0 * :e")
    assert codes(lines)[:2] == ["NOTICE", "001"]
    assert server.directory.find("eve").account is None


def logged_in(server: Server) -> Client:
    """A client that is logged in as carl."""
    return connect(server).send("PASS carl:sesame", "NICK carl", "USER c 0 * :Carl")


def test_who_drops_and_comes_back_is_where_he_was(server: Server) -> None:
    account(server, "carl")
    carl = logged_in(server).send("JOIN #a")
    join_irc(server, "bob", "#a")
    carl.lose()
    lines = logged_in(server).lines()
    assert ":carl!c@host JOIN #a" in lines
    assert arguments(only(lines, "353")[0])[-1] == "@carl bob"


def test_the_rooms_of_an_account_are_its_own_until_it_leaves_them(server: Server) -> None:
    account(server, "carl")
    bob = join_irc(server, "bob", "#a")
    logged_in(server).send("JOIN #a,#b", "PART #b", "QUIT")
    assert codes(bob.lines()) == ["JOIN", "QUIT"]
    assert only(logged_in(server).lines(), "JOIN") == [":carl!c@host JOIN #a"]
    assert codes(bob.lines()) == ["JOIN"]
