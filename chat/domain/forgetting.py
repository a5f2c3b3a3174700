"""What ends with an account: everything that is kept under its name or was granted by its password, in one place.

A name that is given up can be anybody's a moment later. Whoever registers it anew gets nothing of what was kept for the
one before: no private message, no room, no right. Only what keeps somebody out outlives the account: bans and mutes.
"""

from __future__ import annotations

from chat.domain.accounts import Account
from chat.domain.directory import Directory
from chat.domain.events import Announced
from chat.domain.log import Log
from chat.domain.mailbox import Mailbox
from chat.domain.names import fold
from chat.domain.operating import depose, may_operate
from chat.domain.person import Person
from chat.domain.registry import GIVEN_UP
from chat.domain.session import Session


def forget_account(
    directory: Directory, mailbox: Mailbox, account: Account, by: Session | None = None
) -> None:
    """An account is gone from wherever accounts are kept: forget what else there is of it.

    Whoever is logged in to it is a guest from here on, and told so, but for who gave it up (`by`). Its rooms keep
    their modes and their past, and belong to nobody: an operator of the server runs them.
    """
    depose(directory, account.folded)
    person = directory.present(account.name)
    if person is not None:
        _make_guest(directory, person, by)
    directory.presences.forget(account.folded)
    directory.registry.disown(account.folded)
    for room in directory.rooms.values():
        if room.founder == account.folded:
            room.founder = GIVEN_UP
        _forget_author(room.log, account)
    directory.history.forget(account.folded)
    mailbox.forget(account)


def end_sessions(directory: Directory, account: Account, sentence: str, keep: Session | None = None) -> None:
    """Whatever the password of an account has opened is shut: sessions, rights, and what waits for their return.

    `keep` is the session that asked for it, which stays logged in, and an operator.
    """
    person = directory.present(account.name)
    if person is not None and (keep is None or keep.person is not person):
        directory.disconnect(person, "Logged out", sentence)
    elif person is not None and keep is not None:
        _leave_only(directory, keep, sentence)
    depose(directory, account.folded, None if keep is None else keep.person)


def _leave_only(directory: Directory, keep: Session, sentence: str) -> None:
    for session in list(keep.person.sessions):
        if session is not keep:
            directory.leave(session, "Logged out", farewell=True)
            session.reader.disconnect(sentence)


def _make_guest(directory: Directory, person: Person, by: Session | None) -> None:
    """A guest has one connection: that of who gave the account up, or the one that was there first."""
    if not person.sessions:
        directory.quit(person, "Logged out")
        return
    session = by if by in person.sessions else next(iter(person.sessions))
    assert session is not None
    _leave_only(directory, session, "Your account was removed.")
    directory.change_identity(session, account=None)
    if session is not by:
        sentence = "Your account was removed: you are a guest."
        person.tell(Announced(*directory.journal.stamp(), directory.server, sentence))


def account_changed(directory: Directory, before: Account, after: Account) -> None:
    """Another program, such as `chat admin`, has changed an account: what it allows no more ends at once."""
    if before.credential != after.credential:
        end_sessions(directory, after, "The password of your account was changed: log in with the new one.")
    elif before.operator and not may_operate(directory, after):
        depose(directory, after.folded)


def _forget_author(log: Log, account: Account) -> None:
    # What was said stays said, by a guest: a tag with the account's name would make it the next owner's words.
    for index, event in enumerate(log.entries):
        author = event.author
        if author.account is not None and fold(author.account) == account.folded:
            log.entries[index] = event._replace(author=author._replace(account=None))
