"""Everybody and every room: names, rooms, speech, and what others get of it."""

from __future__ import annotations

import pytest

from chat.domain import ignoring
from chat.domain.directory import ROOMS_AT_MOST, Directory
from chat.domain.events import (
    Acted,
    AwayChanged,
    IdentityChanged,
    Noticed,
    Quit,
    Renamed,
    Said,
    Tagged,
    Whispered,
)
from chat.domain.names import check_name, check_room
from chat.domain.refused import Refused, Why
from tests.domain.people import session_of
from tests.domain.things import House


@pytest.fixture
def house() -> House:
    return House()


# names


def test_a_name_is_found_whatever_its_case(house: House) -> None:
    bob = house.person("Bob")
    assert house.directory.find("bOB") is bob
    assert bob.shown == "Bob"
    with pytest.raises(Refused) as refused:
        house.directory.find("carol")
    assert (refused.value.why, refused.value.sentence) == (Why.NO_SUCH_USER, "No such user: carol")


@pytest.mark.parametrize("second", ["Bob", "bob", "BOB"])
def test_a_name_is_given_once_whatever_its_case(house: House, second: str) -> None:
    house.person("bob")
    with pytest.raises(Refused, match="taken") as refused:
        house.person(second)
    assert refused.value.why is Why.NAME_TAKEN
    assert house.directory.stats.people == 1


@pytest.mark.parametrize(
    ("first", "second"), [("раураӏ", "paypal"), ("paypal", "раураӏ"), ("ΡΟΤ", "POT"), ("РОТ", "ΡΟΤ")]
)
def test_a_name_in_another_script_that_looks_the_same_is_taken(house: House, first: str, second: str) -> None:
    house.person(first)
    with pytest.raises(Refused, match=f"it looks like {first}") as refused:
        house.person(second)
    assert refused.value.why is Why.NAME_TAKEN


def test_ascii_names_that_resemble_each_other_live_side_by_side(house: House) -> None:
    house.person("bill")
    house.person("bi11")
    assert house.directory.stats.people == 2


def test_nobody_takes_a_name_that_looks_like_a_third_persons(house: House) -> None:
    laurie = house.person("laypal")
    house.person("1aypal")
    with pytest.raises(Refused, match="looks like 1aypal"):
        house.directory.rename(session_of(laurie), check_name("ӏаураӏ"))
    assert laurie.shown == "laypal"


def test_somebody_may_write_their_own_name_in_another_script(house: House) -> None:
    paul = house.person("paypal")
    house.directory.rename(session_of(paul), check_name("раураӏ"))
    house.directory.rename(session_of(paul), check_name("paypal"))
    house.person("other")
    with pytest.raises(Refused):
        house.person("раураӏ")


def test_a_name_is_free_when_its_owner_has_gone_or_changed_it(house: House) -> None:
    first = house.person("раураӏ")
    house.directory.rename(session_of(first), check_name("paul"))
    second = house.person("paypal")
    house.directory.quit(second, "")
    house.person("раураӏ")
    house.person("Paypa1l")


def test_a_server_that_is_full_says_so() -> None:
    house = House(max_users=2)
    house.person("a1")
    leaving = house.person("b1")
    with pytest.raises(Refused, match=r"full \(2 people\)") as refused:
        house.person("c1")
    assert refused.value.why is Why.SERVER_FULL
    house.directory.quit(leaving, "")
    house.person("c1")


def test_a_new_name_is_told_once_to_everybody_who_shares_a_room(house: House) -> None:
    bob = house.person("bob", "#a", "#b")
    house.person("carol", "#a", "#b")
    house.person("dave", "#c")
    house.deliveries.take()
    house.directory.rename(session_of(bob), check_name("Rob"))
    assert house.events("#a")[-1] == house.events("#b")[-1] == ("Renamed", "bob")
    assert ("Renamed", "bob") not in house.events("#c")
    event = house.directory.rooms["#a"].log.entries[-1]
    assert isinstance(event, Renamed)
    assert event is house.directory.rooms["#b"].log.entries[-1]
    assert event.name == "Rob"
    assert event.places == {"#a": 2, "#b": 2}
    assert house.readers[bob].told == [event]
    assert house.deliveries.take() == [("#a", False), ("#b", False)]
    assert bob.identity.name == "Rob"


def test_the_same_name_again_is_no_event_and_another_case_is(house: House) -> None:
    bob = house.person("bob", "#a")
    house.directory.rename(session_of(bob), check_name("bob"))
    assert house.readers[bob].told == []
    house.directory.rename(session_of(bob), check_name("BOB"))
    assert len(house.readers[bob].told) == 1
    assert house.directory.find("bob") is bob


def test_a_taken_name_changes_nothing(house: House) -> None:
    bob = house.person("bob", "#a")
    house.person("carol")
    with pytest.raises(Refused, match="The name Carol is taken"):
        house.directory.rename(session_of(bob), check_name("Carol"))
    assert (bob.shown, house.directory.find("bob")) == ("bob", bob)
    assert house.events("#a") == [("Joined", "bob")]


# going


def test_who_quits_is_forgotten_and_told_once_to_each_room(house: House) -> None:
    bob = house.person("bob", "#a", "#b")
    house.person("carol", "#a", "#b")
    house.deliveries.take()
    house.directory.quit(bob, "tea")
    house.directory.quit(bob, "again")
    assert house.events("#a")[-1] == ("Quit", "bob")
    event = house.directory.rooms["#a"].log.entries[-1]
    assert isinstance(event, Quit)
    assert (event.reason, event.places) == ("tea", {"#a": 2, "#b": 2})
    assert "bob" not in house.directory.people
    assert bob not in house.directory.rooms["#a"].members
    assert bob.rooms == {}
    assert house.directory.stats.people == 1
    assert house.deliveries.take() == [("#a", False), ("#b", False)]


def test_who_never_had_a_name_quits_without_a_word(house: House) -> None:
    house.directory.quit(house.stranger(), "")
    assert (house.directory.stats.people, house.deliveries.take()) == (0, [])


def test_an_empty_room_vanishes_and_the_lobby_stays(house: House) -> None:
    bob = house.person("bob", "#a")
    house.directory.join_lobby(session_of(bob))
    house.directory.quit(bob, "")
    assert list(house.directory.rooms) == ["#lobby"]


# rooms


def test_who_makes_a_room_may_run_it_and_the_next_may_not(house: House) -> None:
    bob, carol = house.person("bob", "#a"), house.person("carol", "#A")
    room = house.directory.room("#A")
    assert room.members[bob].modes == "o"
    assert room.members[carol].modes == ""
    assert house.readers[carol].came == ["#a"]
    lobby = house.directory.join_lobby(session_of(bob))
    assert lobby.modes == ""


def test_who_comes_reads_from_the_next_event_on(house: House) -> None:
    bob = house.person("bob", "#a")
    house.directory.say(session_of(bob), house.directory.room("#a"), "before")
    carol = house.person("carol", "#a")
    cursor = session_of(carol).cursors[house.directory.room("#a")]
    assert cursor.position == cursor.begins == 3
    assert house.deliveries.take()[-1] == ("#a", False)


def test_joining_twice_is_refused(house: House) -> None:
    bob = house.person("bob", "#a")
    with pytest.raises(Refused) as refused:
        house.directory.join(session_of(bob), check_room("#A"))
    assert refused.value.why is Why.ALREADY_IN_ROOM


def test_the_number_of_rooms_is_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    bob = house.person("bob", *(f"#r{n}" for n in range(ROOMS_AT_MOST)))
    with pytest.raises(Refused, match="/part one") as refused:
        house.directory.join(session_of(bob), check_room("#more"))
    assert refused.value.why is Why.TOO_MANY_ROOMS
    monkeypatch.setattr("chat.domain.rooms.ROOMS_IN_ALL", ROOMS_AT_MOST + 1)
    carol = house.person("carol", "#r1")
    with pytest.raises(Refused, match="no more can be made") as refused:
        house.directory.join(session_of(carol), check_room("#more"))
    assert refused.value.why is Why.LIMIT
    assert "#more" not in house.directory.rooms


def test_parting_tells_the_others_and_the_one_who_left(house: House) -> None:
    bob, _ = house.person("bob", "#a"), house.person("carol", "#a")
    room = house.directory.room("#a")
    house.directory.part(session_of(bob), room, "tea")
    assert house.events("#a")[-1] == ("Left", "bob")
    assert house.readers[bob].went == [("#a", "Left")]
    assert bob.rooms == {}
    with pytest.raises(Refused, match="/join #a first") as refused:
        house.directory.part(session_of(bob), room)
    assert refused.value.why is Why.NOT_IN_ROOM


def test_an_unknown_room_is_named_with_what_to_do(house: House) -> None:
    with pytest.raises(Refused, match=r"No such room: #x\. See /rooms, or make it with /join #x") as refused:
        house.directory.room("#x")
    assert refused.value.why is Why.NO_SUCH_ROOM


# speech


@pytest.mark.parametrize("kind", [Said, Acted, Noticed])
def test_what_is_said_stands_in_the_log_and_is_urgent(house: House, kind: type[Said]) -> None:
    bob = house.person("bob", "#a")
    house.deliveries.take()
    safe: list[bool] = []
    house.clock.now += 100
    event = house.directory.say(
        session_of(bob), house.directory.room("#a"), "tea", kind, {"+t": "1"}, safe.append
    )
    assert type(event) is kind
    assert event == house.directory.room("#a").log.entries[-1]
    assert (event.text, event.room, event.author.name, dict(event.tags)) == ("tea", "#a", "bob", {"+t": "1"})
    assert safe == [True]
    assert house.deliveries.take() == [("#a", True)]
    assert bob.last_active == house.clock.now
    assert house.directory.stats.messages.total == 1


def test_nobody_speaks_in_a_room_from_outside(house: House) -> None:
    house.person("bob", "#a")
    carol = house.person("carol")
    for speak in (
        lambda: house.directory.say(session_of(carol), house.directory.room("#a"), "tea"),
        lambda: house.directory.tag(session_of(carol), house.directory.room("#a"), {}),
    ):
        with pytest.raises(Refused) as refused:
            speak()
        assert refused.value.why is Why.CANNOT_SAY
    assert house.directory.stats.messages.total == 0


def test_tags_alone_are_told_and_not_counted(house: House) -> None:
    bob = house.person("bob", "#a")
    event = house.directory.tag(session_of(bob), house.directory.room("#a"), {"+typing": "active"})
    assert isinstance(event, Tagged)
    assert house.events("#a")[-1] == ("Tagged", "bob")
    assert house.directory.stats.messages.total == 0


def test_a_private_message_reaches_one_person_and_no_log(house: House) -> None:
    bob, carol = house.person("bob", "#a"), house.person("carol", "#a")
    before = house.events("#a")
    safe: list[bool] = []
    event = house.directory.whisper(session_of(bob), carol, "psst", receipt=safe.append)
    assert house.readers[carol].told == [event]
    assert house.readers[bob].told == []
    assert house.events("#a") == before
    assert safe == [True]
    assert carol.correspondent == "bob"
    assert house.directory.stats.private_messages.total == 1
    assert house.directory.stats.messages.total == 0


def test_a_private_message_that_cannot_be_taken_is_refused_and_not_counted(house: House) -> None:
    bob, carol = house.person("bob"), house.person("carol")
    house.readers[carol].takes = False
    with pytest.raises(Refused, match="does not keep up") as refused:
        house.directory.whisper(session_of(bob), carol, "psst")
    assert refused.value.why is Why.NOT_DELIVERED
    assert house.directory.stats.private_messages.total == 0
    assert carol.correspondent is None


def test_who_is_ignored_whispers_into_the_void_and_does_not_learn_it(house: House) -> None:
    bob, carol = house.person("bob"), house.person("carol")
    ignoring.ignore(house.directory, carol, "BOB")
    event = house.directory.whisper(session_of(bob), carol, "psst")
    assert isinstance(event, Whispered)
    assert house.readers[carol].told == []
    assert carol.correspondent is None
    ignoring.unignore(house.directory, carol, "Bob")
    house.directory.whisper(session_of(bob), carol, "psst")
    assert len(house.readers[carol].told) == 1
    assert house.readers[carol].changes == 2


def test_private_tags_are_no_message(house: House) -> None:
    bob, carol = house.person("bob"), house.person("carol")
    house.directory.whisper(session_of(bob), carol, "", Tagged, {"+typing": "active"})
    assert len(house.readers[carol].told) == 1
    assert (carol.correspondent, house.directory.stats.private_messages.total) == (None, 0)


# what else changes


def test_away_is_told_once_and_back_too(house: House) -> None:
    bob = house.person("bob", "#a")
    house.directory.set_away(session_of(bob), None)
    house.directory.set_away(session_of(bob), "tea")
    house.directory.set_away(session_of(bob), "tea")
    house.directory.set_away(session_of(bob), None)
    assert house.events("#a")[1:] == [("AwayChanged", "bob")] * 2
    told = [event for event in house.readers[bob].told if isinstance(event, AwayChanged)]
    assert [event.reason for event in told] == ["tea", None]


def test_an_identity_changes_with_an_event_if_it_changes(house: House) -> None:
    bob = house.person("bob", "#a")
    house.directory.change_identity(session_of(bob))
    house.directory.change_identity(session_of(bob), account="bobby", realname="Bob", username="b", host="h")
    event = house.directory.room("#a").log.entries[-1]
    assert isinstance(event, IdentityChanged)
    assert (event.author.account, event.after.account, event.after.mask) == (None, "bobby", "bob!b@h")
    house.directory.change_identity(session_of(bob), account=None)
    assert bob.identity.account is None
    assert len(house.events("#a")) == 3


def test_an_identity_without_a_name_changes_unseen(house: House) -> None:
    stranger = house.stranger()
    house.directory.change_identity(session_of(stranger), account="bobby")
    assert (stranger.account, stranger.shown) == ("bobby", "*")
    assert house.deliveries.take() == []


def test_sessions_are_numbered_apart(house: House) -> None:
    directory: Directory = house.directory
    assert directory.new_session() != directory.new_session()
