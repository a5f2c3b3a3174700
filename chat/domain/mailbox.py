"""Private messages for accounts that are not here: kept until their owner logs in."""

from __future__ import annotations

from typing import Protocol

from chat.domain.accounts import Account, Done
from chat.domain.events import Whispered
from chat.domain.journal import Receipt
from chat.domain.refused import Refused, Why

MAILBOX_MESSAGES = 100
"""Messages kept for one account."""
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


def mailbox_full(account: Account) -> Refused:
    """The answer when too much waits for an account already."""
    return Refused(
        Why.MAILBOX_FULL,
        f"{account.name} is not here, and {MAILBOX_MESSAGES} messages wait already: yours was not kept.",
        account.name,
    )


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
