"""What operators of the server do to all of it: becoming one, disconnecting people, telling everybody something."""

from __future__ import annotations

from chat.domain.directory import Directory
from chat.domain.events import Announced
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from chat.domain.rights import is_operator


def promote(directory: Directory, person: Person) -> None:
    """Make somebody an operator of the server, for as long as they are connected."""
    directory.set_modes(person, {*person.modes, "o"})


def need_operator(person: Person) -> None:
    """Raise `Refused` for everybody else."""
    if not is_operator(person):
        raise Refused(Why.NEEDS_OPERATOR, "Only an operator of the server may do this: /oper NAME PASSWORD")


def kill(directory: Directory, person: Person, target: Person, reason: str) -> None:
    """Disconnect somebody."""
    need_operator(person)
    by = f"Killed by {person.shown}" + (f": {reason}" if reason else "")
    directory.disconnect(target, by, by)


def announce(directory: Directory, person: Person, text: str) -> None:
    """Tell everybody who is connected something, in the name of the server."""
    need_operator(person)
    _tell(
        directory,
        Announced(*directory.journal.stamp(), directory.server, text),
        list(directory.people.values()),
    )


def wallops(directory: Directory, person: Person, text: str) -> None:
    """Tell those who asked for it with the mode w something, in one's own name."""
    need_operator(person)
    listeners = [other for other in directory.people.values() if "w" in other.modes]
    _tell(directory, Announced(*directory.journal.stamp(), person.identity, text), listeners)


def _tell(directory: Directory, event: Announced, people: list[Person]) -> None:
    for person in people:
        person.tell(event)
