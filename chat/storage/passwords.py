"""Hashing passwords: Argon2id (RFC 9106) through argon2-cffi."""

from __future__ import annotations

from typing import NamedTuple

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from chat.domain.scram import make_verifier

MEMORY_KIB = 19 * 1024
TIME_COST = 2
PARALLELISM = 1
"""OWASP's Password Storage Cheat Sheet, first choice for Argon2id: 19 MiB, two passes, one lane. One hash takes some
25 ms of a thread of its own; the parameters stand in the hash, so raising them here spoils no stored password."""

_hasher = PasswordHasher(
    time_cost=TIME_COST,
    memory_cost=MEMORY_KIB,
    parallelism=PARALLELISM,
    hash_len=32,
    salt_len=16,
    type=Type.ID,
)
NOBODY = _hasher.hash("a password that nobody has")
"""What the password for an unknown name is checked against, so that the answer takes as long as for a known one."""


def hash_password(password: str) -> str:
    """The hash of a password, with its parameters and a fresh salt."""
    return _hasher.hash(password)


class Kept(NamedTuple):
    """What is kept of a password: its hash, and what checks a proof of it, if it can be used for one."""

    hashed: str
    scram: str | None


def keep_password(password: str) -> Kept:
    """Make what is kept of a password. Slow on purpose."""
    verifier = make_verifier(password)
    return Kept(hash_password(password), None if verifier is None else verifier.text)


def password_fits(stored: str | None, password: str) -> bool:
    """Whether this is the password that was hashed; None stands for an account that does not exist."""
    try:
        fits = _hasher.verify(NOBODY if stored is None else stored, password)
    except (VerificationError, InvalidHashError):
        return False
    return fits and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)
