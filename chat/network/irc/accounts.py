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
from chat.domain.terms import HASH, Asker, Words
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


def _sasl_hash(asker: Asker, arguments: Sequence[str]) -> float:
    # The name of a mechanism is no password; neither is a response that goes on.
    data = arguments[0] if arguments else "*"
    return 0.0 if data in ("*", MECHANISMS) or len(data) >= CHUNK else HASH


@command("AUTHENTICATE", "MECHANISM|DATA", "log in", minimum=1, early=True, lines=0.0, apart=_sasl_hash)
def _authenticate(client: IrcClient, message: Message) -> None:
    data = message.params[0]
    if data == "*":
        client.exchange = None
        client.numeric(n.ERR_SASLABORTED)
    elif client.exchange is None:
        if data.upper() == MECHANISMS:
            client.exchange = ""
            client.send(b"AUTHENTICATE +\r\n")
        else:
            client.numeric(n.RPL_SASLMECHS, MECHANISMS)
            client.numeric(n.ERR_SASLFAIL)
    elif len(data) > CHUNK:
        client.exchange = None
        client.numeric(n.ERR_SASLTOOLONG)
    else:
        _collect(client, data)


def _collect(client: IrcClient, data: str) -> None:
    collected = (client.exchange or "") + ("" if data == "+" else data)
    if len(collected) > RESPONSE_BYTES:
        client.exchange = None
        client.numeric(n.ERR_SASLFAIL)
    elif len(data) == CHUNK:
        client.exchange = collected
    else:
        client.exchange = None
        _plain(client, collected)


def _plain(client: IrcClient, text: str) -> None:
    try:
        parts = base64.b64decode(text, validate=True).decode().split("\0")
    except ValueError:
        # Not Base64 (also letters beyond ASCII), or not UTF-8.
        parts = []
    if len(parts) != 3 or not parts[1] or not parts[2] or fold(parts[0] or parts[1]) != fold(parts[1]):
        client.numeric(n.ERR_SASLFAIL)
        return
    later = client.suspend()

    def answered(answer: Answer[Account]) -> None:
        with later:
            if isinstance(answer, Refused):
                if answer.why in (Why.LIMIT, Why.SERVER_BANNED):
                    client.tell_sentence(answer.sentence)
                client.numeric(n.ERR_SASLFAIL)
                return
            logged_in(client, answer)
            client.numeric(n.RPL_SASLSUCCESS)
            if client.registration is None:
                client.logins.deliver(client.session)

    client.logins.log_in(client.session, parts[1], parts[2], answered)


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


@command("LOGOUT", "", "log out of your account")
def _logout(client: IrcClient, message: Message) -> None:
    client.logins.log_out(client.session)
    client.numeric(n.RPL_LOGGEDOUT, client.person.identity.mask)
