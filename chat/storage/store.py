"""Everything that is kept in the data folder, put together: opened at start, looked after, and closed in order."""

from __future__ import annotations

import fcntl
import hmac
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from chat.domain.accounts import Account
from chat.domain.banning import enforce
from chat.domain.bans import Ban
from chat.domain.directory import Directory
from chat.domain.events import Acted, Noticed, Said
from chat.domain.journal import Journal, MemoryJournal
from chat.domain.logins import Logins
from chat.domain.mailbox import Mailbox, NoMailbox
from chat.domain.repeats import REMEMBERED, REPEAT_SECONDS, Repeatable
from chat.domain.stats import Bounded
from chat.storage.accounts import StoredAccounts, load_accounts
from chat.storage.bans import StoredBans, load_bans
from chat.storage.folder import kept_secret
from chat.storage.history import ReaderThread, StoredHistory
from chat.storage.journal import PENDING_AT_MOST, Health, StoredJournal
from chat.storage.mailbox import Seal, StoredMailbox, load_kept_repeats, load_waiting
from chat.storage.markers import StoredMarkers
from chat.storage.presences import StoredPresences, load_presences
from chat.storage.reader import Reader
from chat.storage.registry import StoredRegistry, close_left_open, forget_unused, load_rooms
from chat.storage.rows import JOINED, SELECTED, event_of
from chat.storage.saver import Saver
from chat.storage.schema import DATABASE, LOCK, Missing, Unusable, connect, prepare, unusable
from chat.storage.threads import WAITING_AT_MOST, Executor, ThreadExecutor
from chat.storage.upkeep import PRUNE_AFTER, UNLIMITED, Aged, Retention, Step, daily, prune, upkeep_step
from chat.storage.writer import Database, EventWriter

MAIL_KEY = "mail.key"
TICK_SECONDS = 1.0
"""How often it is looked whether there is something to index or to forget."""
INDEX_SECONDS = 5.0
"""How long messages wait to be indexed, for company: together each costs less. A search looks through them as well."""
MORE_SECONDS = 0.05
"""Pause between two steps while there is more to do."""
ACCOUNTS_SECONDS = 5.0
"""How soon the server knows of accounts and bans that `chat admin` has changed."""
DAILY_SECONDS = 3600.0
"""How often old mail and unused rooms are looked for."""
RETENTION_SECONDS = 60.0
"""How often a quiet server looks for events that have become too old."""
BUSY_EVENTS = 1000
"""With so many events waiting, indexing and forgetting wait too."""
STOP_SECONDS = 10.0
"""How long stopping waits for the disk."""

HASHES_AT_MOST = 100
"""Passwords that may wait to be hashed: some 3 seconds, as long as anybody waits for a login."""

READINGS = ("rooms", "pages", "searches", "passwords")
"""Threads that read: who comes into a room does not wait for who pages through the past, nor these for searches."""

T = TypeVar("T")
QUESTIONS = ("rooms", "pages", "searches")
"""The threads that answer people's questions: what waits for them waits in fair order, outside the thread."""

MakeExecutor = Callable[[str], Executor]
Outside = tuple[list[Account], list[Ban]]
"""What `chat admin` may have changed."""


def lock_folder(folder: Path) -> IO[str]:
    """Hold the folder as long as the returned file is open; raises `Unusable` if another server holds it."""
    file = open(folder / LOCK, "a+")  # noqa: SIM115
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise Unusable(
            f"Another server (process {holder}) uses the data folder {folder}. End it, or choose another --data."
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


class Storage(Service):
    """The data folder in use by a server.

    Without `history` nothing of what people say is kept on disk: only accounts, and whose the rooms are.
    `make_executor` makes the threads; tests run the work by hand.
    """

    log = Logger()

    def __init__(
        self,
        folder: Path,
        reactor: Any,
        clock: Callable[[], float],
        retention: Retention = UNLIMITED,
        history: bool = True,
        make_executor: MakeExecutor | None = None,
    ) -> None:
        """Open the database. Raises `Unusable` with a sentence."""
        self._reactor = reactor
        self._clock = clock
        self.retention = retention
        """How much is kept; may be changed at any time."""
        self._keeps_history = history
        self.path = folder / DATABASE
        try:
            self._lock = lock_folder(folder)
            prepare(self.path)
            key = kept_secret(folder / MAIL_KEY)
            seal = Seal(key)
            connection = connect(self.path)
        except OSError as error:
            raise Unusable(f"The data folder {folder} cannot be used: {error.strerror}.") from None
        except ValueError:
            raise Unusable(
                f"The file {folder / MAIL_KEY} is damaged. Put the one from a backup in its place; without it, private "
                "messages that wait for people are lost: then delete it."
            ) from None
        self._queues: list[Bounded] = []
        make = make_executor or self._make_executor
        self._writes = make("writes")
        self._database = Database(self.path)
        self.health = Health()
        self._saver = Saver(reactor, self._writes, self._database)
        self._readings: list[ReaderThread] = []
        rooms, pages, searches, hashing = (self._reading(make, name) for name in READINGS)
        self._rooms, self._pages, self._searches = rooms, pages, searches
        try:
            self.accounts = StoredAccounts(
                clock,
                reactor.seconds,
                hashing.executor,
                hashing.reader,
                self._writes,
                self._database,
                # Of no use for the seal, whoever sees what is made with it.
                hmac.digest(key, b"names without an account", "sha256"),
            )
            self.accounts.replace(load_accounts(connection))
            close_left_open(connection)
            forget_unused(connection, clock())
            self.registry = StoredRegistry(self._saver, clock, load_rooms(connection), topics=history)
            self.bans = StoredBans(self._saver, load_bans(connection, clock()))
            self.presences = StoredPresences(self._saver, load_presences(connection))
            self._markers = StoredMarkers(
                self._saver, connection.execute("SELECT account, target, time FROM markers").fetchall()
            )
            self._stored_mailbox = StoredMailbox(
                seal, pages.turns, pages.reader, self._writes, self._database, load_waiting(connection)
            )
            self._repeats = load_repeats(connection, clock()) + load_kept_repeats(
                connection, seal, clock() - REPEAT_SECONDS
            )
            last = last_msgid(connection)
        except sqlite3.Error as error:
            # What SQLite looks at when it opens a file was all right; what is read first is not.
            raise unusable(self.path, error) from None
        finally:
            connection.close()
        self.mailbox: Mailbox = self._stored_mailbox if history else NoMailbox()
        self.journal: Journal = MemoryJournal(clock)
        self._stored_journal: StoredJournal | None = None
        if history:
            writer = EventWriter(self._database)
            self._stored_journal = StoredJournal(
                clock, reactor, self._writes, writer.store, self.health, last
            )
            self.journal = self._stored_journal
        self._logins: Logins | None = None
        self._directory: Directory | None = None
        self._call: IDelayedCall | None = None
        self._busy = False
        self._looking = False
        self._missing = False
        self._indexed = -1
        self._deleted = 0
        self._generation = 0
        self._next_accounts = self._next_daily = self._next_retention = self._next_index = 0.0

    def _make_executor(self, name: str) -> Executor:
        bound = HASHES_AT_MOST if name == "passwords" else WAITING_AT_MOST
        yields = name in READINGS and name != "rooms"
        executor = ThreadExecutor(f"chat-{name}", self._reactor.callFromThread, bound, yields)
        if name not in QUESTIONS:
            self._queues.append(Bounded(f"{name} for the disk", executor.waiting, bound))
        return executor

    def _reading(self, make: MakeExecutor, name: str) -> ReaderThread:
        reading = ReaderThread(make(name), Reader(self.path))
        self._readings.append(reading)
        if name in QUESTIONS:
            self._queues.append(Bounded(f"{name} for the disk", reading.turns.waiting, WAITING_AT_MOST))
        return reading

    def attach(self, directory: Directory, logins: Logins) -> None:
        """Give a directory its memory. It was made with this storage's journal, accounts, registry and bans."""
        self._logins = logins
        self._directory = directory
        directory.stats.parts.append(self.figures)
        directory.stats.bounded += self._queues
        directory.stats.failing = lambda: self.health.problem is not None
        if self._stored_journal is None:
            return
        journal = self._stored_journal
        directory.stats.bounded.append(
            Bounded("events for the disk", lambda: journal.pending, PENDING_AT_MOST)
        )

        history = StoredHistory(
            self._stored_journal,
            self._rooms,
            self._pages,
            self._searches,
            self._writes,
            self._database,
            self._markers,
            lambda room: directory.rooms[room].log if room in directory.rooms else None,
        )
        directory.history = history
        directory.repeats.load(sorted(self._repeats, key=lambda pair: pair[1].msgid))
        self._repeats = []
        history.warm(directory.lobby.log, lambda: None)

    def figures(self) -> list[tuple[str, str]]:
        """Labels and figures for `/stats`; what exactly is wrong is for the operator, in the log."""
        journal = self._stored_journal
        if journal is None:
            return [("history", "off")]
        return [
            ("history", "kept" if self.health.problem is None else "NOT KEPT at the moment"),
            ("events stored", str(journal.stored)),
            ("events waiting for the disk", str(journal.pending)),
            ("events lost to the disk", str(journal.lost)),
        ]

    # looking after it

    def startService(self) -> None:
        """Start indexing, forgetting, and following changes from outside."""
        super().startService()
        self._call = self._reactor.callLater(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        self._call = self._reactor.callLater(TICK_SECONDS, self._tick)
        now = self._reactor.seconds()
        if self._busy or self._looking:
            return
        if now >= self._next_accounts:
            self._next_accounts = now + ACCOUNTS_SECONDS
            self._looking = True
            self._writes.submit(self._changed_outside, self._outside_changed)
        if self.health.problem is not None:
            return
        if now >= self._next_daily:
            self._next_daily = now + DAILY_SECONDS
            wall = self._clock()
            used = [] if self._directory is None else list(self._directory.rooms)
            self._writes.submit(lambda: self._tidy(lambda c: daily(c, wall, used)), self._aged)
        journal = self._stored_journal
        if journal is None or journal.pending > BUSY_EVENTS:
            return
        indexing = journal.stored != self._indexed and now >= self._next_index
        if indexing or (self.retention.days and now >= self._next_retention):
            self._next_index = now + INDEX_SECONDS
            self._next_retention = now + RETENTION_SECONDS
            self._step()

    def _step(self) -> None:
        journal = self._stored_journal
        assert journal is not None
        self._busy = True
        stored, wall, retention = journal.stored, self._clock(), self.retention

        def stepped(outcome: Step | Exception) -> None:
            self._busy = False
            if isinstance(outcome, Exception):
                self.log.error(
                    "Old events could not be indexed or forgotten: {problem}", problem=str(outcome)
                )
                return
            self._deleted += outcome.deleted
            if self._deleted >= PRUNE_AFTER:
                self._deleted = 0
                self._writes.submit(lambda: self._tidy(prune), self._nothing)
            if not outcome.more:
                self._indexed = stored
            elif self._call is not None:
                self._next_index = 0.0
                self._call.reset(MORE_SECONDS)

        self._writes.submit(lambda: self._database.write(lambda c: upkeep_step(c, retention, wall)), stepped)

    def _changed_outside(self) -> Outside | None:
        def load(connection: sqlite3.Connection) -> Outside:
            return load_accounts(connection), load_bans(connection, self._clock())

        self._generation, changed = self._database.look(load, self._generation)
        return changed

    def _outside_changed(self, outcome: Outside | Exception | None) -> None:
        self._looking = False
        # Nobody need say anything for the operator to be told that the database is gone, or is back.
        if isinstance(outcome, Missing):
            self._missing = True
            self.health.failed(str(outcome))
        elif self._missing and not isinstance(outcome, Exception):
            self._missing = False
            self.health.works()
        if outcome is None or isinstance(outcome, Exception):
            return
        accounts, bans = outcome
        before = list(self.accounts.all())
        self.accounts.replace(accounts)
        self.bans.stored(bans)
        if self._logins is not None:
            for account in before:
                today = self.accounts.find(account.folded)
                if today is None:
                    self._logins.account_gone(account)
                elif today != account:
                    self._logins.account_changed(account, today)
        if self._directory is not None:
            self._directory.bans.replace(self.bans.all())
            enforce(self._directory)

    def _tidy(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Write what may take rooms and authors away whose numbers are remembered."""
        try:
            return self._database.write(change)
        finally:
            self._database.generation += 1

    def _aged(self, outcome: Aged | Exception) -> None:
        if isinstance(outcome, Exception):
            self.log.error("Old messages could not be forgotten: {problem}", problem=str(outcome))
        else:
            self._stored_mailbox.expired(outcome.mail)
            self.registry.forgotten(outcome.rooms)

    def _nothing(self, outcome: object) -> None:
        if isinstance(outcome, Exception):
            self.log.error("The database could not be tidied: {problem}", problem=str(outcome))

    # the end

    def stopService(self) -> Deferred[None]:
        """Store what waits, for `STOP_SECONDS` at most, and close the database."""
        super().stopService()
        if self._call is not None:
            self._call.cancel()
            self._call = None
        done: Deferred[None] = Deferred()
        self._saver.flush()

        def settled() -> None:
            if late.active():
                late.cancel()
                self._close()
                done.callback(None)

        def too_late() -> None:
            pending = 0 if self._stored_journal is None else self._stored_journal.pending
            self.log.critical("The disk does not answer: {pending} events were not stored", pending=pending)
            done.callback(None)

        late = self._reactor.callLater(STOP_SECONDS, too_late)
        if self._stored_journal is None:
            settled()
        else:
            self._stored_journal.finish(settled)
        return done

    def _close(self) -> None:
        pending = 0 if self._stored_journal is None else self._stored_journal.pending
        if pending:
            self.log.critical("Storage fails: {pending} events were not stored", pending=pending)
        self._writes.submit(self._database.close, self._nothing)
        for reading in self._readings:
            reading.turns.submit(reading.reader.close, self._nothing)
        for thread in (self._writes, *(reading.turns for reading in self._readings)):
            thread.stop()
        self._lock.close()


def last_msgid(connection: sqlite3.Connection) -> str:
    """The message id after which the next ones have to come, "" if there is none."""
    row = connection.execute("SELECT msgid FROM events ORDER BY id DESC LIMIT 1").fetchone()
    return "" if row is None else str(row[0])


def load_repeats(connection: sqlite3.Connection, now: float) -> list[tuple[str, Repeatable]]:
    """The messages of the last `REPEAT_SECONDS` that their authors may repeat, oldest first."""
    rows = connection.execute(
        f"SELECT events.repeat, {SELECTED} FROM {JOINED} "
        "WHERE events.repeat IS NOT NULL AND events.time >= ? ORDER BY events.id DESC LIMIT ?",
        (now - REPEAT_SECONDS, REMEMBERED),
    ).fetchall()
    events = [(row[0], event_of(row[1:])) for row in reversed(rows)]
    return [(key, event) for key, event in events if isinstance(event, Said | Acted | Noticed)]
