"""What people do to a room and to who is in it: putting somebody out, inviting somebody, setting the topic.

Each raises `Refused` for those who may not. Source: Modern IRC, "KICK message", "INVITE message", "TOPIC message".
"""

from __future__ import annotations

from chat.domain.directory import Directory
from chat.domain.events import Invited, Kicked, TopicChanged
from chat.domain.refused import Refused, Why
from chat.domain.rights import RANKS, check_founder, check_speech, is_operator, may_run, need_run, rank
from chat.domain.room import Room, Topic
from chat.domain.user import User

TOPIC_BYTES = 390
"""Longest topic, so that it fits a 512 byte IRC line with its source and room."""
INVITATIONS_AT_MOST = 50
"""Invitations that one person can have open; the oldest is forgotten first."""


def kick(directory: Directory, user: User, room: Room, target: User, reason: str) -> None:
    """Put somebody out of a room."""
    if not is_operator(user):
        directory.membership(user, room)
    need_run(user, room, "put people out")
    membership = target.memberships.get(room)
    if membership is None:
        raise Refused(Why.USER_NOT_IN_ROOM, f"{target.shown} is not in {room.name}.", target.shown, room.name)
    check_founder(user, membership)
    msgid, now = directory.journal.stamp()
    event = Kicked(msgid, now, user.identity, room.name, target.identity, reason)
    directory.expel(membership, event)
    if target is not user and room in user.memberships:
        user.reader.tell(event)


def invite(directory: Directory, user: User, room: Room, target: User) -> None:
    """Ask somebody into a room. An invitation by an operator of the room lets them in whatever its modes, once."""
    directory.membership(user, room)
    if "i" in room.flags:
        need_run(user, room, "invite people")
    if room in target.memberships:
        raise Refused(Why.USER_IN_ROOM, f"{target.shown} is in {room.name} already.", target.shown, room.name)
    if may_run(user, room):
        open_ones = target.invitations = target.invitations or {}
        open_ones.pop(room, None)
        open_ones[room] = None
        if len(open_ones) > INVITATIONS_AT_MOST:
            del open_ones[next(iter(open_ones))]
    msgid, now = directory.journal.stamp()
    event = Invited(msgid, now, user.identity, target.identity, room.name)
    if user.name is not None and user.name.folded not in target.ignored:
        target.reader.tell(event)
    for membership in room.members.values():
        if membership.user is not user and rank(membership) >= RANKS["o"]:
            membership.user.reader.tell(event)


def set_topic(directory: Directory, user: User, room: Room, text: str) -> None:
    """Say what a room is about; "" takes the topic away."""
    membership = directory.membership(user, room)
    if "t" in room.flags and rank(membership) < RANKS["o"]:
        need_run(user, room, "change its topic")
    if not may_run(user, room):
        check_speech(user, room)
    if len(text.encode()) > TOPIC_BYTES:
        raise Refused(Why.TOO_LONG, f"A topic may have {TOPIC_BYTES} bytes; shorten it.", room.name)
    msgid, now = directory.journal.stamp()
    event = TopicChanged(msgid, now, user.identity, room.name, text)
    room.topic = Topic(text, user.identity, now) if text else None
    directory.room_changed(room)
    directory.happened(room, event)
    user.reader.tell(event)
