"""Private messages for accounts that are away, on disk under a key that is not in the database."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections import Counter
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from twisted.logger import Logger

from chat.domain.accounts import Account, Done
from chat.domain.events import Acted, Identity, Noticed, Said, Whispered
from chat.domain.journal import Receipt
from chat.domain.mailbox import MAILBOX_DAYS, MAILBOX_MESSAGES, mailbox_full
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
        self._cipher = AESGCM(key)

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


def load_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many messages wait for each account."""
    return dict(connection.execute("SELECT account, count(*) FROM mail GROUP BY account").fetchall())


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


def forget_old_mail(connection: sqlite3.Connection, now: float) -> list[str]:
    """Delete what nobody has fetched for `MAILBOX_DAYS`; return the account of each message."""
    oldest = now - MAILBOX_DAYS * DAY
    accounts = connection.execute("SELECT account FROM mail WHERE time < ?", (oldest,)).fetchall()
    connection.execute("DELETE FROM mail WHERE time < ?", (oldest,))
    return [account for (account,) in accounts]


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
        counts: dict[str, int],
    ) -> None:
        self._seal = seal
        self._pages = pages
        self._reader = reader
        self._writes = writes
        self._database = database
        self._counts = Counter(counts)

    def keep(self, account: Account, event: Whispered, receipt: Receipt, repeat: str | None = None) -> None:
        """Keep a message."""
        if self._counts[account.folded] >= MAILBOX_MESSAGES:
            raise mailbox_full(account)
        self._counts[account.folded] += 1
        sealed = self._seal.close(account.folded, event)

        def change(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO mail (account, msgid, time, sealed, repeat) VALUES (?, ?, ?, ?, ?)",
                (account.folded, event.msgid, event.time, sealed, repeat),
            )

        def kept(outcome: Exception | None) -> None:
            if isinstance(outcome, Exception):
                self._counts[account.folded] -= 1
                self.log.error("A private message could not be kept: {problem}", problem=str(outcome))
            receipt(not isinstance(outcome, Exception))

        self._writes.submit(lambda: self._database.write(change), kept)

    def waiting(self, account: Account) -> int:
        """How many messages wait."""
        return self._counts[account.folded]

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
        self._counts[account.folded] -= len(events)

        def change(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM mail WHERE msgid = ?", [(event.msgid,) for event in events])

        def forgotten(outcome: Exception | None) -> None:
            if isinstance(outcome, Exception):
                self._counts[account.folded] += len(events)
                self.log.error(
                    "Delivered private messages could not be forgotten: {problem}", problem=str(outcome)
                )

        self._writes.submit(lambda: self._database.write(change), forgotten)

    def expired(self, accounts: list[str]) -> None:
        """A message for each of these accounts was forgotten because of its age."""
        self._counts.subtract(accounts)
