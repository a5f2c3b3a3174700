"""What was taken back is gone: from disk, from free pages, from the write-ahead log, and for good after a failure."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from chat.domain.events import Said
from chat.domain.names import check_room
from tests.domain.people import session_of

from .by_hand import World

SECRET = "hunter2-is-my-password"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def say(world: World, text: str) -> Said:
    """Somebody says something in a room."""
    person = world.directory.people.get("ann") or world.enter("ann")
    room = world.directory.rooms.get("#r") or world.directory.join(session_of(person), check_room("#r")).room
    event = world.directory.say(session_of(person), room, text)
    assert isinstance(event, Said)
    return event


def take_back(world: World, event: Said) -> None:
    answers: list[Any] = []
    world.directory.history.redact("#r", event.msgid, answers.append)
    world.settle()
    assert isinstance(answers[0], Said), answers


def files(world: World) -> bytes:
    return b"".join(path.read_bytes() for path in world.folder.glob("chat.db*"))


def test_it_is_in_no_file(world: World) -> None:
    event = say(world, SECRET)
    for number in range(50):
        say(world, f"something else {number}")
    world.settle()
    assert SECRET.encode() in files(world)
    take_back(world, event)
    assert SECRET.encode() not in files(world)


@pytest.mark.parametrize("tries", [1, 3])
def test_it_is_not_stored_when_storage_works_again(world: World, tries: int) -> None:
    say(world, "before")
    world.settle()
    good = world.storage._database.write

    def bad(change: Any) -> Any:
        raise sqlite3.OperationalError("disk I/O error")

    world.storage._database.write = bad  # type: ignore[method-assign]
    event = say(world, SECRET)
    for _ in range(tries):
        world.clock.advance(0.3)
        world.writes.run()
    world.storage._database.write = good  # type: ignore[method-assign]
    take_back(world, event)
    world.wait(10)
    stored = sqlite3.connect(world.storage.path).execute("SELECT text FROM events").fetchall()
    assert (SECRET,) not in stored
    assert ("before",) in stored
    assert SECRET.encode() not in files(world)


def test_what_is_too_old_is_in_no_free_page(world: World) -> None:
    say(world, SECRET)
    world.settle()
    world.storage._database.write(lambda connection: connection.execute("DELETE FROM events"))
    world.storage._database.empty_log()
    assert SECRET.encode() not in files(world)
