"""Who is kept out of the server: bans on accounts, addresses and networks, and how they are looked up."""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from chat.domain.limits import address_key
from chat.domain.masks import ACCOUNT, normal
from chat.domain.names import fold
from chat.domain.refused import Refused, Why
from chat.domain.session import Session
from chat.domain.text import REASON_BYTES, printable, within_bytes

BANS_AT_MOST = 10_000
"""Bans at once: more than operators set by hand in years, some 5 MB; a bound for a script that has gone wild."""
WIDEST_IPV4 = 8
"""The shortest prefix that can be banned: anything wider than what one organisation ever got is a typing error."""
WIDEST_IPV6 = 16
"""The same for IPv6: providers have /19 at most."""

_WILDCARD = re.compile(r"([0-9]{1,3}\.){1,3}\*(\.\*){0,2}", re.ASCII)

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Ban(NamedTuple):
    """One ban. Times are seconds since the epoch; `until` is None for one that never ends."""

    what: str
    """An account's name, or an address (`address_key`: IPv6 by /64) or network in its normal form."""
    is_account: bool
    reason: str
    by: str
    since: float
    until: float | None

    @property
    def key(self) -> str:
        """Under which the ban is kept. No name can be taken for an address: names have neither `.` nor `:`."""
        return fold(self.what)

    @property
    def end(self) -> str:
        """Until when, for people."""
        if self.until is None:
            return "for good"
        return time.strftime("until %Y-%m-%d %H:%M UTC", time.gmtime(self.until))

    @property
    def sentence(self) -> str:
        """What is told whoever is turned away: what is banned, until when, and why."""
        who = f"The account {self.what}" if self.is_account else "Your address"
        because = f": {self.reason}" if self.reason else ""
        return f"{who} is banned from this server {self.end}{because}"

    @property
    def quit_reason(self) -> str:
        """What others see of somebody who is put out by it."""
        return f"Banned: {self.reason}" if self.reason else "Banned"

    def over(self, now: float) -> bool:
        """Whether it has ended."""
        return self.until is not None and self.until <= now


def clean_reason(reason: str) -> str:
    """A reason as it is kept: one line, of `REASON_BYTES` at most."""
    return within_bytes(" ".join(printable(reason).split()), REASON_BYTES)


def _this_machine(text: str) -> Refused:
    return Refused(
        Why.CANNOT_BAN,
        f"{text} is this machine itself, which cannot be banned: behind a relay that does not tell addresses, "
        "that would be everybody.",
        text,
    )


def normal_address(text: str) -> str | None:
    """An address or a network as it is kept; None for what is meant as a name.

    An IPv6 address stands for its /64, and `192.0.2.*` for a network. Raises `Refused` (CANNOT_BAN) for this machine
    itself, for a network wider than /`WIDEST_IPV4` or /`WIDEST_IPV6`, and for what looks like an address and is none.
    """
    try:
        if _WILDCARD.fullmatch(text):
            numbers = text.rstrip(".*").split(".")
            text = ".".join([*numbers, *["0"] * (4 - len(numbers))]) + f"/{8 * len(numbers)}"
        elif "/" not in text:
            ipaddress.ip_address(text)
            key = address_key(text)
            if key is None:
                raise _this_machine(text)
            return key
        network = _as_ipv4(ipaddress.ip_network(text, strict=False))
    except ValueError:
        if "." in text or ":" in text:
            raise Refused(
                Why.CANNOT_BAN,
                f"{text} is neither an address nor a network. Write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/48.",
                text,
            ) from None
        return None
    return _normal_network(network, text)


def is_address(text: str) -> bool:
    """Whether this is an address or a network, one that can be banned or not."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return _WILDCARD.fullmatch(text) is not None
    return True


def room_mask(typed: str) -> str:
    """The mask of a ban from a room, of what somebody typed.

    Raises `Refused` (CANNOT_BAN) for addresses: people's hosts are shown as cloaks, and such a mask would mean nobody.
    """
    mask = normal(typed)
    address = typed if is_address(typed) else mask.rpartition("@")[2]
    if not mask.startswith(ACCOUNT) and is_address(address):
        raise Refused(
            Why.CANNOT_BAN,
            "A room bans names and masks, and hosts are shown as cloaks, never as addresses: nobody would be banned. "
            "/whois NAME shows a cloak, /ban *!*@CLOAK keeps it out. Operators of the server keep an address out with "
            f"/serverban {address}",
            address,
        )
    return mask


def _as_ipv4(network: _Network) -> _Network:
    if isinstance(network, ipaddress.IPv6Network):
        mapped = network.network_address.ipv4_mapped
        if mapped is not None and network.prefixlen >= 96:
            return ipaddress.IPv4Network((mapped, network.prefixlen - 96))
    return network


def _normal_network(network: _Network, text: str) -> str:
    four = network.version == 4
    widest, narrowest = (WIDEST_IPV4, 32) if four else (WIDEST_IPV6, 64)
    if network.prefixlen < widest:
        raise Refused(
            Why.CANNOT_BAN,
            f"{text} is too wide: /{widest} is the widest network that can be banned.",
            text,
        )
    if network.is_loopback or (not four and ipaddress.IPv6Address("::1") in network):
        raise _this_machine(text)
    if network.prefixlen >= narrowest:
        key = address_key(str(network.network_address))
        assert key is not None
        return key
    return str(network)


def _number(key: str) -> tuple[int, int]:
    """The version and the number of an address in its normal form."""
    address = ipaddress.ip_address(key.partition("/")[0])
    return address.version, int(address)


class BanKeeper(Protocol):
    """Whoever keeps bans beyond the life of the process."""

    def all(self) -> Iterable[Ban]:
        """What is kept, in any order."""

    def save(self, ban: Ban) -> None:
        """Keep this, in place of another with the same key."""

    def forget(self, key: str) -> None:
        """Keep nothing under this key."""


class MemoryBans:
    """Keeps bans as long as the process lasts."""

    def __init__(self) -> None:
        self.kept: dict[str, Ban] = {}

    def all(self) -> Iterable[Ban]:
        """What is kept."""
        return list(self.kept.values())

    def save(self, ban: Ban) -> None:
        """Keep this."""
        self.kept[ban.key] = ban

    def forget(self, key: str) -> None:
        """Keep nothing under this key."""
        self.kept.pop(key, None)


class Bans:
    """All bans, in force or just over; times are seconds since the epoch.

    A look-up of an address costs one dictionary for single addresses and one for each length of prefix in use (24
    of IPv4 and 48 of IPv6 at most), however many bans there are. What has ended vanishes when it is met.
    """

    __slots__ = ("_bans", "_keeper", "_networks")

    def __init__(self, keeper: BanKeeper) -> None:
        self._keeper = keeper
        self.replace(keeper.all())

    def __len__(self) -> int:
        """How many there are, with those that are over and have not been met."""
        return len(self._bans)

    def replace(self, bans: Iterable[Ban]) -> None:
        """Know these, and no others; the keeper knows of them already."""
        self._bans: dict[str, Ban] = {}
        self._networks: dict[tuple[int, int], dict[int, Ban]] = {}
        for ban in bans:
            self._know(ban)

    def _know(self, ban: Ban) -> None:
        self._bans[ban.key] = ban
        place = _place(ban)
        if place is not None:
            length, prefix = place
            if length not in self._networks:
                # The most particular one is to answer, wherever several fit.
                self._networks = dict(sorted({**self._networks, length: {}}.items()))
            self._networks[length][prefix] = ban

    def _unknow(self, key: str) -> None:
        ban = self._bans.pop(key, None)
        place = None if ban is None else _place(ban)
        if place is not None:
            length, prefix = place
            self._networks[length].pop(prefix, None)
            if not self._networks[length]:
                del self._networks[length]

    def add(self, ban: Ban, now: float) -> None:
        """Set a ban, in place of one on the same. Raises `Refused` (LIMIT) beyond `BANS_AT_MOST`."""
        if len(self._bans) >= BANS_AT_MOST and ban.key not in self._bans:
            self.sweep(now)
            if len(self._bans) >= BANS_AT_MOST:
                raise Refused(
                    Why.LIMIT,
                    f"There are {BANS_AT_MOST} bans, which is the limit: lift some, or ban networks.",
                )
        self._know(ban)
        self._keeper.save(ban)

    def lift(self, key: str) -> Ban | None:
        """End a ban; returns what it was."""
        ban = self._bans.get(key)
        if ban is not None:
            self._unknow(key)
            self._keeper.forget(key)
        return ban

    def sweep(self, now: float) -> None:
        """Forget what is over."""
        for ban in [ban for ban in self._bans.values() if ban.over(now)]:
            self.lift(ban.key)

    def listed(self, now: float) -> list[Ban]:
        """Those in force, oldest first."""
        self.sweep(now)
        return sorted(self._bans.values(), key=lambda ban: (ban.since, ban.key))

    def _in_force(self, ban: Ban | None, now: float) -> Ban | None:
        if ban is not None and ban.over(now):
            self.lift(ban.key)
            return None
        return ban

    def of_account(self, name: str | None, now: float) -> Ban | None:
        """The ban on an account, if there is one."""
        if not self._bans or name is None:
            return None
        return self._in_force(self._bans.get(fold(name)), now)

    def of_address(self, address: str, now: float) -> Ban | None:
        """The ban that an address falls under, if there is one: the most particular first."""
        if not self._bans:
            return None
        key = address_key(address)
        if key is None:
            return None
        found = self._in_force(self._bans.get(key), now)
        if found is None and self._networks:
            version, number = _number(key)
            for (shift, of_version), prefixes in list(self._networks.items()):
                if of_version == version:
                    found = self._in_force(prefixes.get(number >> shift), now)
                    if found is not None:
                        break
        return found

    def of_session(self, session: Session, now: float) -> Ban | None:
        """The ban that a session falls under."""
        if not self._bans:
            return None
        return self.of_account(session.person.account, now) or self.of_address(session.address, now)

    def check(self, session: Session, now: float) -> None:
        """Raise `Refused` (SERVER_BANNED) for a session that falls under a ban."""
        ban = self.of_session(session, now)
        if ban is not None:
            raise refusal(ban)


def _place(ban: Ban) -> tuple[tuple[int, int], int] | None:
    """Where a network is kept: by how many bits are not looked at and the version; None for what is no network."""
    if ban.is_account or "/" not in ban.what or ban.what.endswith("/64"):
        return None
    network = ipaddress.ip_network(ban.what)
    shift = network.max_prefixlen - network.prefixlen
    return (shift, network.version), int(network.network_address) >> shift


def covers(what: str, address: str) -> bool:
    """Whether an address or network in its normal form covers an address."""
    key = address_key(address)
    return key is not None and ipaddress.ip_address(key.partition("/")[0]) in ipaddress.ip_network(what)


def refusal(ban: Ban) -> Refused:
    """What whoever falls under a ban is answered."""
    return Refused(Why.SERVER_BANNED, ban.sentence, ban.what)
