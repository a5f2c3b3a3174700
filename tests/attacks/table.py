"""The table of attacks: a name, a sentence, how the server is started, and who attacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .flood import Attacker, Flood, Payload
from .target import Target

Prepare = Callable[[Path], None]
"""Fills the data folder before the server starts."""


@dataclass(frozen=True)
class Attack:
    """One attack."""

    name: str
    help: str
    about: str
    """What the figures are about: "messages", "accounts", "doors" or "past"."""
    attacker: Callable[[Target], Attacker]
    options: tuple[str, ...] = ()
    """Of `twistd chat`, besides the usual ones."""
    tls: bool = False
    prepare: Prepare | None = None


ATTACKS: dict[str, Attack] = {}
"""Every attack by its name, in the order in which they are done."""

Make = Callable[[Target], Attacker]


def attack(
    name: str,
    text: str,
    about: str,
    *options: str,
    tls: bool = False,
    prepare: Prepare | None = None,
) -> Callable[[Make], Make]:
    """Add a row for the decorated function, which makes the attacker."""

    def add(make: Make) -> Make:
        ATTACKS[name] = Attack(name, text, about, make, options, tls, prepare)
        return make

    return add


def irc(
    port: int,
    count: int,
    name: str,
    rooms: Callable[[int], list[str]],
    payload: Payload | None,
    *,
    capabilities: str = "",
    proxied: bool = True,
    of_address: int = 16,
    read: bool = True,
    rate: float = 0.0,
    buffer: int = 0,
) -> Flood:
    """IRC clients `NAME0`, `NAME1` ... in their rooms, who then send `payload` again and again."""

    def setup(number: int) -> bytes:
        lines = [f"CAP REQ :{capabilities}"] if capabilities else []
        lines += [f"NICK {name}{number}", "USER u 0 * :r"]
        lines += ["CAP END"] if capabilities else []
        mine = rooms(number)
        lines += [f"JOIN {','.join(mine[start : start + 10])}" for start in range(0, len(mine), 10)]
        return "".join(f"{line}\r\n" for line in [*lines, "PING settled"]).encode()

    return Flood(
        port,
        count,
        setup,
        payload,
        proxied=proxied,
        of_address=of_address,
        ready=b"settled",
        read=read,
        rate=rate,
        buffer=buffer,
    )


def lobby(number: int) -> list[str]:
    """One room of the honest people."""
    return ["#h0"]


def nowhere(number: int) -> list[str]:
    """No room."""
    return []


def fifty_rooms(number: int) -> list[str]:
    """Fifty rooms, the same for all, the last of which is one of the honest people's."""
    return [*(f"#n{k}" for k in range(49)), "#h0"]
