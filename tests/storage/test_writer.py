"""Groups of events on the writing connection."""

import sqlite3
from pathlib import Path

import pytest
from twisted.logger import formatEvent

from chat.domain.events import AwayChanged, Quit, Said
from chat.domain.history import Range
from chat.storage import writer as module
from chat.storage.reader import Reader
from chat.storage.schema import DATABASE, Missing, prepare
from chat.storage.writer import ROWS_AT_ONCE, Database, Entry, EventWriter
from tests.logs import observed

from .by_hand import Talk, somebody


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An empty database."""
    prepare(tmp_path / DATABASE)
    return tmp_path / DATABASE


def texts(path: Path, room: str = "#room") -> list[str]:
    """What is stored for a room."""
    page = Reader(path).page(Range(room, None, None, 1000, newest=False))
    return [event.text for event in page if isinstance(event, Said)]


@pytest.mark.parametrize("count", [1, 3, 4, 31, 33, 255, 256, 300, 600])
def test_groups_of_any_size_are_stored_whole_and_in_order(path: Path, count: int) -> None:
    talk = Talk()
    said = [str(number) for number in range(count)]
    EventWriter(Database(path)).store([Entry(talk.said(text), "#room") for text in said])
    assert texts(path) == said
    assert sum(ROWS_AT_ONCE) < 600


def test_an_event_of_a_person_is_stored_for_each_of_their_rooms(path: Path) -> None:
    event = Quit("1", 1.0, somebody(), "bye", {"#a": 0, "#b": 7})
    EventWriter(Database(path)).store([Entry(event, "#a"), Entry(event, "#b")])
    for room in ("#a", "#b"):
        page = Reader(path).page(Range(room, None, None, 10, speech=False))
        assert [type(found) for found in page] == [Quit]


def test_the_same_event_is_stored_once(path: Path) -> None:
    event = Talk().said("hello")
    writer = EventWriter(Database(path))
    writer.store([Entry(event, "#room"), Entry(event, "#room")])
    writer.store([Entry(event, "#room")])
    assert texts(path) == ["hello"]


def test_a_group_in_which_nothing_is_to_be_stored_is_fine(path: Path) -> None:
    EventWriter(Database(path)).store([Entry(AwayChanged("1", 1.0, somebody(), "tea", {}), "#room")])
    assert texts(path) == []


def test_an_event_that_no_database_takes_is_left_out_alone(path: Path) -> None:
    talk = Talk()
    writer = EventWriter(Database(path))
    wrong = talk.said("wrong", "#new", somebody("new"))._replace(time=None)  # type: ignore[arg-type]
    lone = talk.said("lone surrogate \ud800")
    entries = [Entry(wrong, "#new"), *(Entry(talk.said(str(number)), "#room") for number in range(300))]
    assert writer.store([*entries, Entry(lone, "#room")]) == {0, 301}
    assert texts(path) == [str(number) for number in range(300)]
    assert writer.store([Entry(lone, "#room")]) == {0}
    assert writer.store([Entry(talk.said("after"), "#room")]) == frozenset()
    assert texts(path)[-1] == "after"


def test_what_cannot_be_stored_is_not_in_the_log(path: Path) -> None:
    lines: list[str] = []
    with observed(lambda event: lines.append(str(formatEvent(event)))):
        EventWriter(Database(path)).store([Entry(Talk().said("secret \ud800"), "#room")])
    assert any("cannot be stored" in line for line in lines)
    assert not any("secret" in line for line in lines)


def test_numbers_that_a_failed_group_gave_are_not_used_again(path: Path) -> None:
    talk = Talk()
    writer = EventWriter(Database(path))
    wrong = talk.said("wrong", "#new", somebody("new"))._replace(time=None)  # type: ignore[arg-type]
    writer.store([Entry(wrong, "#new")])
    writer.store([Entry(talk.said("hello", "#other", somebody("other")), "#other")])
    writer.store([Entry(talk.said("hello", "#new", somebody("new")), "#new")])
    found = Reader(path).page(Range("#new", None, None, 10))
    assert [(event.author.name, event.room) for event in found if isinstance(event, Said)] == [
        ("new", "#new")
    ]


def test_a_full_disk_is_an_error_and_works_again_when_there_is_room(path: Path) -> None:
    talk = Talk()
    database = Database(path)
    writer = EventWriter(database)
    writer.store([Entry(talk.said("before"), "#room")])
    pages = database.write(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    connection = database._open()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    big = [Entry(talk.said("x" * 4000), "#room") for _ in range(50)]
    with pytest.raises(sqlite3.OperationalError, match="full"):
        writer.store(big)
    assert texts(path) == ["before"]
    writer.store(big)
    assert len(texts(path)) == 51


def test_a_locked_database_is_an_error_and_works_again_when_it_is_free(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.storage.schema.BUSY_SECONDS", 0.0)
    writer = EventWriter(Database(path))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    entry = Entry(Talk().said("hello"), "#room")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        writer.store([entry])
    other.execute("COMMIT")
    writer.store([entry])
    assert texts(path) == ["hello"]


def test_a_database_that_is_put_back_is_used_at_once(path: Path) -> None:
    talk = Talk()
    writer = EventWriter(Database(path))
    writer.store([Entry(talk.said("hello", author=somebody("ann")), "#room")])
    with sqlite3.connect(path) as other:
        # What a restore does: other numbers for the same rooms and people.
        other.execute("DELETE FROM events")
        other.execute("UPDATE places SET id = 77, folded = '#elsewhere'")
        other.execute("UPDATE authors SET id = 77, name = 'carl', folded = 'carl'")
    writer.store([Entry(talk.said("again", author=somebody("ann")), "#room")])
    found = Reader(path).page(Range("#room", None, None, 10))
    assert [(event.author.name, event.text) for event in found if isinstance(event, Said)] == [
        ("ann", "again")
    ]


def test_a_database_that_is_taken_away_is_an_error_and_is_used_again_when_it_is_back(path: Path) -> None:
    talk = Talk()
    writer, reader = EventWriter(Database(path)), Reader(path)
    everything = Range("#room", None, None, 10)
    writer.store([Entry(talk.said("before"), "#room")])
    reader.page(everything)
    away = path.rename(path.with_name("elsewhere"))
    entry = Entry(talk.said("after"), "#room")
    for _ in range(2):
        with pytest.raises(Missing, match="is gone: put it back"):
            writer.store([entry])
        with pytest.raises(Missing):
            reader.page(everything)
    assert not path.exists()
    away.rename(path)
    writer.store([entry])
    assert texts(path) == ["before", "after"]
    assert len(reader.page(everything)) == 2


def test_what_is_said_goes_into_the_database_that_is_there(path: Path, tmp_path: Path) -> None:
    talk = Talk()
    writer, reader = EventWriter(Database(path)), Reader(path)
    writer.store([Entry(talk.said("before"), "#room")])
    reader.page(Range("#room", None, None, 10))
    prepare(tmp_path / "other.db")
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    (tmp_path / "other.db").rename(path)
    after = talk.said("after")
    writer.store([Entry(after, "#room")])
    assert texts(path) == ["after"]
    assert [event.msgid for event in reader.page(Range("#room", None, None, 10))] == [after.msgid]


def test_what_is_remembered_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CACHED", 5)
    talk = Talk()
    writer = EventWriter(Database(path))
    for number in range(30):
        writer.store([Entry(talk.said("hi", author=somebody(f"n{number}")), "#room")])
    assert len(writer._authors) <= 7
    assert len(texts(path)) == 30


def test_a_change_that_is_no_matter_of_the_disk_is_undone(path: Path) -> None:
    database = Database(path)

    def change(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO places (folded, name) VALUES ('#a', '#a')")
        raise ValueError("changed my mind")

    with pytest.raises(ValueError, match="changed my mind"):
        database.write(change)
    assert database.write(lambda c: c.execute("SELECT count(*) FROM places").fetchone()[0]) == 0


def test_looking_answers_only_after_somebody_else_wrote(path: Path) -> None:
    database = Database(path)
    generation, answer = database.look(lambda connection: "first", -1)
    assert answer == "first"
    assert database.look(lambda connection: "again", generation) == (generation, None)
    database.write(
        lambda connection: connection.execute("INSERT INTO places (folded, name) VALUES ('#a', '#a')")
    )
    assert database.look(lambda connection: "own", generation) == (generation, None)
    with sqlite3.connect(path) as other:
        other.execute("INSERT INTO places (folded, name) VALUES ('#b', '#b')")
    later, answer = database.look(lambda connection: "theirs", generation)
    assert answer == "theirs"
    assert later != generation
