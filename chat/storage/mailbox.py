"""Private messages for accounts that are away, on disk under a key that is not in the database."""

from __future__ import annotations

import hmac
import json
import secrets
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from twisted.logger import Logger

from chat.domain.accounts import Account, Done
from chat.domain.events import Acted, Identity, Noticed, Said, Whispered
from chat.domain.journal import Receipt
from chat.domain.mailbox import MAILBOX_DAYS, Shares, author_of
from chat.domain.refused import Refused, Why
from chat.domain.repeats import Repeatable
from chat.storage.reader import Reader
from chat.storage.threads import Executor
from chat.storage.writer import Database

KEY_BYTES = 32
"""AES-256 in Galois/Counter mode (NIST SP 800-38D)."""
NONCE_BYTES = 12
"""A fresh random nonce for each message; far from the 2^32 messages for which one key is safe."""
DAY = 86400.0
_KINDS: dict[str, type[Said | Acted | Noticed]] = {"said": Said, "acted": Acted, "noticed": Noticed}
_KIND_NAMES = {kind: name for name, kind in _KINDS.items()}


class Seal:
    """Encrypts messages, bound to the account that they are for, and decrypts them."""

    def __init__(self, key: bytes) -> None:
        """`key` is `KEY_BYTES` long; raises ValueError for another."""
        if len(key) != KEY_BYTES:
            raise ValueError(f"A key for the mailbox has {KEY_BYTES} bytes.")
        self._key = key
        self._cipher = AESGCM(key)

    def author(self, author: Identity) -> str:
        """Whose share of a mailbox a message takes, so that the database does not say who wrote to whom."""
        whose = author_of(author)
        mark = "*" if whose.startswith("*") else ""
        return mark + hmac.digest(self._key, whose.encode(), "sha256")[:12].hex()

    def close(self, account: str, event: Whispered) -> bytes:
        """A message for an account (folded name), encrypted."""
        author = event.author
        text = json.dumps(
            {
                "author": [author.name, author.username, author.host, author.account, author.bot],
                "kind": _KIND_NAMES.get(event.kind, "said"),  # type: ignore[arg-type]
                "text": event.text,
                "tags": dict(event.tags),
            }
        )
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), f"{account} {event.msgid}".encode())

    def open(self, account: Account, msgid: str, time: float, sealed: bytes) -> Whispered | None:
        """A message again, or None if it was sealed with another key or for another account."""
        try:
            text = self._cipher.decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], f"{account.folded} {msgid}".encode()
            )
        except (InvalidTag, ValueError):
            return None
        kept: dict[str, Any] = json.loads(text)
        name, username, host, account_name, bot = kept["author"]
        author = Identity(0, name, username, host, account_name, "", bot)
        recipient = Identity(0, account.name, "", "", account.name)
        return Whispered(msgid, time, author, recipient, kept["text"], _KINDS[kept["kind"]], kept["tags"])


def load_waiting(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Account and author of each message that waits."""
    return connection.execute("SELECT account, author FROM mail").fetchall()


def load_kept_repeats(
    connection: sqlite3.Connection, seal: Seal, since: float
) -> list[tuple[str, Repeatable]]:
    """The kept messages that their authors may repeat, by the keys under which that is recognised."""
    rows = connection.execute(
        "SELECT mail.repeat, mail.msgid, mail.time, mail.sealed, accounts.name, accounts.folded, accounts.skeleton "
        "FROM mail JOIN accounts ON accounts.folded = mail.account WHERE mail.repeat IS NOT NULL AND mail.time >= ?",
        (since,),
    ).fetchall()
    events = [(key, seal.open(Account(*names), msgid, at, sealed)) for key, msgid, at, sealed, *names in rows]
    return [(key, event) for key, event in events if event is not None]


def forget_old_mail(connection: sqlite3.Connection, now: float) -> list[tuple[str, str]]:
    """Delete what nobody has fetched for `MAILBOX_DAYS`; return account and author of each message."""
    oldest = now - MAILBOX_DAYS * DAY
    old = connection.execute("SELECT account, author FROM mail WHERE time < ?", (oldest,)).fetchall()
    connection.execute("DELETE FROM mail WHERE time < ?", (oldest,))
    return old


class StoredMailbox:
    """`chat.domain.mailbox.Mailbox` on disk. All methods are called in the reactor's thread."""

    log = Logger()

    def __init__(
        self,
        seal: Seal,
        pages: Executor,
        reader: Reader,
        writes: Executor,
        database: Database,
        waiting: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._seal = seal
        self._pages = pages
        self._reader = reader
        self._writes = writes
        self._database = database
        self._shares = Shares(waiting)

    def keep(self, account: Account, event: Whispered, receipt: Receipt, repeat: str | None = None) -> None:
        """Keep a message."""
        author = self._seal.author(event.author)
        self._shares.add(account, author)
        sealed = self._seal.close(account.folded, event)

        def change(connection: sqlite3.Connection) -> bool:
            # The account may have been given up meanwhile, and be somebody else's the next moment.
            inserted = connection.execute(
                "INSERT INTO mail (account, msgid, time, sealed, repeat, author) "
                "SELECT folded, ?, ?, ?, ?, ? FROM accounts WHERE folded = ? AND created = ?",
                (event.msgid, event.time, sealed, repeat, author, account.folded, account.created),
            )
            return inserted.rowcount == 1

        def kept(outcome: bool | Exception) -> None:
            if outcome is not True:
                self._shares.remove(account.folded, author)
            if isinstance(outcome, Exception):
                self.log.error("A private message could not be kept: {problem}", problem=str(outcome))
            receipt(outcome is True)

        self._writes.submit(lambda: self._database.write(change), kept)

    def waiting(self, account: Account) -> int:
        """How many messages wait."""
        return self._shares.waiting(account.folded)

    def fetch(self, account: Account, done: Done[list[Whispered]]) -> None:
        """The messages that wait, oldest first."""

        def ask(connection: sqlite3.Connection) -> list[tuple[str, float, bytes]]:
            return connection.execute(
                "SELECT msgid, time, sealed FROM mail WHERE account = ? ORDER BY id", (account.folded,)
            ).fetchall()

        def fetched(answer: list[tuple[str, float, bytes]] | Exception) -> None:
            if isinstance(answer, Exception):
                self.log.error("Kept private messages cannot be read: {problem}", problem=str(answer))
                done(Refused(Why.STORAGE, "Messages wait for you, but cannot be read at the moment."))
                return
            events = [self._seal.open(account, *row) for row in answer]
            if None in events:
                self.log.error(
                    "{count} kept private messages cannot be decrypted: is mail.key the one they were kept with?",
                    count=events.count(None),
                )
            done([event for event in events if event is not None])

        self._pages.submit(lambda: self._reader.read(ask), fetched)

    def delivered(self, account: Account, events: list[Whispered]) -> None:
        """Forget what was delivered."""
        if not events:
            return
        for event in events:
            self._shares.remove(account.folded, self._seal.author(event.author))

        def change(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM mail WHERE msgid = ?", [(event.msgid,) for event in events])

        def forgotten(outcome: Exception | None) -> None:
            if isinstance(outcome, Exception):
                for event in events:
                    with suppress(Refused):
                        self._shares.add(account, self._seal.author(event.author))
                self.log.error(
                    "Delivered private messages could not be forgotten: {problem}", problem=str(outcome)
                )

        self._writes.submit(lambda: self._database.write(change), forgotten)

    def forget(self, account: Account) -> None:
        """An account is gone, and on disk what waited for it."""
        self._shares.forget(account.folded)

    def expired(self, old: Iterable[tuple[str, str]]) -> None:
        """These messages, by account and author, were forgotten because of their age."""
        for account, author in old:
            self._shares.remove(account, author)
