"""Changes of a room's modes as they stand in a line: how they are read and written, with their keys or without.

Source: Modern IRC, "MODE message".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from chat.domain.events import ModeChanged
from chat.domain.rights import RANKS

LISTS = {"b": "bans", "e": "exceptions from bans", "I": "exceptions from invite-only"}
"""Modes that are lists of masks."""
HIDDEN = "*"
"""What stands for a key before those who are not to know it; servers show it so (Modern IRC, "RPL_CHANNELMODEIS")."""

E = TypeVar("E")


class Change(NamedTuple):
    """One change: a letter to be set or taken, with its argument if it has one."""

    add: bool
    letter: str
    argument: str | None = None


def read(words: Sequence[str]) -> list[Change]:
    """The changes that `+ov-l bob carol` and the like mean; letters are not checked here.

    Arguments are handed out in order to the letters that take one. Whatever is left over is ignored.
    """
    changes: list[Change] = []
    arguments = list(words[1:])
    add = True
    for letter in words[0] if words else "":
        if letter in "+-":
            add = letter == "+"
            continue
        argument = None
        wants = letter in LISTS or letter in RANKS or letter == "k" or (letter == "l" and add)
        if wants and arguments:
            argument = arguments.pop(0)
        changes.append(Change(add, letter, argument))
    return changes


def written(changes: Sequence[Change]) -> tuple[str, ...]:
    """Changes as they stand in a MODE line."""
    letters = ""
    sign = None
    for change in changes:
        if change.add is not sign:
            sign = change.add
            letters += "+" if sign else "-"
        letters += change.letter
    return (letters, *(change.argument for change in changes if change.argument is not None))


def without_keys(change: Sequence[str]) -> tuple[str, ...]:
    """The words of a change with `HIDDEN` for each key that is set or taken."""
    words = list(change)
    at = 0
    for _, letter, argument in read(words):
        if argument is not None:
            at += 1
            if letter == "k":
                words[at] = HIDDEN
    return tuple(words)


def for_later(event: E) -> E | ModeChanged:
    """An event as it is kept, and shown to those who were not there: whoever could read a key later could come in.

    Who is there gets the event itself: a client needs the key to come back by itself.
    """
    return event._replace(change=without_keys(event.change)) if isinstance(event, ModeChanged) else event
