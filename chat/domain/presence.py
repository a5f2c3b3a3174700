"""What is kept of somebody with an account while they are not here: rooms, whom they ignore, and devices."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, Protocol

DEVICES_AT_MOST = 16
"""Devices of one account of which it is known when they were last here; the longest ago is forgotten first."""
DEVICE_CHARACTERS = 32
"""Longest name of a device."""
_DEVICE = re.compile(rf"[A-Za-z0-9._-]{{1,{DEVICE_CHARACTERS}}}")


class Place(NamedTuple):
    """A room in which somebody is: its name, their rights there, and when it was made."""

    room: str
    modes: str
    created: float
    """Seconds since the epoch: another room of this name is another room."""


class Presence(NamedTuple):
    """Somebody with an account, as they are kept. `username`, `realname` and `host` are shown of who stays."""

    name: str
    username: str = "user"
    realname: str = ""
    host: str = ""
    stays: bool = False
    """Whether this person is here without a connection, too."""
    places: tuple[Place, ...] = ()
    ignored: tuple[str, ...] = ()
    """Folded names."""
    devices: tuple[tuple[str, str], ...] = ()
    """Names of devices, and the message id up to which each has everything; longest ago first."""
    replay: int | None = None
    """Messages that they want to see on joining a room; None: as many as the server shows."""


class Presences(Protocol):
    """Whoever keeps presences, by folded names of accounts."""

    def find(self, account: str) -> Presence | None:
        """What is kept of an account."""

    def save(self, account: str, presence: Presence) -> None:
        """Keep this, in place of what was kept of the account."""

    def forget(self, account: str) -> None:
        """An account is gone."""

    def staying(self) -> Iterable[str]:
        """The accounts whose people stay."""


class MemoryPresences:
    """Keeps presences as long as the process lasts."""

    def __init__(self) -> None:
        self._presences: dict[str, Presence] = {}

    def find(self, account: str) -> Presence | None:
        """What is kept of an account."""
        return self._presences.get(account)

    def save(self, account: str, presence: Presence) -> None:
        """Keep this."""
        self._presences[account] = presence

    def forget(self, account: str) -> None:
        """Keep nothing of it."""
        self._presences.pop(account, None)

    def staying(self) -> Iterable[str]:
        """The accounts whose people stay."""
        return [account for account, presence in self._presences.items() if presence.stays]


def account_and_device(text: str) -> tuple[str, str]:
    """What is given as `ACCOUNT@DEVICE`, or as an account alone; a device that cannot be is none."""
    account, _, device = text.partition("@")
    return account, device if _DEVICE.fullmatch(device) else ""
