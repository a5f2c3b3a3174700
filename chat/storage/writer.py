"""The one connection that writes, and how groups of events go through it: what runs in the writing thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from twisted.logger import Logger

from chat.domain.events import Identity, LogEvent, Said
from chat.domain.journal import Receipt
from chat.domain.names import fold
from chat.storage.rows import KIND_OF, columns
from chat.storage.schema import BUSY_SECONDS, connect, file_at

T = TypeVar("T")

CACHED = 50_000
"""Authors and rooms whose numbers are remembered; then all are forgotten, and looked up anew."""
ROWS_AT_ONCE = (256, 32, 4, 1)
"""Rows that one INSERT holds. SQLite lets other threads run while it works on a statement, and getting the interpreter
back costs a wait each time: one statement for many rows disturbs the reactor less than one for each (measured beside a
busy thread: 5.7 against 8.8 microseconds of CPU an event in groups of 100, 3.3 against 5.0 in groups of 1000)."""
_COLUMNS = 8
_INSERT = "INSERT INTO events (place, msgid, kind, time, author, text, extra, repeat) VALUES "
# Not OR IGNORE, which would also pass over a row that is wrong in another way, and so lose it without a word.
_STORED_ALREADY = " ON CONFLICT (place, msgid) DO NOTHING"
_STATEMENTS = {
    rows: _INSERT + ",".join(["(?,?,?,?,?,?,?,?)"] * rows) + _STORED_ALREADY for rows in ROWS_AT_ONCE
}
NOTHING: frozenset[int] = frozenset()


class Entry(NamedTuple):
    """An event to be stored for one room; None: what was stored for it before is its past no more."""

    event: LogEvent | None
    room: str
    receipt: Receipt | None = None
    repeat: str | None = None


class Database:
    """The writing connection, for use by one thread: opened when it is needed, opened anew after an error, and when
    another file stands where the database was.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._file = (0, 0)
        self._data_version = 0
        self.generation = 0
        """Changes when what was remembered may be wrong: the connection is new, another process has written, or
        rooms and authors were tidied up."""

    def write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Do `change` in a transaction; raises `sqlite3.Error` or `OSError` when nothing was changed.

        `Missing` is one of the latter.
        """
        connection = self._open()
        try:
            connection.execute("BEGIN IMMEDIATE")
            self._notice(connection)
            result = change(connection)
            connection.execute("COMMIT")
        except (sqlite3.Error, OSError):
            self.close()
            raise
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        return result

    def empty_log(self) -> None:
        """Move everything out of the write-ahead log, in which what was deleted still stands. Not if somebody reads."""
        with suppress(sqlite3.Error, OSError):
            connection = self._open()
            connection.execute("PRAGMA busy_timeout = 0")
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.execute(f"PRAGMA busy_timeout = {round(BUSY_SECONDS * 1000)}")

    def look(self, question: Callable[[sqlite3.Connection], T], generation: int) -> tuple[int, T | None]:
        """Ask something if another process has written since `generation`; return that of today, and the answer."""
        connection = self._open()
        self._notice(connection)
        return self.generation, None if self.generation == generation else question(connection)

    def _open(self) -> sqlite3.Connection:
        file = file_at(self._path)
        if file != self._file:
            self.close()
        if self._connection is None:
            self._connection = connect(self._path)
            self._file = file
            self.generation += 1
        return self._connection

    def _notice(self, connection: sqlite3.Connection) -> None:
        data_version = connection.execute("PRAGMA data_version").fetchone()[0]
        if data_version != self._data_version:
            self._data_version = data_version
            self.generation += 1

    def close(self) -> None:
        """Close the connection; what was not committed is gone."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def end_past(connection: sqlite3.Connection, folded: str) -> None:
    """Put what was stored for a room under a name that no room can have: with a space, and unique by its number."""
    connection.execute("UPDATE places SET folded = folded || ' ' || id WHERE folded = ?", (folded,))


class EventWriter:
    """Stores events. Looks up the numbers of authors and rooms once, and remembers them."""

    log = Logger()

    def __init__(self, database: Database) -> None:
        self._database = database
        self._authors: dict[Identity, int] = {}
        self._places: dict[str, int] = {}
        self._generation = 0

    def store(self, entries: Sequence[Entry]) -> frozenset[int]:
        """Store events in one transaction, those that are stored at all. Raises as `Database.write` does.

        An event that no database can take must not keep the others out for ever: it is left out, and its place
        among `entries` returned.
        """
        try:
            self._store(entries)
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, ValueError, TypeError) as error:
            # The kind of the error alone: its text may show what was said.
            kind = type(error).__name__
            if len(entries) > 1:
                return self._one_by_one(entries)
            self.log.critical("An event cannot be stored at all ({kind}), and is left out", kind=kind)
            return frozenset((0,))
        return NOTHING

    def _one_by_one(self, entries: Sequence[Entry]) -> frozenset[int]:
        return frozenset(index for index, entry in enumerate(entries) if self.store([entry]))

    def _store(self, entries: Sequence[Entry]) -> None:

        def insert(connection: sqlite3.Connection) -> None:
            if (
                self._generation != self._database.generation
                or len(self._authors) + len(self._places) > CACHED
            ):
                self.forget()
                self._generation = self._database.generation
            values = self._values(connection, entries)
            row, rows = 0, len(values) // _COLUMNS
            for size in ROWS_AT_ONCE:
                statement = _STATEMENTS[size]
                while rows - row >= size:
                    connection.execute(statement, values[row * _COLUMNS : (row + size) * _COLUMNS])
                    row += size

        try:
            self._database.write(insert)
        except BaseException:
            self.forget()
            raise

    def forget(self) -> None:
        """Look everything up anew."""
        self._authors.clear()
        self._places.clear()

    def _values(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> list[Any]:
        values: list[Any] = []
        extend = values.extend
        authors, places = self._authors, self._places
        said = KIND_OF[Said]
        for event, room, _, repeat in entries:
            if type(event) is Said and not event.tags:
                kind, text, extra = said, event.text, None
            elif event is None:
                places.pop(room, None)
                end_past(connection, room)
                continue
            else:
                described = columns(event)
                if described is None:
                    continue
                kind, text, extra = described
            place = places.get(room)
            if place is None:
                place = self._place(connection, room, getattr(event, "room", room))
            author = authors.get(event.author)
            if author is None:
                author = self._author(connection, event.author)
            extend((place, event.msgid, kind, event.time, author, text, extra, repeat))
        return values

    def _place(self, connection: sqlite3.Connection, folded: str, name: str) -> int:
        connection.execute("INSERT OR IGNORE INTO places (folded, name) VALUES (?, ?)", (folded, name))
        row = connection.execute("SELECT id FROM places WHERE folded = ?", (folded,)).fetchone()
        place: int = row[0]
        self._places[folded] = place
        return place

    def _author(self, connection: sqlite3.Connection, who: Identity) -> int:
        values = (fold(who.name), who.name, who.username, who.host, who.account or "", int(who.bot))
        connection.execute(
            "INSERT OR IGNORE INTO authors (folded, name, username, host, account, bot) VALUES (?, ?, ?, ?, ?, ?)",
            values,
        )
        row = connection.execute(
            "SELECT id FROM authors "
            "WHERE folded = ? AND name = ? AND username = ? AND host = ? AND account = ? AND bot = ?",
            values,
        ).fetchone()
        author: int = row[0]
        self._authors[who] = author
        return author
