"""Bans on disk: they outlive a restart, and end while nobody looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.domain.banning import ban, unban
from chat.domain.bans import Ban
from chat.domain.refused import Refused
from chat.storage.bans import delete_ban, load_bans, statement
from chat.storage.store import ACCOUNTS_SECONDS
from chat.storage.upkeep import daily
from chat.storage.writer import Database

from .by_hand import START, World

HOUR = 3600.0


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty server."""
    world = World(tmp_path)
    world.settle()
    return world


def whats(world: World) -> list[str]:
    """What is banned, as the server knows it."""
    return [one.what for one in world.directory.bans.listed(world.now())]


def on_disk(world: World) -> list[str]:
    """What is banned, as the database has it."""
    return [one.what for one in world.storage._database.write(lambda c: load_bans(c, world.now()))]


def outside(world: World, one: Ban | str) -> None:
    """`chat admin` sets a ban, or lifts it."""
    database = Database(world.storage.path)
    if isinstance(one, Ban):
        database.write(lambda connection: connection.execute(*statement(one)))
    else:
        assert database.write(lambda connection: delete_ban(connection, one))
    database.close()


def test_bans_survive_a_crash_whole(world: World) -> None:
    ban(world.directory, "root", "192.0.2.0/24", HOUR, "spam")
    ban(world.directory, "root", "2001:db8::1", None, "")
    before = world.directory.bans.listed(world.now())
    world.settle()
    world.crash()
    later = world.restart()
    assert later.directory.bans.listed(later.now()) == before
    with pytest.raises(Refused, match=r"Your address is banned from this server until .*: spam"):
        later.enter("bob")


def test_a_lifted_ban_stays_lifted(world: World) -> None:
    ban(world.directory, "root", "192.0.2.0/24", HOUR, "")
    world.settle()
    unban(world.directory, "root", "192.0.2.0/24")
    world.settle()
    world.crash()
    later = world.restart()
    assert whats(later) == []
    assert later.enter("bob").shown == "bob"


def test_a_ban_ends_while_the_server_is_down(world: World) -> None:
    ban(world.directory, "root", "192.0.2.1", 0.5, "")
    world.settle()
    world.crash()
    later = world.restart()
    assert whats(later) == []
    later.enter("bob")


def test_what_is_over_is_deleted_in_the_end(world: World) -> None:
    ban(world.directory, "root", "192.0.2.1", HOUR, "")
    ban(world.directory, "root", "192.0.2.2", None, "")
    world.settle()
    database = world.storage._database
    database.write(lambda connection: daily(connection, START + HOUR))
    rows = database.write(lambda connection: connection.execute("SELECT what FROM bans").fetchall())
    assert rows == [("192.0.2.2",)]


def test_a_ban_that_has_ended_leaves_the_disk_when_it_is_met(world: World) -> None:
    ban(world.directory, "root", "192.0.2.1", HOUR, "")
    world.settle()
    world.clock.advance(HOUR)
    world.enter("bob")
    world.settle()
    rows = world.storage._database.write(lambda c: c.execute("SELECT count(*) FROM bans").fetchone())
    assert rows == (0,)


def test_a_running_server_follows_changes_from_outside(world: World) -> None:
    world.storage.startService()
    world.wait(2)
    ban(world.directory, "root", "198.51.100.1", None, "")
    world.enter("bob")
    outside(world, Ban("192.0.2.1", False, "x", "chat admin", START, None))
    world.wait(ACCOUNTS_SECONDS + 1)
    assert sorted(whats(world)) == ["192.0.2.1", "198.51.100.1"]
    assert world.directory.people == {}
    outside(world, "198.51.100.1")
    world.wait(ACCOUNTS_SECONDS + 1)
    assert whats(world) == ["192.0.2.1"]
    world.stop()


def test_a_change_from_outside_undoes_nothing_that_is_still_to_be_written(world: World) -> None:
    ban(world.directory, "root", "192.0.2.1", None, "")
    world.settle()
    outside(world, Ban("192.0.2.3", False, "", "chat admin", START, None))
    # It is looked at what is on disk, and meanwhile an operator changes something.
    outcomes = [world.storage._changed_outside()]
    ban(world.directory, "root", "192.0.2.2", None, "")
    unban(world.directory, "root", "192.0.2.1")
    world.storage._saver.flush()
    world.storage._outside_changed(outcomes[0])
    assert sorted(whats(world)) == ["192.0.2.2", "192.0.2.3"]
    world.settle()
    assert sorted(on_disk(world)) == ["192.0.2.2", "192.0.2.3"]
    world.storage._outside_changed(world.storage._changed_outside())
    assert sorted(whats(world)) == ["192.0.2.2", "192.0.2.3"]


def test_bans_are_kept_without_history_too(tmp_path: Path) -> None:
    world = World(tmp_path, history=False)
    ban(world.directory, "root", "192.0.2.1", None, "")
    world.settle()
    world.crash()
    assert whats(world.restart(history=False)) == ["192.0.2.1"]
