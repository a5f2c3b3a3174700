"""The data folder as a whole: opened, looked after, closed, and opened again."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.task import Clock

from chat.domain.events import Said
from chat.domain.figures import figures
from chat.domain.history import Search
from chat.domain.journal import Stamps
from chat.domain.names import RoomName
from chat.domain.person import Person
from chat.domain.repeats import REPEAT_SECONDS, repeat_key
from chat.storage.schema import DATABASE, LOCK, Unusable
from chat.storage.store import ACCOUNTS_SECONDS, MAIL_KEY, STOP_SECONDS, Storage
from chat.storage.upkeep import Retention
from tests.domain.people import session_of

from .by_hand import START, World

LABEL = "0123456789abcdef.1"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty server, looked after."""
    world = World(tmp_path)
    world.storage.startService()
    world.settle()
    return world


def join(world: World, name: str = "ann") -> Person:
    """Somebody comes in and goes into a room."""
    person = world.enter(name)
    world.directory.join(session_of(person), RoomName("#room", "#room"))
    return person


def say(world: World, person: Person, text: str, **more: Any) -> Said:
    """Somebody says something."""
    event = world.directory.say(session_of(person), world.directory.room("#room"), text, **more)
    assert isinstance(event, Said)
    return event


def stored(folder: Path) -> list[str]:
    """What is on disk, looked at from outside."""
    with sqlite3.connect(folder / DATABASE) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM events WHERE kind = 0 ORDER BY id")]


def test_a_second_server_is_kept_out_of_the_folder(world: World) -> None:
    with pytest.raises(Unusable, match=r"Another server \(process \d+\).*--data"):
        World(world.folder)
    world.stop()
    World(world.folder).stop()


def test_files_are_for_their_owner_alone(world: World) -> None:
    for name in (DATABASE, MAIL_KEY):
        assert (world.folder / name).stat().st_mode & 0o077 == 0


def test_a_damaged_key_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / MAIL_KEY).write_bytes(b"short")
    with pytest.raises(Unusable, match=r"mail\.key is damaged.*backup"):
        World(tmp_path)


def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="cannot be used"):
        World(tmp_path / "nowhere")


def test_a_stop_stores_what_waits(world: World) -> None:
    say(world, join(world), "last words")
    assert stored(world.folder) == []
    world.stop()
    assert stored(world.folder) == ["last words"]
    assert all(executor.stopped for executor in world.executors.values())


def test_a_stop_does_not_wait_for_a_dead_disk_for_ever(world: World) -> None:
    say(world, join(world), "last words")
    stopped: list[None] = []
    world.storage.stopService().addCallback(stopped.append)
    world.clock.advance(STOP_SECONDS)
    assert stopped == [None]


def test_a_stop_while_the_disk_fails_says_so_and_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(world.storage._database, "write", broken)
    say(world, join(world), "last words")
    world.stop()
    assert stored(world.folder) == []


def test_figures_tell_whether_history_is_kept(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = join(world)
    world.settle()

    def broken(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(world.storage._database, "write", broken)
    say(world, person, "hello")
    assert dict(figures(world.directory))["history"] == "kept"
    world.settle()
    shown = dict(figures(world.directory))
    assert shown["history"] == "NOT KEPT at the moment"
    assert (shown["events waiting for the disk"], shown["events stored"]) == ("1", "1")
    monkeypatch.undo()
    world.wait(10)
    shown = dict(figures(world.directory))
    assert (shown["history"], shown["events waiting for the disk"], shown["events lost to the disk"]) == (
        "kept",
        "0",
        "0",
    )
    (tmp_path / "other").mkdir()
    assert dict(figures(World(tmp_path / "other", history=False).directory))["history"] == "off"


def test_the_index_follows_by_itself(world: World) -> None:
    say(world, join(world), "hello")
    world.wait(3)
    with sqlite3.connect(world.folder / DATABASE) as connection:
        assert connection.execute("SELECT count(*) FROM words WHERE words MATCH 'hello'").fetchone() == (1,)
    found: list[Any] = []
    world.directory.history.search(Search(("hello",), ("#room",)), found.append)
    world.settle()
    assert [event.text for event in found[0]] == ["hello"]


def test_an_idle_server_leaves_the_disk_alone(world: World) -> None:
    say(world, join(world), "hello")
    world.wait(10)
    changes = world.storage._database._open().total_changes
    size = sum(path.stat().st_size for path in world.folder.iterdir())
    world.wait(60)
    assert world.storage._database._open().total_changes == changes
    assert sum(path.stat().st_size for path in world.folder.iterdir()) == size


def test_old_events_are_forgotten_by_themselves(tmp_path: Path) -> None:
    world = World(tmp_path, retention=Retention(events=3))
    world.storage.startService()
    person = join(world)
    for number in range(10):
        say(world, person, str(number))
    world.wait(3)
    assert stored(tmp_path) == ["7", "8", "9"]


def test_events_become_too_old_on_a_quiet_server(tmp_path: Path) -> None:
    world = World(tmp_path, retention=Retention(days=1))
    world.storage.startService()
    say(world, join(world), "hello")
    world.wait(3)
    assert stored(tmp_path) == ["hello"]
    world.clock.advance(86400.0 + 60)
    world.wait(3)
    assert stored(tmp_path) == []


def test_with_history_off_nothing_that_is_said_is_on_disk(tmp_path: Path) -> None:
    world = World(tmp_path, history=False)
    world.storage.startService()
    receipts: list[bool] = []
    say(world, join(world), "off the record", receipt=receipts.append)
    world.wait(3)
    assert receipts == [True]
    world.stop()
    assert b"off the record" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert stored(tmp_path) == []


def test_a_message_repeated_after_a_crash_is_acknowledged_and_not_said_again(world: World) -> None:
    key = repeat_key(join(world).identity, LABEL, "#room")
    event = say(world, world.directory.find("ann"), "hello", repeat=key)
    world.settle()
    world.crash()
    later = world.restart()
    person = join(later)
    receipts: list[bool] = []

    def refuse(*_: Any) -> Any:
        raise AssertionError("said twice")

    again = later.directory.repeats.once(
        repeat_key(person.identity, LABEL, "#room"), receipts.append, refuse, refuse
    )
    assert (again.msgid, again.text) == (event.msgid, "hello")
    assert receipts == [True]


def test_a_label_is_not_remembered_for_ever(world: World) -> None:
    key = repeat_key(join(world).identity, LABEL, "#room")
    say(world, world.directory.find("ann"), "hello", repeat=key)
    world.settle()
    world.crash()
    world.clock.advance(REPEAT_SECONDS)
    later = world.restart()
    person = join(later)
    fresh = later.directory.repeats.once(
        key, None, lambda receipt: say(later, person, "hello", repeat=key), lambda *_: None
    )
    later.settle()
    assert stored(world.folder) == ["hello", "hello"]
    assert fresh.time > START


def test_ids_grow_even_if_the_clock_was_set_back(world: World) -> None:
    event = say(world, join(world), "hello")
    world.settle()
    world.crash()
    later = World(world.folder, Clock())
    later.clock.advance(0)
    later_event = say(later, join(later), "again")
    assert later_event.msgid > event.msgid
    assert Stamps(lambda: 0.0, event.msgid).next()[0] > event.msgid


def test_real_threads_store_and_stop(tmp_path: Path) -> None:
    class Reactor(Clock):
        def callFromThread(self, function: Any, *arguments: Any) -> None:
            function(*arguments)

    storage = Storage(tmp_path, Reactor(), lambda: START)
    storage._close()
    with open(tmp_path / LOCK) as lock:
        assert lock.read().strip().isdigit()
    Storage(tmp_path, Reactor(), lambda: START)._close()


@pytest.mark.parametrize("history", [True, False])
def test_a_database_that_is_taken_away_is_noticed_though_nobody_speaks(tmp_path: Path, history: bool) -> None:
    world = World(tmp_path, history=history)
    world.storage.startService()
    database, away = tmp_path / DATABASE, tmp_path / "elsewhere"
    database.rename(away)
    world.wait(ACCOUNTS_SECONDS + 2)
    assert "is gone: put it back" in str(world.storage.health.problem)
    away.rename(database)
    world.wait(ACCOUNTS_SECONDS + 2)
    assert world.storage.health.problem is None


def test_what_is_no_database_is_not_taken_for_the_one_that_was_taken_away(tmp_path: Path) -> None:
    world = World(tmp_path, history=False)
    world.storage.startService()
    database = tmp_path / DATABASE
    database.rename(tmp_path / "elsewhere")
    world.wait(ACCOUNTS_SECONDS + 2)
    database.write_bytes(b"no database " * 1000)
    world.wait(ACCOUNTS_SECONDS + 2)
    assert world.storage.health.problem is not None
