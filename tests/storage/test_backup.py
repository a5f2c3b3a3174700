"""Backup and restore, beside a running server."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from chat.domain.events import Said
from chat.domain.history import Range
from chat.domain.names import RoomName, check_name
from chat.storage.backup import back_up, restore
from chat.storage.reader import Reader
from chat.storage.schema import DATABASE, Unusable
from chat.storage.store import MAIL_KEY
from tests.domain.people import session_of

from .by_hand import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A server in which something was said."""
    (tmp_path / "data").mkdir()
    world = World(tmp_path / "data")
    world.storage.accounts.register(check_name("ann"), "opensesame", lambda answer: None)
    world.directory.join(session_of(world.enter("bob")), RoomName("#room", "#room"))
    say(world, "before")
    return world


def say(world: World, text: str) -> None:
    """Somebody says something."""
    world.directory.say(session_of(world.directory.find("bob")), world.directory.room("#room"), text)
    world.settle()


def texts(folder: Path) -> list[str]:
    """What is stored."""
    page = Reader(folder / DATABASE).page(Range("#room", None, None, 100, newest=False))
    return [event.text for event in page if isinstance(event, Said)]


def test_a_backup_of_a_running_server_holds_everything(world: World, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    size = back_up(world.folder, target)
    assert size == target.stat().st_size
    assert target.stat().st_mode & 0o077 == 0
    say(world, "after")
    (tmp_path / "elsewhere").mkdir()
    restore(tmp_path / "elsewhere", target, server_runs=False)
    assert texts(tmp_path / "elsewhere") == ["before"]
    assert (tmp_path / "elsewhere" / MAIL_KEY).read_bytes() == (world.folder / MAIL_KEY).read_bytes()
    other = World(tmp_path / "elsewhere")
    assert other.storage.accounts.find("ann") is not None


def test_a_server_goes_on_with_what_was_restored(world: World, tmp_path: Path) -> None:
    back_up(world.folder, tmp_path / "backup.tar")
    say(world, "lost")
    restore(world.folder, tmp_path / "backup.tar", server_runs=True)
    assert texts(world.folder) == ["before"]
    say(world, "after")
    assert texts(world.folder) == ["before", "after"]


def test_a_damaged_database_is_set_aside_and_replaced(world: World, tmp_path: Path) -> None:
    back_up(world.folder, tmp_path / "backup.tar")
    world.crash()
    for path in world.folder.glob(f"{DATABASE}*"):
        path.write_bytes(b"garbage" * 1000)
    restore(world.folder, tmp_path / "backup.tar", server_runs=False)
    assert texts(world.folder) == ["before"]
    assert list(world.folder.glob(f"{DATABASE}.damaged-*"))


def test_other_keys_are_not_put_under_a_running_server(world: World, tmp_path: Path) -> None:
    back_up(world.folder, tmp_path / "backup.tar")
    (world.folder / MAIL_KEY).write_bytes(b"x" * 32)
    with pytest.raises(Unusable, match="stop the server"):
        restore(world.folder, tmp_path / "backup.tar", server_runs=True)
    assert texts(world.folder) == ["before"]


@pytest.mark.parametrize("content", [b"", b"no tar file"])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(Unusable, match="is no backup"):
        restore(tmp_path, tmp_path / "file", server_runs=False)


def test_a_backup_without_a_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    with tarfile.open(tmp_path / "backup.tar", "w") as archive:
        archive.add(tmp_path / "x", "x")
    with pytest.raises(Unusable, match=DATABASE):
        restore(tmp_path, tmp_path / "backup.tar", server_runs=False)


def test_a_damaged_backup_changes_nothing(world: World, tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"SQLite format 3\0" + b"garbage" * 1000)
    with tarfile.open(tmp_path / "backup.tar", "w") as archive:
        archive.add(tmp_path / DATABASE, DATABASE)
    with pytest.raises(Unusable, match="damaged"):
        restore(world.folder, tmp_path / "backup.tar", server_runs=True)
    assert texts(world.folder) == ["before"]


def test_a_key_that_is_far_too_long_is_refused(world: World, tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(b"x" * 10_000)
    with tarfile.open(tmp_path / "backup.tar", "w") as archive:
        archive.add(world.folder / DATABASE, DATABASE)
        archive.add(tmp_path / "long", MAIL_KEY)
    with pytest.raises(Unusable, match="too long"):
        restore(world.folder, tmp_path / "backup.tar", server_runs=True)


def test_an_empty_folder_has_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="nothing to back up"):
        back_up(tmp_path, tmp_path / "backup.tar")
