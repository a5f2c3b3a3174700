"""Who people with accounts are while they are not here, on disk: all in memory, changes written a moment later."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from chat.domain.presence import MemoryPresences, Place, Presence
from chat.storage.saver import Saver


def load_presences(connection: sqlite3.Connection) -> list[tuple[str, Presence]]:
    """What is kept, by account."""
    rows = connection.execute("SELECT account, name, stays, state FROM presences").fetchall()
    return [
        (account, _presence(name, bool(stays), json.loads(state))) for account, name, stays, state in rows
    ]


def _presence(name: str, stays: bool, state: dict[str, Any]) -> Presence:
    username, realname, host = state["shown"]
    places = tuple(Place(str(room), str(modes), float(made)) for room, modes, made in state["places"])
    devices = tuple((str(device), str(msgid)) for device, msgid in state["devices"])
    return Presence(
        name,
        str(username),
        str(realname),
        str(host),
        stays,
        places,
        tuple(map(str, state["ignored"])),
        devices,
        state.get("replay"),
    )


class StoredPresences(MemoryPresences):
    """Presences, kept on disk."""

    def __init__(self, saver: Saver, kept: list[tuple[str, Presence]]) -> None:
        super().__init__()
        self._saver = saver
        for account, presence in kept:
            super().save(account, presence)

    def save(self, account: str, presence: Presence) -> None:
        """Keep this."""
        if self.find(account) == presence:
            return
        super().save(account, presence)
        state = {
            "shown": [presence.username, presence.realname, presence.host],
            "places": presence.places,
            "ignored": presence.ignored,
            "devices": presence.devices,
            "replay": presence.replay,
        }
        self._saver.save(
            ("presence", account),
            "INSERT OR REPLACE INTO presences (account, name, stays, state) VALUES (?, ?, ?, ?)",
            (account, presence.name, int(presence.stays), json.dumps(state, ensure_ascii=False)),
        )

    def forget(self, account: str) -> None:
        """Keep nothing of it."""
        super().forget(account)
        self._saver.save(("presence", account), "DELETE FROM presences WHERE account = ?", (account,))
