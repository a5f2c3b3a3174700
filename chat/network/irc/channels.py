"""Rooms: JOIN, PART, TOPIC, KICK, INVITE.

Source: Modern IRC, "Channel Operations".
"""

from __future__ import annotations

from chat.domain import moderation, rights
from chat.domain.names import RoomRefused, check_room
from chat.domain.refused import Refused
from chat.domain.room import Room
from chat.domain.terms import Words, told_in_rooms
from chat.domain.text import within_bytes
from chat.network.irc import isupport, markers, metadata
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.client import IrcClient
from chat.network.irc.listing import names
from chat.network.irc.rows import command
from chat.wire import Message


def targets(session: IrcClient, text: str) -> list[str]:
    """The parts of a list with commas; those beyond `TARGETS_AT_MOST` are refused."""
    parts = [part for part in text.split(",") if part]
    if len(parts) > isupport.TARGETS_AT_MOST:
        session.numeric(n.ERR_TOOMANYTARGETS, parts[isupport.TARGETS_AT_MOST], isupport.TARGETS_AT_MOST)
    return parts[: isupport.TARGETS_AT_MOST]


def welcome(session: IrcClient, room: Room) -> None:
    """What follows one's own JOIN."""
    if session.caps & Cap.READ_MARKER:
        markers.show(session, room.name)
    if room.topic is not None:
        _topic(session, room)
    if not session.caps & Cap.NO_IMPLICIT_NAMES:
        names(session, room)
        session.numeric(n.RPL_ENDOFNAMES, room.name)
    if session.caps & Cap.METADATA:
        metadata.entered(session, room)


def _topic(session: IrcClient, room: Room) -> None:
    topic = room.topic
    if topic is None:
        session.numeric(n.RPL_NOTOPIC, room.name)
        return
    session.numeric(n.RPL_TOPIC, room.name, topic.text)
    session.numeric(n.RPL_TOPICWHOTIME, room.name, topic.author.mask, int(topic.time))


@command("JOIN", "ROOM,... [KEY,...]", "go into rooms; 0 leaves all", minimum=1, work=told_in_rooms)
def _join(session: IrcClient, message: Message) -> None:
    if message.params[0] == "0":
        for room in list(session.user.memberships):
            session.directory.part(session.user, room)
        return
    keys = message.params[1].split(",") if len(message.params) > 1 else []
    for index, text in enumerate(targets(session, message.params[0])):
        key = keys[index] if index < len(keys) else ""
        try:
            name = check_room(text)
        except RoomRefused as refused:
            if refused.rule == "prefix":
                session.numeric(n.ERR_NOSUCHCHANNEL, text)
            else:
                session.numeric(n.ERR_BADCHANMASK, text, refused)
            continue
        with session.refusing("JOIN"):
            session.directory.join(session.user, name, key)


@command(
    "PART", "ROOM,... [REASON]", "leave rooms", minimum=1, words=Words(1, spare=True), work=told_in_rooms
)
def _part(session: IrcClient, message: Message) -> None:
    reason = within_bytes(message.params[1], isupport.KICK_BYTES) if len(message.params) > 1 else ""
    for text in targets(session, message.params[0]):
        with session.refusing("PART"):
            session.directory.part(session.user, session.directory.room(text), reason)


@command(
    "TOPIC", "ROOM [TEXT]", "see or set what a room is about", minimum=1, words=Words(1), work=told_in_rooms
)
def _topic_command(session: IrcClient, message: Message) -> None:
    room = session.directory.room(message.params[0])
    if len(message.params) > 1:
        text = within_bytes(message.params[1], moderation.TOPIC_BYTES)
        moderation.set_topic(session.directory, session.user, room, text)
    elif not rights.may_see(session.user, room):
        session.numeric(n.ERR_NOTONCHANNEL, room.name)
    else:
        _topic(session, room)


@command(
    "KICK",
    "ROOM NAME,... [REASON]",
    "put people out of a room",
    minimum=2,
    words=Words(2, spare=True),
    work=told_in_rooms,
)
def _kick(session: IrcClient, message: Message) -> None:
    rooms = targets(session, message.params[0])
    people = targets(session, message.params[1])
    reason = message.params[2] if len(message.params) > 2 else ""
    reason = within_bytes(reason, isupport.KICK_BYTES) or session.user.shown
    if len(rooms) not in (1, len(people)):
        session.numeric(n.ERR_NEEDMOREPARAMS, "KICK")
        return
    for index, person in enumerate(people):
        with session.refusing("KICK"):
            room = session.directory.room(rooms[index if len(rooms) > 1 else 0])
            target = session.directory.find(person)
            moderation.kick(session.directory, session.user, room, target, reason)


@command("INVITE", "[NAME ROOM]", "ask somebody into a room; alone: who asked you", words=Words())
def _invite(session: IrcClient, message: Message) -> None:
    if not message.params:
        for room in session.user.invitations or ():
            session.numeric(n.RPL_INVITELIST, room.name)
        session.numeric(n.RPL_ENDOFINVITELIST)
        return
    if len(message.params) < 2:
        session.numeric(n.ERR_NEEDMOREPARAMS, "INVITE")
        return
    target = session.directory.find(message.params[0])
    try:
        room = session.directory.room(message.params[1])
    except Refused:
        session.numeric(n.ERR_NOSUCHCHANNEL, message.params[1])
        return
    moderation.invite(session.directory, session.user, room, target)
    session.numeric(n.RPL_INVITING, target.shown, room.name)
    if target.away is not None:
        session.numeric(n.RPL_AWAY, target.shown, target.away)
