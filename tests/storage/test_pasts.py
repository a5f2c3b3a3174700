"""Whose past a room's is: a private room of nobody takes it along when it closes, whenever and however that is."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from chat.domain import modes
from chat.domain.history import Range, Search
from chat.domain.mode_lines import read
from chat.domain.names import check_room
from chat.domain.person import Person
from chat.domain.room import Room
from chat.storage.registry import DAY, UNUSED_DAYS
from tests.domain.people import session_of

from .by_hand import World

SECRET = "the safe's code is 4711"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def found(world: World, name: str = "#plan") -> list[str]:
    """Everything that whoever makes a room now can find out of what was said in one of this name."""
    newcomer = world.enter("newcomer")
    world.directory.join(session_of(newcomer), check_room(name))
    cursor = session_of(newcomer).cursors[world.directory.room(name)]
    texts: list[str] = []

    def take(answer: Any) -> None:
        texts.extend(event.text for event in answer if hasattr(event, "text"))

    history = world.directory.history
    history.replay(cursor, 20, take)
    history.page(Range(name, None, None, 50), take)
    history.around(name, "0", 50, True, take)
    history.search(Search(("safe",), (name,)), take)
    world.settle()
    world.directory.quit(newcomer, "")
    world.settle()
    return texts


def secret_room(world: World, change: str, account: str | None = None) -> tuple[Person, Room]:
    """A room with these modes in which something was said."""
    ann = world.enter("ann", account)
    room = world.directory.join(session_of(ann), check_room("#plan")).room
    if change:
        assert not modes.apply(world.directory, session_of(ann), room, read(change.split()))
    world.directory.say(session_of(ann), room, SECRET)
    world.settle()
    return ann, room


@pytest.mark.parametrize("change", ["+k sesame", "+i", "+s", "+R", "+l 2", "+b eve"])
def test_the_past_of_a_private_room_ends_with_it(world: World, change: str) -> None:
    ann, _ = secret_room(world, change)
    world.directory.quit(ann, "")
    assert found(world) == []


def test_the_past_of_an_open_room_is_there_for_whoever_comes_next(world: World) -> None:
    ann, _ = secret_room(world, "")
    world.directory.quit(ann, "")
    assert SECRET in found(world)


@pytest.mark.parametrize("change", ["+k sesame", "+s", "+b eve"])
@pytest.mark.parametrize("end", ["crash", "stop"])
def test_a_private_room_is_closed_by_the_servers_end_too(world: World, change: str, end: str) -> None:
    ann, room = secret_room(world, change)
    room.topic = None
    if end == "stop":
        world.directory.stopping = True
        world.directory.quit(ann, "")
        world.settle()
        world.stop()
    else:
        world.crash()
    assert found(world.restart()) == []


def test_what_is_said_in_the_next_room_of_the_name_is_its_past(world: World) -> None:
    ann, _ = secret_room(world, "+k sesame")
    # In one group: the last words, the end, and the beginning of another room.
    room = world.directory.rooms["#plan"]
    world.directory.say(session_of(ann), room, "safe? no")
    world.directory.quit(ann, "")
    bob = world.enter("bob")
    room = world.directory.join(session_of(bob), check_room("#plan")).room
    world.directory.say(session_of(bob), room, "is it safe?")
    world.settle()
    world.directory.quit(bob, "")
    world.settle()
    assert set(found(world)) == {"is it safe?"}
    world.crash()
    assert set(found(world.restart())) == {"is it safe?"}


def test_a_past_that_ended_while_the_disk_failed_has_ended_when_it_works(world: World) -> None:
    ann, room = secret_room(world, "+k sesame")
    good = world.storage._database.write

    def bad(change: Any) -> Any:
        raise sqlite3.OperationalError("disk I/O error")

    world.storage._database.write = bad  # type: ignore[method-assign]
    world.directory.say(session_of(ann), room, "safe as well")
    world.directory.quit(ann, "")
    world.wait(1)
    world.storage._database.write = good  # type: ignore[method-assign]
    world.wait(10)
    assert found(world) == []


def test_a_room_of_an_account_keeps_its_past_until_it_is_forgotten(world: World) -> None:
    ann, room = secret_room(world, "+s", "ann")
    assert room.founder == "ann"
    world.directory.quit(ann, "")
    world.settle()
    world.crash()
    later = world.restart()
    assert SECRET in found(later)
    later.crash()
    later.clock.advance((UNUSED_DAYS + 1) * DAY)
    assert found(later.restart()) == []


def test_what_was_said_in_a_closed_room_is_still_on_disk_for_the_operator(world: World) -> None:
    ann, _ = secret_room(world, "+s")
    world.directory.quit(ann, "")
    world.settle()
    rows = sqlite3.connect(world.storage.path).execute(
        "SELECT places.name FROM events JOIN places ON places.id = events.place WHERE events.text = ?",
        (SECRET,),
    )
    assert rows.fetchall() == [("#plan",)]
