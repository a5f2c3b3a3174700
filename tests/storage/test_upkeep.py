"""Forgetting in small steps: by age, by count, with the words."""

from pathlib import Path

import pytest

from chat.domain.events import Said
from chat.domain.history import Range, Search
from chat.storage.reader import Reader
from chat.storage.schema import DATABASE, prepare
from chat.storage.upkeep import DAY, DELETE_STEP, UNLIMITED, Retention, delete_step, prune, upkeep_step
from chat.storage.writer import Database, Entry, EventWriter

from .by_hand import START, Talk, somebody


class Shelf:
    """A database with `count` events, a second apart."""

    def __init__(self, folder: Path, count: int) -> None:
        prepare(folder / DATABASE)
        self.database = Database(folder / DATABASE)
        self.reader = Reader(folder / DATABASE)
        self.writer = EventWriter(self.database)
        self.talk = Talk()
        self.add(*(f"word{number}" for number in range(count)))

    def add(self, *texts: str) -> None:
        """Store what somebody says."""
        self.writer.store([Entry(self.talk.said(text), "#room") for text in texts])

    def tidy(self, retention: Retention, now: float = START) -> int:
        """Take steps until nothing is left to do; return how many."""
        steps = 1
        while self.database.write(lambda connection: upkeep_step(connection, retention, now)).more:
            steps += 1
        return steps

    @property
    def texts(self) -> list[str]:
        """What is left."""
        page = self.reader.page(Range("#room", None, None, 1000, newest=False))
        return [event.text for event in page if isinstance(event, Said)]


def test_without_limits_everything_stays(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 5)
    shelf.tidy(UNLIMITED, START + 1000 * DAY)
    assert len(shelf.texts) == 5


@pytest.mark.parametrize(("keep", "left"), [(3, ["word2", "word3", "word4"]), (5, None), (100, None)])
def test_only_so_many_stay(tmp_path: Path, keep: int, left: list[str] | None) -> None:
    shelf = Shelf(tmp_path, 5)
    shelf.tidy(Retention(events=keep))
    assert shelf.texts == (left or [f"word{number}" for number in range(5)])


def test_what_is_too_old_goes(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 5)
    third = START + 3
    shelf.tidy(Retention(days=2), third + 2 * DAY)
    assert shelf.texts == ["word2", "word3", "word4"]
    shelf.tidy(Retention(days=2), third + 3 * DAY)
    assert shelf.texts == []


def test_the_stricter_limit_counts(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 5)
    shelf.tidy(Retention(days=1, events=4), START + 3 + DAY)
    assert shelf.texts == ["word2", "word3", "word4"]


def test_steps_are_small(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 10)
    counts = [
        shelf.database.write(lambda connection: delete_step(connection, Retention(events=1), START, step=4))
        for _ in range(4)
    ]
    assert counts == [4, 4, 1, 0]
    assert shelf.texts == ["word9"]


def test_a_large_backlog_is_worked_off_in_many_steps(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 3 * DELETE_STEP)
    assert shelf.tidy(Retention(events=1)) >= 3
    assert len(shelf.texts) == 1


def test_what_is_gone_is_found_no_more(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 5)
    shelf.tidy(Retention(events=2))
    assert shelf.reader.search(Search(("word0",), ("#room",))) == []
    assert len(shelf.reader.search(Search(("word4",), ("#room",)))) == 1
    shelf.database.write(lambda c: c.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)"))


def test_an_empty_database_has_nothing_to_forget(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 0)
    assert shelf.tidy(Retention(days=1, events=1)) == 1


def test_people_and_rooms_that_occur_no_more_are_forgotten(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 1)
    shelf.writer.store([Entry(shelf.talk.said("hi", "#new", somebody("new")), "#new")])
    shelf.tidy(Retention(events=1))
    shelf.database.write(prune)
    rows = shelf.database.write(
        lambda c: (
            c.execute("SELECT name FROM authors").fetchall(),
            c.execute("SELECT name FROM places").fetchall(),
        )
    )
    assert rows == ([("new",)], [("#new",)])
