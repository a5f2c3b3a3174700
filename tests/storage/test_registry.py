"""Rooms on disk: what outlives a restart, and what is forgotten."""

from pathlib import Path

import pytest

from chat.domain.names import RoomName
from chat.domain.room import Room
from chat.storage.registry import DAY, ORPHAN_DAYS, UNUSED_DAYS
from chat.storage.upkeep import daily
from tests.domain.people import session_of

from .by_hand import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty server."""
    world = World(tmp_path)
    world.settle()
    return world


def join(world: World, name: str, room: str = "#room", account: str | None = None) -> Room:
    """Somebody comes in and goes into a room."""
    return world.directory.join(session_of(world.enter(name, account)), RoomName(room, room)).room


def give_topic(world: World, room: Room, text: str = "fish") -> None:
    """Somebody says what a room is about."""
    from chat.domain.room import Topic

    room.topic = Topic(text, next(iter(room.members)).identity, world.now())
    world.directory.room_changed(room)


def rows(world: World) -> list[str]:
    """The rooms on disk."""
    return [
        row[0]
        for row in world.storage._database.write(lambda c: c.execute("SELECT folded FROM rooms").fetchall())
    ]


def test_a_topic_survives_a_crash(world: World) -> None:
    give_topic(world, join(world, "ann"))
    world.settle()
    world.crash()
    later = world.restart()
    room = join(later, "bob")
    assert room.topic is not None
    assert (room.topic.text, room.topic.author.name) == ("fish", "ann")


def test_a_topic_that_was_taken_away_stays_away(world: World) -> None:
    room = join(world, "ann")
    give_topic(world, room)
    room.topic = None
    world.directory.room_changed(room)
    world.settle()
    world.crash()
    assert join(world.restart(), "bob").topic is None


def test_the_rights_and_modes_of_an_account_in_its_room_survive(world: World) -> None:
    room = join(world, "ann", account="ann")
    room.flags.add("m")
    world.directory.room_changed(room)
    world.settle()
    world.crash()
    later = world.restart()
    bob = later.enter("bob")
    member = later.directory.join(session_of(bob), RoomName("#room", "#room"))
    assert member.modes == ""
    assert "m" in member.room.flags
    assert member.room.founder == "ann"
    owner = later.directory.join(session_of(later.enter("Ann2", "Ann")), RoomName("#room", "#room"))
    assert "o" in owner.modes


def test_modes_of_a_room_that_is_nobodys_do_not_shut_it_for_ever(world: World) -> None:
    room = join(world, "ann")
    room.flags.add("i")
    world.directory.room_changed(room)
    world.settle()
    world.crash()
    assert "i" not in join(world.restart(), "bob").flags


def test_a_room_that_is_nobodys_is_forgotten_when_all_have_left(world: World) -> None:
    room = join(world, "ann")
    give_topic(world, room)
    world.settle()
    assert rows(world) == ["#room"]
    world.directory.part(session_of(next(iter(room.members))), room)
    world.settle()
    assert rows(world) == []
    assert join(world, "bob").topic is None


def test_a_room_is_not_forgotten_because_the_server_stops(world: World) -> None:
    room = join(world, "ann")
    give_topic(world, room)
    world.directory.stopping = True
    world.directory.quit(next(iter(room.members)), "going down")
    world.settle()
    world.stop()
    assert join(world.restart(), "bob").topic is not None


def test_the_room_of_an_account_waits_for_it(world: World) -> None:
    room = join(world, "ann", account="ann")
    give_topic(world, room)
    world.directory.part(session_of(next(iter(room.members))), room)
    assert join(world, "bob").topic is not None


def test_rooms_that_nobody_uses_are_forgotten_in_the_end(world: World) -> None:
    give_topic(world, join(world, "ann", "#nobodys"))
    give_topic(world, join(world, "bob", "#bobs", "bob"))
    world.settle()

    def age(days: float) -> list[str]:
        world.storage._database.write(lambda c: daily(c, world.now() + days * DAY))
        return sorted(rows(world))

    assert age(ORPHAN_DAYS - 1) == ["#bobs", "#nobodys"]
    assert age(ORPHAN_DAYS + 1) == ["#bobs"]
    assert age(UNUSED_DAYS - 1) == ["#bobs"]
    assert age(UNUSED_DAYS + 1) == []


def test_a_room_that_somebody_is_in_is_not_forgotten_however_long_that_lasts(world: World) -> None:
    give_topic(world, join(world, "ann", "#ever"))
    give_topic(world, join(world, "bob", "#gone"))
    world.settle()
    world.storage._database.write(lambda c: daily(c, world.now() + 2 * UNUSED_DAYS * DAY, ["#ever"]))
    assert rows(world) == ["#ever"]


def test_without_history_whose_a_room_is_stays_and_what_it_is_about_does_not(tmp_path: Path) -> None:
    world = World(tmp_path, history=False)
    give_topic(world, join(world, "ann", account="ann"), "secret plans")
    world.settle()
    world.crash()
    assert b"secret plans" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    room = join(world.restart(history=False), "bob")
    assert room.founder == "ann"
    assert room.topic is None


def test_what_cannot_be_written_is_written_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(world.storage._database, "write", broken)
    give_topic(world, join(world, "ann"))
    world.settle()
    monkeypatch.undo()
    world.wait(10)
    assert rows(world) == ["#room"]
