"""People whose connection dropped find themselves in their rooms again."""

import pytest

from chat.domain import returning as module
from chat.domain.names import check_name
from chat.domain.returning import OTHER_NAMES, RETURN_SECONDS, other_name
from chat.domain.rights import kick
from chat.domain.user import User
from tests.domain.hall import Hall


def drop(hall: Hall, user: User) -> None:
    """A connection drops."""
    hall.directory.returning.dropped(user, hall.clock.seconds())
    hall.directory.quit(user, "Connection lost")


def back(hall: Hall, name: str, account: str | None) -> list[str]:
    """Somebody comes back; the rooms they find themselves in, with their rights there."""
    user = hall.person(name, account=account)
    hall.directory.returning.back(hall.directory, user)
    return [f"{room.name}{membership.modes}" for room, membership in user.memberships.items()]


@pytest.fixture
def ann(hall: Hall) -> User:
    """Somebody with an account, who runs #a, and is in #b that eve runs; eve is in both."""
    hall.accounts.add("Ann", "sesame")
    eve = hall.person("eve", "#b")
    ann = hall.person("ann", "#a", "#b", account="Ann")
    hall.join(eve, "#a")
    return ann


def test_rooms_and_rights_come_back_once(hall: Hall, ann: User) -> None:
    drop(hall, ann)
    hall.clock.advance(RETURN_SECONDS)
    assert back(hall, "ann", "ann") == ["#ao", "#b"]
    assert back(hall, "ann2", "Ann") == []


def test_nothing_comes_back_too_late_or_to_somebody_else(hall: Hall, ann: User) -> None:
    drop(hall, ann)
    assert back(hall, "gus", None) == []
    assert back(hall, "bob", "Bob") == []
    hall.clock.advance(RETURN_SECONDS + 1)
    assert back(hall, "ann", "Ann") == []


def test_guests_are_not_remembered(hall: Hall) -> None:
    drop(hall, hall.person("gus", "#g"))
    assert back(hall, "gus", None) == []


def test_a_room_that_was_closed_meanwhile_is_left_out(hall: Hall, ann: User) -> None:
    drop(hall, ann)
    hall.directory.room("#b").flags.add("i")
    assert back(hall, "ann", "Ann") == ["#ao"]


def test_rights_do_not_come_back_to_another_room_of_that_name(hall: Hall) -> None:
    hall.accounts.add("Ann", "sesame")
    ann, bob = hall.person("ann", account="Ann"), hall.person("bob", "#c")
    hall.join(ann, "#c")
    room = hall.directory.room("#c")
    ann.memberships[room].modes = "o"
    drop(hall, ann)
    kick(hall.directory, bob, room, bob, "")
    hall.join(hall.person("eve"), "#c")
    assert back(hall, "ann", "Ann") == ["#c"]


def test_the_number_of_people_remembered_is_bounded(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED_AT_MOST", 2)
    for name in ("one", "two", "three"):
        drop(hall, hall.person(name, "#a", account=name))
    hall.person("gus", "#a")
    assert back(hall, "one", "one") == []
    assert back(hall, "three", "three") == ["#a"]


def test_a_second_name(hall: Hall) -> None:
    user = hall.person("ann")
    for number in OTHER_NAMES:
        other = other_name(hall.directory, user, check_name("ann"))
        assert other is not None
        assert other.shown == f"ann{number}"
        hall.person(other.shown)
    assert other_name(hall.directory, user, check_name("ann")) is None


def test_a_second_name_for_a_long_one(hall: Hall) -> None:
    user = hall.person("a" * 32)
    other = other_name(hall.directory, user, check_name("a" * 32))
    assert other is not None
    assert other.shown == "a" * 31 + "2"
