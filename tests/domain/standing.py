"""What holds for the readers of a room at any moment, whatever happened before."""

from __future__ import annotations

from chat.domain.room import Room


def check_standing(room: Room, at_most: int = 1 << 30) -> None:
    """Fail unless each member stands in one place, and nothing else is kept; groups have `at_most` members."""
    readers = room.readers
    sessions = [session for person in room.members for session in person.sessions]
    cursors = [s.cursors[room] for s in sessions if room in s.cursors and not s.cursors[room].held]
    found = list(readers.alone)
    for cursor in found:
        assert cursor.shared is None, "somebody alone holds on to a cursor"
    assert len(set(map(id, readers.together))) == len(readers.together), "a cursor is there twice"
    for shared in readers.together:
        assert 0 < len(shared.members) <= at_most, "a group is empty, or too large"
        assert list(shared.members) == list(shared.pushes)
        for session, cursor in shared.members.items():
            assert cursor.shared is shared
            assert cursor.number == session
            assert cursor.rendering is shared.rendering, (
                "somebody stands with people who are shown other things"
            )
            assert cursor.outlet.push == shared.pushes[session]
            assert not cursor.outlet.blocked, "somebody who can be sent nothing stands with others"
            assert cursor.position == shared.position
        found += shared.members.values()
    assert len(found) == len(cursors)
    assert set(found) == set(cursors), "somebody reads who is not in the room, or the other way round"
    for cursor in cursors:
        assert cursor.position <= room.log.end
