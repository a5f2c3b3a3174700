"""Making an account before the connection is complete, where the server has a password."""

from __future__ import annotations

import pytest

from tests.network.chatting import connect, make_server


@pytest.mark.parametrize(("given", "made"), [("", False), ("PASS open", False), ("PASS sesame", True)])
def test_only_who_knows_the_servers_password_makes_an_account(given: str, made: bool) -> None:
    server = make_server(password="sesame", registration="early")
    client = connect(server).send("CAP LS 302", "NICK mallory")
    if given:
        client.send(given)
    answers = client.ask("REGISTER mallory * pw12345")
    assert any("REGISTER SUCCESS" in line for line in answers) is made, answers
    assert (server.factory.logins.accounts.find("mallory") is not None) is made
    if not made:
        assert any("FAIL REGISTER COMPLETE_CONNECTION_REQUIRED mallory" in line for line in answers), answers


@pytest.mark.parametrize("data", ["é", "=", "AAA", "\U0001f389"])
def test_what_is_not_base64_is_a_failed_login(data: str) -> None:
    server = make_server()
    client = connect(server).send("CAP REQ sasl", "NICK ann", "AUTHENTICATE PLAIN")
    assert any(" 904 " in line for line in client.ask(f"AUTHENTICATE {data}"))
    assert not client.closed
