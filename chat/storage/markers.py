"""How far people have read, kept on disk for those with an account."""

from __future__ import annotations

from collections.abc import Iterable

from chat.domain.conversations import Markers
from chat.storage.saver import Saver
from chat.wire import LAST_MOMENT


class StoredMarkers(Markers):
    """Read markers, those of accounts kept on disk."""

    def __init__(self, saver: Saver | None, rows: Iterable[tuple[str, str, float]] = ()) -> None:
        super().__init__()
        self._saver = saver
        for account, target, time in rows:
            super().put(account, target, min(time, LAST_MOMENT))

    def put(self, owner: str, target: str, time: float) -> float:
        """Move a marker on, never back."""
        where = super().put(owner, target, time)
        if self._saver is not None and not owner.startswith("*"):
            self._saver.save(
                ("marker", owner, target),
                "INSERT OR REPLACE INTO markers (account, target, time) VALUES (?, ?, ?)",
                (owner, target, where),
            )
        return where

    def dropped(self, owner: str, target: str) -> None:
        """A marker is kept no more, on disk either."""
        if self._saver is not None and not owner.startswith("*"):
            self._saver.save(
                ("marker", owner, target),
                "DELETE FROM markers WHERE account = ? AND target = ?",
                (owner, target),
            )
