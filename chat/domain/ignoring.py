"""Whom somebody does not want to hear."""

from __future__ import annotations

from chat.domain.directory import Directory
from chat.domain.names import fold
from chat.domain.person import IGNORES_AT_MOST, Person
from chat.domain.refused import Refused, Why


def ignore(directory: Directory, person: Person, name: str) -> None:
    """Hide what a name says from somebody."""
    if len(person.ignored | {fold(name)}) > IGNORES_AT_MOST:
        raise Refused(
            Why.LIMIT, f"You ignore {IGNORES_AT_MOST} names already: take one off with /ignore -NAME."
        )
    person.ignored |= {fold(name)}
    _changed(directory, person)


def unignore(directory: Directory, person: Person, name: str) -> None:
    """Show what a name says to somebody again."""
    if fold(name) not in person.ignored:
        raise Refused(Why.NOT_IGNORED, f"You do not ignore {name}.", name)
    person.ignored -= {fold(name)}
    _changed(directory, person)


def _changed(directory: Directory, person: Person) -> None:
    directory.remember(person)
    for session in person.sessions:
        session.reader.ignoring_changed()
