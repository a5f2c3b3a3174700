"""Messages to those in a room who have certain rights."""

import pytest

from chat.domain.events import Said, Whispered
from chat.domain.refused import Refused
from chat.domain.statusmsg import say_to_some
from tests.domain.people import Town, ear


def test_those_with_the_right_or_a_higher_one_get_it() -> None:
    town = Town()
    ann, bob, carol, dave = (town.person(name, "#room") for name in ("ann", "bob", "carol", "dave"))
    room = town.room("#room")
    bob.memberships[room].modes = "v"
    receipts: list[bool] = []
    say_to_some(town.directory, carol, room, "@", "help", Said, {}, receipts.append)
    say_to_some(town.directory, carol, room, "+", "hello", Said, {})
    assert receipts == [True]

    def heard(user: object) -> list[str]:
        return [event.text for event in ear(user).told if isinstance(event, Whispered)]  # type: ignore[arg-type]

    assert heard(ann) == ["help", "hello"]
    assert heard(bob) == ["hello"]
    assert heard(dave) == heard(carol) == []


def test_outsiders_may_not() -> None:
    town = Town()
    town.person("ann", "#room")
    with pytest.raises(Refused):
        say_to_some(town.directory, town.person("out"), town.room("#room"), "@", "help", Said, {})
