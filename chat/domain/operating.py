"""What operators of the server do to all of it: becoming one, disconnecting people, telling everybody something."""

from __future__ import annotations

from chat.domain.accounts import Account
from chat.domain.directory import Directory
from chat.domain.events import Announced
from chat.domain.refused import Refused, Why
from chat.domain.rights import is_operator
from chat.domain.user import User


def may_operate(directory: Directory, account: Account) -> bool:
    """Whether whoever knows an account's password may become an operator of the server."""
    return account.operator or account.folded in directory.operators


def promote(directory: Directory, user: User) -> None:
    """Make somebody an operator of the server, for as long as they are connected."""
    directory.set_modes(user, {*user.modes, "o"})


def need_operator(user: User) -> None:
    """Raise `Refused` for everybody else."""
    if not is_operator(user):
        raise Refused(Why.NEEDS_OPERATOR, "Only an operator of the server may do this: /oper NAME PASSWORD")


def kill(directory: Directory, user: User, target: User, reason: str) -> None:
    """Disconnect somebody."""
    need_operator(user)
    by = f"Killed by {user.shown}" + (f": {reason}" if reason else "")
    directory.quit(target, by)
    target.reader.disconnect(by)


def announce(directory: Directory, user: User, text: str) -> None:
    """Tell everybody who is connected something, in the name of the server."""
    need_operator(user)
    _tell(
        directory,
        Announced(*directory.journal.stamp(), directory.server, text),
        list(directory.users.values()),
    )


def wallops(directory: Directory, user: User, text: str) -> None:
    """Tell those who asked for it with the mode w something, in one's own name."""
    need_operator(user)
    listeners = [other for other in directory.users.values() if "w" in other.modes]
    _tell(directory, Announced(*directory.journal.stamp(), user.identity, text), listeners)


def _tell(directory: Directory, event: Announced, people: list[User]) -> None:
    for person in people:
        person.reader.tell(event)
