"""The database file: versions, migrations, and the sentences for files that cannot be used."""

import sqlite3
from pathlib import Path

import pytest

from chat.domain.history import Range
from chat.storage.reader import Reader
from chat.storage.schema import DATABASE, MIGRATIONS, Unusable, connect, migrate, prepare, version_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is to be."""
    return tmp_path / DATABASE


def test_an_empty_folder_gets_a_database_of_the_newest_version(path: Path) -> None:
    prepare(path)
    connection = connect(path)
    assert version_of(connection) == len(MIGRATIONS)
    assert connection.execute("SELECT count(*) FROM events").fetchone() == (0,)


def test_the_database_is_for_its_owner_alone(path: Path) -> None:
    prepare(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_commit_survives_a_power_failure(path: Path) -> None:
    prepare(path)
    connection = connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    full = 2
    assert connection.execute("PRAGMA synchronous").fetchone() == (full,)


def test_preparing_twice_changes_nothing(path: Path) -> None:
    prepare(path)
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO places (folded, name) VALUES ('#a', '#A')")
    prepare(path)
    assert connect(path).execute("SELECT name FROM places").fetchall() == [("#A",)]


def test_each_migration_is_done_once_and_in_order(path: Path) -> None:
    first = "CREATE TABLE a (x INTEGER);"
    second = "INSERT INTO a VALUES (1);"
    connection = connect(path)
    migrate(connection, (first,))
    assert version_of(connection) == 1
    migrate(connection, (first, second))
    migrate(connection, (first, second))
    assert version_of(connection) == 2
    assert connection.execute("SELECT x FROM a").fetchall() == [(1,)]


def test_a_migration_that_fails_leaves_the_version_before_it(path: Path) -> None:
    good = "CREATE TABLE a (x INTEGER);"
    bad = "CREATE TABLE b (x INTEGER); INSERT INTO nowhere VALUES (1);"
    connection = connect(path)
    with pytest.raises(sqlite3.Error):
        migrate(connection, (good, bad))
    connection.close()
    again = connect(path)
    assert version_of(again) == 1
    with pytest.raises(sqlite3.OperationalError):
        again.execute("SELECT * FROM b")


def test_a_database_of_the_version_before_bans_gets_them_and_keeps_the_rest(path: Path) -> None:
    connection = connect(path)
    migrate(connection, MIGRATIONS[:2])
    connection.execute("INSERT INTO accounts VALUES ('ann', 'Ann', 'ann', 'hash', 0, 1.0)")
    connection.close()
    prepare(path)
    again = connect(path)
    assert version_of(again) == len(MIGRATIONS)
    assert again.execute("SELECT name FROM accounts").fetchall() == [("Ann",)]
    assert again.execute("SELECT count(*) FROM bans").fetchone() == (0,)


def test_a_database_of_the_version_before_the_index_of_speech_gets_it_and_keeps_its_events(
    path: Path,
) -> None:
    connection = connect(path)
    migrate(connection, MIGRATIONS[:7])
    connection.execute("INSERT INTO places (id, folded, name) VALUES (1, '#a', '#a')")
    connection.execute(
        "INSERT INTO authors (id, folded, name, username, host, account, bot) VALUES (1, 'b', 'b', 'u', 'h', '', 0)"
    )
    connection.executemany(
        "INSERT INTO events (place, msgid, kind, time, author, text) VALUES (1, ?, ?, 1.0, 1, ?)",
        [("1", 0, "said"), ("2", 4, "")],
    )
    connection.close()
    prepare(path)
    reader = Reader(path)
    assert [event.msgid for event in reader.page(Range("#a", None, None, 9, speech=True))] == ["1"]
    assert [event.msgid for event in reader.page(Range("#a", None, None, 9, speech=False))] == ["1", "2"]


def test_a_newer_database_is_refused_with_a_sentence(path: Path) -> None:
    prepare(path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(Unusable, match=r"version 99.*newer release.*--data"):
        prepare(path)


def test_a_damaged_database_is_refused_with_what_to_do(path: Path) -> None:
    path.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(Unusable, match=r"damaged.*restore"):
        prepare(path)


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="cannot be opened"):
        prepare(tmp_path / "nowhere" / DATABASE)


def test_a_database_that_another_program_holds_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.storage.schema.BUSY_SECONDS", 0.0)
    with sqlite3.connect(path, isolation_level=None) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unusable, match="in use by another program"):
            prepare(path)


def test_a_reading_connection_cannot_write(path: Path) -> None:
    prepare(path)
    with pytest.raises(sqlite3.OperationalError):
        connect(path, read_only=True).execute("DELETE FROM events")
