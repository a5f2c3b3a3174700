"""Rooms on disk: all of them in memory, changes written a moment later."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from chat.domain.events import Identity
from chat.domain.registry import GIVEN_UP, RoomRecord
from chat.domain.room import Room, Topic
from chat.storage.saver import Saver
from chat.storage.writer import end_past

DAY = 86400.0
UNUSED_DAYS = 180
"""A room of an account in which nobody was for so long is forgotten."""
ORPHAN_DAYS = 30
"""A room that belongs to nobody is remembered across a restart, but not for ever."""


def load_rooms(connection: sqlite3.Connection) -> list[RoomRecord]:
    """The rooms that are kept."""
    rows = connection.execute(
        "SELECT name, folded, created, founder, topic, topic_author, topic_time, settings FROM rooms"
    ).fetchall()
    return [_record(row) for row in rows]


def forget_unused(connection: sqlite3.Connection, now: float, used: Iterable[str] = ()) -> list[str]:
    """Delete the rooms that are not worth keeping any more; `used` are folded names of rooms that somebody is in.

    Private ones take their past with them, as rooms do that close while the server runs. Returns the folded names.
    """
    connection.executemany("UPDATE rooms SET used = ? WHERE folded = ?", [(now, folded) for folded in used])
    unused = connection.execute(
        "SELECT folded, settings FROM rooms WHERE used < CASE WHEN founder IS NULL THEN ? ELSE ? END",
        (now - ORPHAN_DAYS * DAY, now - UNUSED_DAYS * DAY),
    ).fetchall()
    return _forget(connection, unused)


def close_left_open(connection: sqlite3.Connection) -> list[str]:
    """The server starts: private rooms of nobody, which were open when it went down, are closed and empty."""
    orphans = connection.execute("SELECT folded, settings FROM rooms WHERE founder IS NULL").fetchall()
    return _forget(connection, [row for row in orphans if _is_private(row[1])])


def _forget(connection: sqlite3.Connection, rows: Iterable[tuple[str, str]]) -> list[str]:
    forgotten = []
    for folded, settings in rows:
        if _is_private(settings):
            end_past(connection, folded)
        connection.execute("DELETE FROM rooms WHERE folded = ?", (folded,))
        forgotten.append(folded)
    return forgotten


def _is_private(settings: str) -> bool:
    room = Room("", "", 0.0)
    room.apply(json.loads(settings))
    return room.private


def _record(row: tuple[Any, ...]) -> RoomRecord:
    name, folded, created, founder, text, author, time, settings = row
    topic = None
    if text is not None:
        topic_name, username, host = json.loads(author)
        topic = Topic(text, Identity(0, topic_name, username, host), time)
    return RoomRecord(name, folded, created, founder, topic, json.loads(settings))


class StoredRegistry:
    """`chat.domain.registry.Registry` on disk. `topics`: whether topics are written to disk."""

    def __init__(
        self,
        saver: Saver,
        clock: Callable[[], float],
        records: Iterable[RoomRecord] = (),
        topics: bool = True,
    ) -> None:
        self._saver = saver
        self._clock = clock
        self._topics = topics
        self._records = {record.folded: record for record in records}
        self._founded = Counter(record.founder for record in self._records.values())

    def find(self, folded: str) -> RoomRecord | None:
        """What is kept about a room, which is in use from here on."""
        record = self._records.get(folded)
        if record is not None:
            self._saver.save(
                ("used", folded), "UPDATE rooms SET used = ? WHERE folded = ?", (self._clock(), folded)
            )
        return record

    def founded(self, account: str) -> int:
        """How many rooms belong to an account."""
        return self._founded[account]

    def save(self, record: RoomRecord) -> None:
        """Keep this."""
        self._forget(record.folded)
        self._records[record.folded] = record
        self._founded[record.founder] += 1
        topic = record.topic if self._topics else None
        author = topic.author if topic is not None else None
        self._saver.save(
            ("room", record.folded),
            "INSERT OR REPLACE INTO rooms "
            "(folded, name, created, used, founder, topic, topic_author, topic_time, settings) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.folded,
                record.name,
                record.created,
                self._clock(),
                record.founder,
                None if topic is None else topic.text,
                None if author is None else json.dumps([author.name, author.username, author.host]),
                None if topic is None else topic.time,
                json.dumps(dict(record.settings)),
            ),
        )

    def _forget(self, folded: str) -> bool:
        record = self._records.pop(folded, None)
        if record is None:
            return False
        self._founded[record.founder] -= 1
        return True

    def forget(self, folded: str) -> None:
        """Keep nothing about a room."""
        if self._forget(folded):
            self._saver.save(("room", folded), "DELETE FROM rooms WHERE folded = ?", (folded,))

    def forgotten(self, rooms: Iterable[str]) -> None:
        """These rooms (folded names) are kept on disk no more."""
        for folded in rooms:
            self._forget(folded)

    def disown(self, account: str) -> None:
        """An account is gone."""
        for record in [record for record in self._records.values() if record.founder == account]:
            self.save(record._replace(founder=GIVEN_UP))
