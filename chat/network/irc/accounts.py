"""Accounts: AUTHENTICATE (SASL), REGISTER and CERTFP.

Sources: IRCv3 "SASL authentication" 3.1 and 3.2 (https://ircv3.net/specs/extensions/sasl-3.2), RFC 4616 (PLAIN), and
"account-registration", draft.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from functools import partial

from chat.domain.accounts import Account, Answer
from chat.domain.certificates import CHANGED, NO_CERTIFICATE, said_of
from chat.domain.names import Name, NameRefused, check_name, fold
from chat.domain.refused import Refused, Why
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


def logged_in(session: IrcClient, account: Account) -> None:
    """RPL_LOGGEDIN."""
    session.numeric(n.RPL_LOGGEDIN, session.user.identity.mask, account.name, account.name)


def password_right(session: IrcClient) -> bool:
    """Whether the client has given the server's password, if there is one."""
    wanted = session.connection.factory.settings.password
    if not wanted or session.registration is None:
        return True
    return hmac.compare_digest(wanted.encode(), (session.registration.password or "").encode())


def abort(session: IrcClient) -> None:
    """The client went on without finishing its exchange."""
    if session.exchange is not None:
        session.exchange = None
        session.numeric(n.ERR_SASLABORTED)


@command("AUTHENTICATE", "MECHANISM|DATA", "log in", minimum=1, early=True)
def _authenticate(session: IrcClient, message: Message) -> None:
    data = message.params[0]
    if data == "*":
        session.exchange = None
        session.numeric(n.ERR_SASLABORTED)
    elif session.exchange is None:
        _begin(session, data.upper())
    elif len(data) > CHUNK:
        session.exchange = None
        session.numeric(n.ERR_SASLTOOLONG)
    else:
        _collect(session, session.exchange, data)


def _begin(session: IrcClient, mechanism: str) -> None:
    if mechanism in sasl.offered(session).split(","):
        session.exchange = Exchange(partial(MECHANISMS[mechanism], session))
        session.send(b"AUTHENTICATE +\r\n")
    else:
        session.numeric(n.RPL_SASLMECHS, sasl.offered(session))
        sasl.failed(session)


def _collect(session: IrcClient, exchange: Exchange, data: str) -> None:
    exchange.collected += "" if data == "+" else data
    if len(exchange.collected) > RESPONSE_BYTES:
        session.exchange = None
        sasl.failed(session)
    elif len(data) < CHUNK:
        session.exchange = None
        try:
            response = base64.b64decode(exchange.collected, validate=True)
        except ValueError:
            # Not Base64 (also letters beyond ASCII).
            sasl.failed(session)
        else:
            exchange.step(response)


def _plain(session: IrcClient, response: bytes) -> None:
    try:
        parts = response.decode().split("\0")
    except UnicodeDecodeError:
        parts = []
    if len(parts) != 3 or not parts[1] or not parts[2] or fold(parts[0] or parts[1]) != fold(parts[1]):
        sasl.failed(session)
        return
    session.logins.log_in(session.user, parts[1], parts[2], sasl.answering(session))


MECHANISMS: dict[str, Callable[[IrcClient, bytes], None]] = {
    "PLAIN": _plain,
    "SCRAM-SHA-256": sasl.scram_first,
    "EXTERNAL": sasl.external,
}
"""What takes a client's first response, by mechanism."""


@command("REGISTER", "ACCOUNT|* EMAIL|* PASSWORD", "make an account", early=True)
def _register(session: IrcClient, message: Message) -> None:
    policy = session.connection.factory.settings.registration
    asked = message.params[0] if message.params else "*"
    if len(message.params) < 3:
        session.fail(
            "REGISTER", "NEED_MORE_PARAMS", "", "REGISTER takes an account, an address or *, and a password"
        )
    elif policy == "closed":
        session.fail("REGISTER", "TEMPORARILY_UNAVAILABLE", asked, "Ask an operator for an account")
    elif session.registration is not None and policy != "early":
        session.fail("REGISTER", "COMPLETE_CONNECTION_REQUIRED", asked, "Finish connecting first")
    elif not password_right(session):
        session.fail(
            "REGISTER", "COMPLETE_CONNECTION_REQUIRED", asked, "Give the server's password first: PASS"
        )
    else:
        name = _account_name(session, asked)
        if name is not None:
            _make(session, name, message.params[2])


def _account_name(session: IrcClient, asked: str) -> Name | None:
    if asked == "*":
        name = session.user.name if session.registration is None else session.registration.name
        if name is None:
            session.fail("REGISTER", "NEED_NICK", "*", "Choose a nick first, or name the account")
        return name
    try:
        return check_name(asked)
    except NameRefused as refused:
        session.fail("REGISTER", "BAD_ACCOUNT_NAME", asked, str(refused))
        return None


def _make(session: IrcClient, name: Name, password: str) -> None:
    later = session.suspend()

    def answered(answer: Answer[Account]) -> None:
        with later:
            if isinstance(answer, Refused):
                code = REGISTER_CODES.get(answer.why, "TEMPORARILY_UNAVAILABLE")
                session.fail("REGISTER", code, name.shown, answer.sentence)
                return
            source = session.server_name
            session.send(f":{source} REGISTER SUCCESS {answer.name} :The account is yours\r\n".encode())
            logged_in(session, answer)

    session.logins.register(session.user, name, password, answered)


@command("CERTFP", "ADD|LIST|DROP [FINGERPRINT]", "let certificates log you in", minimum=1)
def _certfp(session: IrcClient, message: Message) -> None:
    word = message.params[0].upper()
    fingerprint = message.params[1] if len(message.params) > 1 else session.connection.certificate_fingerprint
    if word == "LIST":
        listed = session.suspend()

        def shown(answer: Answer[list[str]]) -> None:
            with listed:
                session.tell_sentence(said_of(answer))

        session.logins.certificates(session.user, shown)
    elif word not in ("ADD", "DROP"):
        session.fail("CERTFP", "INVALID_PARAMS", word, "CERTFP takes ADD, LIST or DROP")
    elif fingerprint is None:
        session.fail("CERTFP", "INVALID_PARAMS", word, NO_CERTIFICATE)
    else:
        later = session.suspend()

        def changed(answer: Answer[Account]) -> None:
            with later:
                if isinstance(answer, Refused):
                    session.fail("CERTFP", answer.why.name, word, answer.sentence)
                else:
                    session.tell_sentence(CHANGED[word.lower()])

        change = session.logins.add_certificate if word == "ADD" else session.logins.drop_certificate
        change(session.user, fingerprint, changed)


@command("LOGOUT", "", "log out of your account")
def _logout(session: IrcClient, message: Message) -> None:
    session.logins.log_out(session.user)
    session.numeric(n.RPL_LOGGEDOUT, session.user.identity.mask)
