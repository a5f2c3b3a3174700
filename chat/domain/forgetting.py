"""What ends with an account: everything that is kept under its name or was granted by its password, in one place.

A name that is given up can be anybody's a moment later. Whoever registers it anew gets nothing of what was kept for the
one before: no private message, no room, no right. Only what keeps somebody out outlives the account: bans and mutes.
"""

from __future__ import annotations

from chat.domain.accounts import Account
from chat.domain.directory import Directory
from chat.domain.log import Log
from chat.domain.mailbox import Mailbox
from chat.domain.names import fold
from chat.domain.operating import depose, may_operate
from chat.domain.registry import GIVEN_UP
from chat.domain.user import User


def forget_account(
    directory: Directory, mailbox: Mailbox, account: Account, keep: User | None = None
) -> None:
    """An account is gone from wherever accounts are kept: forget what else there is of it.

    Whoever gave it up is a guest from here on (`keep`); others who are logged in to it are disconnected. Its rooms keep
    their modes and their past, and belong to nobody: an operator of the server runs them.
    """
    end_sessions(directory, account, "Your account was removed.", keep)
    depose(directory, account.folded)
    if keep is not None and _is_logged_in(keep, account):
        directory.change_identity(keep, account=None)
    directory.registry.disown(account.folded)
    for room in directory.rooms.values():
        if room.founder == account.folded:
            room.founder = GIVEN_UP
        _forget_author(room.log, account)
    directory.history.forget(account.folded)
    mailbox.forget(account)


def end_sessions(directory: Directory, account: Account, sentence: str, keep: User | None = None) -> None:
    """Whatever the password of an account has opened is shut: sessions, rights, and what waits for their return.

    `keep` is the connection that asked for it, which stays logged in, and an operator.
    """
    accounts = {account.folded}
    directory.claims.let_go(accounts)
    directory.returning.forget(accounts)
    for user in list(directory.sessions.get(account.folded, ())):
        if user is not keep:
            directory.quit(user, "Logged out")
            user.reader.disconnect(sentence)
    depose(directory, account.folded, keep)


def account_changed(directory: Directory, before: Account, after: Account) -> None:
    """Another program, such as `chat admin`, has changed an account: what it allows no more ends at once."""
    if before.credential != after.credential:
        end_sessions(directory, after, "The password of your account was changed: log in with the new one.")
    elif before.operator and not may_operate(directory, after):
        depose(directory, after.folded)


def _is_logged_in(user: User, account: Account) -> bool:
    return user.account is not None and fold(user.account) == account.folded


def _forget_author(log: Log, account: Account) -> None:
    # What was said stays said, by a guest: a tag with the account's name would make it the next owner's words.
    for index, event in enumerate(log.entries):
        author = event.author
        if author.account is not None and fold(author.account) == account.folded:
            log.entries[index] = event._replace(author=author._replace(account=None))
