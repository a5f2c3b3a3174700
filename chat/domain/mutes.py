"""Who may not speak for a while, by the operator's word or for flooding, also on their next connection.

A mute belongs to the account, if there is one, and to the address of whoever is muted (`address_key`: of IPv6 the
/64). It is on whoever comes with the account or from the address until it ends, and one by the operator's word on every
connection of the account that is there already. Others who are there from the same address are, as far as anybody can
see, somebody else, and go on speaking. A person on this machine itself (loopback, a Unix socket) has no address that
would tell them from others, as behind a relay that does not say who comes: there the name stands in its place.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from math import inf

from chat.domain.limits import address_key
from chat.domain.mute import Mute
from chat.domain.names import fold
from chat.domain.user import User

MUTES_AT_MOST = 10_000
"""Accounts and addresses remembered as muted; the one that was muted longest ago is forgotten first."""
SWEEP_SECONDS = 60.0
"""How often those that are over are looked for, at most: the length of a mute for flooding."""

Key = tuple[str, str]


class Mutes:
    """Mutes by whom they are on. `clock` gives seconds of a monotonic clock: no mute outlives the process."""

    __slots__ = ("_clock", "_kept", "_swept")

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: OrderedDict[Key, Mute] = OrderedDict()
        self._swept = -inf

    def __len__(self) -> int:
        """How many accounts and addresses are remembered."""
        return len(self._kept)

    def mute(self, people: Iterable[User], seconds: float, reason: str) -> None:
        """The operator lets nothing that these connections of one person say through for so long."""
        people = list(people)
        until = self._clock() + seconds
        before = [mute for user in people for mute in self._mutes_of(user) if mute.by_operator]
        # The operator's last word counts, for all who have the mute already.
        mute = before[0] if before else Mute(True, until, reason)
        mute.until, mute.reason = until, reason
        for user in people:
            user.mute = mute
            self._remember(mute, _keys(user))

    def flooded(self, user: User, seconds: float, measure: str) -> str:
        """Somebody is muted for flooding, by the rule `measure`; returns the sentence for them.

        Whoever floods is not read for a while: that they are gone may be found out after they have come back.
        """
        now = self._clock()
        mute = Mute(False, now + seconds, measure)
        if user.mute is None or user.mute.until < mute.until:
            user.mute = mute
        self._remember(mute, _keys(user))
        return mute.sentence(now)

    def end(self, people: Iterable[User]) -> None:
        """End whatever mutes these connections of one person, everywhere."""
        for user in people:
            for mute in self._mutes_of(user):
                mute.until = -inf
            user.mute = None

    def _mutes_of(self, user: User) -> list[Mute]:
        # Not what is kept for the address alone: that may be somebody else's.
        found = (user.mute, *map(self._kept.get, _account_keys(user)))
        return [mute for mute in found if mute is not None]

    def sentence(self, user: User) -> str | None:
        """What somebody who is muted is told, None for anybody else. Asked for each message: see `User.mute`."""
        mute = user.mute
        if mute is None:
            return None
        now = self._clock()
        if mute.until <= now:
            user.mute = None
            return None
        return mute.sentence(now)

    def came(self, user: User) -> None:
        """Somebody has a name: they have the mute of their account, their address or, on this machine, their name."""
        if self._kept:
            self._find(user, _keys(user))

    def logged_in(self, user: User) -> None:
        """Somebody who is here has another account: they have its mute."""
        if self._kept:
            self._find(user, _account_keys(user))

    def went(self, user: User) -> None:
        """Somebody is about to lose their name: what mutes them waits for whoever comes in their place."""
        if user.mute is not None and user.mute.until > self._clock():
            self._remember(user.mute, _keys(user))

    def _find(self, user: User, keys: Iterable[Key]) -> None:
        now = self._clock()
        for key in keys:
            mute = self._kept.get(key)
            if mute is None:
                continue
            if mute.until <= now:
                del self._kept[key]
            elif user.mute is None or user.mute.until < mute.until:
                user.mute = mute

    def _remember(self, mute: Mute, keys: Iterable[Key]) -> None:
        now = self._clock()
        if now - self._swept >= SWEEP_SECONDS:
            self._swept = now
            for key in [key for key, kept in self._kept.items() if kept.until <= now]:
                del self._kept[key]
        for key in keys:
            before = self._kept.get(key)
            if before is None or before.until < mute.until:
                self._kept.pop(key, None)
                self._kept[key] = mute
                if len(self._kept) > MUTES_AT_MOST:
                    self._kept.popitem(last=False)


def _account_keys(user: User) -> Iterator[Key]:
    if user.account is not None:
        yield "account", fold(user.account)


def _keys(user: User) -> Iterator[Key]:
    yield from _account_keys(user)
    address = address_key(user.address)
    if address is not None:
        yield "address", address
    elif user.name is not None:
        yield "name", user.name.folded
