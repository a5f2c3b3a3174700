"""Who may not speak for a while, by the operator's word or for flooding, also on their next connection.

A mute belongs to the account, if there is one, and to the address of whoever is muted (`address_key`: of IPv6 the
/64). It is on whoever comes with the account or from the address until it ends, whatever device they come with. Others
who are there from the same address are, as far as anybody can see, somebody else, and go on speaking. A person on this
machine itself (loopback, a Unix socket) has no address that would tell them from others, as behind a relay that does
not say who comes: there the name stands in its place.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from math import inf

from chat.domain.limits import address_key
from chat.domain.mute import Mute
from chat.domain.names import fold
from chat.domain.person import Person

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

    def mute(self, person: Person, seconds: float, reason: str) -> None:
        """The operator lets nothing that somebody says through for so long."""
        until = self._clock() + seconds
        before = [mute for mute in self._mutes_of(person) if mute.by_operator]
        # The operator's last word counts, for all who have the mute already.
        mute = before[0] if before else Mute(True, until, reason)
        mute.until, mute.reason = until, reason
        person.mute = mute
        self._remember(mute, _keys(person))

    def flooded(self, person: Person, seconds: float, measure: str) -> str:
        """Somebody is muted for flooding, by the rule `measure`; returns the sentence for them.

        Whoever floods is not read for a while: that they are gone may be found out after they have come back.
        """
        now = self._clock()
        mute = Mute(False, now + seconds, measure)
        if person.mute is None or person.mute.until < mute.until:
            person.mute = mute
        self._remember(mute, _keys(person))
        return mute.sentence(now)

    def end(self, person: Person) -> None:
        """End whatever mutes somebody, everywhere."""
        for mute in self._mutes_of(person):
            mute.until = -inf
        person.mute = None

    def _mutes_of(self, person: Person) -> list[Mute]:
        # Not what is kept for the address alone: that may be somebody else's.
        found = (person.mute, *map(self._kept.get, _account_keys(person)))
        return [mute for mute in found if mute is not None]

    def sentence(self, person: Person) -> str | None:
        """What somebody who is muted is told, None for anybody else. Asked for each message: see `User.mute`."""
        mute = person.mute
        if mute is None:
            return None
        now = self._clock()
        if mute.until <= now:
            person.mute = None
            return None
        return mute.sentence(now)

    def came(self, person: Person) -> None:
        """Somebody has a name: they have the mute of their account, their address or, on this machine, their name."""
        if self._kept:
            self._find(person, _keys(person))

    def logged_in(self, person: Person) -> None:
        """Somebody who is here has another account: they have its mute."""
        if self._kept:
            self._find(person, _account_keys(person))

    def went(self, person: Person) -> None:
        """Somebody is about to lose their name: what mutes them waits for whoever comes in their place."""
        if person.mute is not None and person.mute.until > self._clock():
            self._remember(person.mute, _keys(person))

    def _find(self, person: Person, keys: Iterable[Key]) -> None:
        now = self._clock()
        for key in keys:
            mute = self._kept.get(key)
            if mute is None:
                continue
            if mute.until <= now:
                del self._kept[key]
            elif person.mute is None or person.mute.until < mute.until:
                person.mute = mute

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


def _account_keys(person: Person) -> Iterator[Key]:
    if person.account is not None:
        yield "account", fold(person.account)


def _keys(person: Person) -> Iterator[Key]:
    yield from _account_keys(person)
    for session in person.sessions:
        address = address_key(session.address)
        if address is not None:
            yield "address", address
        elif person.name is not None:
            yield "name", person.name.folded
