"""Questions to the database: pages of history, search, single events. Everything here runs in a reading thread."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from chat.domain.events import LogEvent
from chat.domain.history import FOUND_AT_MOST, PAGE_AT_MOST, Range, Search
from chat.domain.searching import wanted
from chat.storage.rows import JOINED, LAST_SPEECH, SELECTED, event_of
from chat.storage.schema import connect, file_at
from chat.storage.search import indexed_up_to, match_expression, tail_condition

T = TypeVar("T")

SEARCH_SECONDS = 3.0
"""How long one search may take: far more than any with a rare word needs."""
STEPS = 10_000
"""Instructions of SQLite's machine between two looks at the clock: about a millisecond."""
LOOKED_AT = 500
"""Events of a room among which its newest message is looked for: where people only come and go, there is no news."""
FIRST = ""
LAST = "~"
"""Sort before and after every message id."""


class TookTooLong(Exception):
    """A search was given up."""


class Reader:
    """A reading connection for one thread: opened when it is needed, and opened anew as the writing one is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._file = (0, 0)

    def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Ask something; raises `sqlite3.Error`, or `Missing`."""
        file = file_at(self._path)
        if file != self._file:
            self.close()
        if self._connection is None:
            self._connection = connect(self._path, read_only=True)
            self._file = file
        try:
            return question(self._connection)
        except sqlite3.Error:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def page(self, what: Range) -> list[LogEvent]:
        """Events of a room, oldest first."""

        def ask(connection: sqlite3.Connection) -> list[LogEvent]:
            place = place_of(connection, str(what.target))
            if place is None:
                return []
            order = "DESC" if what.newest else "ASC"
            rows = connection.execute(
                f"SELECT {SELECTED} FROM {JOINED} "
                f"WHERE events.place = ? AND events.msgid > ? AND events.msgid < ? {_speech(what.speech)} "
                f"ORDER BY events.msgid {order} LIMIT ?",
                (place, what.after or FIRST, what.before or LAST, max(0, min(what.limit, PAGE_AT_MOST))),
            ).fetchall()
            return [event_of(row) for row in (reversed(rows) if what.newest else rows)]

        return self.read(ask)

    def around(self, room: str, mark: str, limit: int, speech: bool) -> list[LogEvent]:
        """The event at a mark and its neighbours, half of `limit` before it."""
        limit = max(0, min(limit, PAGE_AT_MOST))
        older = self.page(Range(room, None, mark, limit // 2, True, speech))

        def ask(connection: sqlite3.Connection) -> list[LogEvent]:
            rows = connection.execute(
                f"SELECT {SELECTED} FROM {JOINED} WHERE events.place = ? AND events.msgid >= ? {_speech(speech)} "
                "ORDER BY events.msgid LIMIT ?",
                (place_of(connection, room), mark, limit - len(older)),
            ).fetchall()
            return [event_of(row) for row in rows]

        return older + self.read(ask)

    def find(self, room: str, msgid: str) -> LogEvent | None:
        """One event of a room."""

        def ask(connection: sqlite3.Connection) -> LogEvent | None:
            row = connection.execute(
                f"SELECT {SELECTED} FROM {JOINED} WHERE events.place = ? AND events.msgid = ?",
                (place_of(connection, room), msgid),
            ).fetchone()
            return None if row is None else event_of(row)

        return self.read(ask)

    def newest(self, rooms: Sequence[str]) -> dict[str, float]:
        """When something was said last in each of these rooms, those left out where nothing was for long."""

        def ask(connection: sqlite3.Connection) -> dict[str, float]:
            found = {}
            for room in rooms:
                row = connection.execute(
                    "SELECT max(time) FROM "
                    "(SELECT time, kind FROM events WHERE place = ? ORDER BY msgid DESC LIMIT ?) WHERE kind <= ?",
                    (place_of(connection, room), LOOKED_AT, LAST_SPEECH),
                ).fetchone()
                if row[0] is not None:
                    found[room] = row[0]
            return found

        return self.read(ask)

    def search(self, what: Search, seconds: float = SEARCH_SECONDS) -> list[LogEvent]:
        """The newest messages that fit, oldest first; raises `TookTooLong`."""
        limit = max(0, min(what.limit, FOUND_AT_MOST))

        def ask(connection: sqlite3.Connection) -> list[LogEvent]:
            condition, values = _bounds(connection, what)
            rows: list[tuple[Any, ...]] = []
            words = wanted(what.words)
            if what.words and not words:
                return []
            expression = match_expression(words)
            indexed = indexed_up_to(connection)
            if expression:
                rows = connection.execute(
                    f"SELECT events.id, {SELECTED} FROM words CROSS JOIN {JOINED} "
                    f"WHERE words MATCH ? AND events.id = words.rowid {condition} "
                    "ORDER BY words.rowid DESC LIMIT ?",
                    (expression, *values, limit),
                ).fetchall()
            else:
                indexed = -1
            tail, tail_values = tail_condition(words)
            rows += connection.execute(
                f"SELECT events.id, {SELECTED} FROM {JOINED} "
                f"WHERE events.id > ? AND events.kind <= ? {condition} {tail} ORDER BY events.id DESC LIMIT ?",
                (indexed, LAST_SPEECH, *values, *tail_values, limit),
            ).fetchall()
            newest = sorted({row[0]: row for row in rows}.values(), key=lambda row: int(row[0]))[-limit:]
            return [event_of(row[1:]) for row in newest] if limit else []

        deadline = time.monotonic() + seconds

        def timed(connection: sqlite3.Connection) -> list[LogEvent]:
            connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
            try:
                return ask(connection)
            finally:
                connection.set_progress_handler(None, 0)

        try:
            return self.read(timed)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise TookTooLong from None
            raise


def place_of(connection: sqlite3.Connection, folded: str) -> int | None:
    """The number of a room, None if nothing was ever stored for it."""
    row = connection.execute("SELECT id FROM places WHERE folded = ?", (folded,)).fetchone()
    return None if row is None else int(row[0])


def _speech(only: bool) -> str:
    return f"AND events.kind <= {LAST_SPEECH}" if only else ""


def _bounds(connection: sqlite3.Connection, what: Search) -> tuple[str, list[Any]]:
    places = [place for room in what.rooms if (place := place_of(connection, room)) is not None]
    # The plus keeps SQLite from walking through all of a room: it goes back from the newest event, or by the words.
    condition = f"AND +events.place IN ({','.join('?' * len(places))})"
    values: list[Any] = list(places)
    if what.author is not None:
        condition += " AND events.author IN (SELECT id FROM authors WHERE folded = ?)"
        values.append(what.author)
    if what.after is not None:
        condition += " AND events.time >= ?"
        values.append(what.after)
    if what.before is not None:
        condition += " AND events.time < ?"
        values.append(what.before)
    return condition, values
