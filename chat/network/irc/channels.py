"""Rooms: JOIN, PART, TOPIC, KICK, INVITE.

Source: Modern IRC, "Channel Operations".
"""

from __future__ import annotations

from chat.domain import moderation
from chat.domain.names import RoomRefused, check_room
from chat.domain.refused import Refused
from chat.domain.room import Room
from chat.domain.terms import Words, told_in_rooms
from chat.domain.text import TOPIC_BYTES, within_bytes
from chat.network.irc import isupport, markers, metadata
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.client import IrcClient
from chat.network.irc.listing import names
from chat.network.irc.rows import command
from chat.wire import Message


def targets(client: IrcClient, text: str) -> list[str]:
    """The parts of a list with commas; those beyond `TARGETS_AT_MOST` are refused."""
    parts = [part for part in text.split(",") if part]
    if len(parts) > isupport.TARGETS_AT_MOST:
        client.numeric(n.ERR_TOOMANYTARGETS, parts[isupport.TARGETS_AT_MOST], isupport.TARGETS_AT_MOST)
    return parts[: isupport.TARGETS_AT_MOST]


def welcome(client: IrcClient, room: Room) -> None:
    """What follows one's own JOIN."""
    if client.caps & Cap.READ_MARKER:
        markers.show(client, room.name)
    if room.topic is not None:
        _topic(client, room)
    if not client.caps & Cap.NO_IMPLICIT_NAMES:
        names(client, room)
        client.numeric(n.RPL_ENDOFNAMES, room.name)
    if client.caps & Cap.METADATA:
        metadata.entered(client, room)


def _topic(client: IrcClient, room: Room) -> None:
    topic = room.topic
    if topic is None:
        client.numeric(n.RPL_NOTOPIC, room.name)
        return
    client.numeric(n.RPL_TOPIC, room.name, topic.text)
    client.numeric(n.RPL_TOPICWHOTIME, room.name, topic.author.mask, int(topic.time))


@command("JOIN", "ROOM,... [KEY,...]", "go into rooms; 0 leaves all", minimum=1, work=told_in_rooms)
def _join(client: IrcClient, message: Message) -> None:
    if message.params[0] == "0":
        for room in list(client.person.rooms):
            client.directory.part(client.session, room)
        return
    keys = message.params[1].split(",") if len(message.params) > 1 else []
    for index, text in enumerate(targets(client, message.params[0])):
        key = keys[index] if index < len(keys) else ""
        try:
            name = check_room(text)
        except RoomRefused as refused:
            if refused.rule == "prefix":
                client.numeric(n.ERR_NOSUCHCHANNEL, text)
            else:
                client.numeric(n.ERR_BADCHANMASK, text, refused)
            continue
        with client.refusing("JOIN"):
            client.directory.join(client.session, name, key)


@command(
    "PART", "ROOM,... [REASON]", "leave rooms", minimum=1, words=Words(1, spare=True), work=told_in_rooms
)
def _part(client: IrcClient, message: Message) -> None:
    reason = message.params[1] if len(message.params) > 1 else ""
    for text in targets(client, message.params[0]):
        with client.refusing("PART"):
            client.directory.part(client.session, client.directory.room(text, client.person), reason)


@command(
    "TOPIC", "ROOM [TEXT]", "see or set what a room is about", minimum=1, words=Words(1), work=told_in_rooms
)
def _topic_command(client: IrcClient, message: Message) -> None:
    room = client.directory.room(message.params[0], client.person)
    if len(message.params) > 1:
        text = within_bytes(message.params[1], TOPIC_BYTES)
        moderation.set_topic(client.directory, client.session, room, text)
    else:
        _topic(client, room)


@command(
    "KICK",
    "ROOM NAME,... [REASON]",
    "put people out of a room",
    minimum=2,
    words=Words(2, spare=True),
    work=told_in_rooms,
)
def _kick(client: IrcClient, message: Message) -> None:
    rooms = targets(client, message.params[0])
    people = targets(client, message.params[1])
    reason = (message.params[2] if len(message.params) > 2 else "") or client.person.shown
    if len(rooms) not in (1, len(people)):
        client.numeric(n.ERR_NEEDMOREPARAMS, "KICK")
        return
    for index, person in enumerate(people):
        with client.refusing("KICK"):
            room = client.directory.room(rooms[index if len(rooms) > 1 else 0], client.person)
            target = client.directory.find(person)
            moderation.kick(client.directory, client.session, room, target, reason)


@command("INVITE", "[NAME ROOM]", "ask somebody into a room; alone: who asked you", words=Words())
def _invite(client: IrcClient, message: Message) -> None:
    if not message.params:
        for name in moderation.invited_to(client.directory, client.person):
            client.numeric(n.RPL_INVITELIST, name)
        client.numeric(n.RPL_ENDOFINVITELIST)
        return
    if len(message.params) < 2:
        client.numeric(n.ERR_NEEDMOREPARAMS, "INVITE")
        return
    target = client.directory.find(message.params[0])
    try:
        room = client.directory.room(message.params[1], client.person)
    except Refused:
        client.numeric(n.ERR_NOSUCHCHANNEL, message.params[1])
        return
    moderation.invite(client.directory, client.session, room, target)
    client.numeric(n.RPL_INVITING, target.shown, room.name)
    if target.away is not None:
        client.numeric(n.RPL_AWAY, target.shown, target.away)
