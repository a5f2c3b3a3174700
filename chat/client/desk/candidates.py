"""What Tab completes in an input line: commands, rooms, and names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chat.client.desk.desk import Desk, safe
from chat.client.desk.typed.table import BY_WORD, COMMANDS

MAX_SHOWN = 200
"""Names offered at once."""


class Candidate(NamedTuple):
    """What the last `length` characters before the cursor can become; `label` and `help` are for people."""

    text: str
    length: int
    label: str
    help: str = ""


def candidates(desk: Desk, before: str) -> Iterator[Candidate]:
    """What the word at the end of `before`, the text before the cursor, can become.

    Commands after a slash; rooms after a ``#``; else names: who spoke last comes first.
    """
    word = before.rpartition(" ")[2]
    first = word == before
    if first and word.startswith("/"):
        yield from _commands(word[1:])
    elif _wants_room(before, word):
        yield from _rooms(desk, word)
    elif word or not first:
        yield from _names(desk, word, first)


def _commands(word: str) -> Iterator[Candidate]:
    names = [name for name in COMMANDS if name.startswith(word.lower())]
    names += [name for name in BY_WORD if name not in COMMANDS and name.startswith(word.lower()) and word]
    for name in names:
        row = BY_WORD[name]
        text = f"/{name} " if row.arguments else f"/{name}"
        yield Candidate(text, len(word) + 1, f"/{name} {row.usage}".rstrip(), row.help)


def _wants_room(before: str, word: str) -> bool:
    return word.startswith("#") or before[: len(before) - len(word)].strip() in ("/join", "/j", "/part")


def _rooms(desk: Desk, word: str) -> Iterator[Candidate]:
    wanted = word.lstrip("#").lower()
    for room in desk.connection.rooms.values():
        name = safe(room.name)
        if name.lstrip("#").lower().startswith(wanted):
            yield Candidate(f"{name} ", len(word), name)


def _names(desk: Desk, word: str, first: bool) -> Iterator[Candidate]:
    fold = desk.connection.fold
    place = desk.place
    names = {fold(name): name for name in desk.pages.current.speakers()}
    room = desk.connection.rooms.get(fold(place)) if place else None
    if room is not None:
        here = {key: safe(person.name) for key, person in room.people.items()}
        # Somebody who has left is not worth completing.
        names = {key: name for key, name in names.items() if key in here} | {
            key: here[key] for key in sorted(here)
        }
    elif place and not desk.connection.is_room(place):
        names.setdefault(fold(place), safe(place))
    names.pop(fold(desk.connection.name), None)
    at = "@" if word.startswith("@") else ""
    wanted = fold(word.removeprefix("@"))
    shown = 0
    for key, name in names.items():
        if key.startswith(wanted) and shown < MAX_SHOWN:
            shown += 1
            end = ": " if first and not at else " "
            yield Candidate(f"{at}{name}{end}", len(word), name)
