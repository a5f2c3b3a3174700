"""Keys of rooms in history from disk and memory: who looks back does not learn them."""

from __future__ import annotations

from pathlib import Path

from chat.domain import modes
from chat.domain.events import ModeChanged
from chat.domain.mode_lines import read
from tests.domain.people import session_of

from .by_hand import Ear, World
from .test_history import Answer, join, page


def test_a_key_is_in_no_page_and_not_on_disk(tmp_path: Path) -> None:
    world = World(tmp_path)
    ann = world.enter("ann")
    room = join(world, ann).room
    modes.apply(world.directory, session_of(ann), room, read(["+k", "sesame"]))

    def changes(answer: Answer) -> list[tuple[str, ...]]:
        return [event.change for event in answer.value if isinstance(event, ModeChanged)]

    waiting = page(world, speech=False)
    world.settle()
    stored = page(world, speech=False)
    world.settle()
    assert changes(waiting) == changes(stored) == [("+k", "*")]
    told = session_of(ann).reader
    assert isinstance(told, Ear)
    assert isinstance(told.told[-1], ModeChanged)
    assert told.told[-1].change == ("+k", "sesame")
    modes.apply(world.directory, session_of(ann), room, read(["-k"]))
    world.settle()
    world.crash()
    later = world.restart()
    read_again = page(later, speech=False)
    later.settle()
    assert changes(read_again) == [("+k", "*"), ("-k", "*")]
