"""What changes often is written together, newest state only, and again if it could not be."""

from __future__ import annotations

from pathlib import Path

import pytest
from twisted.internet.task import Clock

from chat.storage.markers import StoredMarkers
from chat.storage.saver import AGAIN_SECONDS, Saver
from chat.storage.schema import DATABASE, prepare
from chat.storage.writer import Database

from .by_hand import ByHand


class Desk:
    """A saver on an empty database."""

    def __init__(self, folder: Path) -> None:
        prepare(folder / DATABASE)
        self.clock = Clock()
        self.writes = ByHand()
        self.database = Database(folder / DATABASE)
        self.saver = Saver(self.clock, self.writes, self.database)
        self.markers = StoredMarkers(self.saver)

    @property
    def rows(self) -> list[tuple[str, str, float]]:
        """The markers on disk."""
        return self.database.write(
            lambda c: c.execute("SELECT * FROM markers ORDER BY account, target").fetchall()
        )

    def turn(self) -> int:
        """The reactor turns once; returns how many transactions there were."""
        self.clock.advance(0)
        return self.writes.run()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty desk."""
    return Desk(tmp_path)


def test_what_changes_in_one_turn_is_one_transaction_with_the_newest_state(desk: Desk) -> None:
    desk.markers.put("ann", "#a", 1.0)
    desk.markers.put("ann", "#a", 2.0)
    desk.markers.put("ann", "#b", 3.0)
    assert desk.turn() == 1
    assert desk.rows == [("ann", "#a", 2.0), ("ann", "#b", 3.0)]
    assert desk.turn() == 0


def test_guests_are_not_written(desk: Desk) -> None:
    desk.markers.put("*1", "#a", 1.0)
    assert desk.turn() == 0
    assert desk.markers.get("*1", "#a") == 1.0


def test_what_is_loaded_is_not_written_again(desk: Desk) -> None:
    markers = StoredMarkers(desk.saver, [("ann", "#a", 5.0)])
    assert desk.turn() == 0
    assert markers.get("ann", "#a") == 5.0


def test_what_could_not_be_written_is_written_later_unless_it_changed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(desk.database, "write", broken)
    desk.markers.put("ann", "#a", 1.0)
    desk.markers.put("ann", "#b", 1.0)
    desk.turn()
    monkeypatch.undo()
    desk.markers.put("ann", "#a", 2.0)
    desk.turn()
    desk.clock.advance(AGAIN_SECONDS)
    desk.turn()
    assert desk.rows == [("ann", "#a", 2.0), ("ann", "#b", 1.0)]


def test_flushing_does_not_wait(desk: Desk) -> None:
    desk.saver.flush()
    desk.markers.put("ann", "#a", 1.0)
    desk.saver.flush()
    desk.writes.run()
    assert desk.rows == [("ann", "#a", 1.0)]
    assert desk.clock.getDelayedCalls() == []
