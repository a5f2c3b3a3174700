"""Bans on disk: all of them in memory, changes written a moment later."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from chat.domain.bans import BANS_AT_MOST, Ban
from chat.storage.saver import Saver, Statement

_COLUMNS = "key, what, is_account, reason, set_by, since, until"


def load_bans(connection: sqlite3.Connection, now: float) -> list[Ban]:
    """The bans in force, the newest `BANS_AT_MOST` of them."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM bans WHERE until IS NULL OR until > ? ORDER BY since DESC LIMIT ?",
        (now, BANS_AT_MOST),
    ).fetchall()
    return [_ban(row) for row in reversed(rows)]


def _ban(row: tuple[Any, ...]) -> Ban:
    _, what, is_account, reason, by, since, until = row
    return Ban(what, bool(is_account), reason, by, since, until)


def statement(ban: Ban) -> Statement:
    """What stores a ban, in place of another on the same."""
    values = (ban.key, ban.what, int(ban.is_account), ban.reason, ban.by, ban.since, ban.until)
    return f"INSERT OR REPLACE INTO bans ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", values


def delete_ban(connection: sqlite3.Connection, key: str) -> bool:
    """Forget a ban; return whether there was one."""
    return connection.execute("DELETE FROM bans WHERE key = ?", (key,)).rowcount == 1


def forget_over(connection: sqlite3.Connection, now: float) -> None:
    """Delete what has ended."""
    connection.execute("DELETE FROM bans WHERE until <= ?", (now,))


class StoredBans:
    """`chat.domain.bans.BanKeeper` on disk."""

    def __init__(self, saver: Saver, bans: Iterable[Ban] = ()) -> None:
        self._saver = saver
        self._kept = {ban.key: ban for ban in bans}

    def all(self) -> Iterable[Ban]:
        """What is kept."""
        return list(self._kept.values())

    def save(self, ban: Ban) -> None:
        """Keep this."""
        self._kept[ban.key] = ban
        self._saver.save(("ban", ban.key), *statement(ban))

    def forget(self, key: str) -> None:
        """Keep nothing under this key."""
        self._kept.pop(key, None)
        self._saver.save(("ban", key), "DELETE FROM bans WHERE key = ?", (key,))

    def stored(self, bans: Iterable[Ban]) -> None:
        """Somebody else has changed what is on disk: it is this, but for what is still to be written from here."""
        on_disk = {ban.key: ban for ban in bans}
        for key in {*on_disk, *self._kept}:
            if self._saver.unsaved(("ban", key)):
                continue
            if key in on_disk:
                self._kept[key] = on_disk[key]
            else:
                del self._kept[key]
