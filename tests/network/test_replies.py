"""Replies wait for what led to them, and for no more."""

from chat.domain.room import Membership
from chat.network.replies import HeldReplies
from tests.domain.things import House


def reading(position: int, end: int) -> Membership:
    """Somebody who has read so far of a room's log of this length."""
    house = House()
    bob = house.person("bob", "#a")
    (membership,) = bob.memberships.values()
    while membership.room.log.end < end:
        house.directory.say(bob, membership.room, "x")
    membership.position = position
    return membership


def test_they_follow_when_the_rooms_were_read_as_far_as_they_had_come() -> None:
    membership = reading(position=3, end=9)
    assert HeldReplies({membership.room: 3}, []).may_follow([membership])
    assert not HeldReplies({membership.room: 4}, []).may_follow([membership])


def test_rooms_that_were_entered_later_hold_nothing_up() -> None:
    assert HeldReplies({}, []).may_follow([reading(position=3, end=9)])


def test_of_a_room_that_was_left_only_what_was_said_before_counts() -> None:
    membership = reading(position=3, end=9)
    membership.stop = 3
    assert membership.end_of_reading == 3
    assert HeldReplies({membership.room: 9}, []).may_follow([membership])
    membership.stop = 4
    assert not HeldReplies({membership.room: 9}, []).may_follow([membership])


def test_those_that_came_while_nothing_was_held_up_wait_for_everything() -> None:
    membership = reading(position=9, end=9)
    assert membership.end_of_reading == 9
    assert not HeldReplies(None, []).may_follow([membership])
