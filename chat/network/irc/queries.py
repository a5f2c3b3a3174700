"""Who somebody is or was: WHOIS, WHOWAS, ISON, USERHOST.

Source: Modern IRC, "User-Based Queries".
"""

from __future__ import annotations

from chat.domain.names import fold
from chat.domain.rights import is_operator, may_see, signs
from chat.domain.user import User
from chat.network.irc import metadata, server
from chat.network.irc import numerics as n
from chat.network.irc.client import IrcClient
from chat.network.irc.rows import command
from chat.wire import MAX_LINE_BYTES, Message

USERHOST_AT_MOST = 5
"""Names of one USERHOST (RFC 2812 section 4.8)."""


@command("WHOIS", "[SERVER] NAME", "who somebody is")
def _whois(session: IrcClient, message: Message) -> None:
    if not message.params or not message.params[-1]:
        session.numeric(n.ERR_NONICKNAMEGIVEN)
        return
    if len(message.params) > 1 and not server.is_here(session, message.params[0]):
        return
    name = message.params[-1].split(",")[0]
    user = session.directory.users.get(fold(name))
    if user is None:
        session.numeric(n.ERR_NOSUCHNICK, name)
    else:
        _tell(session, user)
    session.numeric(n.RPL_ENDOFWHOIS, name)


def _tell(session: IrcClient, user: User) -> None:
    directory = session.directory
    nick = user.shown
    myself = user is session.user
    knowing = myself or is_operator(session.user)
    session.numeric(n.RPL_WHOISUSER, nick, user.username, user.host, user.realname)
    _rooms(session, user)
    session.numeric(n.RPL_WHOISSERVER, nick, session.server_name, f"speaks {user.dialect}")
    if user.away is not None:
        session.numeric(n.RPL_AWAY, nick, user.away)
    if is_operator(user):
        session.numeric(n.RPL_WHOISOPERATOR, nick)
    if user.bot:
        session.numeric(n.RPL_WHOISBOT, nick)
    if user.account is not None:
        session.numeric(n.RPL_WHOISACCOUNT, nick, user.account)
    if user.secure:
        session.numeric(n.RPL_WHOISSECURE, nick)
    if knowing:
        session.numeric(n.RPL_WHOISMODES, nick, "+" + user.modes)
        session.numeric(n.RPL_WHOISHOST, nick, user.username, user.host, user.address)
    metadata.whois(session, user)
    now = directory.seconds()
    came = round(directory.clock() - (now - user.entered_at))
    session.numeric(n.RPL_WHOISIDLE, nick, int(now - user.last_active), came)


def _rooms(session: IrcClient, user: User) -> None:
    hidden = "i" in user.modes and user is not session.user and not is_operator(session.user)
    words = [
        signs(membership, True) + room.name
        for room, membership in user.memberships.items()
        if may_see(session.user, room) and (not hidden or room in session.user.memberships)
    ]
    space = MAX_LINE_BYTES - 64 - len(session.server_name) - 2 * 128
    while words:
        line = words.pop(0)
        while words and len(line.encode()) + len(words[0].encode()) < space:
            line += f" {words.pop(0)}"
        session.numeric(n.RPL_WHOISCHANNELS, user.shown, line)


@command("WHOWAS", "NAME [COUNT]", "who had a name before")
def _whowas(session: IrcClient, message: Message) -> None:
    if not message.params or not message.params[0]:
        session.numeric(n.ERR_NONICKNAMEGIVEN)
        return
    name = message.params[0]
    count = message.params[1] if len(message.params) > 1 else ""
    found = session.directory.departed.find(name)
    if count.isascii() and count.isdecimal() and int(count[:9]):
        found = found[: int(count[:9])]
    if not found:
        session.numeric(n.ERR_WASNOSUCHNICK, name)
    for who, time in found:
        session.numeric(n.RPL_WHOWASUSER, who.name, who.username, who.host, who.realname)
        if who.account is not None:
            session.numeric(n.RPL_WHOISACCOUNT, who.name, who.account)
        session.numeric(n.RPL_WHOISSERVER, who.name, session.server_name, server.date(time))
    session.numeric(n.RPL_ENDOFWHOWAS, name)


@command("ISON", "NAME ...", "which of these people are here", minimum=1)
def _ison(session: IrcClient, message: Message) -> None:
    users = session.directory.users
    asked = " ".join(message.params).split()
    session.numeric(n.RPL_ISON, " ".join(users[key].shown for name in asked if (key := fold(name)) in users))


@command("USERHOST", "NAME ...", "where people come from", minimum=1)
def _userhost(session: IrcClient, message: Message) -> None:
    parts = []
    for name in " ".join(message.params).split()[:USERHOST_AT_MOST]:
        user = session.directory.users.get(fold(name))
        if user is not None:
            star = "*" if is_operator(user) else ""
            here = "+" if user.away is None else "-"
            parts.append(f"{user.shown}{star}={here}{user.username}@{user.host}")
    session.numeric(n.RPL_USERHOST, " ".join(parts))
