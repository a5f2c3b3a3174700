"""How changes of modes are read and written, and what is kept of them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.domain.modes import Change, apply, is_query, read, state, written
from chat.domain.refused import Why
from chat.domain.room import Room
from tests.domain.hall import Hall


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        ([], []),
        ([""], []),
        (["m"], [Change(True, "m")]),
        (["+m-n+s"], [Change(True, "m"), Change(False, "n"), Change(True, "s")]),
        (["+ov-v", "a", "b", "c"], [Change(True, "o", "a"), Change(True, "v", "b"), Change(False, "v", "c")]),
        (["+l-l", "5"], [Change(True, "l", "5"), Change(False, "l")]),
        (["-k", "x"], [Change(False, "k", "x")]),
        (["+bm", "mask", "left over"], [Change(True, "b", "mask"), Change(True, "m")]),
        (["b"], [Change(True, "b")]),
        (["+-+Z"], [Change(True, "Z")]),
    ],
)
def test_reading(words: list[str], changes: list[Change]) -> None:
    assert read(words) == changes


def test_a_list_without_a_mask_is_a_question() -> None:
    assert is_query(Change(True, "b"))
    assert not is_query(Change(True, "b", "x"))
    assert not is_query(Change(True, "o"))


LETTERS = st.one_of(
    st.builds(Change, st.booleans(), st.sampled_from("CRimnst"), st.none()),
    st.builds(Change, st.booleans(), st.sampled_from("beIovk"), st.text("abc", min_size=1, max_size=3)),
    st.builds(Change, st.just(True), st.just("l"), st.sampled_from(["1", "20"])),
    st.builds(Change, st.just(False), st.just("l"), st.none()),
)


@given(st.lists(LETTERS, min_size=1, max_size=12))
def test_what_is_written_reads_as_the_same(changes: list[Change]) -> None:
    assert read(written(changes)) == changes


def test_the_state_of_a_room_hides_its_key_from_others() -> None:
    room = Room("#a", "#a", 0.0)
    room.flags = set()
    assert state(room, inside=True) == ("+",)
    room.flags, room.key, room.limit = {"t", "n"}, "sesame", 5
    assert state(room, inside=True) == ("+ntkl", "sesame", "5")
    assert state(room, inside=False) == ("+ntkl", "*", "5")


def test_what_is_kept_makes_the_same_room_again(hall: Hall) -> None:
    ann = hall.person("ann", "#a")
    room = hall.directory.room("#a")
    apply(hall.directory, ann, room, read(["+mklbeI-t", "key", "7", "x", "y", "z"]))
    room.metadata = {"color": "red"}
    again = Room("#a", "#a", 0.0)
    again.apply(json.loads(json.dumps(room.settings())))
    assert state(again, True) == state(room, True)
    assert again.metadata == {"color": "red"}
    for letter in "beI":
        assert list(again.masks(letter)) == list(room.masks(letter))
    assert again.guarded


@pytest.mark.parametrize(
    ("words", "guarded"), [(["+m"], True), (["+C"], True), (["+b", "x"], True), (["+s"], False)]
)
def test_a_room_is_guarded_as_long_as_speech_has_to_be_checked(
    hall: Hall, words: list[str], guarded: bool
) -> None:
    ann = hall.person("ann", "#a")
    room = hall.directory.room("#a")
    apply(hall.directory, ann, room, read(words))
    assert room.guarded is guarded
    apply(hall.directory, ann, room, read([words[0].replace("+", "-"), *words[1:]]))
    assert not room.guarded


def test_problems_are_returned_and_the_rest_is_done(hall: Hall) -> None:
    ann, bob = hall.person("ann", "#a"), hall.person("bob", "#a")
    room = hall.directory.room("#a")
    end = room.log.end
    problems = apply(hall.directory, ann, room, read(["+Zom", "nobody"]))
    assert [refused.why for refused in problems] == [Why.UNKNOWN_MODE, Why.NO_SUCH_USER]
    assert "m" in room.flags
    assert room.log.end == end + 1
    assert hall.why(apply, hall.directory, bob, room, read(["+s"])) is Why.NEEDS_RIGHT
    assert apply(hall.directory, ann, room, read(["+m"])) == []
    assert room.log.end == end + 1
