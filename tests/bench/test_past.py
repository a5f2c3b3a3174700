"""A past that the server can be started on."""

from pathlib import Path

import pytest

from chat.domain.events import Joined, Said
from chat.domain.history import Range, Search
from chat.storage.reader import Reader
from chat.storage.schema import DATABASE
from tests.bench import past
from tests.bench.past import DOOR, make_past


def test_most_of_it_are_joins_behind_what_was_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "GROUP", 10)
    reader = Reader(make_past(tmp_path / "data", 100) / DATABASE)
    events = reader.page(Range(DOOR, None, None, 100, speech=False))
    assert {type(event) for event in events} == {Said, Joined}
    assert type(events[-1]) is Joined
    assert len(reader.page(Range(DOOR, None, None, 100))) == 11
    assert len(reader.search(Search(("n99",), ("#old49",)))) == 1
