"""Who may do what in a room."""

import pytest

from chat.domain import rights
from chat.domain.events import Invited, Kicked, TopicChanged
from chat.domain.modes import apply, read
from chat.domain.operating import promote
from chat.domain.refused import Why
from chat.domain.rights import INVITATIONS_AT_MOST, TOPIC_BYTES
from tests.domain.hall import Hall, told


def change(hall: Hall, who: str, *words: str) -> None:
    """Somebody changes the modes of #a."""
    directory = hall.directory
    assert apply(directory, directory.find(who), directory.room("#a"), read(words)) == []


def test_ranks_and_signs(hall: Hall) -> None:
    ann = hall.person("ann", "#a")
    bob = hall.person("bob", "#a")
    room = hall.directory.room("#a")
    assert rights.rank(None) == 0
    assert rights.rank(bob.memberships[room]) == 0
    change(hall, "ann", "+v", "bob")
    assert rights.signs(bob.memberships[room]) == "+"
    change(hall, "ann", "+v", "ann")
    assert rights.signs(ann.memberships[room]) == "@"
    assert rights.signs(ann.memberships[room], every=True) == "@+"
    assert rights.rank(ann.memberships[room]) > rights.rank(bob.memberships[room]) > 0


@pytest.mark.parametrize(
    ("modes", "why"),
    [
        (["+b", "bob!*@*"], Why.BANNED),
        (["+i"], Why.INVITE_ONLY),
        (["+R"], Why.NEEDS_ACCOUNT),
        (["+k", "key"], Why.WRONG_KEY),
        (["+l", "1"], Why.ROOM_FULL),
        (["+be", "bob!*@*", "*!*@host"], None),
        (["+iI", "bob!*@*"], None),
        (["+b", "m:bob"], None),
        (["+b", "a:*"], None),
    ],
)
def test_coming_in(hall: Hall, modes: list[str], why: Why | None) -> None:
    hall.person("ann", "#a")
    change(hall, "ann", *modes)
    bob = hall.person("bob")
    assert hall.why(hall.join, bob, "#a") is why
    assert (hall.directory.room("#a") in bob.memberships) == (why is None)


def test_a_founder_is_kept_out_by_nothing(hall: Hall) -> None:
    hall.accounts.add("ann", "sesame")
    ann = hall.person("ann", "#a", account="ann")
    hall.person("bob", "#a")
    hall.directory.part(ann, hall.directory.room("#a"))
    root = hall.person("root", "#a")
    promote(root)
    change(hall, "root", "+biklR", "*!*@*", "key", "1")
    room = hall.join(ann, "#a")
    assert ann.memberships[room].modes == "o"


def test_a_room_that_could_not_be_entered_is_not_left_behind(hall: Hall) -> None:
    hall.accounts.add("ann", "sesame")
    ann = hall.person("ann", "#a", account="ann")
    change(hall, "ann", "+i")
    hall.directory.part(ann, hall.directory.room("#a"))
    assert "#a" not in hall.directory.rooms
    assert hall.why(hall.join, hall.person("bob"), "#a") is Why.INVITE_ONLY
    assert "#a" not in hall.directory.rooms


def test_a_topic(hall: Hall) -> None:
    ann, bob, eve = hall.person("ann", "#a"), hall.person("bob", "#a"), hall.person("eve")
    room = hall.directory.room("#a")
    set_topic = rights.set_topic
    assert hall.why(set_topic, hall.directory, bob, room, "x") is Why.NEEDS_RIGHT
    assert hall.why(set_topic, hall.directory, eve, room, "x") is Why.NOT_IN_ROOM
    assert hall.why(set_topic, hall.directory, ann, room, "é" * TOPIC_BYTES) is Why.TOO_LONG
    assert room.topic is None
    set_topic(hall.directory, ann, room, "roses")
    assert room.topic is not None
    assert (room.topic.text, room.topic.author.name, room.topic.time) == ("roses", "ann", 1000)
    assert isinstance(told(ann)[-1], TopicChanged)
    set_topic(hall.directory, ann, room, "")
    assert room.topic is None


def test_everybody_sets_the_topic_of_the_lobby(hall: Hall) -> None:
    bob = hall.person("bob", "#lobby")
    rights.set_topic(hall.directory, bob, hall.directory.lobby, "hello")
    assert hall.directory.lobby.topic is not None


def test_invitations_are_bounded_and_the_oldest_goes_first(hall: Hall) -> None:
    ann, bob = hall.person("ann"), hall.person("bob")
    for number in range(INVITATIONS_AT_MOST + 1):
        room = hall.join(ann, f"#r{number}")
        rights.invite(hall.directory, ann, room, bob)
        hall.directory.part(ann, room) if number > 40 else None
    assert bob.invitations is not None
    names = [room.name for room in bob.invitations]
    assert names == [f"#r{number}" for number in range(1, INVITATIONS_AT_MOST + 1)]


def test_an_invitation_of_somebody_who_is_ignored_is_not_told(hall: Hall) -> None:
    ann, bob = hall.person("ann", "#a"), hall.person("bob")
    bob.ignored = frozenset({"ann"})
    rights.invite(hall.directory, ann, hall.directory.room("#a"), bob)
    assert not any(isinstance(event, Invited) for event in told(bob))


def test_kicks(hall: Hall) -> None:
    ann, bob, eve = hall.person("ann", "#a"), hall.person("bob", "#a"), hall.person("eve")
    room = hall.directory.room("#a")
    kick = rights.kick
    assert hall.why(kick, hall.directory, bob, room, ann, "") is Why.NEEDS_RIGHT
    assert hall.why(kick, hall.directory, eve, room, ann, "") is Why.NOT_IN_ROOM
    assert hall.why(kick, hall.directory, ann, room, eve, "") is Why.USER_NOT_IN_ROOM
    kick(hall.directory, ann, room, bob, "out")
    assert bob not in room.members
    assert isinstance(room.log.entries[-1], Kicked)
    kick(hall.directory, ann, room, ann, "me too")
    assert "#a" not in hall.directory.rooms


def test_who_may_see_a_secret_room(hall: Hall) -> None:
    ann, eve, root = hall.person("ann", "#a"), hall.person("eve"), hall.person("root")
    promote(root)
    room = hall.directory.room("#a")
    assert rights.may_see(eve, room)
    change(hall, "ann", "+s")
    assert [rights.may_see(user, room) for user in (ann, eve, root)] == [True, False, True]
