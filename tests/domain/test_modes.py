"""Reading, doing and telling changes of a room's modes."""

import pytest

from chat.domain import modes
from chat.domain.events import ModeChanged
from chat.domain.mode_lines import read
from chat.domain.modes import state
from chat.domain.refused import Refused, Why
from chat.domain.registry import record_of, restore
from chat.domain.room import Room
from tests.domain.people import START, Town, ear, session_of


def test_a_list_without_a_mask_is_a_question() -> None:
    assert [modes.is_query(change) for change in read(["+bb", "bob"])] == [False, True]


def test_what_changed_is_told_once_and_what_did_not_is_not() -> None:
    town = Town()
    ann = town.person("ann", "#room")
    room = town.room("#room")
    assert modes.apply(town.directory, session_of(ann), room, read(["+mnt"])) == []
    event = ear(ann).last()
    assert isinstance(event, ModeChanged)
    assert event.change == ("+m",)
    told = len(ear(ann).told)
    assert modes.apply(town.directory, session_of(ann), room, read(["+m-v", "ann"])) == []
    assert len(ear(ann).told) == told


def test_the_state_hides_the_key_from_outsiders() -> None:
    town = Town()
    ann = town.person("ann", "#room")
    room = town.room("#room")
    modes.apply(town.directory, session_of(ann), room, read(["+kl", "beer", "5"]))
    assert state(room, True) == ("+ntkl", "beer", "5")
    assert state(room, False) == ("+ntkl", "*", "5")
    modes.apply(town.directory, session_of(ann), room, read(["-ntkl", "beer"]))
    assert state(room, True) == ("+",)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["+k", ""], Why.BAD_MODE),
        (["+k", "with space"], Why.BAD_MODE),
        (["+k", "a,b"], Why.BAD_MODE),
        (["+k", "x" * 24], Why.BAD_MODE),
        (["+l", "0"], Why.BAD_MODE),
        (["+l", "-1"], Why.BAD_MODE),
        (["+l", "many"], Why.BAD_MODE),
        (["+l"], Why.BAD_MODE),
        (["+o"], Why.BAD_MODE),
        (["+o", "nobody"], Why.NO_SUCH_USER),
        (["+o", "bob"], Why.USER_NOT_IN_ROOM),
        (["+b", "has space"], Why.BAD_MODE),
        (["+b", "x" * 300], Why.BAD_MODE),
        (["+Z"], Why.UNKNOWN_MODE),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(words: list[str], why: Why) -> None:
    town = Town()
    ann = town.person("ann", "#room")
    town.person("bob")
    (refused,) = modes.apply(town.directory, session_of(ann), town.room("#room"), read(words))
    assert refused.why is why


def test_who_is_not_in_the_room_changes_nothing() -> None:
    town = Town()
    town.person("ann", "#room")
    with pytest.raises(Refused) as caught:
        modes.apply(town.directory, session_of(town.person("bob")), town.room("#room"), read(["+m"]))
    assert caught.value.why is Why.NOT_IN_ROOM


def test_lists_are_bounded_and_fold() -> None:
    town = Town()
    ann = town.person("ann", "#room")
    room = town.room("#room")
    modes.apply(town.directory, session_of(ann), room, read(["+b", "BOB"]))
    modes.apply(town.directory, session_of(ann), room, read(["+b", "bob!*@*"]))
    assert [mask.mask for mask in room.masks("b")] == ["BOB!*@*"]
    for number in range(modes.LIST_AT_MOST - 1):
        assert modes.apply(town.directory, session_of(ann), room, read(["+e", f"n{number}"])) == []
    (refused,) = modes.apply(town.directory, session_of(ann), room, read(["+b", "one-more"]))
    assert refused.why is Why.LIST_FULL
    modes.apply(town.directory, session_of(ann), room, read(["-b", "bob"]))
    assert not room.masks("b")


def test_one_command_makes_so_many_changes() -> None:
    town = Town()
    ann = town.person("ann", "#room")
    words = ["+" + "b" * 30, *(f"n{number}" for number in range(30))]
    modes.apply(town.directory, session_of(ann), town.room("#room"), read(words))
    assert len(town.room("#room").masks("b")) == modes.CHANGES_AT_MOST


def test_modes_of_an_accounts_room_are_kept() -> None:
    town = Town()
    ann = town.person("ann", "#room", account="ann")
    room = town.room("#room")
    modes.apply(town.directory, session_of(ann), room, read(["+mkl-t", "beer", "7"]))
    modes.apply(town.directory, session_of(ann), room, read(["+b", "bob"]))
    again = Room("#room", "#room", START)
    restore(again, record_of(room))
    assert again.flags == {"m", "n"}
    assert (again.key, again.limit) == ("beer", 7)
    assert list(again.masks("b")) == list(room.masks("b"))
    assert again.guarded
