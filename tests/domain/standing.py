"""What holds for the readers of a room at any moment, whatever happened before."""

from __future__ import annotations

from chat.domain.room import Room


def check_standing(room: Room, at_most: int = 1 << 30) -> None:
    """Fail unless each member stands in one place, and nothing else is kept; groups have `at_most` members."""
    readers = room.readers
    memberships = list(room.members.values())
    found = list(readers.alone)
    for membership in found:
        assert membership.shared is None, "somebody alone holds on to a cursor"
    assert len(set(map(id, readers.cursors))) == len(readers.cursors), "a cursor is there twice"
    for cursor in readers.cursors:
        assert 0 < len(cursor.members) <= at_most, "a group is empty, or too large"
        assert list(cursor.members) == list(cursor.pushes)
        for session, membership in cursor.members.items():
            assert membership.shared is cursor
            assert membership.session == session
            assert membership.rendering is cursor.rendering, (
                "somebody stands with people who are shown other things"
            )
            assert membership.outlet.push == cursor.pushes[session]
            assert not membership.outlet.blocked, "somebody who can be sent nothing stands with others"
            assert membership.position == cursor.position
        found += cursor.members.values()
    assert len(found) == len(memberships)
    assert set(found) == set(memberships), "somebody reads who is not in the room, or the other way round"
    for membership in memberships:
        assert membership.position <= room.log.end
