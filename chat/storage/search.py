"""The index of words (SQLite FTS5): how it follows the events, and how a search is put to it.

Indexing a message costs more than storing it, so the index follows in small steps when the server has time; a search
looks through what is not indexed yet word by word.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from chat.domain.searching import Wanted
from chat.storage.rows import LAST_SPEECH

INDEX_STEP = 2500
"""Events indexed in one transaction: some 15 ms, for which an acknowledgement may have to wait. (Measured: 5
microseconds an event of ten words.)"""


def indexed_up_to(connection: sqlite3.Connection) -> int:
    """The last event that the index has seen."""
    row = connection.execute("SELECT value FROM progress WHERE name = 'indexed'").fetchone()
    return 0 if row is None else int(row[0])


def index_step(connection: sqlite3.Connection, step: int = INDEX_STEP) -> bool:
    """Index the next events; return whether there are more."""
    done = indexed_up_to(connection)
    last = connection.execute("SELECT max(id) FROM events").fetchone()[0] or 0
    if last <= done:
        return False
    goal = min(last, done + step)
    connection.execute(
        "INSERT INTO words (rowid, text) "
        "SELECT id, searchable(text) FROM events WHERE id > ? AND id <= ? AND kind <= ?",
        (done, goal, LAST_SPEECH),
    )
    connection.execute("INSERT OR REPLACE INTO progress (name, value) VALUES ('indexed', ?)", (goal,))
    return bool(goal < last)


def forget_words(connection: sqlite3.Connection, first: int, last: int) -> None:
    """Take events out of the index, before they are deleted."""
    connection.execute(
        "INSERT INTO words (words, rowid, text) "
        "SELECT 'delete', id, searchable(text) FROM events WHERE id >= ? AND id <= min(?, ?) AND kind <= ?",
        (first, last, indexed_up_to(connection), LAST_SPEECH),
    )


def match_expression(words: Sequence[Wanted]) -> str:
    """The FTS5 expression for all of these. Each is a phrase in quotes, so that none is taken for an operator."""
    return " AND ".join(f'"{one.words}"{"*" if one.beginning else ""}' for one in words)


def tail_condition(words: Sequence[Wanted]) -> tuple[str, list[Any]]:
    """The SQL condition, and its values, for messages that contain all of these."""
    values: list[Any] = []
    for one in words:
        values += one
    return " ".join(["AND contains(events.text, ?, ?)"] * len(words)), values
