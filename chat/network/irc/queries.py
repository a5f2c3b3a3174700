"""Who is there: WHO, WHOIS, ISON, USERHOST, AWAY, SETNAME.

Source: Modern IRC, "User-Based Queries" and "Optional Messages".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chat.domain.names import fold
from chat.domain.room import Membership
from chat.domain.text import within_bytes
from chat.domain.user import User
from chat.network.irc import isupport
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.channels import prefixes, visible
from chat.network.irc.rows import command
from chat.wire import Message

if TYPE_CHECKING:
    from chat.network.irc.session import IrcDialect


def flags_of(session: IrcDialect, user: User, membership: Membership | None) -> str:
    """The flags of RPL_WHOREPLY: here or gone, operator of the server, rights in the room."""
    flags = "H" if user.away is None else "G"
    if "o" in user.modes:
        flags += "*"
    if membership is not None:
        flags += prefixes(membership, bool(session.caps & Cap.MULTI_PREFIX))
    return flags


@command("WHO", "NAME|ROOM", "who is there")
def _who(session: IrcDialect, message: Message) -> None:
    mask = message.params[0] if message.params else "*"
    lines: list[bytes] = []
    found: list[tuple[User, Membership | None]] = []
    room = session.directory.rooms.get(fold(mask))
    if room is not None:
        if visible(session, room):
            found = list(room.members.items())
    else:
        user = session.directory.users.get(fold(mask))
        if user is not None:
            found = [(user, None)]
    for user, membership in found:
        name = membership.room.name if membership is not None else "*"
        lines.append(
            session.line_of(
                n.RPL_WHOREPLY,
                name,
                user.username,
                user.host,
                session.server_name,
                user.shown,
                flags_of(session, user, membership),
                user.realname,
            )
        )
    lines.append(session.line_of(n.RPL_ENDOFWHO, mask))
    session.send(b"".join(lines))


@command("WHOIS", "[SERVER] NAME", "who somebody is")
def _whois(session: IrcDialect, message: Message) -> None:
    if not message.params:
        session.numeric(n.ERR_NONICKNAMEGIVEN)
        return
    name = message.params[-1]
    user = session.directory.users.get(fold(name))
    if user is None:
        session.numeric(n.ERR_NOSUCHNICK, name)
    else:
        _whois_one(session, user)
    session.numeric(n.RPL_ENDOFWHOIS, name)


def _whois_one(session: IrcDialect, user: User) -> None:
    directory = session.directory
    nick = user.shown
    session.numeric(n.RPL_WHOISUSER, nick, user.username, user.host, user.realname)
    rooms = [prefixes(m, True) + room.name for room, m in user.memberships.items() if visible(session, room)]
    if rooms:
        session.numeric(n.RPL_WHOISCHANNELS, nick, " ".join(rooms))
    session.numeric(n.RPL_WHOISSERVER, nick, session.server_name, f"speaks {user.dialect}")
    if user.away is not None:
        session.numeric(n.RPL_AWAY, nick, user.away)
    if "o" in user.modes:
        session.numeric(n.RPL_WHOISOPERATOR, nick)
    if user.bot:
        session.numeric(n.RPL_WHOISBOT, nick)
    if user.account is not None:
        session.numeric(n.RPL_WHOISACCOUNT, nick, user.account)
    if user.secure:
        session.numeric(n.RPL_WHOISSECURE, nick)
    idle = int(directory.clock() - user.last_active)
    session.numeric(n.RPL_WHOISIDLE, nick, idle, int(user.entered_at))


@command("ISON", "NAME ...", "which of these people are here", minimum=1)
def _ison(session: IrcDialect, message: Message) -> None:
    asked = " ".join(message.params).split()
    users = session.directory.users
    here = [users[key].shown for name in asked if (key := fold(name)) in users]
    session.numeric(n.RPL_ISON, " ".join(here))


@command("USERHOST", "NAME ...", "where people come from", minimum=1)
def _userhost(session: IrcDialect, message: Message) -> None:
    users = session.directory.users
    parts = []
    for name in " ".join(message.params).split()[:5]:
        user = users.get(fold(name))
        if user is not None:
            star = "*" if "o" in user.modes else ""
            here = "+" if user.away is None else "-"
            parts.append(f"{user.shown}{star}={here}{user.username}@{user.host}")
    session.numeric(n.RPL_USERHOST, " ".join(parts))


@command("AWAY", "[TEXT]", "say that you are away; without a text: back again")
def _away(session: IrcDialect, message: Message) -> None:
    text = message.params[0] if message.params else ""
    session.directory.set_away(session.user, within_bytes(text, isupport.AWAY_BYTES) or None)
    session.numeric(n.RPL_NOWAWAY if text else n.RPL_UNAWAY)


@command("SETNAME", "REALNAME", "change your real name", minimum=1)
def _setname(session: IrcDialect, message: Message) -> None:
    text = message.params[0]
    if not text or len(text.encode()) > isupport.REALNAME_BYTES:
        session.fail(
            "SETNAME", "INVALID_REALNAME", "", f"A real name has 1 to {isupport.REALNAME_BYTES} bytes"
        )
        return
    session.directory.change_identity(session.user, realname=text)
