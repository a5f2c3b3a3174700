"""Who comes back after a dropped connection finds their rooms and rights."""

import pytest

from chat.domain import reconnecting
from chat.domain.events import Joined, ModeChanged
from chat.domain.names import check_name
from chat.domain.returning import REMEMBERED_AT_MOST, RETURN_SECONDS
from chat.domain.user import User
from tests.domain.people import Town, ear


def drop_and_return(town: Town, seconds: float) -> tuple[object, object]:
    ann = town.person("ann", "#a", "#b", account="ann")
    town.person("bob", "#a", "#b")
    town.room("#b").founder = None
    town.directory.returning.dropped(ann, town.now)
    town.directory.quit(ann, "gone")
    town.now += seconds
    again = town.person("ann", account="ann")
    reconnecting.back(town.directory, again)
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
    reconnecting.back(town.directory, again)
    assert again.memberships == {}
    assert bob.memberships


def test_guests_are_not_remembered() -> None:
    town = Town()
    ann = town.person("ann", "#a")
    town.directory.returning.dropped(ann, town.now)
    town.directory.quit(ann, "gone")
    again = town.person("ann")
    reconnecting.back(town.directory, again)
    assert again.memberships == {}


def test_a_second_connection_gets_a_name_beside_the_first() -> None:
    town = Town()
    ann = town.person("ann", account="ann")
    town.person("ann2")
    second = town.person("second", account="ann")
    name = reconnecting.other_name(town.directory, second, check_name("ann"))
    assert name is not None
    assert name.shown == "ann3"
    assert ann.name is not None
    long = town.person("x" * 32)
    assert long.name is not None
    other = reconnecting.other_name(town.directory, second, long.name)
    assert other is not None
    assert other.shown == "x" * 31 + "2"


# rights


def back(town: Town, user: User, account: str) -> User:
    """Somebody whose connection drops, and who is here again."""
    town.directory.returning.dropped(user, town.now)
    town.directory.quit(user, "gone")
    again = town.person(account, account=account)
    reconnecting.back(town.directory, again)
    return again


def visitor(town: Town, modes: str) -> User:
    """Somebody with an account and these rights in #a, which belongs to nobody."""
    town.person("bob", "#a")
    ann = town.person("ann", "#a", account="ann")
    ann.memberships[town.room("#a")].modes = modes
    return ann


@pytest.mark.parametrize("modes", ["o", "v", "ov"])
def test_rights_given_back_are_told_to_the_room(modes: str) -> None:
    town = Town()
    again = back(town, visitor(town, modes), "ann")
    room = town.room("#a")
    assert room.members[again].modes == modes
    joined, event = room.log.entries[-2:]
    assert isinstance(joined, Joined)
    assert isinstance(event, ModeChanged)
    assert event.author is town.directory.server
    assert event.change == (f"+{modes}", *["ann"] * len(modes))


def test_who_had_no_rights_comes_back_with_none_and_without_a_word() -> None:
    town = Town()
    again = back(town, visitor(town, ""), "ann")
    room = town.room("#a")
    assert room.members[again].modes == ""
    assert isinstance(room.log.entries[-1], Joined)


def test_who_comes_back_under_another_name_is_named_by_that() -> None:
    town = Town()
    ann = visitor(town, "v")
    town.directory.returning.dropped(ann, town.now)
    town.directory.quit(ann, "gone")
    again = town.person("ann2", account="ANN")
    reconnecting.back(town.directory, again)
    event = town.room("#a").log.entries[-1]
    assert isinstance(event, ModeChanged)
    assert event.change == ("+v", "ann2")


def test_a_room_that_somebody_made_anew_gives_no_rights_back() -> None:
    town = Town()
    ann = town.person("ann", "#b", account="ann")
    town.room("#b").founder = None
    town.directory.returning.dropped(ann, town.now)
    town.directory.quit(ann, "gone")
    bob = town.person("bob", "#b")
    again = town.person("ann", account="ann")
    reconnecting.back(town.directory, again)
    room = town.room("#b")
    assert (room.members[bob].modes, room.members[again].modes) == ("o", "")


def test_who_is_there_already_is_not_put_there_again() -> None:
    town = Town()
    ann = visitor(town, "v")
    town.directory.returning.dropped(ann, town.now)
    town.directory.quit(ann, "gone")
    again = town.person("ann", "#a", account="ann")
    events = len(town.room("#a").log.entries)
    reconnecting.back(town.directory, again)
    assert len(town.room("#a").log.entries) == events
    assert town.room("#a").members[again].modes == ""


def test_somebody_comes_back_once() -> None:
    town = Town()
    again = back(town, visitor(town, "v"), "ann")
    town.directory.part(again, town.room("#a"))
    reconnecting.back(town.directory, again)
    assert again.memberships == {}
    assert ear(again).ended == []


def test_of_too_many_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    assert REMEMBERED_AT_MOST >= 1000
    monkeypatch.setattr("chat.domain.returning.REMEMBERED_AT_MOST", 2)
    town = Town()
    town.person("bob", "#a")
    people = [town.person(name, "#a", account=name) for name in ("ann", "cat", "dan")]
    for user in people:
        town.directory.returning.dropped(user, town.now)
    for user in people:
        town.directory.quit(user, "gone")
    rooms = []
    for name in ("ann", "cat", "dan"):
        again = town.person(name, account=name)
        reconnecting.back(town.directory, again)
        rooms.append([room.name for room in again.memberships])
    assert rooms == [[], ["#a"], ["#a"]]


def test_a_founder_with_voice_gets_both_back() -> None:
    town = Town()
    ann = town.person("ann", "#a", account="ann")
    town.person("bob", "#a")
    ann.memberships[town.room("#a")].modes = "ov"
    town.directory.returning.dropped(ann, town.now)
    town.directory.quit(ann, "gone")
    again = town.person("ann", account="ann")
    reconnecting.back(town.directory, again)
    assert again.memberships[town.room("#a")].modes == "ov"
