"""Who comes back after a dropped connection finds their rooms and rights."""

from chat.domain.names import check_name
from chat.domain.returning import RETURN_SECONDS, other_name
from tests.domain.people import Town


def drop_and_return(town: Town, seconds: float) -> tuple[object, object]:
    ann = town.person("ann", "#a", "#b", account="ann")
    town.person("bob", "#a", "#b")
    town.room("#b").founder = None
    town.directory.returning.dropped(ann, town.now)
    town.directory.quit(ann, "gone")
    town.now += seconds
    again = town.person("ann", account="ann")
    town.directory.returning.back(town.directory, again)
    return again, {room.name: membership.modes for room, membership in again.memberships.items()}


def test_rooms_and_rights_are_there_again() -> None:
    _, rooms = drop_and_return(Town(), 5.0)
    assert rooms == {"#a": "o", "#b": "o"}


def test_after_a_while_they_are_not() -> None:
    _, rooms = drop_and_return(Town(), RETURN_SECONDS + 1)
    assert rooms == {}


def test_a_closed_room_stays_closed() -> None:
    town = Town()
    ann = town.person("ann", "#b", account="ann")
    bob = town.person("bob", "#b")
    town.room("#b").founder = None
    town.directory.returning.dropped(ann, town.now)
    town.directory.quit(ann, "gone")
    town.room("#b").flags.add("i")
    again = town.person("ann", account="ann")
    town.directory.returning.back(town.directory, again)
    assert again.memberships == {}
    assert bob.memberships


def test_guests_are_not_remembered() -> None:
    town = Town()
    ann = town.person("ann", "#a")
    town.directory.returning.dropped(ann, town.now)
    town.directory.quit(ann, "gone")
    again = town.person("ann")
    town.directory.returning.back(town.directory, again)
    assert again.memberships == {}


def test_a_second_connection_gets_a_name_beside_the_first() -> None:
    town = Town()
    ann = town.person("ann", account="ann")
    town.person("ann2")
    second = town.person("second", account="ann")
    name = other_name(town.directory, second, check_name("ann"))
    assert name is not None
    assert name.shown == "ann3"
    assert ann.name is not None
    long = town.person("x" * 32)
    assert long.name is not None
    other = other_name(town.directory, second, long.name)
    assert other is not None
    assert other.shown == "x" * 31 + "2"
