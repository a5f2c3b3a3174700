"""Who may use a name: those that belong to accounts, and those that are held for somebody whose connection dropped."""

from __future__ import annotations

from collections.abc import Callable, Collection
from math import ceil

from chat.domain.accounts import Accounts
from chat.domain.names import Name, fold
from chat.domain.refused import Refused, Why
from chat.domain.user import User

HOLD_SECONDS = 120.0
"""How long a name is held for an account whose connection dropped: a reconnect after a change of network."""
HELD_AT_MOST = 10_000
"""Names held at once; the oldest is let go first."""
RETAKE_SECONDS = 60.0
"""After an account took a name back from a ghost, so long it does not do so again: two devices that reconnect by
themselves would put each other out for ever."""


class Claims:
    """Answers whether somebody may use a name. `clock` gives seconds of a monotonic clock."""

    __slots__ = ("_clock", "_held", "_taken", "accounts")

    def __init__(self, accounts: Accounts, clock: Callable[[], float]) -> None:
        self.accounts = accounts
        self._clock = clock
        self._held: dict[str, tuple[str, float]] = {}
        self._taken: dict[str, float] = {}

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._held)

    def check(self, name: Name, account: str | None) -> None:
        """Raise `Refused` if a name belongs to an account that is not this one, or is held for another."""
        mine = fold(account) if account else None
        owner = self.accounts.owner(name)
        if owner is not None and owner.folded != mine:
            like = "" if owner.folded == name.folded else f" {owner.name}, which it looks like,"
            raise Refused(
                Why.NAME_TAKEN,
                f"The name {name.shown} is taken:{like or ' it'} belongs to an account. "
                f"If it is yours, log in: /login {owner.name}",
                name.shown,
            )
        held = self._held.get(name.folded)
        if held is not None:
            holder, until = held
            left = until - self._clock()
            if left <= 0:
                del self._held[name.folded]
            elif holder != mine:
                raise Refused(
                    Why.NAME_TAKEN,
                    f"The name {name.shown} is taken: it is held for {ceil(left)} seconds for somebody whose "
                    "connection dropped",
                    name.shown,
                )

    def hold(self, user: User) -> None:
        """The connection of somebody with an account dropped: nobody else gets the name for a while."""
        if user.account and user.name is not None:
            self._held.pop(user.name.folded, None)
            self._held[user.name.folded] = (fold(user.account), self._clock() + HOLD_SECONDS)
            if len(self._held) > HELD_AT_MOST:
                del self._held[next(iter(self._held))]

    def let_go(self, accounts: Collection[str]) -> None:
        """Hold no names for these accounts (folded) any more."""
        for folded in [folded for folded, (holder, _) in self._held.items() if holder in accounts]:
            del self._held[folded]

    def may_take_back(self, user: User, holder: User) -> bool:
        """Whether `user` gets the name of `holder`, a connection that is presumably dead, because it is theirs."""
        if not user.account or holder.name is None:
            return False
        mine = fold(user.account)
        owner = self.accounts.owner(holder.name)
        same_person = holder.account is not None and fold(holder.account) == mine
        if not same_person and (owner is None or owner.folded != mine):
            return False
        now = self._clock()
        if now < self._taken.get(mine, -RETAKE_SECONDS) + RETAKE_SECONDS:
            return False
        self._taken.pop(mine, None)
        self._taken[mine] = now
        if len(self._taken) > HELD_AT_MOST:
            del self._taken[next(iter(self._taken))]
        return True
