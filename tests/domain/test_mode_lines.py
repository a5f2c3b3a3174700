"""Changes of modes as lines: read, written, and without their keys."""

import pytest

from chat.domain.events import ModeChanged
from chat.domain.mode_lines import Change, for_later, read, without_keys, written
from tests.domain.people import START
from tests.storage.by_hand import somebody


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        (["+ov", "ann", "bob"], [Change(True, "o", "ann"), Change(True, "v", "bob")]),
        (["+o-v", "ann", "bob"], [Change(True, "o", "ann"), Change(False, "v", "bob")]),
        (["mt"], [Change(True, "m"), Change(True, "t")]),
        (["-l"], [Change(False, "l")]),
        (["-lk", "beer"], [Change(False, "l"), Change(False, "k", "beer")]),
        (["+l", "5", "left", "over"], [Change(True, "l", "5")]),
        (["b"], [Change(True, "b")]),
        (["+?"], [Change(True, "?")]),
        ([""], []),
        ([], []),
    ],
)
def test_changes_are_read(words: list[str], changes: list[Change]) -> None:
    assert read(words) == changes


def test_changes_are_written_with_as_few_signs_as_possible() -> None:
    changes = [Change(True, "m"), Change(True, "o", "ann"), Change(False, "t"), Change(False, "v", "bob")]
    assert written(changes) == ("+mo-tv", "ann", "bob")


@pytest.mark.parametrize(
    ("words", "later"),
    [
        (("+k", "sesame"), ("+k", "*")),
        (("-k", "sesame"), ("-k", "*")),
        (("-k",), ("-k",)),
        (("+olk", "ann", "5", "sesame"), ("+olk", "ann", "5", "*")),
        (("-l+kb", "sesame", "bob!*@*"), ("-l+kb", "*", "bob!*@*")),
        (("+k-k+v", "one", "two", "ann"), ("+k-k+v", "*", "*", "ann")),
        (("+mt-n",), ("+mt-n",)),
        (("+o", "k"), ("+o", "k")),
        ((), ()),
    ],
)
def test_keys_are_hidden_and_nothing_else(words: tuple[str, ...], later: tuple[str, ...]) -> None:
    assert without_keys(words) == later


def test_what_is_kept_of_a_change_has_no_key_and_is_the_same_event() -> None:
    event = ModeChanged("1", START, somebody(), "#room", ("+k", "sesame"))
    assert for_later(event) == event._replace(change=("+k", "*"))
    assert event.change == ("+k", "sesame")
