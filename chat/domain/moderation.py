"""What people do to a room and to who is in it: putting somebody out, inviting somebody, setting the topic.

Each raises `Refused` for those who may not. Source: Modern IRC, "KICK message", "INVITE message", "TOPIC message".
"""

from __future__ import annotations

from chat.domain.directory import Directory
from chat.domain.events import Invited, Kicked, TopicChanged
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from chat.domain.rights import RANKS, check_founder, check_speech, is_operator, may_run, need_run, rank
from chat.domain.room import Room
from chat.domain.session import Session
from chat.domain.text import REASON_BYTES, TOPIC_BYTES, one_line

INVITATIONS_AT_MOST = 50
"""Invitations that one person can have open; the oldest is forgotten first."""


def kick(directory: Directory, session: Session, room: Room, target: Person, reason: str) -> None:
    """Put somebody out of a room."""
    person = session.person
    if not is_operator(person):
        directory.member(person, room)
    need_run(person, room, "put people out")
    member = target.rooms.get(room)
    if member is None:
        raise Refused(Why.USER_NOT_IN_ROOM, f"{target.shown} is not in {room.name}.", target.shown, room.name)
    check_founder(person, member)
    msgid, now = directory.journal.stamp()
    event = Kicked(msgid, now, session.identity, room.name, target.identity, one_line(reason, REASON_BYTES))
    directory.happened(room, event)
    if target is not person and room in person.rooms:
        session.reader.tell(event)


def invite(directory: Directory, session: Session, room: Room, target: Person) -> None:
    """Ask somebody into a room. An invitation by an operator of the room lets them in whatever its modes, once."""
    person = session.person
    directory.member(person, room)
    if "i" in room.flags:
        need_run(person, room, "invite people")
    if room in target.rooms:
        raise Refused(Why.USER_IN_ROOM, f"{target.shown} is in {room.name} already.", target.shown, room.name)
    if may_run(person, room):
        open_ones = target.invitations = target.invitations or {}
        open_ones.pop(room.folded, None)
        open_ones[room.folded] = room.created
        if len(open_ones) > INVITATIONS_AT_MOST:
            del open_ones[next(iter(open_ones))]
    msgid, now = directory.journal.stamp()
    event = Invited(msgid, now, session.identity, target.identity, room.name)
    if person.name is not None and person.name.folded not in target.ignored:
        target.tell(event)
    for member in room.members.values():
        if member.person is not person and rank(member) >= RANKS["o"]:
            member.person.tell(event)


def invited_to(directory: Directory, person: Person) -> list[str]:
    """The rooms that somebody may go into whatever their modes, by their names: those that are still the same rooms."""
    names = []
    for folded, created in (person.invitations or {}).items():
        kept = directory.rooms.get(folded) or directory.registry.find(folded)
        if kept is not None and kept.created == created:
            names.append(kept.name)
    return names


def set_topic(directory: Directory, session: Session, room: Room, text: str) -> None:
    """Say what a room is about; "" takes the topic away."""
    person = session.person
    member = directory.member(person, room)
    if "t" in room.flags and rank(member) < RANKS["o"]:
        need_run(person, room, "change its topic")
    if not may_run(person, room):
        check_speech(person, room)
    if len(text.encode()) > TOPIC_BYTES:
        raise Refused(Why.TOO_LONG, f"A topic may have {TOPIC_BYTES} bytes; shorten it.", room.name)
    text = one_line(text, TOPIC_BYTES)
    msgid, now = directory.journal.stamp()
    event = TopicChanged(msgid, now, session.identity, room.name, text)
    directory.happened(room, event)
    session.reader.tell(event)
