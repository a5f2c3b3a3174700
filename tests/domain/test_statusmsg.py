"""Messages to those in a room who have certain rights."""

import pytest

from chat.domain.events import Said, Whispered
from chat.domain.refused import Refused
from chat.domain.statusmsg import say_to_some
from tests.domain.people import Town, ear, session_of


def test_those_with_the_right_or_a_higher_one_get_it() -> None:
    town = Town()
    ann, bob, carol, dave = (town.person(name, "#room") for name in ("ann", "bob", "carol", "dave"))
    room = town.room("#room")
    bob.rooms[room].modes = "v"
    receipts: list[bool] = []
    say_to_some(town.directory, session_of(carol), room, "@", "help", Said, {}, receipts.append)
    say_to_some(town.directory, session_of(carol), room, "+", "hello", Said, {})
    assert receipts == [True]

    def heard(person: object) -> list[str]:
        return [event.text for event in ear(person).told if isinstance(event, Whispered)]  # type: ignore[arg-type]

    assert heard(ann) == ["help", "hello"]
    assert heard(bob) == ["hello"]
    assert heard(dave) == heard(carol) == []


def test_outsiders_may_not() -> None:
    town = Town()
    town.person("ann", "#room")
    with pytest.raises(Refused):
        say_to_some(town.directory, session_of(town.person("out")), town.room("#room"), "@", "help", Said, {})
