"""Private messages for accounts that are not here: kept until their owner logs in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from chat.domain.accounts import Account, Done
from chat.domain.events import Identity, Whispered
from chat.domain.journal import Receipt
from chat.domain.names import fold
from chat.domain.refused import Refused, Why

MAILBOX_MESSAGES = 100
"""Messages kept for one account."""
MAILBOX_EACH = 20
"""Messages of one author among them: nobody fills a mailbox alone. A guest counts as their address, not as a name."""
MAILBOX_GUESTS = 50
"""Messages of all guests among them: the rest is for people with an account, of which nobody has many."""
MAILBOX_DAYS = 30
"""Days after which a message that nobody fetched is forgotten."""


class Mailbox(Protocol):
    """Whoever keeps private messages for later."""

    def keep(self, account: Account, event: Whispered, receipt: Receipt, repeat: str | None = None) -> None:
        """Keep a message; the receipt says when it is safe. Refused: MAILBOX_FULL, or NO_SUCH_USER if none are kept.

        `repeat` is kept with it: the key under which a repetition of it is recognised after a restart.
        """

    def waiting(self, account: Account) -> int:
        """How many messages wait for an account."""

    def fetch(self, account: Account, done: Done[list[Whispered]]) -> None:
        """The messages that wait, oldest first; they stay until `delivered`."""

    def delivered(self, account: Account, events: list[Whispered]) -> None:
        """These reached their reader: forget them."""

    def forget(self, account: Account) -> None:
        """An account is gone: forget what waits for it."""


def author_of(author: Identity) -> str:
    """Whose share of a mailbox a message takes: an account's, or with a `*` a guest's, by where they come from."""
    return fold(author.account) if author.account else f"*{author.host}"


class Shares:
    """How many messages wait for each account, and of whom. Accounts are folded names, authors `author_of`."""

    __slots__ = ("_waiting",)

    def __init__(self, waiting: Iterable[tuple[str, str]] = ()) -> None:
        """`waiting`: account and author of each message."""
        self._waiting: dict[str, Counter[str]] = {}
        for account, author in waiting:
            self._waiting.setdefault(account, Counter())[author] += 1

    def waiting(self, account: str) -> int:
        """How many messages wait for an account."""
        return self._waiting[account].total() if account in self._waiting else 0

    def add(self, account: Account, author: str) -> None:
        """Count a message. Raises `Refused` (MAILBOX_FULL) if it is one too many, of its author or altogether."""
        counts = self._waiting.get(account.folded, Counter())
        guests = sum(count for other, count in counts.items() if other.startswith("*"))
        if counts[author] >= MAILBOX_EACH:
            what = f"{MAILBOX_EACH} messages of yours"
        elif counts.total() >= MAILBOX_MESSAGES:
            what = f"{MAILBOX_MESSAGES} messages"
        elif author.startswith("*") and guests >= MAILBOX_GUESTS:
            what = f"{MAILBOX_GUESTS} messages of guests"
        else:
            self._waiting.setdefault(account.folded, counts)[author] += 1
            return
        raise Refused(
            Why.MAILBOX_FULL,
            f"{account.name} is not here, and {what} wait already: yours was not kept.",
            account.name,
        )

    def remove(self, account: str, author: str) -> None:
        """A message waits no more."""
        counts = self._waiting.get(account)
        if counts is not None:
            # What waited in a database of before there were shares has no author.
            author = author if author in counts else ""
            counts[author] -= 1
            if counts[author] <= 0:
                del counts[author]
            if not counts:
                del self._waiting[account]

    def forget(self, account: str) -> None:
        """Nothing waits for an account."""
        self._waiting.pop(account, None)


class NoMailbox:
    """Keeps nothing, because the operator switched history off."""

    def keep(self, account: Account, event: Whispered, receipt: Receipt, repeat: str | None = None) -> None:
        """Refuse, with the same sentence as for anybody who is not here."""
        raise Refused(Why.NO_SUCH_USER, f"No such user: {account.name}", account.name)

    def waiting(self, account: Account) -> int:
        """Nothing waits."""
        return 0

    def fetch(self, account: Account, done: Done[list[Whispered]]) -> None:
        """Nothing waits."""
        done([])

    def delivered(self, account: Account, events: list[Whispered]) -> None:
        """There is nothing to forget."""

    def forget(self, account: Account) -> None:
        """There is nothing to forget."""
