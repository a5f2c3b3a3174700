"""Whatever strangers send, the server answers or closes; nobody else notices, and nothing is left behind."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzzing.invented import IRC_LINE, PLAIN_LINE, fuzzing, no_faults, pieces
from tests.network.chatting import Server, join_irc, join_plain, make_server
from tests.network.irc.reading import account

FIRST = {
    "as it comes": b"",
    "irc": b"NICK fuzz\r\nUSER fuzz 0 * :Fuzz\r\nCAP REQ :message-tags batch draft/multiline labeled-response sasl\r\n"
    b"CAP END\r\nJOIN #room\r\n",
    "an operator": b"NICK fuzz\r\nUSER fuzz 0 * :Fuzz\r\nOPER root password1\r\nJOIN #room\r\n",
    "a person": b"fuzz\n/join #room\n",
    "somebody who is asked for a password": b"fuzz\n/login root\n",
    "sasl": b"CAP REQ sasl\r\nNICK fuzz\r\nUSER fuzz 0 * :Fuzz\r\nAUTHENTICATE SCRAM-SHA-256\r\nAUTHENTICATE "
    + base64.b64encode(b"n,,n=root,r=abc")
    + b"\r\nAUTHENTICATE ",
}
"""How far a conversation has come before it is invented."""


def unharmed(server: Server) -> None:
    """Two honest people talk."""
    ann, bob = join_plain(server, "ann1"), join_irc(server, "bob1", "#lobby")
    ann.send("still here?")
    server.run()
    assert any("still here?" in line for line in bob.lines())
    ann.lose()
    bob.lose()


@pytest.mark.parametrize("first", FIRST)
@fuzzing
@given(data=st.data())
def test_any_conversation_is_answered_or_closed(first: str, data: st.DataObject) -> None:
    server = make_server()
    account(server, "root", "password1")
    with no_faults():
        client = server.connect()
        for piece in data.draw(pieces(IRC_LINE | PLAIN_LINE, FIRST[first])):
            if client.ended:
                break
            client.feed(piece)
        server.wait(1.0, 0.5)
        unharmed(server)
        client.lose()
        server.run()
        # Whoever dropped with an account may have a minute to return.
        server.wait(200.0)
        assert server.left_behind() == []


@fuzzing
@given(data=st.data())
def test_headers_of_relays_are_taken_or_refused(data: st.DataObject) -> None:
    server = make_server()
    with no_faults():
        client = server.connect(door="proxied")
        for piece in data.draw(pieces(IRC_LINE | PLAIN_LINE)):
            if client.ended:
                break
            client.feed(piece)
        client.lose()
        server.wait(200.0)
        unharmed(server)
        assert server.left_behind() == []
