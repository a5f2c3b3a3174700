"""Accounts and a mailbox in memory, which answer at once, late, with a failure, or never."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable
from enum import Enum

from chat.domain.accounts import (
    Account,
    AccountTable,
    Attempts,
    Done,
    Proof,
    T,
    check_password,
    login_failed,
    name_registered,
)
from chat.domain.certificates import certificate_unknown, no_such_certificate
from chat.domain.events import Whispered
from chat.domain.journal import Receipt
from chat.domain.mailbox import Shares, author_of
from chat.domain.names import Name, check_name
from chat.domain.refused import Refused, Why
from chat.domain.scram import make_verifier, nobodys


class Answering(Enum):
    """How a double answers."""

    AT_ONCE = "at once"
    LATE = "late"
    """When the test says so, with `answer`."""
    FAILING = "failing"
    NEVER = "never"


class Slow:
    """Something that does its work when it answers, as a thread would that is busy until then."""

    def __init__(self) -> None:
        self.answering = Answering.AT_ONCE
        self._waiting: deque[Callable[[], None]] = deque()

    def answer(self, count: int = -1) -> None:
        """Answer the oldest so many requests that wait, or all."""
        while self._waiting and count != 0:
            self._waiting.popleft()()
            count -= 1

    def later(self, work: Callable[[], T], done: Done[T]) -> None:
        """Do some work, now or when it is time, and answer with what it returns or refuses."""

        def run() -> None:
            try:
                result = work()
            except Refused as refused:
                done(refused)
            else:
                done(result)

        match self.answering:
            case Answering.AT_ONCE:
                run()
            case Answering.LATE:
                self._waiting.append(run)
            case Answering.FAILING:
                done(Refused(Why.STORAGE, "The disk is full."))


class MemoryAccounts(AccountTable, Slow):
    """Accounts that last as long as the process, with passwords as they are."""

    def __init__(self, clock: Callable[[], float]) -> None:
        AccountTable.__init__(self)
        Slow.__init__(self)
        self._clock = clock
        self._attempts = Attempts(clock)
        self._passwords: dict[str, str] = {}
        self._certificates: dict[str, str] = {}

    def add(self, name: str, password: str, operator: bool = False) -> Account:
        """Make an account at once; raises `NameRefused` or `Refused`."""
        checked = check_name(name)
        if self.owner(checked) is not None:
            raise name_registered(name)
        check_password(password)
        keys = checked.shown, checked.folded, checked.skeleton
        account = Account(*keys, operator, self._clock(), secrets.token_hex(8))
        self.put(account)
        self._passwords[account.folded] = password
        return account

    def register(self, name: Name, password: str, done: Done[Account]) -> None:
        """Make an account."""
        self.later(lambda: self.add(name.shown, password), done)

    def authenticate(self, name: str, password: str, address: str, done: Done[Account]) -> None:
        """Check a password."""

        def check() -> Account:
            account = self.find(name)
            if account is None or self._passwords[account.folded] != password:
                raise login_failed(name)
            self._attempts.worked(name, address)
            return account

        try:
            self._attempts.check(name, address)
        except Refused as refused:
            done(refused)
        else:
            self.later(check, done)

    def find_proof(self, name: str, address: str, done: Done[Proof]) -> None:
        """What checks a proof of a password."""

        def find() -> Proof:
            account = self.find(name)
            verifier = None if account is None else make_verifier(self._passwords[account.folded], 4096)
            if account is None or verifier is None:
                return Proof(name, None, nobodys(name, b"secret"))
            return Proof(name, account, verifier)

        try:
            self._attempts.check(name, address)
        except Refused as refused:
            done(refused)
        else:
            self.later(find, done)

    def proved(self, proof: Proof, address: str) -> Account:
        """The password was proved."""
        if proof.account is None or self.find(proof.name) != proof.account:
            raise login_failed(proof.name)
        return proof.account

    def find_certificate(self, fingerprint: str, done: Done[Account]) -> None:
        """The account that a certificate opens."""

        def find() -> Account:
            account = self.find(self._certificates.get(fingerprint, ""))
            if account is None:
                raise certificate_unknown()
            return account

        self.later(find, done)

    def certificates(self, account: Account, done: Done[list[str]]) -> None:
        """The certificates that open an account."""
        self.later(lambda: [key for key, of in self._certificates.items() if of == account.folded], done)

    def add_certificate(self, account: Account, fingerprint: str, done: Done[Account]) -> None:
        """Let a certificate open an account."""

        def add() -> Account:
            self._certificates[fingerprint] = account.folded
            return account

        self.later(add, done)

    def drop_certificate(self, account: Account, fingerprint: str, done: Done[Account]) -> None:
        """Let a certificate open an account no more."""

        def drop() -> Account:
            if self._certificates.get(fingerprint) != account.folded:
                raise no_such_certificate()
            del self._certificates[fingerprint]
            return account

        self.later(drop, done)

    def set_password(self, account: Account, password: str, done: Done[Account]) -> None:
        """Change a password."""

        def change() -> Account:
            check_password(password)
            self._passwords[account.folded] = password
            changed = account._replace(credential=secrets.token_hex(8))
            self.put(changed)
            return changed

        self.later(change, done)

    def remove(self, account: Account, done: Done[Account]) -> None:
        """Forget an account."""

        def forget() -> Account:
            self.drop(account.folded)
            self._passwords.pop(account.folded, None)
            return account

        self.later(forget, done)


class MemoryMailbox(Slow):
    """Private messages that are kept as long as the process lasts."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, deque[Whispered]] = {}
        self._shares = Shares()

    def keep(self, account: Account, event: Whispered, receipt: Receipt, repeat: str | None = None) -> None:
        """Keep a message; the receipt is an answer like others."""
        self._shares.add(account, author_of(event.author))

        def store() -> bool:
            self._kept.setdefault(account.folded, deque()).append(event)
            return True

        self.later(store, lambda stored: receipt(stored is True))

    def waiting(self, account: Account) -> int:
        """How many messages wait."""
        return self._shares.waiting(account.folded)

    def fetch(self, account: Account, done: Done[list[Whispered]]) -> None:
        """The messages that wait."""
        self.later(lambda: list(self._kept.get(account.folded, ())), done)

    def delivered(self, account: Account, events: list[Whispered]) -> None:
        """Forget what was delivered."""
        kept = self._kept.get(account.folded)
        if kept is not None:
            gone = {event.msgid for event in events}
            for event in events:
                self._shares.remove(account.folded, author_of(event.author))
            self._kept[account.folded] = deque(event for event in kept if event.msgid not in gone)

    def forget(self, account: Account) -> None:
        """Forget what waits."""
        self._kept.pop(account.folded, None)
        self._shares.forget(account.folded)
