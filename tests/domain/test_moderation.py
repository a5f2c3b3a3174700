"""Putting out, inviting, and the topic."""

import pytest

from chat.domain import moderation
from chat.domain.events import Invited, Kicked, TopicChanged
from chat.domain.names import check_room
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from tests.domain.people import Town, ear, session_of


@pytest.fixture
def town() -> Town:
    return Town()


def test_kicking(town: Town) -> None:
    ann, bob, carol = town.person("ann", "#room"), town.person("bob", "#room"), town.person("carol")
    room = town.room("#room")

    def kick(person: Person, target: Person) -> None:
        moderation.kick(town.directory, session_of(person), room, target, "because")

    with pytest.raises(Refused, match="operator"):
        kick(bob, ann)
    with pytest.raises(Refused, match="not in"):
        kick(ann, carol)
    kick(ann, bob)
    assert bob not in room.members
    (event,) = ear(bob).lefts
    assert isinstance(event, Kicked)
    assert ear(ann).last() == event
    assert room.log.entries[-1] == event


def test_inviting(town: Town) -> None:
    ann, bob, carol = town.person("ann", "#room"), town.person("bob", "#room"), town.person("carol")
    room = town.room("#room")

    def why(person: Person, target: Person) -> Why:
        with pytest.raises(Refused) as caught:
            moderation.invite(town.directory, session_of(person), room, target)
        return caught.value.why

    assert why(carol, bob) is Why.NOT_IN_ROOM
    assert why(ann, bob) is Why.USER_IN_ROOM
    moderation.invite(town.directory, session_of(bob), room, carol)
    assert isinstance(ear(carol).last(), Invited)
    # The operator of the room is told, and an invitation of somebody else opens no door.
    assert isinstance(ear(ann).last(), Invited)
    assert not carol.invitations
    room.flags.add("i")
    assert why(bob, carol) is Why.NEEDS_RIGHT


def test_invitations_are_bounded(town: Town) -> None:
    ann, bob = town.person("ann", "#room"), town.person("bob")
    for number in range(moderation.INVITATIONS_AT_MOST):
        room = f"#r{number}"
        town.directory.part(session_of(ann), next(iter(ann.rooms)))
        town.directory.join(session_of(ann), check_room(room))
        moderation.invite(town.directory, session_of(ann), town.room(room), bob)
    assert bob.invitations is not None
    assert len(bob.invitations) == moderation.INVITATIONS_AT_MOST


def test_the_topic(town: Town) -> None:
    ann, bob = town.person("ann", "#room"), town.person("bob", "#room")
    room = town.room("#room")
    with pytest.raises(Refused, match="operator"):
        moderation.set_topic(town.directory, session_of(bob), room, "mine")
    moderation.set_topic(town.directory, session_of(ann), room, "hers")
    assert room.topic is not None
    assert room.topic.text == "hers"
    assert isinstance(ear(ann).last(), TopicChanged)
    room.flags.discard("t")
    moderation.set_topic(town.directory, session_of(bob), room, "")
    assert room.topic is None
    with pytest.raises(Refused, match="300 bytes"):
        moderation.set_topic(town.directory, session_of(bob), room, "x" * 391)


def test_in_the_lobby_everybody_sets_the_topic(town: Town) -> None:
    bob = town.person("bob", "#lobby")
    moderation.set_topic(town.directory, session_of(bob), town.directory.lobby, "welcome")
    assert town.directory.lobby.topic is not None
