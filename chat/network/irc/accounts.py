"""Accounts: AUTHENTICATE (SASL PLAIN) and REGISTER.

Sources: IRCv3 "SASL authentication" 3.1 and 3.2 (https://ircv3.net/specs/extensions/sasl-3.2), RFC 4616 (PLAIN), and
"account-registration", draft.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence

from chat.domain.accounts import Account, Answer
from chat.domain.names import Name, NameRefused, check_name, fold
from chat.domain.refused import Refused, Why
from chat.domain.terms import HASH, LINE, Asker, Words
from chat.network.irc import numerics as n
from chat.network.irc.client import IrcClient
from chat.network.irc.rows import command
from chat.wire import Message

MECHANISMS = "PLAIN"
CHUNK = 400
"""Bytes of one AUTHENTICATE; a shorter one is the last."""
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


def _sasl_work(asker: Asker, arguments: Sequence[str]) -> float:
    # The name of a mechanism is no password; neither is a response that goes on.
    data = arguments[0] if arguments else "*"
    return LINE if data in ("*", MECHANISMS) or len(data) >= CHUNK else HASH


@command("AUTHENTICATE", "MECHANISM|DATA", "log in", minimum=1, early=True, lines=0.0, work=_sasl_work)
def _authenticate(session: IrcClient, message: Message) -> None:
    data = message.params[0]
    if data == "*":
        session.exchange = None
        session.numeric(n.ERR_SASLABORTED)
    elif session.exchange is None:
        if data.upper() == MECHANISMS:
            session.exchange = ""
            session.send(b"AUTHENTICATE +\r\n")
        else:
            session.numeric(n.RPL_SASLMECHS, MECHANISMS)
            session.numeric(n.ERR_SASLFAIL)
    elif len(data) > CHUNK:
        session.exchange = None
        session.numeric(n.ERR_SASLTOOLONG)
    else:
        _collect(session, data)


def _collect(session: IrcClient, data: str) -> None:
    collected = (session.exchange or "") + ("" if data == "+" else data)
    if len(collected) > RESPONSE_BYTES:
        session.exchange = None
        session.numeric(n.ERR_SASLFAIL)
    elif len(data) == CHUNK:
        session.exchange = collected
    else:
        session.exchange = None
        _plain(session, collected)


def _plain(session: IrcClient, text: str) -> None:
    try:
        parts = base64.b64decode(text, validate=True).decode().split("\0")
    except ValueError:
        # Not Base64 (also letters beyond ASCII), or not UTF-8.
        parts = []
    if len(parts) != 3 or not parts[1] or not parts[2] or fold(parts[0] or parts[1]) != fold(parts[1]):
        session.numeric(n.ERR_SASLFAIL)
        return
    later = session.suspend()

    def answered(answer: Answer[Account]) -> None:
        with later:
            if isinstance(answer, Refused):
                if answer.why in (Why.LIMIT, Why.SERVER_BANNED):
                    session.tell_sentence(answer.sentence)
                session.numeric(n.ERR_SASLFAIL)
                return
            logged_in(session, answer)
            session.numeric(n.RPL_SASLSUCCESS)
            if session.registration is None:
                session.logins.deliver(session.user)

    session.logins.log_in(session.user, parts[1], parts[2], answered)


@command("REGISTER", "ACCOUNT|* EMAIL|* PASSWORD", "make an account", early=True, words=Words(), work=HASH)
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


@command("LOGOUT", "", "log out of your account")
def _logout(session: IrcClient, message: Message) -> None:
    session.logins.log_out(session.user)
    session.numeric(n.RPL_LOGGEDOUT, session.user.identity.mask)
