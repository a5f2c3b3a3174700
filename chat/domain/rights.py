"""Who may do what in a room: coming in, speaking, running it, by rights and by the room's modes.

Rights are letters of a membership: `o` operators, `v` those with voice. Only an operator of the server takes them from
the founder, the account to which a room belongs. Operators of the server may do what operators of a room may.
Source: Modern IRC, "Channel Modes" and "Channel Membership Prefixes".
"""

from __future__ import annotations

from collections.abc import Iterable

from chat.domain.events import Identity
from chat.domain.masks import matches, silences
from chat.domain.names import fold
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from chat.domain.room import Member, Room

RANKS = {"o": 2, "v": 1}
"""Rights from the highest to the lowest."""
SIGNS = {"o": "@", "v": "+"}
"""What shows a right before a name."""
STATUS_SIGNS = "@+"
"""Before a room's name: only those with this right, or a higher one, are meant."""


def rank(member: Member | None) -> int:
    """How high somebody's rights in a room are: 0 for none."""
    if member is None or not member.modes:
        return 0
    return max(RANKS[letter] for letter in member.modes)


def signs(member: Member, every: bool = False) -> str:
    """The signs of somebody's rights: all of them, or the highest."""
    if not member.modes:
        return ""
    found = [sign for letter, sign in SIGNS.items() if letter in member.modes]
    return "".join(found) if every else found[0]


def is_operator(person: Person) -> bool:
    """Whether somebody is an operator of the server."""
    return "o" in person.modes


def may_run(person: Person, room: Room) -> bool:
    """Whether somebody may do in a room what its operators may."""
    return rank(person.rooms.get(room)) >= RANKS["o"] or is_operator(person)


def need_run(person: Person, room: Room, what: str) -> None:
    """Raise `Refused` for somebody who may not do what a room's operators may."""
    if not may_run(person, room):
        raise Refused(Why.NEEDS_RIGHT, f"Only an operator of {room.name} may {what}.", room.name)


def no_such_room(name: str) -> Refused:
    """The answer about a room that is not there, or that somebody is not to know of."""
    return Refused(Why.NO_SUCH_ROOM, f"No such room: {name}. See /rooms, or make it with /join {name}", name)


def may_see(person: Person, room: Room) -> bool:
    """Whether somebody may know that a room exists, and who is in it."""
    return "s" not in room.flags or room in person.rooms or is_operator(person)


def excepted(room: Room, who: Identity, letter: str) -> bool:
    """Whether an entry of a room's list of exceptions means this person."""
    return any(matches(entry.mask, who) for entry in room.masks(letter))


def banned(room: Room, who: Identity) -> bool:
    """Whether somebody may not come in."""
    return any(matches(entry.mask, who) for entry in room.masks("b")) and not excepted(room, who, "e")


def check_not_banned(person: Person, room: Room) -> None:
    """Raise `Refused` for somebody who is banned from a room."""
    if banned(room, person.identity):
        raise Refused(Why.BANNED, f"You are banned from {room.name}.", room.name)


def check_join(person: Person, room: Room, key: str) -> None:
    """Raise `Refused` for somebody who may not come in. An invitation opens every door, once."""
    if is_invited(person, room):
        return
    if founded_by(person, room):
        return
    who = person.identity
    check_not_banned(person, room)
    if "i" in room.flags and not excepted(room, who, "I"):
        raise Refused(
            Why.INVITE_ONLY, f"You have to be invited to {room.name}: ask somebody there.", room.name
        )
    if "R" in room.flags and person.account is None:
        raise Refused(Why.NEEDS_ACCOUNT, f"{room.name} is for people who are logged in.", room.name)
    if room.key and key != room.key:
        raise Refused(Why.WRONG_KEY, f"{room.name} needs a key: /join {room.name} KEY", room.name)
    if room.limit and len(room.members) >= room.limit:
        raise Refused(Why.ROOM_FULL, f"{room.name} is full: {room.limit} people. Try again later.", room.name)


def is_invited(person: Person, room: Room) -> bool:
    """Whether an operator of this room has asked somebody in."""
    return person.invitations is not None and person.invitations.get(room.folded) == room.created


def founded_by(person: Person, room: Room) -> bool:
    """Whether a room belongs to the account with which somebody is logged in."""
    return room.founder is not None and person.account is not None and fold(person.account) == room.founder


def check_speech(person: Person, room: Room, text: str = "") -> None:
    """Raise `Refused` for somebody who may not speak in a room."""
    member = person.rooms.get(room)
    if member is None and "n" in room.flags and not is_operator(person):
        if not may_see(person, room):
            raise no_such_room(room.name)
        raise Refused(Why.CANNOT_SAY, f"You are not in {room.name}. /join {room.name} first.", room.name)
    if text.startswith("\x01") and not text.startswith("\x01ACTION") and "C" in room.flags:
        raise Refused(Why.CANNOT_SAY, f"{room.name} takes no CTCP requests.", room.name)
    if member is not None and member.modes:
        return
    if "m" in room.flags:
        raise Refused(Why.CANNOT_SAY, f"Only people with voice may speak in {room.name} (+m).", room.name)
    bans = room.masks("b")
    if bans:
        who = person.identity
        if any(silences(entry.mask, who) for entry in bans) and not _excepted_from_silence(room, who):
            raise Refused(Why.CANNOT_SAY, f"You may not speak in {room.name} (+b).", room.name)


def _excepted_from_silence(room: Room, who: Identity) -> bool:
    return any(silences(entry.mask, who) for entry in room.masks("e"))


def may_speak(person: Person, room: Room) -> bool:
    """Whether somebody may speak in a room."""
    try:
        check_speech(person, room)
    except Refused:
        return False
    return True


def heard(person: Person, rooms: Iterable[Room], text: str, instead: str = "") -> str:
    """What these rooms get to read of a text that is no speech, such as a reason: not that of who may not speak."""
    return text if not text or all(may_speak(person, room) for room in rooms) else instead


def check_renaming(person: Person) -> None:
    """Raise `Refused` for somebody whom a ban keeps from speaking in one of their rooms: a name can be read, too."""
    for room, member in person.rooms.items():
        who = person.identity
        if (
            not member.modes
            and any(silences(entry.mask, who) for entry in room.masks("b"))
            and not _excepted_from_silence(room, who)
        ):
            raise Refused(
                Why.CANNOT_SAY,
                f"You may not speak in {room.name} (+b), and not change your name there. "
                f"/part {room.name} first.",
                room.name,
            )


def check_founder(person: Person, member: Member) -> None:
    """Raise `Refused` if somebody's rights may only be touched by the founder, or by an operator of the server."""
    room = member.room
    if founded_by(member.person, room) and member.person is not person and not is_operator(person):
        raise Refused(Why.NEEDS_RIGHT, f"{member.person.shown} is the founder of {room.name}.", room.name)
