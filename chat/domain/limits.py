"""The arithmetic of spam protection: token buckets, escalation, limits per address.

Time is always an argument: `now` is seconds of any monotonic clock. Nothing here drops a message, closes a
connection or bans anybody: callers are told how long to wait, or get a sentence for the person.
"""

from __future__ import annotations

import ipaddress
from array import array
from collections.abc import Hashable
from enum import Enum
from math import inf
from typing import NamedTuple

from chat.domain.wording import in_words

__all__ = [
    "BYTE_BURST",
    "BYTE_RATE",
    "EXCESS_SECONDS",
    "LIVE_PER_ADDRESS",
    "LOGIN_ATTEMPTS",
    "LOGIN_WINDOW",
    "MAX_TRACKED",
    "MESSAGE_BURST",
    "MESSAGE_RATE",
    "MUTE_SECONDS",
    "NEW_PER_ADDRESS",
    "NEW_WINDOW",
    "NOTICE_AGAIN",
    "AddressLimits",
    "AttemptLimit",
    "Escalation",
    "Refusal",
    "Step",
    "TokenBucket",
    "address_key",
]

MESSAGE_BURST = 5
"""Messages at once: a thought in a few lines is not spam."""

MESSAGE_RATE = 2.0
"""Messages a second after the burst: faster than anybody types, slow enough to be read."""

BYTE_BURST = 20_000
"""Bytes at once: a pasted page."""

BYTE_RATE = 10_000.0
"""Bytes a second after the burst: what 10,000 people can send without filling a 1 Gbit/s line."""

EXCESS_SECONDS = 30.0
"""How long somebody may push against the limit before a mute: a paste of 60 lines is through by then."""

MUTE_SECONDS = 60.0
"""How long the mute lasts: long enough to notice a stuck key, short enough to need no undo."""

NOTICE_AGAIN = 60.0
"""Seconds between two notices to one person: the notice must not become spam itself."""

LIVE_PER_ADDRESS = 16
"""Connections at once: a household or a small office behind one address."""

NEW_PER_ADDRESS = 32
"""New connections in `NEW_WINDOW`: a flapping line reconnects every 20 seconds without being refused."""

NEW_WINDOW = 600.0
"""Seconds in which new connections are counted."""

LOGIN_ATTEMPTS = 3
"""Passwords in `LOGIN_WINDOW`: room for a typing error, 4,320 guesses a day at most."""

LOGIN_WINDOW = 60.0
"""Seconds in which login attempts are counted."""

MAX_TRACKED = 65_536
"""Keys whose recent attempts are remembered: 13 MB with one connection each, 37 MB with all 32 (measured).
More than one flood fills in `NEW_WINDOW`. Past it the key that has been quiet longest is forgotten.
"""


class TokenBucket:
    """`burst` units at once, then `rate` units a second (a leaky bucket as meter, the GCRA of ATM's I.371).

    It is told of everything and refuses nothing: the bucket goes into debt, and the caller stops reading
    until the debt is paid, so that the sender waits. A rate of 0 switches it off. 48 bytes and one float
    each: the state is the moment at which the bucket will be full.
    """

    __slots__ = ("_burst", "_full_at", "_rate")

    def __init__(self, rate: float, burst: float) -> None:
        """Start full; `rate` in units a second, `burst` in units. Raises ValueError if one is negative."""
        if rate < 0 or burst < 0:
            raise ValueError("A rate and a burst cannot be negative; a rate of 0 switches the limit off.")
        self._rate = rate
        self._burst = burst
        self._full_at = -inf

    def take(self, now: float, n: float = 1) -> float:
        """Take `n` units; the seconds to wait until the bucket is out of debt, 0.0 for none."""
        if not self._rate:
            return 0.0
        self._full_at = max(self._full_at, now) + n / self._rate
        return self.wait(now)

    def wait(self, now: float) -> float:
        """The seconds until the bucket is out of debt, without taking anything."""
        if not self._rate:
            return 0.0
        wait = self._full_at - now - self._burst / self._rate
        # What rounding leaves must not make a caller wait for a time that is too short to pass.
        return wait if wait > 1e-6 else 0.0


class Step(Enum):
    """What to do about a message, from `Escalation.weigh`."""

    GO_ON = "go on"
    """Within the limit."""
    NOTICE = "notice"
    """Over it: let it wait, and tell the person once."""
    DELAY = "delay"
    """Over it: let it wait; the person knows."""
    MUTE = "mute"
    """The mute begins with this message: do not say it, tell the person why and how long."""
    MUTED = "muted"
    """Muted: do not say it, tell the person the seconds left."""


class Escalation:
    """One person's way from a notice over delay to a mute; anything longer is a person's decision.

    Excess is continuous while every message finds the bucket in debt. A mute ends by itself, is not made
    longer by talking on, and leaves a clean sheet.
    """

    __slots__ = ("_muted_until", "_since", "_told_at")

    def __init__(self) -> None:
        self._since = inf
        self._told_at = -inf
        self._muted_until = -inf

    def weigh(self, now: float, wait: float) -> Step:
        """Judge a message for which `TokenBucket.take` said `wait`."""
        if now < self._muted_until:
            return Step.MUTED
        if wait <= 0:
            self._since = inf
            return Step.GO_ON
        if self._since == inf:
            self._since = now
        if now - self._since >= EXCESS_SECONDS:
            self._since = inf
            self._muted_until = now + MUTE_SECONDS
            return Step.MUTE
        if now - self._told_at >= NOTICE_AGAIN:
            self._told_at = now
            return Step.NOTICE
        return Step.DELAY

    @staticmethod
    def notice(rate: float, burst: float) -> str:
        """The sentence for `Step.NOTICE`."""
        return (
            f"You are sending faster than this server passes on: {burst:g} messages at once, then "
            f"{rate:g} a second. Nothing is lost, what is over waits; "
            f"after {EXCESS_SECONDS:g} seconds of it you are muted."
        )

    @staticmethod
    def measure(rate: float, burst: float) -> str:
        """What was too much, for the sentence of `Step.MUTE`: the rule and the measure."""
        return f"more than {burst:g} messages at once and {rate:g} a second, kept up for {EXCESS_SECONDS:g} seconds"


class AttemptLimit:
    """At most `limit` attempts in any `window` seconds for each key: logins by address, connections,
    searches.

    What was refused does not count, so that whoever tries again at the time named gets through. A limit of
    0 switches it off. Memory is bounded: keys vanish when their window has passed, and beyond `cap` keys
    the one quiet for longest is forgotten.
    """

    __slots__ = ("_cap", "_times", "_window", "limit")

    def __init__(
        self, limit: int = LOGIN_ATTEMPTS, window: float = LOGIN_WINDOW, cap: int = MAX_TRACKED
    ) -> None:
        self.limit = limit
        self._window = window
        self._cap = cap
        # In the order of each key's last attempt, so that what can be forgotten is always in front.
        self._times: dict[Hashable, array[float]] = {}

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._times)

    def attempt(self, key: Hashable, now: float) -> float:
        """Count an attempt; 0.0 if it may go on, else the seconds until one may (and it is not counted)."""
        if not self.limit:
            return 0.0
        self.sweep(now)
        times = self._times.get(key)
        if times is None:
            times = array("d")
        else:
            while times and times[0] <= now - self._window:
                del times[0]
            if len(times) >= self.limit:
                return times[0] + self._window - now
            del self._times[key]
        times.append(now)
        self._times[key] = times
        if len(self._times) > self._cap:
            del self._times[next(iter(self._times))]
        return 0.0

    def forget(self, key: Hashable) -> None:
        """Clean `key`'s sheet, as after a login that worked."""
        self._times.pop(key, None)

    def sweep(self, now: float) -> None:
        """Forget the keys whose window has passed; the cost is that of what is forgotten."""
        while self._times:
            key = next(iter(self._times))
            if self._times[key][-1] > now - self._window:
                return
            del self._times[key]


class Refusal(NamedTuple):
    """Why a connection is not taken: a short `rule`, a `sentence` for the person, and the seconds to wait.

    `retry_after` is None if it does not depend on time.
    """

    rule: str
    sentence: str
    retry_after: float | None = None


def address_key(address: str) -> str | None:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 address; None for this machine
    itself.

    An IPv4 address written inside IPv6 counts as IPv4. What is no IP address is a peer without one, such as
    a Unix socket's, and so this machine.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif not ip.is_loopback:
            return f"{ipaddress.IPv6Address(ip.packed[:8] + bytes(8))}/64"
    return None if ip.is_loopback else str(ip)


class AddressLimits:
    """At most `live` connections at once and `new` ones in `window` seconds from one address; 0 switches
    off.

    Refused, never banned: a refused connection does not count, so the next chance comes at a time that can
    be named. This machine itself is exempt. Every `admit` that returned None needs one `release`.
    """

    __slots__ = ("_live", "_max_live", "_new", "_new_limit", "_window")

    def __init__(
        self,
        live: int = LIVE_PER_ADDRESS,
        new: int = NEW_PER_ADDRESS,
        window: float = NEW_WINDOW,
        cap: int = MAX_TRACKED,
    ) -> None:
        self._max_live = live
        self._new_limit = new
        self._window = window
        self._live: dict[str, int] = {}
        self._new = AttemptLimit(new, window, cap)

    def change(self, live: int, new: int) -> None:
        """Have other limits from here on; those who are here stay."""
        self._max_live = live
        self._new_limit = new
        self._new.limit = new

    def __len__(self) -> int:
        """How many addresses are remembered, live or recent."""
        return max(len(self._live), len(self._new))

    def admit(self, address: str, now: float) -> Refusal | None:
        """Count a new connection from `address` (as text), or say why it is not taken."""
        key = address_key(address)
        if key is None:
            return None
        live = self._live.get(key, 0)
        if self._max_live and live >= self._max_live:
            return Refusal(
                "live",
                f"Too many connections from your address ({key}): at most {self._max_live} at once. "
                "Close one of them and try again.",
            )
        wait = self._new.attempt(key, now)
        if wait > 0:
            return Refusal(
                "new",
                f"Too many new connections from your address ({key}): at most {self._new_limit} in "
                f"{in_words(self._window)}. Try again in {in_words(wait)}.",
                wait,
            )
        self._live[key] = live + 1
        return None

    def release(self, address: str, now: float) -> None:
        """An admitted connection from `address` has ended."""
        key = address_key(address)
        if key is None or key not in self._live:
            return
        self._live[key] -= 1
        if not self._live[key]:
            del self._live[key]
        self.sweep(now)

    def sweep(self, now: float) -> None:
        """Forget what no longer counts; `admit` and `release` do so too, in small steps."""
        self._new.sweep(now)
