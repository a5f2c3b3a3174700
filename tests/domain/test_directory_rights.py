"""Rights with which somebody comes into a room, and the modes of people."""

from __future__ import annotations

import pytest

from chat.domain.events import ModeChanged
from chat.domain.names import check_name, check_room
from chat.domain.refused import Refused, Why
from tests.domain.people import session_of
from tests.domain.things import House


@pytest.fixture
def house() -> House:
    return House()


# rights in a room


@pytest.mark.parametrize("given", ["v", "o", "ov"])
def test_who_comes_with_rights_has_them_and_the_others_are_told(house: House, given: str) -> None:
    house.person("bob", "#a")
    carol = house.person("carol")
    member = house.directory.join(session_of(carol), check_room("#a"), modes=given)
    assert member.modes == given
    assert house.events("#a")[-2:] == [("Joined", "carol"), ("ModeChanged", "chat")]
    event = house.directory.room("#a").log.entries[-1]
    assert isinstance(event, ModeChanged)
    assert event.change == (f"+{given}", *["carol"] * len(given))
    assert session_of(carol).cursors[member.room].position == house.directory.room("#a").log.end - 1, (
        "they read of it too"
    )


def test_who_comes_without_rights_comes_without_a_word_of_them(house: House) -> None:
    house.person("bob", "#a")
    house.person("carol", "#a")
    assert house.events("#a") == [("Joined", "bob"), ("Joined", "carol")]


def test_who_comes_first_with_rights_runs_the_room_all_the_same(house: House) -> None:
    bob = house.person("bob")
    member = house.directory.join(session_of(bob), check_room("#a"), modes="v")
    assert "o" in member.modes
    assert house.events("#a") == [("Joined", "bob")], "there is nobody to be told"


def test_rights_open_no_door(house: House) -> None:
    house.person("bob", "#a")
    house.directory.room("#a").flags.add("i")
    carol = house.person("carol")
    with pytest.raises(Refused) as refused:
        house.directory.join(session_of(carol), check_room("#a"), modes="o")
    assert refused.value.why is Why.INVITE_ONLY
    assert house.events("#a") == [("Joined", "bob")]
    assert carol.rooms == {}


def test_who_comes_while_away_with_rights_is_shown_with_both(house: House) -> None:
    house.person("bob", "#a")
    carol = house.person("carol")
    house.directory.set_away(session_of(carol), "tea")
    house.directory.join(session_of(carol), check_room("#a"), modes="v")
    assert [kind for kind, _ in house.events("#a")] == ["Joined", "Joined", "ModeChanged", "AwayChanged"]


# modes of people


def test_modes_of_people_are_set_as_a_whole_and_remembered(house: House) -> None:
    bob, carol = house.person("bob"), house.person("carol")
    house.directory.set_modes(bob, {"o", "i"})
    house.directory.set_modes(carol, {"i"})
    assert (bob.modes, carol.modes) == ("io", "i")
    assert list(house.directory.with_modes) == [bob, carol]
    house.directory.set_modes(bob, {"w"})
    assert bob.modes == "w"
    house.directory.set_modes(bob, set())
    house.directory.set_modes(bob, set())
    assert bob.modes == ""
    assert list(house.directory.with_modes) == [carol]


def test_who_quits_with_modes_is_not_remembered(house: House) -> None:
    bob, carol = house.person("bob"), house.person("carol")
    house.directory.set_modes(bob, {"i"})
    house.directory.rename(session_of(bob), check_name("rob"))
    assert list(house.directory.with_modes) == [bob]
    house.directory.quit(bob, "")
    house.directory.quit(carol, "")
    assert house.directory.with_modes == {}
