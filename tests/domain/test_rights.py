"""Who may come in, speak, and run a room."""

import pytest

from chat.domain import moderation, modes, rights
from chat.domain.events import Invited
from chat.domain.mode_lines import read
from chat.domain.names import check_room
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from tests.domain.people import Town, ear, session_of


@pytest.fixture
def town() -> Town:
    return Town()


def join(town: Town, person: Person, room: str, key: str = "") -> None:
    town.directory.join(session_of(person), check_room(room), key)


def change(town: Town, person: Person, room: str, *words: str) -> list[Why]:
    """Change modes; the reasons of what was refused."""
    return [r.why for r in modes.apply(town.directory, session_of(person), town.room(room), read(words))]


def refused(town: Town, person: Person, room: str, key: str = "") -> Why:
    """Why somebody may not come in."""
    with pytest.raises(Refused) as caught:
        join(town, person, room, key)
    return caught.value.why


@pytest.mark.parametrize(
    ("change_of_modes", "why"),
    [
        (("+i",), Why.INVITE_ONLY),
        (("+k", "beer"), Why.WRONG_KEY),
        (("+l", "1"), Why.ROOM_FULL),
        (("+b", "bob!*@*"), Why.BANNED),
        (("+R",), Why.NEEDS_ACCOUNT),
    ],
)
def test_modes_close_a_room_and_an_invitation_opens_it_once(
    town: Town, change_of_modes: tuple[str, ...], why: Why
) -> None:
    ann = town.person("ann", "#room")
    bob = town.person("bob")
    assert change(town, ann, "#room", *change_of_modes) == []
    assert refused(town, bob, "#room") is why
    moderation.invite(town.directory, session_of(ann), town.room("#room"), bob)
    assert isinstance(ear(bob).last(), Invited)
    join(town, bob, "#room")
    town.directory.part(session_of(bob), town.room("#room"))
    assert refused(town, bob, "#room") is why


def test_a_key_opens(town: Town) -> None:
    ann, bob = town.person("ann", "#room"), town.person("bob")
    change(town, ann, "#room", "+k", "beer")
    assert refused(town, bob, "#room", "wine") is Why.WRONG_KEY
    join(town, bob, "#room", "beer")
    assert bob in town.room("#room").members


def test_exceptions_let_in(town: Town) -> None:
    ann, bob = town.person("ann", "#room"), town.person("bob")
    change(town, ann, "#room", "+be", "*!*@*", "bob!*@*")
    join(town, bob, "#room")
    assert refused(town, town.person("dave"), "#room") is Why.BANNED
    change(town, ann, "#room", "-b+iI", "*!*@*", "a:carol")
    join(town, town.person("carol", account="carol"), "#room")
    assert refused(town, town.person("erin"), "#room") is Why.INVITE_ONLY


def test_a_refused_room_that_was_made_for_it_is_not_left_behind(town: Town) -> None:
    town.directory.rooms.clear()
    ann = town.person("ann", "#room")
    change(town, ann, "#room", "+i")
    bob = town.person("bob")
    assert refused(town, bob, "#room") is Why.INVITE_ONLY
    assert set(town.directory.rooms) == {"#room"}


def test_the_founder_is_let_in_and_keeps_the_rights(town: Town) -> None:
    ann = town.person("ann", "#room", account="ann")
    bob = town.person("bob", "#room")
    change(town, ann, "#room", "+o", "bob")
    assert change(town, bob, "#room", "-o", "ann") == [Why.NEEDS_RIGHT]
    change(town, bob, "#room", "+i")
    town.directory.part(session_of(ann), town.room("#room"))
    join(town, ann, "#room")
    assert ann.rooms[town.room("#room")].modes == "o"


def test_who_may_speak(town: Town) -> None:
    ann, bob = town.person("ann", "#room"), town.person("bob", "#room")
    out = town.person("out")
    room = town.room("#room")
    reasons: set[Why] = set()

    def may(person: Person, text: str = "hello") -> bool:
        try:
            town.directory.say(session_of(person), room, text)
        except Refused as reason:
            reasons.add(reason.why)
            return False
        return True

    assert may(bob)
    assert not may(out)
    change(town, ann, "#room", "-n")
    assert may(out)
    change(town, ann, "#room", "+m")
    assert not may(out)
    assert not may(bob)
    change(town, ann, "#room", "+v", "bob")
    assert may(bob)
    change(town, ann, "#room", "-mv", "bob")
    change(town, ann, "#room", "+b", "m:bob!*@*")
    assert not may(bob)
    change(town, ann, "#room", "+e", "m:bob!*@*")
    assert may(bob)
    change(town, ann, "#room", "+C")
    assert not may(bob, "\x01VERSION\x01")
    assert may(bob, "\x01ACTION waves\x01")
    assert reasons == {Why.CANNOT_SAY}


def test_an_operator_of_the_server_may_do_it_all(town: Town) -> None:
    town.person("ann", "#room", account="ann")
    bob = town.person("bob")
    bob.modes = "o"
    assert change(town, bob, "#room", "+m") == []
    moderation.kick(town.directory, session_of(bob), town.room("#room"), town.directory.find("ann"), "")
    assert "#room" not in town.directory.rooms


def test_signs_show_rights(town: Town) -> None:
    ann = town.person("ann", "#room")
    member = ann.rooms[town.room("#room")]
    assert rights.signs(member) == "@"
    member.modes = "ov"
    assert rights.signs(member) == "@"
    assert rights.signs(member, True) == "@+"
    member.modes = ""
    assert rights.signs(member) == ""
