"""Rooms that are opened, given away and closed, and what is kept of them."""

from __future__ import annotations

import pytest

from chat.domain.events import Identity
from chat.domain.journal import MemoryJournal
from chat.domain.names import check_room
from chat.domain.refused import Refused, Why
from chat.domain.registry import FOUNDED_AT_MOST, MemoryRegistry
from chat.domain.room import Room, Topic
from chat.domain.rooms import Rooms
from tests.domain.people import START

FISH = Topic("fish", Identity(1, "ann", "user", "host"), START)


@pytest.fixture
def registry() -> MemoryRegistry:
    return MemoryRegistry()


@pytest.fixture
def rooms(registry: MemoryRegistry) -> Rooms:
    return Rooms(registry, MemoryJournal(lambda: START), lambda: START)


def topic_of(rooms: Rooms, name: str) -> Topic | None:
    """The topic with which a room opens."""
    return rooms.open(check_room(name)).topic


def with_topic(rooms: Rooms, name: str) -> Room:
    """A new room about fish."""
    room = rooms.open(check_room(name))
    room.topic = FISH
    rooms.changed(room)
    return room


def test_a_room_is_found_whatever_its_case_and_otherwise_named_with_what_to_do(rooms: Rooms) -> None:
    room = rooms.open(check_room("#Tea"))
    assert rooms.find("#tEA") is room
    with pytest.raises(Refused, match="make it with /join #coffee") as refused:
        rooms.find("#coffee")
    assert refused.value.why is Why.NO_SUCH_ROOM


@pytest.mark.parametrize("remember", [True, False])
def test_a_room_of_an_account_is_what_it_was_when_it_opens_again(rooms: Rooms, remember: bool) -> None:
    room = with_topic(rooms, "#tea")
    rooms.give(room, "Ann")
    rooms.close_if_empty(room, remember)
    assert rooms.named == {}
    again = rooms.open(check_room("#tea"))
    assert (again.founder, again.topic) == ("ann", FISH)


@pytest.mark.parametrize(("remember", "topic"), [(True, FISH), (False, None)])
def test_a_room_that_is_nobodys_is_remembered_only_if_asked_to(
    rooms: Rooms, remember: bool, topic: Topic | None
) -> None:
    rooms.close_if_empty(with_topic(rooms, "#tea"), remember)
    assert rooms.named == {}
    assert topic_of(rooms, "#tea") == topic


def test_a_permanent_room_stays_open(rooms: Rooms) -> None:
    lobby = rooms.open(check_room("#lobby"), permanent=True)
    rooms.close_if_empty(lobby, remember=False)
    assert rooms.find("#lobby") is lobby


def test_a_room_is_given_once_and_to_an_account_only(rooms: Rooms) -> None:
    room = rooms.open(check_room("#tea"))
    rooms.give(room, None)
    assert room.founder is None
    rooms.give(room, "ann")
    rooms.give(room, "bob")
    assert room.founder == "ann"


def test_the_rooms_of_one_account_are_bounded(rooms: Rooms, registry: MemoryRegistry) -> None:
    for number in range(FOUNDED_AT_MOST + 1):
        rooms.give(rooms.open(check_room(f"#{number}")), "ann")
    assert registry.founded("ann") == FOUNDED_AT_MOST
    assert rooms.find(f"#{FOUNDED_AT_MOST}").founder is None
