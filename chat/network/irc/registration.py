"""How a client becomes a person: CAP, PASS, NICK, USER; and how it stays and goes: PING, PONG, QUIT.

Sources: Modern IRC, "Connection Registration" and "Connection Messages"; IRCv3 "Capability Negotiation".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from chat.domain.accounts import Account, Answer
from chat.domain.names import Name, NameRefused, check_name, fold
from chat.domain.reconnecting import back, other_name
from chat.domain.refused import Refused, Why
from chat.domain.rights import heard
from chat.domain.terms import HASH, LINE, REPLIES, Asker, Words, told_everywhere
from chat.domain.text import within_bytes
from chat.domain.user import User
from chat.network.endings import said_quit
from chat.network.irc import accounts, capabilities, isupport, metadata, server
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import CAP_VERSION_WITH_VALUES, Cap
from chat.network.irc.client import IrcClient
from chat.network.irc.rows import command
from chat.network.irc.unfinished import Registration
from chat.wire import Message

LIVELY_SECONDS = 10.0
"""A connection that was heard from so recently is alive."""
PROBE_SECONDS = 4.0
"""How long another one has to answer when it is asked whether it is alive; less than `LIVELY_SECONDS`."""
CAP_LINE = 400
"""Bytes of capabilities in one line of a reply to CAP."""

_NOT_IN_USERNAME = re.compile(r"[^A-Za-z0-9._\-\[\]\\`^{|}~]")


def complete(session: IrcClient) -> None:
    """Let the client in if it has said everything that is needed."""
    registration = session.registration
    if (
        registration is None
        or registration.name is None
        or not registration.username
        or registration.negotiating
    ):
        return
    if not accounts.password_right(session):
        session.numeric(n.ERR_PASSWDMISMATCH)
        session.leave("The password is wrong")
        return
    if _logging_in(session, registration):
        return
    accounts.abort(session)
    holder = session.directory.users.get(registration.name.folded)
    if holder is not None and _same_account(holder, session.user):
        _beside(session, registration.name, holder)
    else:
        _enter(session, registration.name)


def _same_account(one: User, other: User) -> bool:
    return one.account is not None and other.account is not None and fold(one.account) == fold(other.account)


def _beside(session: IrcClient, name: Name, holder: User) -> None:
    """Let in somebody whose account has this name already: in its place if that connection is dead, else beside it."""

    def decide() -> None:
        if session.registration is None or session.user.gone:
            return
        session.registration.negotiating = False
        alive = not holder.gone and holder.reader.silence() < LIVELY_SECONDS
        other = other_name(session.directory, session.user, name) if alive else None
        _enter(session, other or name)

    if holder.reader.silence() < LIVELY_SECONDS:
        decide()
        return
    holder.reader.probe()
    assert session.registration is not None
    session.registration.negotiating = True
    session.connection.factory.reactor.callLater(PROBE_SECONDS, decide)


def _enter(session: IrcClient, name: Name) -> None:
    registration = session.registration
    assert registration is not None
    try:
        session.directory.enter(session.user, name)
    except Refused as refused:
        if refused.why is Why.NAME_TAKEN:
            session.numeric(n.ERR_NICKNAMEINUSE, name.shown, refused.sentence)
            registration.name = None
        else:
            if refused.why is Why.SERVER_BANNED:
                session.numeric(n.ERR_YOUREBANNEDCREEP, refused.sentence)
            session.leave(refused.sentence)
        return
    session.registration = None
    session.connection.named()
    greet(session)


def _logging_in(session: IrcClient, registration: Registration) -> bool:
    """Whether PASS had an account and its password, as clients without SASL send them; then the rest comes later."""
    name, colon, password = (registration.password or "").partition(":")
    if not colon or session.connection.factory.settings.password or session.user.account is not None:
        return False
    registration.password = None
    registration.negotiating = True
    later = session.suspend()

    def answered(answer: Answer[Account]) -> None:
        with later:
            registration.negotiating = False
            if isinstance(answer, Refused):
                session.tell_sentence(answer.sentence)
            else:
                accounts.logged_in(session, answer)
            complete(session)

    session.logins.log_in(session.user, name, password, answered)
    return True


@lru_cache(maxsize=1)
def _about_the_server(name: str, started: float) -> tuple[n.Filled, ...]:
    return (
        n.RPL_YOURHOST.filled(name, server.VERSION),
        n.RPL_CREATED.filled(server.date(started)),
        n.RPL_MYINFO.filled(name, server.VERSION, *isupport.MODE_LETTERS),
        *(n.RPL_ISUPPORT.filled(line) for line in isupport.lines(name)),
    )


def greet(session: IrcClient) -> None:
    """The replies that every client waits for."""
    name = session.server_name
    session.numeric(n.RPL_WELCOME, name, session.user.identity.mask)
    session.numerics(_about_the_server(name, session.directory.stats.started))
    server.lusers(session)
    server.motd(session)
    metadata.connected(session)
    back(session.directory, session.user)
    session.logins.deliver(session.user)


def _cap_work(asker: Asker, arguments: Sequence[str]) -> float:
    return REPLIES / 4 if arguments and arguments[0].upper() in ("LS", "LIST") else LINE


def _pass_work(asker: Asker, arguments: Sequence[str]) -> float:
    # ACCOUNT:PASSWORD logs in.
    return HASH if arguments and ":" in arguments[0] else LINE


@command(
    "CAP",
    "SUBCOMMAND [CAPABILITIES]",
    "negotiate capabilities",
    minimum=1,
    early=True,
    lines=0.0,
    work=_cap_work,
)
def _cap(session: IrcClient, message: Message) -> None:
    word = message.params[0].upper()
    rest = message.params[1] if len(message.params) > 1 else ""
    registration = session.registration
    if word == "LS":
        version = int(rest[:9]) if rest.isascii() and rest.isdecimal() else 0
        if registration is not None:
            registration.negotiating = True
        if version >= CAP_VERSION_WITH_VALUES:
            session.enable(session.caps | Cap.CAP_NOTIFY)
        policy = session.connection.factory.settings.registration
        several = bool(session.caps & Cap.CAP_NOTIFY)
        shown = CAP_VERSION_WITH_VALUES if several else version
        _cap_lines(session, "LS", capabilities.listed(shown, policy), several)
    elif word == "LIST":
        _cap_lines(session, "LIST", capabilities.names_of(session.caps), True)
    elif word == "REQ":
        if registration is not None:
            registration.negotiating = True
        _request(session, rest)
    elif word == "END":
        if registration is not None:
            registration.negotiating = False
            complete(session)
    else:
        session.numeric(n.ERR_INVALIDCAPCMD, message.params[0])


def _cap_lines(session: IrcClient, word: str, names: list[str], several: bool) -> None:
    lines: list[str] = [""]
    for name in names:
        if several and len(lines[-1]) + len(name) > CAP_LINE:
            lines.append("")
        lines[-1] += f"{name} "
    for index, line in enumerate(lines):
        more = "* " if index < len(lines) - 1 else ""
        _cap_reply(session, f"{word} {more}:{line.rstrip()}")


def _cap_reply(session: IrcClient, text: str) -> None:
    session.send_line(f":{session.server_name} CAP {session.nick} {text}")


def _request(session: IrcClient, text: str) -> None:
    caps = session.caps
    for word in text.split():
        name = word.lstrip("-")
        cap = capabilities.NAMES.get(name)
        if cap is None or (word.startswith("-") and cap == Cap.CAP_NOTIFY):
            _cap_reply(session, f"NAK :{text}")
            return
        caps = caps & ~cap if word.startswith("-") else caps | cap
    session.enable(caps)
    _cap_reply(session, f"ACK :{text}")


@command(
    "PASS",
    "PASSWORD",
    "give the server's password, or ACCOUNT:PASSWORD to log in",
    minimum=1,
    early=True,
    work=_pass_work,
)
def _pass(session: IrcClient, message: Message) -> None:
    if session.registration is None:
        session.numeric(n.ERR_ALREADYREGISTERED)
    else:
        session.registration.password = message.params[0]


@command("NICK", "NAME", "take a name", early=True, words=Words(), work=told_everywhere)
def _nick(session: IrcClient, message: Message) -> None:
    if not message.params or not message.params[0]:
        session.numeric(n.ERR_NONICKNAMEGIVEN)
        return
    try:
        name = check_name(message.params[0])
    except NameRefused as refused:
        session.numeric(n.ERR_ERRONEUSNICKNAME, message.params[0], refused)
        return
    registration = session.registration
    if registration is None:
        session.directory.rename(session.user, name)
        return
    registration.name = name
    complete(session)


@command("USER", "USERNAME 0 * REALNAME", "say who you are", minimum=4, early=True, work=REPLIES)
def _user(session: IrcClient, message: Message) -> None:
    registration = session.registration
    if registration is None or registration.username:
        session.numeric(n.ERR_ALREADYREGISTERED)
        return
    name = _NOT_IN_USERNAME.sub("", message.params[0])[: isupport.USERNAME_CHARACTERS]
    if not message.params[0] or not message.params[3]:
        session.numeric(n.ERR_NEEDMOREPARAMS, "USER")
        return
    registration.username = session.user.username = name or "user"
    session.user.realname = within_bytes(message.params[3], isupport.REALNAME_BYTES)
    complete(session)


@command("PING", "TOKEN", "ask whether the server is there", early=True, lines=0.0)
def _ping(session: IrcClient, message: Message) -> None:
    if not message.params or not message.params[0]:
        session.numeric(n.ERR_NOORIGIN if not message.params else n.ERR_NEEDMOREPARAMS, "PING")
        return
    name = session.server_name
    session.send_line(f":{name} PONG {name} :{message.params[0]}")


@command("PONG", "TOKEN", "answer a PING", early=True, lines=0.0)
def _pong(session: IrcClient, message: Message) -> None:
    pass


@command(
    "QUIT",
    "[REASON]",
    "leave the server",
    early=True,
    lines=0.0,
    words=Words(0, spare=True),
    work=told_everywhere,
)
def _quit(session: IrcClient, message: Message) -> None:
    reason = message.params[0] if message.params else ""
    session.leave(said_quit(heard(session.user, session.user.memberships, reason)))
