"""How a client becomes a person: CAP, PASS, NICK, USER; and how it stays and goes: PING, PONG, QUIT.

Sources: Modern IRC, "Connection Registration" and "Connection Messages"; IRCv3 "Capability Negotiation".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from chat.domain.accounts import Account, Answer
from chat.domain.names import Name, NameRefused, check_name
from chat.domain.presence import account_and_device
from chat.domain.refused import Refused, Why
from chat.domain.rights import heard
from chat.domain.terms import HASH, LINE, REPLIES, Asker, Words, told_everywhere
from chat.domain.text import REALNAME_BYTES, one_line
from chat.network.endings import said_quit
from chat.network.irc import accounts, capabilities, isupport, metadata, sasl, server
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import CAP_VERSION_WITH_VALUES, Cap
from chat.network.irc.client import IrcClient
from chat.network.irc.refusals import advice
from chat.network.irc.rows import command
from chat.network.irc.unfinished import Registration
from chat.wire import Message

CAP_LINE = 400
"""Bytes of capabilities in one line of a reply to CAP."""

_NOT_IN_USERNAME = re.compile(r"[^A-Za-z0-9._\-\[\]\\`^{|}~]")


def complete(client: IrcClient) -> None:
    """Let the client in if it has said everything that is needed."""
    registration = client.registration
    if (
        registration is None
        or not client.session.alive
        or registration.name is None
        or not registration.username
        or registration.negotiating
    ):
        return
    if not accounts.password_right(client):
        client.numeric(n.ERR_PASSWDMISMATCH)
        client.leave("The password is wrong")
        return
    if _logging_in(client, registration):
        return
    accounts.abort(client)
    _enter(client, registration.name)


def _enter(client: IrcClient, name: Name) -> None:
    registration = client.registration
    assert registration is not None
    try:
        client.directory.enter(client.session, name)
    except Refused as refused:
        if refused.why is Why.NAME_TAKEN:
            client.numeric(n.ERR_NICKNAMEINUSE, name.shown, advice(refused))
            registration.name = None
        else:
            if refused.why is Why.SERVER_BANNED:
                client.numeric(n.ERR_YOUREBANNEDCREEP, refused.sentence)
            client.leave(refused.sentence)
        return
    client.registration = None
    client.connection.named()
    greet(client)


def _logging_in(client: IrcClient, registration: Registration) -> bool:
    """Whether PASS had an account and its password, as clients without SASL send them; then the rest comes later."""
    name, colon, password = (registration.password or "").partition(":")
    if not colon or client.connection.factory.settings.password or client.person.account is not None:
        return False
    registration.password = None
    registration.negotiating = True
    later = client.suspend()

    def answered(answer: Answer[Account]) -> None:
        with later:
            registration.negotiating = False
            if isinstance(answer, Refused):
                client.tell_sentence(answer.sentence)
            else:
                accounts.logged_in(client, answer)
            complete(client)

    client.logins.log_in(client.session, name, password, answered)
    return True


@lru_cache(maxsize=1)
def _about_the_server(name: str, started: float) -> tuple[n.Filled, ...]:
    return (
        n.RPL_YOURHOST.filled(name, server.VERSION),
        n.RPL_CREATED.filled(server.date(started)),
        n.RPL_MYINFO.filled(name, server.VERSION, *isupport.MODE_LETTERS),
        *(n.RPL_ISUPPORT.filled(line) for line in isupport.lines(name)),
    )


def greet(client: IrcClient) -> None:
    """The replies that every client waits for."""
    name = client.server_name
    client.numeric(n.RPL_WELCOME, name, client.person.identity.mask)
    client.numerics(_about_the_server(name, client.directory.stats.started))
    server.lusers(client)
    server.motd(client)
    metadata.connected(client)
    client.directory.arrive(client.session)
    client.logins.deliver(client.session)


def _cap_work(asker: Asker, arguments: Sequence[str]) -> float:
    return REPLIES / 4 if arguments and arguments[0].upper() in ("LS", "LIST") else LINE


def _pass_hash(asker: Asker, arguments: Sequence[str]) -> float:
    # ACCOUNT:PASSWORD logs in.
    return HASH if arguments and ":" in arguments[0] else 0.0


@command(
    "CAP",
    "SUBCOMMAND [CAPABILITIES]",
    "negotiate capabilities",
    minimum=1,
    early=True,
    lines=0.0,
    work=_cap_work,
)
def _cap(client: IrcClient, message: Message) -> None:
    word = message.params[0].upper()
    rest = message.params[1] if len(message.params) > 1 else ""
    registration = client.registration
    if word == "LS":
        version = int(rest[:9]) if rest.isascii() and rest.isdecimal() else 0
        if registration is not None:
            registration.negotiating = True
        if version >= CAP_VERSION_WITH_VALUES:
            client.enable(client.caps | Cap.CAP_NOTIFY)
        policy = client.connection.factory.settings.registration
        several = bool(client.caps & Cap.CAP_NOTIFY)
        shown = CAP_VERSION_WITH_VALUES if several else version
        offered = capabilities.listed(shown, policy, sasl.offered(client), _sts(client))
        _cap_lines(client, "LS", offered, several)
    elif word == "LIST":
        _cap_lines(client, "LIST", capabilities.names_of(client.caps), True)
    elif word == "REQ":
        if registration is not None:
            registration.negotiating = True
        _request(client, rest)
    elif word == "END":
        if registration is not None:
            registration.negotiating = False
            complete(client)
    else:
        client.numeric(n.ERR_INVALIDCAPCMD, message.params[0])


def _sts(client: IrcClient) -> str:
    """The policy of IRCv3 "sts" (https://ircv3.net/specs/extensions/sts): without TLS the port that has it, with TLS
    how long to insist on it. None where an authority's signature is missing: a client could never connect again.
    """
    tls = client.connection.factory.tls
    if tls is None or not tls.certificates.trusted:
        return ""
    if client.session.secure:
        return f"duration={capabilities.STS_SECONDS}"
    port = getattr(client.connection.transport.getHost(), "port", None)
    return f"port={port}" if port else ""


def _cap_lines(client: IrcClient, word: str, names: list[str], several: bool) -> None:
    lines: list[str] = [""]
    for name in names:
        if several and len(lines[-1]) + len(name) > CAP_LINE:
            lines.append("")
        lines[-1] += f"{name} "
    for index, line in enumerate(lines):
        more = "* " if index < len(lines) - 1 else ""
        _cap_reply(client, f"{word} {more}:{line.rstrip()}")


def _cap_reply(client: IrcClient, text: str) -> None:
    client.send_line(f":{client.server_name} CAP {client.nick} {text}")


def _request(client: IrcClient, text: str) -> None:
    caps = client.caps
    for word in text.split():
        name = word.lstrip("-")
        cap = capabilities.NAMES.get(name)
        if cap is None or (word.startswith("-") and cap == Cap.CAP_NOTIFY):
            _cap_reply(client, f"NAK :{text}")
            return
        caps = caps & ~cap if word.startswith("-") else caps | cap
    client.enable(caps)
    _cap_reply(client, f"ACK :{text}")


@command(
    "PASS",
    "PASSWORD",
    "give the server's password, or ACCOUNT:PASSWORD to log in",
    minimum=1,
    early=True,
    apart=_pass_hash,
)
def _pass(client: IrcClient, message: Message) -> None:
    if client.registration is None:
        client.numeric(n.ERR_ALREADYREGISTERED)
    else:
        client.registration.password = message.params[0]


@command("NICK", "NAME", "take a name", early=True, words=Words(), work=told_everywhere)
def _nick(client: IrcClient, message: Message) -> None:
    if not message.params or not message.params[0]:
        client.numeric(n.ERR_NONICKNAMEGIVEN)
        return
    try:
        name = check_name(message.params[0])
    except NameRefused as refused:
        client.numeric(n.ERR_ERRONEUSNICKNAME, message.params[0], refused)
        return
    registration = client.registration
    if registration is None:
        client.directory.rename(client.session, name)
        return
    registration.name = name
    complete(client)


@command("USER", "USERNAME 0 * REALNAME", "say who you are", minimum=4, early=True, work=REPLIES)
def _user(client: IrcClient, message: Message) -> None:
    registration = client.registration
    if registration is None or registration.username:
        client.numeric(n.ERR_ALREADYREGISTERED)
        return
    username, device = account_and_device(message.params[0])
    client.session.device = client.session.device or device
    name = _NOT_IN_USERNAME.sub("", username)[: isupport.USERNAME_CHARACTERS]
    if not message.params[0] or not message.params[3]:
        client.numeric(n.ERR_NEEDMOREPARAMS, "USER")
        return
    registration.username = client.person.username = name or "user"
    client.person.realname = one_line(message.params[3], REALNAME_BYTES)
    complete(client)


@command("PING", "TOKEN", "ask whether the server is there", early=True, lines=0.0)
def _ping(client: IrcClient, message: Message) -> None:
    if not message.params or not message.params[0]:
        client.numeric(n.ERR_NOORIGIN if not message.params else n.ERR_NEEDMOREPARAMS, "PING")
        return
    name = client.server_name
    client.send_line(f":{name} PONG {name} :{message.params[0]}")


@command("PONG", "TOKEN", "answer a PING", early=True, lines=0.0)
def _pong(client: IrcClient, message: Message) -> None:
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
def _quit(client: IrcClient, message: Message) -> None:
    reason = message.params[0] if message.params else ""
    client.leave(said_quit(heard(client.person, client.person.rooms, reason)), farewell=True)
