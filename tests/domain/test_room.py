"""Rooms and memberships."""

import pytest

from chat.domain import moderation
from chat.domain.events import Identity, Renamed
from chat.domain.readers import Cursor
from chat.domain.room import Room
from tests.domain.people import session_of
from tests.domain.standing import check_standing
from tests.domain.things import House, said


def shared() -> tuple[House, Cursor, Cursor]:
    """Somebody in two rooms."""
    house = House()
    bob = house.person("bob", "#a", "#b")
    first, second = session_of(bob).cursors.values()
    return house, first, second


def renamed(**places: int) -> Renamed:
    return Renamed("1", 0, Identity(99, "x", "u", "h"), "y", {f"#{room}": at for room, at in places.items()})


def test_an_event_of_a_room_alone_is_never_read_already() -> None:
    _, first, _ = shared()
    assert not first.already_read(said(1))
    assert not first.already_read(renamed(a=5))


def test_an_event_of_a_person_is_read_once_of_several_rooms() -> None:
    _, first, second = shared()
    assert not first.already_read(renamed(a=3, b=4))
    second.position = 5
    assert first.already_read(renamed(a=3, b=4))
    assert not first.already_read(renamed(a=3, b=5))
    assert not first.already_read(renamed(a=3, c=1))


def test_what_happened_before_somebody_came_was_not_read_there() -> None:
    _, first, second = shared()
    second.begins, second.position = 6, 9
    assert not first.already_read(renamed(a=3, b=5))


def test_a_room_that_was_left_counts_until_everything_is_read() -> None:
    house, first, second = shared()
    bob = first.session.person
    carol = house.person("carol", "#a")
    house.directory.say(session_of(carol), first.room, "one")
    house.directory.say(session_of(carol), first.room, "two")
    first.position = first.room.log.end - 1
    house.directory.part(session_of(bob), first.room)
    (former,) = first.session.former
    assert (former.room, former.stop, former.position) == (
        first.room,
        first.room.log.end - 1,
        first.room.log.end - 2,
    )
    assert former.rendering == "rendering"
    assert second.already_read(renamed(a=former.position - 1, b=0))
    assert not second.already_read(renamed(a=former.position, b=0))


def test_a_room_that_was_read_to_its_end_is_not_kept() -> None:
    house, first, second = shared()
    for cursor in (first, second):
        cursor.position = cursor.room.log.end
    house.directory.part(first.session, first.room)
    assert first.session.former == []


def test_what_was_read_in_a_room_counts_while_a_room_that_was_left_is_not_read_to_its_end() -> None:
    house, first, second = shared()
    bob = first.session.person
    house.directory.say(session_of(house.person("carol", "#b")), second.room, "one")
    house.directory.part(session_of(bob), second.room)
    (former,) = first.session.former
    assert former.position < former.end_of_reading
    house.person("dave", "#a")
    first.position = first.room.log.end
    house.directory.quit(bob, "bye")
    assert former.already_read(renamed(a=first.begins, b=former.position))


# where somebody stands


def together(house: House, *names: str) -> tuple[Room, list[Cursor]]:
    """These people come into a room, in which everybody has read everything and stands together."""
    people = [house.person(name, "#a") for name in names]
    room = house.directory.room("#a")
    for cursor in [session_of(person).cursors[room] for person in room.members]:
        cursor.outlet = Unblocked()
        cursor.position = room.log.end
    assert room.readers.gather(room.log.end, 8) is False
    return room, [session_of(person).cursors[room] for person in people]


class Unblocked:
    """An outlet that takes everything."""

    blocked = False

    def push(self, data: bytes) -> int:
        """Take it."""
        return len(data)


def test_who_comes_in_reads_alone_and_who_goes_out_no_more() -> None:
    house = House()
    bob = house.person("bob", "#a")
    room = house.directory.room("#a")
    assert list(room.readers.alone) == [session_of(bob).cursors[room]]
    carol = house.person("carol", "#a")
    session_of(bob).cursors[room].end()
    assert list(room.readers.alone) == [session_of(carol).cursors[room]]


def test_a_position_that_is_set_moves_nobody_else() -> None:
    room, (bob, carol, dave) = together(House(), "bob", "carol", "dave")
    carol.position = 1
    assert (bob.position, carol.position, dave.position) == (3, 1, 3)
    check_standing(room)


def test_a_rendering_that_is_set_changes_nobody_elses() -> None:
    room, (bob, carol, dave) = together(House(), "bob", "carol", "dave")
    carol.rendering = "other"
    assert [m.rendering for m in (bob, carol, dave)] == ["rendering", "other", "rendering"]
    assert carol.position == 3
    check_standing(room)


@pytest.mark.parametrize("how", ["part", "quit", "kick"])
def test_who_leaves_those_they_stood_with_keeps_what_they_have_not_read(how: str) -> None:
    house = House()
    room, (bob, carol, dave) = together(house, "bob", "carol", "dave")
    house.directory.say(dave.session, room, "one")
    house.directory.say(dave.session, room, "two")
    if how == "part":
        house.directory.part(carol.session, room)
    elif how == "quit":
        house.directory.quit(carol.session.person, "")
    else:
        moderation.kick(house.directory, bob.session, room, carol.session.person, "")
    (former,) = carol.session.former
    assert (former.position, former.stop, former.rendering) == (3, 5, "rendering")
    assert room not in carol.session.cursors
    assert (bob.position, dave.position) == (3, 3)
    check_standing(room)


def test_what_was_read_together_with_others_is_read_once_of_several_rooms() -> None:
    house = House()
    bob = house.person("bob", "#b", "#a")
    room, _ = together(house, "carol", "dave")
    first, second = session_of(bob).cursors.values()
    (cursor,) = room.readers.together
    assert second.shared is cursor
    at = room.log.end
    assert not first.already_read(renamed(a=at, b=1))
    cursor.position = at + 1
    assert first.already_read(renamed(a=at, b=1))
    assert not first.already_read(renamed(a=at + 1, b=1))


def test_nothing_is_left_when_everybody_has_gone() -> None:
    house = House()
    room, people = together(house, "bob", "carol", "dave")
    house.directory.part(people[0].session, room)
    house.directory.quit(people[1].session.person, "")
    check_standing(room)
    house.directory.part(people[2].session, room)
    assert (room.members, room.readers.together, room.readers.alone) == ({}, [], {})


def test_settings_come_back_as_they_were() -> None:
    room = Room("#a", "#a", 0)
    room.flags = {"n", "s"}
    other = Room("#b", "#b", 0)
    other.apply(room.settings())
    assert other.flags == {"n", "s"}
    other.apply({})
    assert other.flags == {"n", "s"}
