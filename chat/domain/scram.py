"""Proving a password without saying it: SCRAM-SHA-256 (RFC 5802, RFC 7677), by way of the library scramp.

A verifier is what the server keeps: it checks a proof, and cannot be used to make one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

from scramp import ScramException, ScramMechanism

MECHANISM = "SCRAM-SHA-256"
ITERATIONS = 100_000
"""Rounds of PBKDF2: 35 ms for the client at each login, and once for the server. RFC 7677 asks for 4096 at least; more
makes guessing dearer for whoever steals the database.
"""
SALT_BYTES = 16
"""As RFC 7677 has it in its example, and OWASP asks for."""
MESSAGE_BYTES = 1024
"""Longest message of a client: a name, a number used once, a proof."""

_mechanism = ScramMechanism(MECHANISM)
_STORED = re.compile(r"SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)")
_NAME = re.compile(r"[ny],[^,]*,n=([^,]*),")


class ScramFailed(Exception):
    """A message that is none, or a proof that is wrong. The text is for nobody: it may quote what was sent."""


class Verifier(NamedTuple):
    """What is kept of a password (RFC 5803)."""

    salt: bytes
    stored_key: bytes
    server_key: bytes
    iterations: int

    def __repr__(self) -> str:
        return "Verifier(...)"

    @property
    def text(self) -> str:
        """As it is stored."""
        salt, stored, server = (base64.b64encode(part).decode() for part in self[:3])
        return f"{MECHANISM}${self.iterations}:{salt}${stored}:{server}"


def make_verifier(password: str, iterations: int = ITERATIONS) -> Verifier | None:
    """The verifier of a password, with a fresh salt. Slow on purpose.

    None for a password that SASLprep (RFC 4013) does not allow, such as one with control characters: it cannot be used
    with SCRAM.
    """
    try:
        return Verifier(*_mechanism.make_auth_info(password, iterations, secrets.token_bytes(SALT_BYTES)))
    except (ScramException, UnicodeError):
        return None


def read_verifier(text: str) -> Verifier:
    """A stored verifier; raises ValueError for what is none."""
    found = _STORED.fullmatch(text)
    if found is None:
        raise ValueError("This is no stored verifier.")
    salt, stored, server = (base64.b64decode(part, validate=True) for part in found.groups()[1:])
    return Verifier(salt, stored, server, int(found[1]))


def nobodys(name: str, secret: bytes) -> Verifier:
    """A verifier that no password fits, always the same for a name: it does not tell that there is no such account."""
    parts = [
        hmac.digest(secret, f"{part} {name}".encode(), hashlib.sha256)
        for part in ("salt", "stored", "server")
    ]
    return Verifier(parts[0][:SALT_BYTES], parts[1], parts[2], ITERATIONS)


def name_in(message: str) -> str:
    """Whose password a client's first message is about; raises `ScramFailed`."""
    found = _NAME.match(message)
    if found is None:
        raise ScramFailed("No name")
    return found[1].replace("=2C", ",").replace("=3D", "=")


class Exchange:
    """The server's side of one exchange. Every method raises `ScramFailed`."""

    __slots__ = ("_server",)

    def __init__(self, verifier: Verifier) -> None:
        self._server = _mechanism.make_server(lambda name: tuple(verifier))

    def first(self, message: str) -> str:
        """The answer to a client's first message."""
        try:
            self._server.set_client_first(message)
            answer: str = self._server.get_server_first()
        except (ScramException, ValueError, UnicodeError, LookupError) as error:
            raise ScramFailed(str(error)) from None
        return answer

    def final(self, message: str) -> str:
        """The answer to a client's proof, if it is right: the server's own proof."""
        try:
            self._server.set_client_final(message)
            answer: str = self._server.get_server_final()
        except (ScramException, ValueError, UnicodeError, LookupError) as error:
            raise ScramFailed(str(error)) from None
        return answer
