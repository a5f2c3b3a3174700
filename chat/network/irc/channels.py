"""Rooms: JOIN, PART, TOPIC, NAMES, LIST.

Source: Modern IRC, "Channel Operations".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chat.domain.directory import TOPIC_BYTES
from chat.domain.names import RoomRefused, check_room, fold
from chat.domain.room import Membership, Room
from chat.domain.text import within_bytes
from chat.network.irc import isupport
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.rows import command
from chat.wire import MAX_LINE_BYTES, Message

if TYPE_CHECKING:
    from chat.network.irc.session import IrcDialect

PREFIXES = {"q": "~", "o": "@", "v": "+"}
"""Rights in a room and the signs that show them, the highest first."""


def prefixes(membership: Membership, every: bool) -> str:
    """The signs of somebody's rights in a room: all, or the highest."""
    if not membership.modes:
        return ""
    signs = [sign for mode, sign in PREFIXES.items() if mode in membership.modes]
    return "".join(signs) if every else signs[0]


def visible(session: IrcDialect, room: Room) -> bool:
    """Whether a client may know that a room exists."""
    return "s" not in room.flags or room in session.user.memberships


def welcome(session: IrcDialect, room: Room) -> None:
    """What follows one's own JOIN."""
    if room.topic is not None:
        _topic(session, room)
    if not session.caps & Cap.NO_IMPLICIT_NAMES:
        names(session, room)


def names(session: IrcDialect, room: Room) -> None:
    """RPL_NAMREPLY for as many lines as it takes, and RPL_ENDOFNAMES."""
    every = bool(session.caps & Cap.MULTI_PREFIX)
    masks = bool(session.caps & Cap.USERHOST_IN_NAMES)
    inside = room in session.user.memberships
    symbol = "@" if "s" in room.flags else "="
    start = f":{session.server_name} {n.RPL_NAMREPLY.code} {session.nick} {symbol} {room.name} :"
    space = MAX_LINE_BYTES - 2 - len(start.encode())
    lines: list[str] = []
    line: list[str] = []
    size = 0
    for user, membership in room.members.items():
        if not inside and "i" in user.modes:
            continue
        shown = user.identity.mask if masks else user.identity.name
        if membership.modes:
            shown = prefixes(membership, every) + shown
        length = (len(shown) if shown.isascii() else len(shown.encode())) + 1
        if size + length > space and line:
            lines.append(f"{start}{' '.join(line)}\r\n")
            line = []
            size = 0
        line.append(shown)
        size += length
    if line:
        lines.append(f"{start}{' '.join(line)}\r\n")
    session.send("".join(lines).encode() + session.line_of(n.RPL_ENDOFNAMES, room.name))


def _topic(session: IrcDialect, room: Room) -> None:
    topic = room.topic
    if topic is None:
        session.numeric(n.RPL_NOTOPIC, room.name)
        return
    session.numeric(n.RPL_TOPIC, room.name, topic.text)
    session.numeric(n.RPL_TOPICWHOTIME, room.name, topic.author.mask, int(topic.time))


@command("JOIN", "ROOM,... [KEY,...]", "go into rooms", minimum=1)
def _join(session: IrcDialect, message: Message) -> None:
    if message.params[0] == "0":
        for room in list(session.user.memberships):
            session.directory.part(session.user, room)
        return
    for text in message.params[0].split(","):
        try:
            name = check_room(text)
        except RoomRefused as refused:
            if refused.rule == "prefix":
                session.numeric(n.ERR_NOSUCHCHANNEL, text)
            else:
                session.numeric(n.ERR_BADCHANMASK, text, refused)
            continue
        with session.refusing("JOIN"):
            session.directory.join(session.user, name)


@command("PART", "ROOM,... [REASON]", "leave rooms", minimum=1)
def _part(session: IrcDialect, message: Message) -> None:
    reason = message.params[1] if len(message.params) > 1 else ""
    for text in message.params[0].split(","):
        with session.refusing("PART"):
            session.directory.part(session.user, session.directory.room(text), reason)


@command("TOPIC", "ROOM [TEXT]", "see or set what a room is about", minimum=1)
def _topic_command(session: IrcDialect, message: Message) -> None:
    room = session.directory.room(message.params[0])
    if len(message.params) > 1:
        session.directory.set_topic(session.user, room, within_bytes(message.params[1], TOPIC_BYTES))
    elif not visible(session, room):
        session.numeric(n.ERR_NOTONCHANNEL, room.name)
    else:
        _topic(session, room)


@command("NAMES", "ROOM", "who is in a room")
def _names(session: IrcDialect, message: Message) -> None:
    if not message.params:
        session.numeric(n.RPL_ENDOFNAMES, "*")
        return
    for text in message.params[0].split(",")[: isupport.TARGETS_AT_MOST]:
        room = session.directory.rooms.get(fold(text))
        if room is None or not visible(session, room):
            session.numeric(n.RPL_ENDOFNAMES, text)
        else:
            names(session, room)


@command("LIST", "[ROOM,...]", "which rooms there are")
def _list(session: IrcDialect, message: Message) -> None:
    rooms = session.directory.rooms
    if message.params and message.params[0]:
        asked = [rooms.get(fold(text)) for text in message.params[0].split(",")]
        chosen = [room for room in asked if room is not None]
    else:
        chosen = list(rooms.values())
    lines = [session.line_of(n.RPL_LISTSTART)]
    for room in chosen:
        if visible(session, room):
            topic = room.topic.text if room.topic is not None else ""
            lines.append(session.line_of(n.RPL_LIST, room.name, len(room.members), topic))
    lines.append(session.line_of(n.RPL_LISTEND))
    session.send(b"".join(lines))
