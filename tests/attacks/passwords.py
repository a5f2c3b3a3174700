"""Attacks by passwords: wrong ones, new accounts, changed ones; an honest person logs in meanwhile."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
import time

from .flood import Attacker, Flood
from .honest import percentile
from .table import attack, irc, nowhere
from .target import Target

PATIENCE_SECONDS = 20.0
"""How long an honest person waits for a login."""


def sasl(name: str, password: str) -> bytes:
    """What a client says to log in (SASL PLAIN)."""
    secret = base64.b64encode(f"\0{name}\0{password}".encode())
    return b"AUTHENTICATE PLAIN\r\nAUTHENTICATE " + secret + b"\r\n"


class WithLogins:
    """An attack, and an honest person of an address of their own who logs in twice a second."""

    def __init__(self, target: Target, attacker: Attacker) -> None:
        self._target = target
        self._attacker = attacker
        self._ended = threading.Event()
        self._seconds: list[float] = []
        self._refused = 0

    def prepare(self) -> None:
        """The attacker gets ready."""
        self._attacker.prepare()

    def attack(self, until: float) -> None:
        """Attack, with somebody who logs in beside it."""
        person = threading.Thread(target=self._log_in_again_and_again, daemon=True)
        person.start()
        self._attacker.attack(until)
        self._ended.set()

    def _log_in_again_and_again(self) -> None:
        number = 0
        while not self._ended.wait(0.5):
            number += 1
            begin = time.monotonic()
            said = b""
            with contextlib.suppress(OSError):
                said = self._log_in(number)
            self._seconds.append(time.monotonic() - begin)
            # Nobody has such an account: 904 says that the password was looked at.
            self._refused += b" 904 " not in said or b"Too many" in said or b"again" in said

    def _log_in(self, number: int) -> bytes:
        # From a new address each time: the limits of one address are not what is measured here.
        source = f"PROXY TCP4 203.0.113.{number % 250 + 1} 192.0.2.1 40000 6667\r\n".encode()
        with socket.create_connection(("127.0.0.1", self._target.proxied), PATIENCE_SECONDS) as plug:
            plug.settimeout(PATIENCE_SECONDS)
            plug.sendall(source + b"CAP REQ sasl\r\n" + sasl(f"honest{number}", "password"))
            said = b""
            while b" 904 " not in said:
                more = plug.recv(4096)
                if not more:
                    break
                said += more
            return said

    def told(self) -> str:
        """How honest logins went."""
        middle, worst = percentile(self._seconds, 0.5), max(self._seconds, default=0.0)
        return (
            f"{self._attacker.told()}; {len(self._seconds)} honest logins: median {middle:.2f} s, "
            f"longest {worst:.2f} s, {self._refused} not looked at"
        )

    def close(self) -> None:
        """Go."""
        self._ended.set()
        self._attacker.close()


def _guesses(number: int, times: int) -> bytes:
    return sasl(f"victim{number}x{times}", f"guess{times}")


@attack("guesses", "16 connections of one address guess passwords", "accounts")
def _guess_1(target: Target) -> Attacker:
    return Flood(target.proxied, 16, lambda i: b"CAP REQ sasl\r\n", _guesses)


@attack("guesses-100", "1,000 connections of 100 addresses guess passwords", "accounts")
def _guess_100(target: Target) -> Attacker:
    return WithLogins(
        target, Flood(target.proxied, 1000, lambda i: b"CAP REQ sasl\r\n", _guesses, of_address=10)
    )


@attack("guesses-here", "100 connections from this machine guess passwords", "accounts")
def _guess_here(target: Target) -> Attacker:
    return WithLogins(target, Flood(target.port, 100, lambda i: b"CAP REQ sasl\r\n", _guesses, proxied=False))


def _register(number: int, times: int) -> bytes:
    return f"REGISTER acc{number}x{times} * password{times}\r\nLOGOUT\r\n".encode()


@attack("register-100", "1,000 connections of 100 addresses make accounts", "accounts")
def _register_100(target: Target) -> Attacker:
    return irc(
        target.proxied,
        1000,
        "rg",
        nowhere,
        _register,
        capabilities="draft/account-registration",
        of_address=10,
        rate=1,
    )


@attack("register-here", "200 connections from this machine make accounts", "accounts")
def _register_here(target: Target) -> Attacker:
    clients = irc(
        target.port,
        200,
        "rl",
        nowhere,
        _register,
        capabilities="draft/account-registration",
        proxied=False,
    )
    return WithLogins(target, clients)


@attack("password-changes", "20 people change their passwords again and again", "accounts")
def _changes(target: Target) -> Attacker:
    changing = Flood(
        target.proxied,
        20,
        lambda i: f"pw{i}\n/register secret{i}\n".encode(),
        lambda i, k: f"/password secret{i}\n".encode(),
        of_address=10,
        ready=b"is yours",
    )
    return WithLogins(target, changing)
