"""What the commands of people cost, where the room that they talk in decides it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from chat.commands.speaker import Speaker
from chat.domain.names import fold, room_from_typed
from chat.domain.room import Room
from chat.domain.terms import HASH, LINE, NAMED, ROOM, SAID, Asker, Count, telling


def _here(asker: Asker) -> Room | None:
    return cast("Speaker", asker).room


def said_here(asker: Asker, arguments: Sequence[str] = ()) -> float:
    """The work of saying something in the room in which one talks."""
    room = _here(asker)
    return LINE if room is None else LINE + SAID * len(room.members)


def told_here(asker: Asker, arguments: Sequence[str]) -> float:
    """The work of something that everybody in the room learns."""
    room = _here(asker)
    return LINE if room is None else ROOM + telling(room)


def names_here(asker: Asker, arguments: Sequence[str]) -> float:
    """The work of listing who is in this room, or another."""
    room = asker.directory.rooms.get(fold(room_from_typed(arguments[0]))) if arguments else _here(asker)
    return LINE if room is None else LINE + NAMED * len(room.members)


def hashing(password: int) -> Count:
    """The work of a command whose argument of this number is a password; without it, it is asked for."""
    return lambda asker, arguments: HASH if len(arguments) > password else 0.0
