"""Accounts: AUTHENTICATE (SASL), REGISTER and CERTFP.

Sources: IRCv3 "SASL authentication" 3.1 and 3.2 (https://ircv3.net/specs/extensions/sasl-3.2), RFC 4616 (PLAIN), and
"account-registration", draft.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

from chat.domain.accounts import Account, Answer
from chat.domain.certificates import CHANGED, NO_CERTIFICATE, said_of
from chat.domain.names import Name, NameRefused, check_name, fold
from chat.domain.refused import Refused, Why
from chat.domain.terms import HASH, QUESTION, Asker, Words
from chat.network.irc import numerics as n
from chat.network.irc import sasl
from chat.network.irc.client import IrcClient
from chat.network.irc.rows import command
from chat.network.irc.sasl import CHUNK
from chat.network.irc.unfinished import Exchange
from chat.wire import Message

RESPONSE_BYTES = 4 * CHUNK
"""Longest response: more than the longest password takes in Base64."""

REGISTER_CODES = {
    Why.ACCOUNT_EXISTS: "ACCOUNT_EXISTS",
    Why.NAME_TAKEN: "ACCOUNT_EXISTS",
    Why.BAD_PASSWORD: "UNACCEPTABLE_PASSWORD",
    Why.LOGGED_IN: "ALREADY_AUTHENTICATED",
}
"""What a refusal of a registration is called; anything else is TEMPORARILY_UNAVAILABLE."""


def logged_in(client: IrcClient, account: Account) -> None:
    """RPL_LOGGEDIN."""
    client.numeric(n.RPL_LOGGEDIN, client.person.identity.mask, account.name, account.name)


def password_right(client: IrcClient) -> bool:
    """Whether the client has given the server's password, if there is one."""
    wanted = client.connection.factory.settings.password
    if not wanted or client.registration is None:
        return True
    return hmac.compare_digest(wanted.encode(), (client.registration.password or "").encode())


def abort(client: IrcClient) -> None:
    """The client went on without finishing its exchange."""
    if client.exchange is not None:
        client.exchange = None
        client.numeric(n.ERR_SASLABORTED)


def _sasl_work(asker: Asker, arguments: Sequence[str]) -> float:
    # The name of a mechanism costs nothing; neither does a response that goes on.
    exchange = cast("IrcClient", asker).exchange
    data = arguments[0] if arguments else "*"
    return 0.0 if exchange is None or data == "*" or len(data) >= CHUNK else exchange.apart


@command("AUTHENTICATE", "MECHANISM|DATA", "log in", minimum=1, early=True, lines=0.0, apart=_sasl_work)
def _authenticate(client: IrcClient, message: Message) -> None:
    data = message.params[0]
    if data == "*":
        client.exchange = None
        client.numeric(n.ERR_SASLABORTED)
    elif client.exchange is None:
        _begin(client, data.upper())
    elif len(data) > CHUNK:
        client.exchange = None
        client.numeric(n.ERR_SASLTOOLONG)
    else:
        _collect(client, client.exchange, data)


def _begin(client: IrcClient, mechanism: str) -> None:
    if mechanism in sasl.offered(client).split(","):
        apart = HASH if mechanism == "PLAIN" else QUESTION
        client.exchange = Exchange(partial(MECHANISMS[mechanism], client), apart)
        client.send(b"AUTHENTICATE +\r\n")
    else:
        client.numeric(n.RPL_SASLMECHS, sasl.offered(client))
        sasl.failed(client)


def _collect(client: IrcClient, exchange: Exchange, data: str) -> None:
    exchange.collected += "" if data == "+" else data
    if len(exchange.collected) > RESPONSE_BYTES:
        client.exchange = None
        sasl.failed(client)
    elif len(data) < CHUNK:
        client.exchange = None
        try:
            response = base64.b64decode(exchange.collected, validate=True)
        except ValueError:
            # Not Base64 (also letters beyond ASCII).
            sasl.failed(client)
        else:
            exchange.step(response)


def _plain(client: IrcClient, response: bytes) -> None:
    try:
        parts = response.decode().split("\0")
    except UnicodeDecodeError:
        parts = []
    if len(parts) != 3 or not parts[1] or not parts[2] or fold(parts[0] or parts[1]) != fold(parts[1]):
        sasl.failed(client)
        return
    client.logins.log_in(client.session, parts[1], parts[2], sasl.answering(client))


MECHANISMS: dict[str, Callable[[IrcClient, bytes], None]] = {
    "PLAIN": _plain,
    "SCRAM-SHA-256": sasl.scram_first,
    "EXTERNAL": sasl.external,
}
"""What takes a client's first response, by mechanism."""


@command("REGISTER", "ACCOUNT|* EMAIL|* PASSWORD", "make an account", early=True, words=Words(), apart=HASH)
def _register(client: IrcClient, message: Message) -> None:
    policy = client.connection.factory.settings.registration
    asked = message.params[0] if message.params else "*"
    if len(message.params) < 3:
        client.fail(
            "REGISTER", "NEED_MORE_PARAMS", "", "REGISTER takes an account, an address or *, and a password"
        )
    elif policy == "closed":
        client.fail("REGISTER", "TEMPORARILY_UNAVAILABLE", asked, "Ask an operator for an account")
    elif client.registration is not None and policy != "early":
        client.fail("REGISTER", "COMPLETE_CONNECTION_REQUIRED", asked, "Finish connecting first")
    elif not password_right(client):
        client.fail(
            "REGISTER", "COMPLETE_CONNECTION_REQUIRED", asked, "Give the server's password first: PASS"
        )
    else:
        name = _account_name(client, asked)
        if name is not None:
            _make(client, name, message.params[2])


def _account_name(client: IrcClient, asked: str) -> Name | None:
    if asked == "*":
        name = client.person.name if client.registration is None else client.registration.name
        if name is None:
            client.fail("REGISTER", "NEED_NICK", "*", "Choose a nick first, or name the account")
        return name
    try:
        return check_name(asked)
    except NameRefused as refused:
        client.fail("REGISTER", "BAD_ACCOUNT_NAME", asked, str(refused))
        return None


def _make(client: IrcClient, name: Name, password: str) -> None:
    later = client.suspend()

    def answered(answer: Answer[Account]) -> None:
        with later:
            if isinstance(answer, Refused):
                code = REGISTER_CODES.get(answer.why, "TEMPORARILY_UNAVAILABLE")
                client.fail("REGISTER", code, name.shown, answer.sentence)
                return
            source = client.server_name
            client.send(f":{source} REGISTER SUCCESS {answer.name} :The account is yours\r\n".encode())
            logged_in(client, answer)

    client.logins.register(client.session, name, password, answered)


@command("CERTFP", "ADD|LIST|DROP [FINGERPRINT]", "let certificates log you in", minimum=1, apart=QUESTION)
def _certfp(client: IrcClient, message: Message) -> None:
    word = message.params[0].upper()
    fingerprint = message.params[1] if len(message.params) > 1 else client.connection.certificate_fingerprint
    if word == "LIST":
        listed = client.suspend()

        def shown(answer: Answer[list[str]]) -> None:
            with listed:
                client.tell_sentence(said_of(answer))

        client.logins.certificates(client.session, shown)
    elif word not in ("ADD", "DROP"):
        client.fail("CERTFP", "INVALID_PARAMS", word, "CERTFP takes ADD, LIST or DROP")
    elif fingerprint is None:
        client.fail("CERTFP", "INVALID_PARAMS", word, NO_CERTIFICATE)
    else:
        later = client.suspend()

        def changed(answer: Answer[Account]) -> None:
            with later:
                if isinstance(answer, Refused):
                    client.fail("CERTFP", answer.why.name, word, answer.sentence)
                else:
                    client.tell_sentence(CHANGED[word.lower()])

        change = client.logins.add_certificate if word == "ADD" else client.logins.drop_certificate
        change(client.session, fingerprint, changed)


@command("LOGOUT", "", "log out of your account")
def _logout(client: IrcClient, message: Message) -> None:
    client.logins.log_out(client.session)
    client.numeric(n.RPL_LOGGEDOUT, client.person.identity.mask)
