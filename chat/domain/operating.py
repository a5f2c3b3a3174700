"""What operators of the server do to all of it: becoming one, disconnecting people, telling everybody something.

The log says of each who did it.
"""

from __future__ import annotations

from twisted.logger import Logger

from chat.domain.accounts import Account
from chat.domain.directory import TEXT_BYTES, Directory
from chat.domain.events import Announced
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from chat.domain.rights import is_operator
from chat.domain.text import REASON_BYTES, one_line

_log = Logger()


def may_operate(directory: Directory, account: Account) -> bool:
    """Whether whoever knows an account's password may become an operator of the server."""
    return account.operator or account.folded in directory.operators


def promote(directory: Directory, person: Person, account: Account) -> None:
    """Make somebody an operator of the server who has said the password of an operator's account.

    It lasts as long as they are connected, and that account is an operator's and has the same password.
    """
    directory.set_modes(person, {*person.modes, "o"})
    person.operator_by = account.folded
    _log.info(
        "{name}, account {account}, is an operator of the server", name=person.shown, account=account.name
    )


def depose(directory: Directory, account: str, keep: Person | None = None) -> None:
    """Whoever is an operator by this account (folded) is one no more, and is told; except `keep`."""
    sentence = "You are no operator of this server any more."
    for person in list(directory.with_modes):
        if person.operator_by == account and person is not keep:
            directory.set_modes(person, set(person.modes) - {"o"})
            person.tell(Announced(*directory.journal.stamp(), directory.server, sentence))


def name_operators(directory: Directory, accounts: frozenset[str]) -> None:
    """Let these accounts (folded), and no others besides those that are operators' by themselves, become operators."""
    dropped = directory.operators - accounts
    directory.operators = accounts
    for folded in dropped:
        account = directory.claims.accounts.find(folded)
        if account is None or not account.operator:
            depose(directory, folded)


def need_operator(person: Person) -> None:
    """Raise `Refused` for everybody else."""
    if not is_operator(person):
        raise Refused(Why.NEEDS_OPERATOR, "Only an operator of the server may do this: /oper NAME PASSWORD")


def name_of(by: Person | str) -> str:
    """How whoever acts is called in the log; raises `Refused` for somebody who is here and no operator."""
    if isinstance(by, str):
        return by
    need_operator(by)
    return by.shown


def kill(directory: Directory, by: Person | str, target: Person, reason: str) -> None:
    """Disconnect somebody. `by` is an operator who is here, or a name for one at the monitor's page."""
    reason = one_line(reason, REASON_BYTES)
    _log.info(
        "{by} disconnected {name} ({reason})", by=name_of(by), name=target.shown, reason=reason or "no reason"
    )
    because = f": {reason}" if reason else ""
    if isinstance(by, Person):
        told = seen = f"Killed by {by.shown}{because}"
    else:
        told, seen = f"The operator has put you out{because}", f"Put out by the operator{because}"
    directory.disconnect(target, seen, told)


def announce(directory: Directory, by: Person | str, text: str) -> None:
    """Tell everybody who is connected something, in the name of the server."""
    text = one_line(text, TEXT_BYTES)
    _log.info("{by} announced: {text}", by=name_of(by), text=text)
    _tell(
        directory,
        Announced(*directory.journal.stamp(), directory.server, text),
        list(directory.people.values()),
    )


def wallops(directory: Directory, person: Person, text: str) -> None:
    """Tell those who asked for it with the mode w something, in one's own name."""
    need_operator(person)
    listeners = [other for other in directory.people.values() if "w" in other.modes]
    _tell(
        directory,
        Announced(*directory.journal.stamp(), person.identity, one_line(text, TEXT_BYTES)),
        listeners,
    )


def _tell(directory: Directory, event: Announced, people: list[Person]) -> None:
    for person in people:
        person.tell(event)
