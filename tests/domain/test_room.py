"""Rooms and memberships."""

from chat.domain.events import Identity, Renamed
from chat.domain.room import GONE, Membership, Room
from tests.domain.things import House, said


def shared() -> tuple[House, Membership, Membership]:
    """Somebody in two rooms."""
    house = House()
    bob = house.person("bob", "#a", "#b")
    first, second = bob.memberships.values()
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
    second.joined_at, second.position = 6, 9
    assert not first.already_read(renamed(a=3, b=5))


def test_a_room_that_was_left_counts_until_everything_is_read() -> None:
    house, first, second = shared()
    bob = first.user
    carol = house.person("carol", "#a")
    house.directory.say(carol, first.room, "one")
    house.directory.say(carol, first.room, "two")
    first.position = first.room.log.end - 1
    house.directory.part(bob, first.room)
    assert first.position == GONE
    (former,) = bob.former
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
    for membership in (first, second):
        membership.position = membership.room.log.end
    house.directory.part(first.user, first.room)
    assert first.user.former == []


def test_settings_come_back_as_they_were() -> None:
    room = Room("#a", "#a", 0)
    room.flags = {"n", "s"}
    other = Room("#b", "#b", 0)
    other.apply(room.settings())
    assert other.flags == {"n", "s"}
    other.apply({})
    assert other.flags == {"n", "s"}
