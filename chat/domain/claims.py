"""Who may use a name: those that belong to accounts are theirs, and so is what looks like them."""

from __future__ import annotations

from chat.domain.accounts import Accounts
from chat.domain.names import Name, fold
from chat.domain.refused import Refused, Why


class Claims:
    """Answers whether somebody may use a name."""

    __slots__ = ("accounts",)

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def check(self, name: Name, account: str | None) -> None:
        """Raise `Refused` if a name belongs to an account that is not this one."""
        owner = self.accounts.owner(name)
        if owner is not None and not (account and owner.folded == fold(account)):
            like = "" if owner.folded == name.folded else f" {owner.name}, which it looks like,"
            raise Refused(
                Why.NAME_TAKEN,
                f"The name {name.shown} is taken:{like or ' it'} belongs to an account",
                name.shown,
                owner.name,
            )
