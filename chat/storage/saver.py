"""What changes often and is small (rooms, bans, presences, read markers): in memory, and written together soon."""

from __future__ import annotations

import sqlite3
from typing import Any

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from chat.storage.threads import Executor
from chat.storage.writer import Database

AGAIN_SECONDS = 5.0
"""Pause after a failure."""

Statement = tuple[str, tuple[Any, ...]]


class Saver:
    """Writes the newest state of things a moment after it changed; what cannot be written is tried again."""

    log = Logger()

    def __init__(self, reactor: IReactorTime, writes: Executor, database: Database) -> None:
        self._reactor = reactor
        self._writes = writes
        self._database = database
        self._dirty: dict[tuple[str, ...], Statement] = {}
        self._writing: list[dict[tuple[str, ...], Statement]] = []
        self._call: IDelayedCall | None = None

    def unsaved(self, key: tuple[str, ...]) -> bool:
        """Whether what was last saved under this key is not known to be on disk."""
        return key in self._dirty or any(key in batch for batch in self._writing)

    def save(self, key: tuple[str, ...], sql: str, values: tuple[Any, ...]) -> None:
        """Write this when the reactor's turn ends, in place of what waits under the same key."""
        self._dirty.pop(key, None)
        self._dirty[key] = (sql, values)
        self._soon(0)

    def _soon(self, seconds: float) -> None:
        if self._call is None:
            self._call = self._reactor.callLater(seconds, self.flush)

    def flush(self) -> None:
        """Write what has changed."""
        if self._call is not None:
            if self._call.active():
                self._call.cancel()
            self._call = None
        if not self._dirty:
            return
        batch, self._dirty = self._dirty, {}
        self._writing.append(batch)

        def change(connection: sqlite3.Connection) -> None:
            for sql, values in batch.values():
                connection.execute(sql, values)

        def written(outcome: Exception | None) -> None:
            self._writing = [other for other in self._writing if other is not batch]
            if isinstance(outcome, Exception):
                self.log.error(
                    "Rooms, bans, presences and read markers could not be stored: {problem}",
                    problem=str(outcome),
                )
                self._dirty = {**batch, **self._dirty}
                self._soon(AGAIN_SECONDS)

        self._writes.submit(lambda: self._database.write(change), written)
