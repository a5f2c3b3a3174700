"""SASL mechanisms besides PLAIN: SCRAM-SHA-256, and EXTERNAL with a client certificate.

Sources: RFC 5802 and 7677 (SCRAM), RFC 4422 appendix A (EXTERNAL), IRCv3 "SASL authentication" 3.2.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

from chat.domain import scram
from chat.domain.accounts import Account, Answer, Proof
from chat.domain.names import fold
from chat.domain.refused import Refused, Why
from chat.network.irc import numerics as n
from chat.network.irc.client import IrcClient
from chat.network.irc.unfinished import Exchange, Step

CHUNK = 400
"""Bytes of one AUTHENTICATE; a shorter one is the last."""


def offered(client: IrcClient) -> str:
    """The mechanisms that this client can use, as CAP LS and RPL_SASLMECHS have them."""
    external = ",EXTERNAL" if client.connection.certificate_fingerprint else ""
    return f"PLAIN,{scram.MECHANISM}{external}"


def challenge(client: IrcClient, text: str, step: Step) -> None:
    """Send a message of the server, and have the client's answer go on with `step`."""
    data = base64.b64encode(text.encode())
    for start in range(0, len(data) + 1, CHUNK):
        client.send(b"AUTHENTICATE " + (data[start : start + CHUNK] or b"+") + b"\r\n")
    client.exchange = Exchange(step)


def failed(client: IrcClient, refused: Refused | None = None) -> None:
    """The client is not logged in; why is said only to who may know."""
    if refused is not None and refused.why in (Why.LIMIT, Why.SERVER_BANNED):
        client.tell_sentence(refused.sentence)
    client.numeric(n.ERR_SASLFAIL)


def succeeded(client: IrcClient, account: Account) -> None:
    """The client is logged in."""
    client.numeric(n.RPL_LOGGEDIN, client.person.identity.mask, account.name, account.name)
    client.numeric(n.RPL_SASLSUCCESS)
    if client.registration is None:
        client.logins.deliver(client.session)


def answering(client: IrcClient) -> Callable[[Answer[Account]], None]:
    """What tells the client how logging in ended; until then, what else it is answered waits."""
    later = client.suspend()

    def answered(answer: Answer[Account]) -> None:
        with later:
            if isinstance(answer, Refused):
                failed(client, answer)
            else:
                succeeded(client, answer)

    return answered


def scram_first(client: IrcClient, response: bytes) -> None:
    """The client's first message: who it is."""
    try:
        message = response[: scram.MESSAGE_BYTES].decode()
        name = scram.name_in(message)
    except (UnicodeDecodeError, scram.ScramFailed):
        failed(client)
        return
    later = client.suspend()

    def found(answer: Answer[Proof]) -> None:
        with later:
            if isinstance(answer, Refused):
                failed(client, answer)
                return
            exchange = scram.Exchange(answer.verifier)
            try:
                text = exchange.first(message)
            except scram.ScramFailed:
                failed(client)
                return
            challenge(client, text, lambda response: _scram_final(client, response, exchange, answer))

    client.logins.find_proof(client.session, name, found)


def _scram_final(client: IrcClient, response: bytes, exchange: scram.Exchange, proof: Proof) -> None:
    try:
        text = exchange.final(response[: scram.MESSAGE_BYTES].decode())
    except (UnicodeDecodeError, scram.ScramFailed):
        failed(client)
        return
    # The client checks that this is the server that it knows, and says so with an empty message.
    challenge(client, text, lambda _: client.logins.prove(client.session, proof, answering(client)))


def external(client: IrcClient, response: bytes) -> None:
    """The client names the account, or nobody, and has shown a certificate."""
    fingerprint = client.connection.certificate_fingerprint
    if not fingerprint:
        failed(client)
        return
    try:
        name = fold(response.decode())
    except UnicodeDecodeError:
        failed(client)
        return
    client.logins.log_in_by_certificate(client.session, name, fingerprint, answering(client))
