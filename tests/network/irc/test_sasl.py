"""SASL beyond PLAIN: SCRAM-SHA-256, EXTERNAL with a certificate, and CERTFP."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from scramp import ScramClient, ScramException

from tests.domain.doubles import Answering, MemoryAccounts
from tests.network.chatting import Client, Server, connect, join_irc, join_plain, make_server
from tests.network.irc.reading import account, codes, only

FINGERPRINT = "ab" * 32


@pytest.fixture
def client(server: Server) -> Client:
    """A connection that negotiates, and an account carl with the password sesame."""
    account(server, "carl")
    client = connect(server).send("CAP LS 302", "CAP REQ :sasl", "NICK carl", "USER carl 0 * :Carl")
    client.lines()
    return client


def said(lines: list[str]) -> str:
    """What the server says in its AUTHENTICATE."""
    (line,) = lines
    word, data = line.split(" ")
    assert word == "AUTHENTICATE"
    return b64decode(data).decode()


def typed(text: str) -> str:
    """What the client says in its AUTHENTICATE."""
    return f"AUTHENTICATE {b64encode(text.encode()).decode()}"


def prove(client: Client, name: str, password: str) -> list[str]:
    """Log in with a proof; returns what the proof is answered with."""
    assert client.ask("AUTHENTICATE scram-sha-256") == ["AUTHENTICATE +"]
    scram = ScramClient(["SCRAM-SHA-256"], name, password)
    scram.set_server_first(said(client.ask(typed(scram.get_client_first()))))
    lines = client.ask(typed(scram.get_client_final()))
    if codes(lines) == ["AUTHENTICATE"]:
        scram.set_server_final(said(lines))
        lines = client.ask("AUTHENTICATE +")
    return lines


def test_a_proof_logs_in(server: Server, client: Client) -> None:
    assert codes(prove(client, "CARL", "sesame")) == ["900", "903"]
    assert codes(client.ask("CAP END"))[0] == "001"
    assert only(join_irc(server, "ann").ask("WHOIS carl"), "330")


@pytest.mark.parametrize(("name", "password"), [("carl", "wrong"), ("nobody", "sesame")])
def test_a_wrong_proof_fails_and_may_be_tried_again(client: Client, name: str, password: str) -> None:
    assert codes(prove(client, name, password)) == ["904"]
    assert codes(prove(client, "carl", "sesame")) == ["900", "903"]


def test_a_server_that_does_not_know_the_password_cannot_pretend_to() -> None:
    # The client's side of what the server's last message is for.
    scram = ScramClient(["SCRAM-SHA-256"], "carl", "sesame")
    first = scram.get_client_first()
    nonce = first.rpartition("r=")[2]
    scram.set_server_first(f"r={nonce}xyz,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
    scram.get_client_final()
    with pytest.raises(ScramException):
        scram.set_server_final("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")


@pytest.mark.parametrize(
    "data", ["+", "bm9uc2Vuc2U=", b64encode(b"\xff").decode(), b64encode(b"n,,n=carl").decode()]
)
def test_what_is_no_first_message_fails(client: Client, data: str) -> None:
    assert codes(client.ask("AUTHENTICATE SCRAM-SHA-256", f"AUTHENTICATE {data}")) == ["AUTHENTICATE", "904"]


@pytest.mark.parametrize("data", ["+", "bm9uc2Vuc2U=", b64encode(b"\xff").decode()])
def test_what_is_no_proof_fails(client: Client, data: str) -> None:
    scram = ScramClient(["SCRAM-SHA-256"], "carl", "sesame")
    client.ask("AUTHENTICATE SCRAM-SHA-256", typed(scram.get_client_first()))
    assert codes(client.ask(f"AUTHENTICATE {data}")) == ["904"]


def test_proofs_are_limited_like_passwords(client: Client) -> None:
    for _ in range(3):
        assert codes(prove(client, "carl", "wrong")) == ["904"]
    client.ask("AUTHENTICATE SCRAM-SHA-256")
    lines = client.ask(typed(ScramClient(["SCRAM-SHA-256"], "carl", "x").get_client_first()))
    assert "Too many passwords were tried" in lines[0]
    assert codes(lines)[-1] == "904"


def test_a_proof_of_an_account_that_is_gone_meanwhile_fails(server: Server, client: Client) -> None:
    accounts = server.directory.claims.accounts
    assert isinstance(accounts, MemoryAccounts)
    client.ask("AUTHENTICATE SCRAM-SHA-256")
    scram = ScramClient(["SCRAM-SHA-256"], "carl", "sesame")
    scram.set_server_first(said(client.ask(typed(scram.get_client_first()))))
    said(client.ask(typed(scram.get_client_final())))
    accounts.drop("carl")
    assert codes(client.ask("AUTHENTICATE +")) == ["904"]


def test_who_is_gone_when_the_answer_comes_is_gone(server: Server, client: Client) -> None:
    accounts = server.directory.claims.accounts
    assert isinstance(accounts, MemoryAccounts)
    accounts.answering = Answering.LATE
    client.ask("AUTHENTICATE SCRAM-SHA-256")
    client.ask(typed(ScramClient(["SCRAM-SHA-256"], "carl", "sesame").get_client_first()))
    client.lose()
    accounts.answer()
    assert server.left_behind() == []


# certificates


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody's connection has shown the same certificate."""
    monkeypatch.setattr("chat.network.listener.ChatProtocol.certificate_fingerprint", FINGERPRINT)


def test_without_a_certificate_external_is_not_offered(client: Client) -> None:
    lines = client.ask("AUTHENTICATE EXTERNAL")
    assert codes(lines) == ["908", "904"]
    assert "EXTERNAL" not in lines[0]


@pytest.mark.usefixtures("shown")
def test_a_certificate_that_was_added_logs_in(server: Server) -> None:
    account(server, "carl")
    carl = join_irc(server, "carl2", caps="sasl")
    assert codes(carl.ask("CERTFP ADD"))[-1] == "FAIL"
    carl.ask("AUTHENTICATE PLAIN", typed("\0carl\0sesame"))
    assert "EXTERNAL logs you in" in carl.ask("CERTFP ADD")[-1]
    assert FINGERPRINT in carl.ask("CERTFP LIST")[-1]
    other = connect(server).send("CAP LS 302")
    assert any("SCRAM-SHA-256,EXTERNAL" in line for line in other.lines())
    for data, answer in (("+", ["900", "903"]), (b64encode(b"carl").decode(), ["900", "903"])):
        assert codes(other.ask("AUTHENTICATE EXTERNAL", f"AUTHENTICATE {data}"))[1:] == answer
    wrong = b64encode(b"somebody").decode()
    assert codes(other.ask("AUTHENTICATE EXTERNAL", f"AUTHENTICATE {wrong}"))[1:] == ["904"]
    assert "no more" in carl.ask("CERTFP DROP")[-1]
    assert codes(other.ask("AUTHENTICATE EXTERNAL", "AUTHENTICATE +"))[1:] == ["904"]


@pytest.mark.usefixtures("shown")
def test_people_add_certificates_too() -> None:
    server = make_server()
    account(server, "carl")
    person = join_plain(server, "someone")
    assert "not logged in" in person.ask("/certfp add")[-1]
    person.ask("/login carl sesame")
    assert "EXTERNAL logs you in" in person.ask("/certfp add")[-1]
    assert FINGERPRINT in person.ask("/certfp list")[-1]
    assert "opens nothing of yours" in person.ask(f"/certfp drop {'cd' * 32}")[-1]
    assert "64 hexadecimal digits" in person.ask("/certfp drop xyz")[-1]
    assert "no more" in person.ask(f"/certfp drop {':'.join(['AB'] * 32)}")[-1]
    assert "No certificate" in person.ask("/certfp")[-1]
    assert "/certfp add, /certfp list" in person.ask("/certfp dance")[-1]
