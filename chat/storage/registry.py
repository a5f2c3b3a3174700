"""Rooms on disk: all of them in memory, changes written a moment later."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from chat.domain.events import Identity
from chat.domain.registry import RoomRecord
from chat.domain.room import Topic
from chat.storage.saver import Saver

DAY = 86400.0
UNUSED_DAYS = 180
"""A room of an account in which nobody was for so long is forgotten."""
ORPHAN_DAYS = 30
"""A room that belongs to nobody is remembered across a restart, but not for ever."""


def load_rooms(connection: sqlite3.Connection, now: float) -> list[RoomRecord]:
    """The rooms that are still worth keeping."""
    rows = connection.execute(
        "SELECT name, folded, created, founder, topic, topic_author, topic_time, settings FROM rooms "
        "WHERE used >= CASE WHEN founder IS NULL THEN ? ELSE ? END",
        (now - ORPHAN_DAYS * DAY, now - UNUSED_DAYS * DAY),
    ).fetchall()
    return [_record(row) for row in rows]


def forget_unused(connection: sqlite3.Connection, now: float, used: Iterable[str] = ()) -> None:
    """Delete the rooms that are not worth keeping any more; `used` are folded names of rooms that somebody is in."""
    connection.executemany("UPDATE rooms SET used = ? WHERE folded = ?", [(now, folded) for folded in used])
    connection.execute(
        "DELETE FROM rooms WHERE used < CASE WHEN founder IS NULL THEN ? ELSE ? END",
        (now - ORPHAN_DAYS * DAY, now - UNUSED_DAYS * DAY),
    )


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

    def disown(self, account: str) -> None:
        """An account is gone."""
        for record in [record for record in self._records.values() if record.founder == account]:
            self.save(record._replace(founder=None))
