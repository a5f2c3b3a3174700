"""Accounts on disk. Their names are in memory; passwords are hashed and checked in a thread of their own."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

from chat.domain.accounts import (
    Account,
    AccountTable,
    Attempts,
    Done,
    Proof,
    check_password,
    login_failed,
    name_registered,
)
from chat.domain.certificates import (
    CERTIFICATES_AT_MOST,
    certificate_taken,
    certificate_unknown,
    no_such_certificate,
    too_many_certificates,
)
from chat.domain.limits import address_key
from chat.domain.names import Name, check_name, fold
from chat.domain.refused import Refused, Why
from chat.domain.registry import GIVEN_UP
from chat.domain.scram import Verifier, make_verifier, nobodys, read_verifier
from chat.storage.passwords import Kept, keep_password, needs_rehash, password_fits
from chat.storage.reader import Reader
from chat.storage.rows import REMOVED
from chat.storage.threads import Executor, Overloaded
from chat.storage.writer import Database

_COLUMNS = "name, folded, skeleton, operator, created"


def load_accounts(connection: sqlite3.Connection) -> list[Account]:
    """Every account."""
    rows = connection.execute(f"SELECT {_COLUMNS}, password FROM accounts ORDER BY folded").fetchall()
    return [_account(row) for row in rows]


def _account(row: tuple[Any, ...]) -> Account:
    name, folded, skeleton, operator, created, password = row
    return Account(name, folded, skeleton, bool(operator), created, digest(password))


def digest(hashed: str) -> str:
    """`Account.credential` of a hashed password, which has a salt of its own."""
    return hashlib.sha256(hashed.encode()).hexdigest()[:16]


def find_account(connection: sqlite3.Connection, folded: str) -> tuple[Account, str] | None:
    """An account and its hashed password."""
    row = connection.execute(
        f"SELECT {_COLUMNS}, password FROM accounts WHERE folded = ?", (folded,)
    ).fetchone()
    return None if row is None else (_account(row), row[-1])


def is_taken(connection: sqlite3.Connection, account: Account) -> bool:
    """Whether there is an account with this name, or one that looks like it."""
    query = "SELECT 1 FROM accounts WHERE folded = ? OR skeleton = ?"
    return connection.execute(query, (account.folded, account.skeleton)).fetchone() is not None


def insert_account(
    connection: sqlite3.Connection, account: Account, hashed: str, scram: str | None = None
) -> None:
    """Store a new account; raises `sqlite3.IntegrityError` if its name is taken, or looks like one that is."""
    connection.execute(
        f"INSERT INTO accounts ({_COLUMNS}, password, scram) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            account.name,
            account.folded,
            account.skeleton,
            int(account.operator),
            account.created,
            hashed,
            scram,
        ),
    )


def update_password(
    connection: sqlite3.Connection,
    folded: str,
    hashed: str,
    created: float | None = None,
    scram: str | None = None,
) -> bool:
    """Store another password; return whether there is such an account, made at that time if one is given."""
    changed = connection.execute(
        "UPDATE accounts SET password = ?, scram = ? WHERE folded = ? AND created = coalesce(?, created)",
        (hashed, scram, folded, created),
    )
    return changed.rowcount == 1


def find_verifier(connection: sqlite3.Connection, folded: str) -> str | None:
    """What checks proofs of an account's password, if there is one."""
    row = connection.execute("SELECT scram FROM accounts WHERE folded = ?", (folded,)).fetchone()
    return None if row is None else row[0]


def add_verifier(connection: sqlite3.Connection, account: Account, scram: str) -> None:
    """Store what checks proofs of a password, unless another one was set meanwhile."""
    found = find_account(connection, account.folded)
    if found is not None and found[0].credential == account.credential:
        connection.execute("UPDATE accounts SET scram = ? WHERE folded = ?", (scram, account.folded))


def account_by_certificate(connection: sqlite3.Connection, fingerprint: str) -> Account | None:
    """The account that a certificate opens."""
    row = connection.execute(
        "SELECT account FROM certificates WHERE fingerprint = ?", (fingerprint,)
    ).fetchone()
    found = None if row is None else find_account(connection, row[0])
    return None if found is None else found[0]


def certificates_of(connection: sqlite3.Connection, folded: str) -> list[str]:
    """The certificates that open an account, the oldest first."""
    rows = connection.execute(
        "SELECT fingerprint FROM certificates WHERE account = ? ORDER BY added, fingerprint", (folded,)
    )
    return [row[0] for row in rows]


def delete_account(connection: sqlite3.Connection, folded: str) -> bool:
    """Forget an account and what was kept for it; return whether there was one.

    What it said in rooms stays, as by somebody without an account: nobody who registers the name anew has said it.
    """
    connection.execute("DELETE FROM certificates WHERE account = ?", (folded,))
    connection.execute("DELETE FROM markers WHERE account = ?", (folded,))
    connection.execute("DELETE FROM presences WHERE account = ?", (folded,))
    connection.execute("DELETE FROM mail WHERE account = ?", (folded,))
    connection.execute("UPDATE rooms SET founder = ? WHERE founder = ?", (GIVEN_UP, folded))
    connection.execute(
        "UPDATE authors SET account = ? || hex(randomblob(8)) "
        "WHERE account = (SELECT name FROM accounts WHERE folded = ?)",
        (REMOVED, folded),
    )
    return connection.execute("DELETE FROM accounts WHERE folded = ?", (folded,)).rowcount == 1


class StoredAccounts(AccountTable):
    """`chat.domain.accounts.Accounts` on disk. All methods are called in the reactor's thread."""

    log = Logger()

    def __init__(
        self,
        clock: Callable[[], float],
        seconds: Callable[[], float],
        hashing: Executor,
        reader: Reader,
        writes: Executor,
        database: Database,
        secret: bytes,
    ) -> None:
        """`clock` gives seconds since the epoch, `seconds` those of a monotonic clock."""
        super().__init__()
        self._clock = clock
        self._hashing = hashing
        self._reader = reader
        self._writes = writes
        self._database = database
        self._secret = secret
        """Makes up what names without an account are answered with."""
        self._attempts = Attempts(seconds)
        self._claimed: set[str] = set()
        """Skeletons of names that are being registered."""

    def register(self, name: Name, password: str, done: Done[Account]) -> None:
        """Make an account."""
        try:
            check_password(password)
            if self.owner(name) is not None or name.skeleton in self._claimed:
                raise name_registered(name.shown)
        except Refused as refused:
            done(refused)
            return
        account = Account(name.shown, name.folded, name.skeleton, False, self._clock())
        self._claimed.add(name.skeleton)

        def stored(outcome: Exception | None) -> None:
            self._claimed.discard(name.skeleton)
            if isinstance(outcome, sqlite3.IntegrityError):
                done(name_registered(name.shown))
            elif isinstance(outcome, Exception):
                done(self._refusal(outcome))
            else:
                self.put(account)
                done(account)

        def hashed(answer: Kept | Exception) -> None:
            nonlocal account
            if isinstance(answer, Exception):
                stored(answer)
            else:
                account = account._replace(credential=digest(answer.hashed))
                self._write(lambda connection: insert_account(connection, account, *answer), stored)

        self._hashing.submit(lambda: keep_password(password), hashed, account.folded)

    def _write(
        self, change: Callable[[sqlite3.Connection], None], outcome: Callable[[Exception | None], None]
    ) -> None:
        self._writes.submit(lambda: self._database.write(change), outcome)

    def authenticate(self, name: str, password: str, address: str, done: Done[Account]) -> None:
        """Check a password."""
        try:
            self._attempts.check(name, address)
        except Refused as refused:
            done(refused)
            return
        folded = fold(name)
        known = self.find(folded)
        # What is far too long to be a password would cost a hash as much as it is long.
        password = password if len(password) <= 1024 else ""

        def check() -> tuple[Account, bool, bool] | None:
            found = self._reader.read(lambda connection: find_account(connection, folded))
            if not password_fits(None if found is None else found[1], password) or found is None:
                return None
            verifier = self._reader.read(lambda connection: find_verifier(connection, folded))
            return found[0], needs_rehash(found[1]), verifier is None

        def checked(answer: tuple[Account, bool, bool] | Exception | None) -> None:
            if isinstance(answer, Exception):
                done(self._refusal(answer))
            elif answer is None or not self._may_be(known, answer[0]):
                done(login_failed(name))
            else:
                account, old, unproved = answer
                self._attempts.worked(name, address)
                self.put(account)
                if old:
                    self.set_password(
                        account, password, lambda a: done(account if isinstance(a, Refused) else a)
                    )
                else:
                    done(account)
                    if unproved:
                        self._make_verifier(account, password)

        self._hashing.submit(check, checked, address_key(address) or folded)

    def _make_verifier(self, account: Account, password: str) -> None:
        """Of a password that was set before there were verifiers; its owner need not wait for it."""

        def made(answer: Verifier | Exception | None) -> None:
            if isinstance(answer, Verifier):
                text = answer.text
                self._write(lambda connection: add_verifier(connection, account, text), self._noted)

        self._hashing.submit(lambda: make_verifier(password), made, account.folded)

    def find_proof(self, name: str, address: str, done: Done[Proof]) -> None:
        """What checks a proof of a password."""
        try:
            self._attempts.check(name, address)
        except Refused as refused:
            done(refused)
            return
        folded = fold(name)

        def find(connection: sqlite3.Connection) -> tuple[Account, str | None] | None:
            found = find_account(connection, folded)
            return None if found is None else (found[0], find_verifier(connection, folded))

        def answered(answer: tuple[Account, str | None] | Exception | None) -> None:
            if isinstance(answer, Exception):
                done(self._refusal(answer))
            elif answer is None or answer[1] is None:
                done(Proof(name, None, nobodys(folded, self._secret)))
            else:
                done(Proof(name, answer[0], read_verifier(answer[1])))

        self._hashing.submit(lambda: self._reader.read(find), answered, address_key(address) or folded)

    def proved(self, proof: Proof, address: str) -> Account:
        """The password was proved."""
        if proof.account is None or not self._may_be(proof.account, proof.account):
            raise login_failed(proof.name)
        self._attempts.worked(proof.name, address)
        return proof.account

    def find_certificate(self, fingerprint: str, done: Done[Account]) -> None:
        """The account that a certificate opens."""

        def answered(answer: Account | Exception | None) -> None:
            if isinstance(answer, Exception):
                done(self._refusal(answer))
            elif answer is None or not self._may_be(answer, answer):
                done(certificate_unknown())
            else:
                done(answer)

        self._hashing.submit(
            lambda: self._reader.read(lambda connection: account_by_certificate(connection, fingerprint)),
            answered,
            fingerprint,
        )

    def certificates(self, account: Account, done: Done[list[str]]) -> None:
        """The certificates that open an account."""

        def answered(answer: list[str] | Exception) -> None:
            done(self._refusal(answer) if isinstance(answer, Exception) else answer)

        self._hashing.submit(
            lambda: self._reader.read(lambda connection: certificates_of(connection, account.folded)),
            answered,
            account.folded,
        )

    def add_certificate(self, account: Account, fingerprint: str, done: Done[Account]) -> None:
        """Let a certificate open an account."""
        now = self._clock()

        def add(connection: sqlite3.Connection) -> Refused | None:
            if len(certificates_of(connection, account.folded)) >= CERTIFICATES_AT_MOST:
                return too_many_certificates()
            connection.execute(
                "INSERT INTO certificates VALUES (?, ?, ?)", (fingerprint, account.folded, now)
            )
            return None

        def stored(outcome: Refused | Exception | None) -> None:
            if isinstance(outcome, sqlite3.IntegrityError):
                outcome = certificate_taken()
            self._changed(account, outcome, done)

        self._writes.submit(lambda: self._database.write(add), stored)

    def drop_certificate(self, account: Account, fingerprint: str, done: Done[Account]) -> None:
        """Let a certificate open an account no more."""

        def drop(connection: sqlite3.Connection) -> Refused | None:
            dropped = connection.execute(
                "DELETE FROM certificates WHERE fingerprint = ? AND account = ?",
                (fingerprint, account.folded),
            )
            return None if dropped.rowcount else no_such_certificate()

        self._writes.submit(
            lambda: self._database.write(drop), lambda outcome: self._changed(account, outcome, done)
        )

    def _changed(self, account: Account, outcome: Refused | Exception | None, done: Done[Account]) -> None:
        if isinstance(outcome, Refused):
            done(outcome)
        else:
            done(self._refusal(outcome) if isinstance(outcome, Exception) else account)

    def _noted(self, outcome: Exception | None) -> None:
        if isinstance(outcome, Exception):
            self._refusal(outcome)

    def _may_be(self, before: Account | None, read: Account) -> bool:
        """Whether an account that was read from disk is one of today: it may have been removed while it was read.

        `before` is what was known of the name before that.
        """
        now = self.find(read.folded)
        if now is None:
            return before is None
        return now.created == read.created and (now == before or now.credential == read.credential)

    def set_password(self, account: Account, password: str, done: Done[Account]) -> None:
        """Change a password."""
        try:
            check_password(password)
        except Refused as refused:
            done(refused)
            return

        def kept(answer: Kept | Exception) -> None:
            if isinstance(answer, Exception):
                done(self._refusal(answer))
                return
            hashed, scram = answer

            def stored(outcome: bool | Exception) -> None:
                known = self.find(account.folded)
                if isinstance(outcome, Exception):
                    done(self._refusal(outcome))
                elif not outcome or known is None or known.created != account.created:
                    done(login_failed(account.name))
                else:
                    changed = known._replace(credential=digest(hashed))
                    self.put(changed)
                    done(changed)

            self._writes.submit(
                lambda: self._database.write(
                    lambda c: update_password(c, account.folded, hashed, account.created, scram)
                ),
                stored,
            )

        self._hashing.submit(lambda: keep_password(password), kept, account.folded)

    def remove(self, account: Account, done: Done[Account]) -> None:
        """Forget an account."""

        def change(connection: sqlite3.Connection) -> None:
            delete_account(connection, account.folded)

        def removed(outcome: Exception | None) -> None:
            if isinstance(outcome, Exception):
                done(self._refusal(outcome))
            else:
                self.drop(account.folded)
                done(account)

        self._write(change, removed)

    def _refusal(self, error: Exception) -> Refused:
        if isinstance(error, Overloaded):
            return Refused(Why.LIMIT, "Too many people log in at once. Try again in a moment.")
        kind = type(error).__name__
        problem = f"{kind}: {error}" if isinstance(error, sqlite3.Error | OSError) else kind
        self.log.critical("Accounts cannot be read or stored: {problem}", problem=problem)
        return Refused(Why.STORAGE, "Accounts cannot be used at the moment. The operator has been told.")


def new_account(name: str, operator: bool, now: float) -> Account:
    """An account with a checked name; raises `NameRefused`."""
    checked = check_name(name)
    return Account(checked.shown, checked.folded, checked.skeleton, operator, now)
