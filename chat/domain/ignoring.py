"""Whom somebody does not want to hear."""

from __future__ import annotations

from chat.domain.names import fold
from chat.domain.refused import Refused, Why
from chat.domain.user import IGNORES_AT_MOST, User


def ignore(user: User, name: str) -> None:
    """Hide what a name says from somebody."""
    if len(user.ignored | {fold(name)}) > IGNORES_AT_MOST:
        raise Refused(
            Why.LIMIT, f"You ignore {IGNORES_AT_MOST} names already: take one off with /ignore -NAME."
        )
    user.ignored |= {fold(name)}
    user.reader.ignoring_changed()


def unignore(user: User, name: str) -> None:
    """Show what a name says to somebody again."""
    if fold(name) not in user.ignored:
        raise Refused(Why.NOT_IGNORED, f"You do not ignore {name}.", name)
    user.ignored -= {fold(name)}
    user.reader.ignoring_changed()
