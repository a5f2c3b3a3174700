"""A past for a server: a data folder with so many events that looking into it takes a while."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path

from chat.domain.events import Identity, Joined, LogEvent, Said
from chat.domain.journal import Stamps
from chat.storage.schema import DATABASE, prepare
from chat.storage.search import index_step
from chat.storage.writer import Database, Entry, EventWriter

from .servers import Server

DOOR = "#door"
"""The room of which nearly all events are joins."""
DOOR_SHARE = 0.75
"""Part of all events that are joins of it: with a million events, the room that the bound speaks of."""
OLD_ROOMS = 50
"""Rooms in which everything else was said, one after the other: `#old0` and so on."""
GROUP = 10_000
AUTHORS = 200


def make_past(folder: Path, events: int) -> Path:
    """Write so many events into a new data folder, words indexed, with the server's own storage; return the folder."""
    folder.mkdir()
    path = folder / DATABASE
    prepare(path)
    database = Database(path)
    writer = EventWriter(database)
    start = time.time() - events
    stamps = Stamps(lambda: start)
    authors = [Identity(0, f"old{number}", "u", "host") for number in range(AUTHORS)]
    joins = int(events * DOOR_SHARE)

    def event(number: int) -> LogEvent:
        nonlocal start
        start += 0.5
        author = authors[number % AUTHORS]
        if GROUP < number <= joins:
            return Joined(*stamps.next(), author, DOOR)
        room = DOOR if number <= GROUP else f"#old{number % OLD_ROOMS}"
        return Said(
            *stamps.next(), author, room, f"let us meet after lunch for the number n{number} of friday"
        )

    for first in range(0, events, GROUP):
        made = [event(number) for number in range(first, min(events, first + GROUP))]
        writer.store([Entry(one, getattr(one, "room", "")) for one in made])
    while database.write(index_step):
        pass
    database.close()
    return folder


def with_past(server: Server, past: Path) -> Server:
    """The same server, begun on a copy of a data folder."""

    def command(port: int, folder: Path) -> list[str]:
        shutil.copytree(past, folder / "data")
        return server.command(port, folder)

    return replace(server, command=command)
