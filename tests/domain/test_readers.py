"""Who stands together in a room's log, and who reads alone."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.domain.readers import Cursor
from chat.domain.room import Member, Room
from chat.domain.session import Session
from tests.domain.standing import check_standing
from tests.domain.things import ListReader, said


class Outlet:
    """Where bytes go: a list."""

    def __init__(self) -> None:
        self.blocked = False
        self.got: list[bytes] = []

    def push(self, data: bytes) -> int:
        """Take everything."""
        self.got.append(data)
        return len(data)


class Hall:
    """A room whose people come and go as the test says."""

    def __init__(self) -> None:
        self.room = Room("#a", "#a", 0.0)
        self.readers = self.room.readers
        self._sessions = count(1)

    def come(self, number: int = 1, rendering: str = "plain", blocked: bool = False) -> list[Cursor]:
        """So many people, who read from the end of the log on."""
        return [self._one(rendering, blocked) for _ in range(number)]

    def _one(self, rendering: str, blocked: bool) -> Cursor:
        reader = ListReader()
        outlet = reader.outlet = Outlet()
        outlet.blocked = blocked
        session = Session(next(self._sessions), "192.0.2.7", "cloak", 0.0)
        session.meet(reader, "plain")
        cursor = session.cursors[self.room] = Cursor(session, self.room, self.room.log.end)
        cursor.rendering = rendering
        self.readers.add(cursor)
        self.room.members[session.person] = Member(session.person, self.room, 0.0)
        return cursor

    def cursors(self) -> list[Cursor]:
        """Everybody's."""
        return [c for person in self.room.members for s in person.sessions for c in s.cursors.values()]

    def say(self, number: int = 1) -> None:
        """The log grows."""
        for _ in range(number):
            self.room.log.append(said(self.room.log.end))

    def gather(self, at_most: int = 8) -> bool:
        """As at the end of a walk."""
        return self.readers.gather(self.room.log.end, at_most)

    def groups(self) -> list[list[int]]:
        """The sessions that stand together."""
        return [list(shared.members) for shared in self.readers.together]

    def alone(self) -> list[int]:
        """The sessions that read alone."""
        return [cursor.number for cursor in self.readers.alone]


@pytest.fixture
def hall() -> Hall:
    return Hall()


# together


def test_who_comes_reads_alone(hall: Hall) -> None:
    hall.say(3)
    (ann,) = hall.come()
    assert (hall.groups(), hall.alone(), ann.position) == ([], [1], 3)


def test_who_has_read_everything_stands_together(hall: Hall) -> None:
    hall.come(3)
    assert hall.gather() is False
    assert (hall.groups(), hall.alone()) == ([[1, 2, 3]], [])
    check_standing(hall.room)


def test_a_shared_position_is_that_of_each(hall: Hall) -> None:
    people = hall.come(3)
    hall.say(2)
    for cursor in people:
        cursor.position = 2
    hall.gather()
    hall.readers.together[0].position = 5
    assert [cursor.position for cursor in people] == [5, 5, 5]


def test_what_is_pushed_to_a_group_reaches_each_in_the_order_of_their_coming(hall: Hall) -> None:
    people = hall.come(3)
    hall.gather()
    (shared,) = hall.readers.together
    for number, push in enumerate(shared.pushes.values()):
        push(b"%d" % number)
    assert [cursor.outlet.got for cursor in people] == [[b"0"], [b"1"], [b"2"]]


def test_each_rendering_has_groups_of_its_own(hall: Hall) -> None:
    hall.come(2, "plain")
    hall.come(2, "irc")
    hall.come(1, "plain")
    hall.gather()
    assert hall.groups() == [[1, 2, 5], [3, 4]]
    assert [shared.rendering for shared in hall.readers.together] == ["plain", "irc"]


def test_a_group_is_no_larger_than_asked_for(hall: Hall) -> None:
    hall.come(7)
    hall.gather(3)
    assert hall.groups() == [[1, 2, 3], [4, 5, 6], [7]]
    hall.come(3)
    hall.gather(3)
    assert hall.groups() == [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10]]


def test_who_has_not_read_everything_stays_alone_and_is_told_of(hall: Hall) -> None:
    (slow,) = hall.come()
    hall.say()
    hall.come()
    assert hall.gather() is True
    assert (hall.groups(), hall.alone(), slow.position) == ([[2]], [1], 0)


def test_who_cannot_be_sent_anything_stays_alone_and_keeps_nobody_waiting(hall: Hall) -> None:
    (slow,) = hall.come(blocked=True)
    hall.say()
    (there,) = hall.come(blocked=True)
    assert hall.gather() is False
    assert (hall.groups(), hall.alone()) == ([], [1, 2])
    slow.outlet.blocked = there.outlet.blocked = False
    assert hall.gather() is True
    assert (hall.groups(), hall.alone()) == ([[2]], [1])


def test_nobody_at_all_is_gathered_from_an_empty_room(hall: Hall) -> None:
    assert hall.gather() is False
    assert hall.groups() == []


# apart


def test_a_position_that_is_set_is_that_of_one(hall: Hall) -> None:
    first, second, third = hall.come(3)
    hall.say(4)
    for cursor in (first, second, third):
        cursor.position = 4
    hall.gather()
    second.position = 1
    assert [first.position, second.position, third.position] == [4, 1, 4]
    assert (hall.groups(), hall.alone()) == ([[1, 3]], [2])
    hall.readers.together[0].position = 9
    assert second.position == 1


def test_another_rendering_is_that_of_one_who_goes_on_from_the_same_place(hall: Hall) -> None:
    first, second = hall.come(2)
    hall.gather()
    hall.readers.together[0].position = 6
    second.rendering = "irc"
    assert (first.rendering, second.rendering) == ("plain", "irc")
    assert (first.position, second.position) == (6, 6)
    assert (hall.groups(), hall.alone()) == ([[1]], [2])


def test_reading_alone_goes_on_from_the_same_place(hall: Hall) -> None:
    first, second = hall.come(2)
    hall.gather()
    hall.readers.together[0].position = 6
    second.read_alone()
    second.read_alone()
    assert (first.position, second.position) == (6, 6)
    assert (hall.groups(), hall.alone()) == ([[1]], [2])


@pytest.mark.parametrize("how", ["part", "position", "rendering", "end"])
def test_nothing_is_kept_of_a_group_when_the_last_one_goes(hall: Hall, how: str) -> None:
    (ann,) = hall.come()
    hall.gather()
    if how == "part":
        ann.read_alone()
    elif how == "position":
        ann.position = 0
    elif how == "rendering":
        ann.rendering = "irc"
    else:
        ann.end()
    assert hall.groups() == []
    assert hall.alone() == ([] if how == "end" else [1])


@pytest.mark.parametrize("together", [False, True])
def test_who_leaves_the_room_reads_it_no_more(hall: Hall, together: bool) -> None:
    people = hall.come(3)
    if together:
        hall.gather()
    people[1].end()
    assert people[1].session.cursors == {}
    assert sorted(sum(hall.groups(), hall.alone())) == [1, 3]
    hall.gather()
    assert hall.groups() == [[1, 3]]
    check_standing(hall.room)


def test_who_leaves_a_group_behind_the_end_keeps_its_place_for_what_was_said(hall: Hall) -> None:
    first, second = hall.come(2)
    hall.gather()
    hall.say(3)
    second.end()
    (former,) = second.session.former
    assert (former.position, former.stop, former.rendering) == (0, 3, "plain")
    assert first.position == 0
    former.position = 2
    assert (first.position, hall.groups(), hall.alone()) == (0, [[1]], [])


def test_who_comes_again_joins_those_who_are_there(hall: Hall) -> None:
    people = hall.come(3)
    hall.gather()
    people[0].read_alone()
    hall.gather()
    assert (hall.groups(), hall.alone()) == ([[2, 3, 1]], [])


# merging


def shrink(hall: Hall, at_most: int, *sizes: int) -> None:
    """Groups of these sizes, of which each had `at_most` members."""
    people = hall.come(at_most * len(sizes))
    hall.gather(at_most)
    for number, size in enumerate(sizes):
        for cursor in people[number * at_most + size : (number + 1) * at_most]:
            cursor.end()


def test_small_groups_become_one(hall: Hall) -> None:
    shrink(hall, 4, 1, 2)
    hall.gather(4)
    assert hall.groups() == [[1, 5, 6]]
    check_standing(hall.room, 4)


def test_a_group_that_went_into_another_has_nobody_left(hall: Hall) -> None:
    shrink(hall, 4, 1, 2)
    together = list(hall.readers.together)
    hall.gather(4)
    (gone,) = (shared for shared in together if shared not in hall.readers.together)
    assert (gone.members, gone.pushes) == ({}, {})


def test_groups_that_would_be_too_large_together_stay_apart(hall: Hall) -> None:
    shrink(hall, 4, 3, 2)
    hall.gather(4)
    assert hall.groups() == [[1, 2, 3], [5, 6]]
    hall.come(2)
    hall.gather(4)
    assert sorted(map(len, hall.groups())) == [3, 4]
    check_standing(hall.room, 4)


def test_of_three_groups_those_two_become_one_that_fit(hall: Hall) -> None:
    shrink(hall, 6, 5, 4, 2)
    hall.gather(6)
    assert sorted(map(sorted, hall.groups())) == [[1, 2, 3, 4, 5], [7, 8, 9, 10, 13, 14]]
    check_standing(hall.room, 6)


def test_full_groups_are_left_alone(hall: Hall) -> None:
    hall.come(4)
    hall.gather(2)
    before = list(hall.readers.together)
    hall.gather(2)
    assert hall.readers.together == before


def test_groups_of_different_renderings_or_places_stay_apart(hall: Hall) -> None:
    hall.come(1, "plain")
    hall.come(1, "irc")
    hall.gather()
    hall.say()
    hall.come(1, "plain")
    hall.gather()
    assert hall.groups() == [[1], [2], [3]]
    assert [shared.position for shared in hall.readers.together] == [0, 0, 1]
    for shared in hall.readers.together:
        shared.position = 1
    hall.gather()
    assert hall.groups() == [[1, 3], [2]]


def test_a_position_is_shared_after_groups_were_merged(hall: Hall) -> None:
    shrink(hall, 4, 1, 2)
    hall.gather(4)
    hall.say(2)
    hall.readers.together[0].position = 2
    assert {cursor.position for cursor in hall.cursors()} == {2}


def test_groups_are_settled_when_gathering_changed_nothing(hall: Hall) -> None:
    shrink(hall, 4, 3, 2, 2, 1)
    hall.gather(4)
    assert not hall.readers.settled
    hall.gather(4)
    assert (hall.groups(), hall.readers.settled) == ([[1, 2, 3, 13], [5, 6, 9, 10]], False)
    hall.gather(4)
    assert hall.readers.settled


@pytest.mark.parametrize("how", ["come", "end", "alone", "rendering"])
def test_groups_are_settled_no_more_when_somebody_comes_goes_or_reads_alone(hall: Hall, how: str) -> None:
    people = hall.come(3)
    hall.gather()
    hall.gather()
    assert hall.readers.settled
    if how == "come":
        hall.come()
    elif how == "end":
        people[0].end()
    elif how == "alone":
        people[0].read_alone()
    else:
        people[0].rendering = "irc"
    assert not hall.readers.settled


# whatever happens


STEP = st.tuples(
    st.sampled_from(["come", "say", "walk", "gather", "end", "alone", "rendering", "back", "block", "free"]),
    st.integers(0, 9),
)


@given(steps=st.lists(STEP, max_size=40), at_most=st.integers(1, 4))
def test_everybody_stands_in_one_place_and_knows_where(steps: list[tuple[str, int]], at_most: int) -> None:
    hall = Hall()
    places: dict[Cursor, int] = {}
    for step, number in steps:
        people = hall.cursors()
        one = people[number % len(people)] if people else None
        if step == "come":
            places |= {m: m.position for m in hall.come(1 + number % 3, "ab"[number % 2])}
        elif step == "say":
            hall.say(number)
        elif step == "walk":
            end = hall.room.log.end
            for shared in hall.readers.together:
                shared.position = end
            places |= {m: end for m in people if m.shared is not None}
        elif step == "gather":
            reads_on = [m for m in people if m.shared is None and not m.outlet.blocked]
            late = [m for m in reads_on if m.position < hall.room.log.end]
            assert hall.gather(at_most) is bool(late)
            assert all((m.shared is None) is (m in late) for m in reads_on)
        elif one is None:
            continue
        elif step == "end":
            one.end()
            del places[one]
        elif step == "alone":
            one.read_alone()
        elif step == "rendering":
            one.rendering = "ba"[number % 2]
        elif step == "back":
            one.position = places[one] = hall.room.log.end
        elif step == "block":
            one.read_alone()
            one.outlet.blocked = True
        else:
            one.outlet.blocked = False
        if hall.readers.settled:
            before = hall.groups(), hall.alone()
            assert hall.gather(at_most) is False
            assert (hall.groups(), hall.alone()) == before
        check_standing(hall.room, at_most)
        assert {m: m.position for m in hall.cursors()} == places
    for cursor in hall.cursors():
        cursor.end()
    assert (hall.readers.together, hall.readers.alone) == ([], {})
