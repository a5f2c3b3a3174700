"""How much of a room's past people are shown on joining it: as much as they have said, or as the server shows."""

from __future__ import annotations

from chat.domain.directory import Directory
from chat.domain.person import Person
from chat.domain.refused import Refused, Why

REPLAY_AT_MOST = 200
"""Messages that somebody may want to be shown on joining a room."""


def wanted_replay(person: Person, default: int) -> int:
    """How many messages somebody is shown on joining a room: a program none, which would obey them once more."""
    if person.bot:
        return 0
    return default if person.replay is None else person.replay


def set_replay(directory: Directory, person: Person, typed: str) -> None:
    """Say how many messages one wants to see on joining a room; `default`: as many as the server shows.

    It is kept for who has an account. Raises `Refused` for what is no such number.
    """
    if typed.lower() == "default":
        person.replay = None
    elif typed.isascii() and typed.isdecimal() and len(typed) < 5 and int(typed) <= REPLAY_AT_MOST:
        person.replay = int(typed)
    else:
        raise Refused(Why.LIMIT, f"It is a number from 0 to {REPLAY_AT_MOST}, or: default", typed)
    directory.remember(person)
