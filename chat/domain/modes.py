"""The modes of a room: which there are, and what a change does.

Source: Modern IRC, "Channel Modes" and "MODE message".
"""

from __future__ import annotations

from collections.abc import Sequence

from chat.domain.directory import Directory
from chat.domain.events import ModeChanged
from chat.domain.masks import MASK_BYTES, Mask, normal
from chat.domain.mode_lines import HIDDEN, LISTS, Change, written
from chat.domain.names import fold
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from chat.domain.rights import RANKS, check_founder, is_operator, need_run
from chat.domain.room import Room
from chat.domain.session import Session
from chat.domain.text import printable

FLAGS = {
    "C": "no CTCP requests",
    "R": "only people who are logged in come in",
    "i": "only who is invited comes in",
    "m": "only people with voice speak",
    "n": "only members speak",
    "s": "not in any list",
    "t": "only operators change the topic",
}
"""Modes that are on or off."""
EXPLAINED = (
    *(f"  {letter:9} {meaning}" for letter, meaning in FLAGS.items()),
    "  k KEY     only who knows the key comes in",
    "  l NUMBER  at most so many people come in",
    "  b MASK    these are kept out; e MASK: not these, though; I MASK: these need no invitation",
    "  o NAME    an operator of the room; v NAME: has voice",
    "  /mode +im switches two on, /mode -k switches one off, /mode alone tells which are on.",
)
"""What each letter means, for people."""
KEY_BYTES = 23
"""Longest key (RFC 2812 section 2.3.1)."""
LIST_AT_MOST = 100
"""Entries of all lists of a room together: each message of a guest is held against the bans."""
CHANGES_AT_MOST = 20
"""Changes with an argument in one command."""


def is_query(change: Change) -> bool:
    """Whether a change asks for a list instead."""
    return change.letter in LISTS and change.argument is None


def apply(directory: Directory, session: Session, room: Room, changes: Sequence[Change]) -> list[Refused]:
    """Change a room's modes and tell everybody; returns what could not be done, and why. Raises `Refused`."""
    person = session.person
    if not is_operator(person):
        directory.member(person, room)
    need_run(person, room, "change its modes")
    problems: list[Refused] = []
    done: list[Change] = []
    with_argument = 0
    for change in changes:
        with_argument += change.argument is not None
        if with_argument > CHANGES_AT_MOST:
            break
        try:
            effect = _apply_one(directory, person, room, change)
        except Refused as refused:
            problems.append(refused)
            continue
        if effect is not None:
            done.append(effect)
    if done:
        room.modes_changed()
        directory.room_changed(room)
        msgid, now = directory.journal.stamp()
        event = ModeChanged(msgid, now, session.identity, room.name, written(done))
        directory.happened(room, event)
        session.reader.tell(event)
    return problems


def state(room: Room, inside: bool) -> tuple[str, ...]:
    """A room's modes as they stand in a reply; the key only for those `inside`."""
    changes = [Change(True, letter) for letter in sorted(room.flags)]
    if room.key:
        changes.append(Change(True, "k", room.key if inside else HIDDEN))
    if room.limit:
        changes.append(Change(True, "l", str(room.limit)))
    return written(changes) if changes else ("+",)


def _apply_one(directory: Directory, person: Person, room: Room, change: Change) -> Change | None:
    """Do one change; returns it as it is to be told, None if nothing changed."""
    add, letter, argument = change
    if letter in FLAGS:
        if add == (letter in room.flags):
            return None
        (room.flags.add if add else room.flags.remove)(letter)
        return change
    if letter in RANKS:
        return _give(directory, person, room, change)
    if letter in LISTS:
        return _listed(person, room, change, directory.clock())
    if letter == "k":
        return _lock(room, add, argument)
    if letter == "l":
        return _limit(room, add, argument)
    raise Refused(Why.UNKNOWN_MODE, f"There is no mode {letter}.", room.name, letter)


def _give(directory: Directory, person: Person, room: Room, change: Change) -> Change | None:
    add, letter, argument = change
    if not argument:
        raise Refused(Why.BAD_MODE, f"The mode {letter} needs a name.", room.name, letter)
    target = directory.find(argument)
    member = target.rooms.get(room)
    if member is None:
        raise Refused(Why.USER_NOT_IN_ROOM, f"{target.shown} is not in {room.name}.", target.shown, room.name)
    if add == (letter in member.modes):
        return None
    if not add and letter == "o":
        check_founder(person, member)
    modes = set(member.modes) ^ {letter}
    member.modes = "".join(letter for letter in RANKS if letter in modes)
    directory.remember(target)
    return Change(add, letter, target.shown)


def _listed(person: Person, room: Room, change: Change, now: float) -> Change | None:
    add, letter, argument = change
    if not argument or " " in argument or argument.startswith(":") or printable(argument) != argument:
        raise Refused(Why.BAD_MODE, "A mask looks like name!user@host, with * and ?.", room.name, letter)
    mask = normal(argument)
    if len(mask.encode()) > MASK_BYTES:
        raise Refused(Why.BAD_MODE, f"A mask may have {MASK_BYTES} bytes.", room.name, letter)
    lists = room.lists = room.lists or {}
    entries = lists.setdefault(letter, {})
    key = fold(mask)
    if add:
        if key in entries:
            return None
        if sum(map(len, lists.values())) >= LIST_AT_MOST:
            raise Refused(
                Why.LIST_FULL, f"The lists of {room.name} are full: {LIST_AT_MOST} masks.", room.name, letter
            )
        entries[key] = Mask(mask, person.identity.mask, now)
    else:
        entry = entries.pop(key, None)
        if entry is None:
            return None
        mask = entry.mask
    return Change(add, letter, mask)


def _lock(room: Room, add: bool, argument: str | None) -> Change | None:
    if not add:
        had, room.key = room.key, ""
        return Change(False, "k", had) if had else None
    fit = argument and argument.isascii() and argument.isprintable() and not set(argument) & set(" ,:")
    if not argument or not fit or len(argument) > KEY_BYTES:
        raise Refused(
            Why.BAD_MODE,
            f"A key has 1 to {KEY_BYTES} letters without spaces, commas or colons.",
            room.name,
            "k",
        )
    if argument == room.key:
        return None
    room.key = argument
    return Change(True, "k", argument)


def _limit(room: Room, add: bool, argument: str | None) -> Change | None:
    if not add:
        had, room.limit = room.limit, 0
        return Change(False, "l") if had else None
    if (
        not argument
        or not argument.isascii()
        or not argument.isdecimal()
        or len(argument) > 9
        or not 0 < int(argument) < 10**8
    ):
        raise Refused(Why.BAD_MODE, "A limit is a number of people, 1 or more.", room.name, "l")
    if int(argument) == room.limit:
        return None
    room.limit = int(argument)
    return Change(True, "l", str(room.limit))
