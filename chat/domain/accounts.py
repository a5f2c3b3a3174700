"""Accounts: names that belong to somebody who has a password; what the domain asks of whoever keeps them.

Passwords are hashed outside the reactor thread, so everything that needs one answers later, through a `Done`. What
names belong to whom is known at once: claiming a name must not wait.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from math import ceil
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

from chat.domain.certificates import certificate_unknown, no_such_certificate
from chat.domain.events import Identity
from chat.domain.limits import AttemptLimit, address_key
from chat.domain.names import Name, fold
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from chat.domain.scram import Verifier, nobodys

PASSWORD_LEAST = 3
"""Characters of the shortest password: the choice is the person's; the limit on attempts does the rest."""
PASSWORD_MOST = 1000
"""Bytes of the longest password: what SASL PLAIN carries in two or three lines, and what one hash may cost."""
ATTEMPTS_PER_ADDRESS = 30
"""Passwords tried in a minute from one address for all accounts together: an office after a power cut."""

T = TypeVar("T")
Answer: TypeAlias = T | Refused
Done: TypeAlias = Callable[[T | Refused], None]
"""Called once, in the reactor's thread, with the answer or with why there is none. It may be called before the
method that was given it returns."""


class Account(NamedTuple):
    """An account, without its password. `name` is shown; `folded` is the identity."""

    name: str
    folded: str
    skeleton: str
    operator: bool = False
    created: float = 0.0
    """Seconds since the epoch. Two accounts of one name, one after the other, differ in it."""
    credential: str = ""
    """Another one means another password: a digest of what is kept of it, from which nothing can be learned."""


class Proof(NamedTuple):
    """What a proof of somebody's password (SCRAM) is checked with."""

    name: str
    account: Account | None
    """Whose it is; None for a name that has no account: no proof fits the verifier then."""
    verifier: Verifier


class Accounts(Protocol):
    """Whoever keeps the accounts."""

    def find(self, name: str) -> Account | None:
        """The account with this name, whatever its case."""

    def owner(self, name: Name) -> Account | None:
        """The account to which a name belongs: its own, or one that it could be taken for (equal skeletons)."""

    def all(self) -> Collection[Account]:
        """Every account, in no order."""

    def register(self, name: Name, password: str, done: Done[Account]) -> None:
        """Make an account. Refused: NAME_TAKEN, BAD_PASSWORD (too short, too long), STORAGE."""

    def authenticate(self, name: str, password: str, address: str, done: Done[Account]) -> None:
        """Check a password. Takes the same time whether there is such an account or not.

        `address` is the real one. Refused: LOGIN_FAILED (one sentence for a wrong name and a wrong password),
        LIMIT (three attempts a minute for an account and address, `ATTEMPTS_PER_ADDRESS` for all accounts), STORAGE.
        """

    def find_proof(self, name: str, address: str, done: Done[Proof]) -> None:
        """What checks a proof of the password of this name. Refused: LIMIT (as with `authenticate`), STORAGE.

        A name without an account, or whose password was set before there were verifiers, is answered like any other.
        """

    def proved(self, proof: Proof, address: str) -> Account:
        """The password was proved: the account. Raises `Refused` (LOGIN_FAILED) if it is another one by then."""

    def find_certificate(self, fingerprint: str, done: Done[Account]) -> None:
        """The account that this certificate opens. Refused: LOGIN_FAILED, STORAGE."""

    def certificates(self, account: Account, done: Done[list[str]]) -> None:
        """The fingerprints of the certificates that open an account, the oldest first. Refused: STORAGE."""

    def add_certificate(self, account: Account, fingerprint: str, done: Done[Account]) -> None:
        """Let a certificate open an account. Refused: LIMIT (too many), ACCOUNT_EXISTS (it opens one), STORAGE."""

    def drop_certificate(self, account: Account, fingerprint: str, done: Done[Account]) -> None:
        """Let a certificate open an account no more. Refused: NO_SUCH_CERTIFICATE, STORAGE."""

    def set_password(self, account: Account, password: str, done: Done[Account]) -> None:
        """Change a password; the answer is the account as it is then. Refused: BAD_PASSWORD, LOGIN_FAILED, STORAGE.

        LOGIN_FAILED means that there is no such account any more.
        """

    def remove(self, account: Account, done: Done[Account]) -> None:
        """Forget an account and what was kept for it; its name is free again. Refused: STORAGE."""


def check_password(password: str) -> None:
    """Raise `Refused` for a password that cannot be."""
    if len(password) < PASSWORD_LEAST:
        raise Refused(Why.BAD_PASSWORD, f"A password needs at least {PASSWORD_LEAST} characters.")
    if len(password.encode()) > PASSWORD_MOST:
        raise Refused(Why.BAD_PASSWORD, f"A password may have at most {PASSWORD_MOST} bytes.")


def person_key(who: Person | Identity) -> str:
    """Whose things these are, as read markers and conversations are kept: an account's, or a guest connection's.

    No account's name contains a `*`.
    """
    if who.account:
        return fold(who.account)
    return f"*{who.session if isinstance(who, Identity) else who.number}"


class Attempts:
    """How often passwords may be tried: a minute's limit for each account and address, and for each address."""

    __slots__ = ("_addresses", "_clock", "_pairs")

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds of a monotonic clock."""
        self._clock = clock
        self._pairs = AttemptLimit()
        self._addresses = AttemptLimit(ATTEMPTS_PER_ADDRESS)

    def check(self, name: str, address: str) -> None:
        """Count an attempt, or raise `Refused` with the seconds to wait."""
        now = self._clock()
        key = address_key(address)
        wait = self._pairs.attempt((fold(name), key), now)
        if not wait and key is not None:
            wait = self._addresses.attempt(key, now)
        if wait:
            raise Refused(
                Why.LIMIT, f"Too many passwords were tried. Try again in {ceil(wait)} seconds.", name
            )

    def worked(self, name: str, address: str) -> None:
        """The password was right: forget the ones before."""
        self._pairs.forget((fold(name), address_key(address)))


def login_failed(name: str) -> Refused:
    """One answer for a name that is not registered and for a wrong password, so that neither is given away."""
    return Refused(
        Why.LOGIN_FAILED, "That name and password do not belong together. Check both and try again.", name
    )


def name_registered(name: str) -> Refused:
    """The answer to registering a name that belongs to an account, or looks like one that does."""
    return Refused(
        Why.ACCOUNT_EXISTS, f"The name {name} is registered already, or looks like one that is.", name
    )


class AccountTable:
    """The names of all accounts in memory, under their keys: what `find`, `owner` and `all` answer from."""

    __slots__ = ("_accounts", "_looks")

    def __init__(self, accounts: Collection[Account] = ()) -> None:
        self.replace(accounts)

    def replace(self, accounts: Collection[Account]) -> None:
        """Know these, and no others."""
        self._accounts = {account.folded: account for account in accounts}
        self._looks = {account.skeleton: account for account in accounts}

    def put(self, account: Account) -> None:
        """Know this account, in place of one with the same name."""
        self._accounts[account.folded] = account
        self._looks[account.skeleton] = account

    def drop(self, folded: str) -> None:
        """Know this account no more."""
        account = self._accounts.pop(folded, None)
        if account is not None and self._looks.get(account.skeleton) == account:
            del self._looks[account.skeleton]

    def find(self, name: str) -> Account | None:
        """The account with this name, whatever its case."""
        return self._accounts.get(fold(name))

    def owner(self, name: Name) -> Account | None:
        """The account to which a name belongs, by its identity or its looks."""
        return self._accounts.get(name.folded) or self._looks.get(name.skeleton)

    def all(self) -> Collection[Account]:
        """Every account."""
        return self._accounts.values()


class NoAccounts(AccountTable):
    """Nobody has an account, and nobody can make one: where nothing is kept."""

    __slots__ = ()

    def register(self, name: Name, password: str, done: Done[Account]) -> None:
        """Refuse."""
        done(Refused(Why.STORAGE, "This server keeps no accounts."))

    def authenticate(self, name: str, password: str, address: str, done: Done[Account]) -> None:
        """Refuse as for any name that is not registered."""
        done(login_failed(name))

    def find_proof(self, name: str, address: str, done: Done[Proof]) -> None:
        """Answer as for any name that is not registered."""
        done(Proof(name, None, nobodys(name, b"")))

    def proved(self, proof: Proof, address: str) -> Account:
        """Refuse."""
        raise login_failed(proof.name)

    def find_certificate(self, fingerprint: str, done: Done[Account]) -> None:
        """Refuse as for any certificate that opens nothing."""
        done(certificate_unknown())

    def certificates(self, account: Account, done: Done[list[str]]) -> None:
        """There are none."""
        done([])

    def add_certificate(self, account: Account, fingerprint: str, done: Done[Account]) -> None:
        """Refuse."""
        done(Refused(Why.STORAGE, "This server keeps no accounts."))

    def drop_certificate(self, account: Account, fingerprint: str, done: Done[Account]) -> None:
        """Refuse."""
        done(no_such_certificate())

    def set_password(self, account: Account, password: str, done: Done[Account]) -> None:
        """Refuse."""
        done(Refused(Why.STORAGE, "This server keeps no accounts."))

    def remove(self, account: Account, done: Done[Account]) -> None:
        """Refuse."""
        done(Refused(Why.STORAGE, "This server keeps no accounts."))
