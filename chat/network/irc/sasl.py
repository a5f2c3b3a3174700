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


def offered(session: IrcClient) -> str:
    """The mechanisms that this client can use, as CAP LS and RPL_SASLMECHS have them."""
    external = ",EXTERNAL" if session.connection.certificate_fingerprint else ""
    return f"PLAIN,{scram.MECHANISM}{external}"


def challenge(session: IrcClient, text: str, step: Step) -> None:
    """Send a message of the server, and have the client's answer go on with `step`."""
    data = base64.b64encode(text.encode())
    for start in range(0, len(data) + 1, CHUNK):
        session.send(b"AUTHENTICATE " + (data[start : start + CHUNK] or b"+") + b"\r\n")
    session.exchange = Exchange(step)


def failed(session: IrcClient, refused: Refused | None = None) -> None:
    """The client is not logged in; why is said only to who may know."""
    if refused is not None and refused.why in (Why.LIMIT, Why.SERVER_BANNED):
        session.tell_sentence(refused.sentence)
    session.numeric(n.ERR_SASLFAIL)


def succeeded(session: IrcClient, account: Account) -> None:
    """The client is logged in."""
    session.numeric(n.RPL_LOGGEDIN, session.user.identity.mask, account.name, account.name)
    session.numeric(n.RPL_SASLSUCCESS)
    if session.registration is None:
        session.logins.deliver(session.user)


def answering(session: IrcClient) -> Callable[[Answer[Account]], None]:
    """What tells the client how logging in ended; until then, what else it is answered waits."""
    later = session.suspend()

    def answered(answer: Answer[Account]) -> None:
        with later:
            if isinstance(answer, Refused):
                failed(session, answer)
            else:
                succeeded(session, answer)

    return answered


def scram_first(session: IrcClient, response: bytes) -> None:
    """The client's first message: who it is."""
    try:
        message = response[: scram.MESSAGE_BYTES].decode()
        name = scram.name_in(message)
    except (UnicodeDecodeError, scram.ScramFailed):
        failed(session)
        return
    later = session.suspend()

    def found(answer: Answer[Proof]) -> None:
        with later:
            if isinstance(answer, Refused):
                failed(session, answer)
                return
            exchange = scram.Exchange(answer.verifier)
            try:
                text = exchange.first(message)
            except scram.ScramFailed:
                failed(session)
                return
            challenge(session, text, lambda response: _scram_final(session, response, exchange, answer))

    session.logins.find_proof(session.user, name, found)


def _scram_final(session: IrcClient, response: bytes, exchange: scram.Exchange, proof: Proof) -> None:
    try:
        text = exchange.final(response[: scram.MESSAGE_BYTES].decode())
    except (UnicodeDecodeError, scram.ScramFailed):
        failed(session)
        return
    # The client checks that this is the server that it knows, and says so with an empty message.
    challenge(session, text, lambda _: session.logins.prove(session.user, proof, answering(session)))


def external(session: IrcClient, response: bytes) -> None:
    """The client names the account, or nobody, and has shown a certificate."""
    fingerprint = session.connection.certificate_fingerprint
    if not fingerprint:
        failed(session)
        return
    try:
        name = fold(response.decode())
    except UnicodeDecodeError:
        failed(session)
        return
    session.logins.log_in_by_certificate(session.user, name, fingerprint, answering(session))
