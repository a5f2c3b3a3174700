"""Who is in a large room, as NAMES shows it: kept, because everybody who comes in gets all of it.

What the room's log tells of comings, goings and changes since is applied to what is kept: somebody more in the room
costs one name, not a look at everybody.
"""

from __future__ import annotations

from collections.abc import Iterable

from chat.domain.events import Acted, AwayChanged, Joined, Noticed, Said, Tagged, TopicChanged
from chat.domain.person import Person
from chat.domain.rights import signs
from chat.domain.room import Room

LARGE = 64
"""People from which on a roster is kept."""
NEUTRAL = frozenset((Said, Acted, Noticed, Tagged, TopicChanged, AwayChanged))
"""Events that change nothing of what is shown."""


def shown_members(room: Room, every: bool, masks: bool, inside: bool = True) -> bytes:
    """The members with spaces between them: with `every` sign of their rights or the highest, as masks or names.

    Who is not `inside` sees nobody who is invisible.
    """
    if not inside:
        return _shown([person for person in room.members if "i" not in person.modes], room, every, masks)
    if len(room.members) < LARGE:
        room.rosters = None
        return _shown(room.members, room, every, masks)
    rosters = room.rosters = room.rosters or {}
    position, text = rosters.get((every, masks), (0, b""))
    if text:
        more = _came(room, position, masks)
        text = text + more if more is not None else b""
    if not text:
        text = _shown(room.members, room, every, masks)
    rosters[every, masks] = (room.log.end, text)
    return text


def _shown(people: Iterable[Person], room: Room, every: bool, masks: bool) -> bytes:
    members = room.members
    return " ".join(
        [
            (signs(members[person], every) if members[person].modes else "")
            + (person.identity.mask if masks else person.identity.name)
            for person in people
        ]
    ).encode()


def _came(room: Room, position: int, masks: bool) -> bytes | None:
    """What the room's log adds at the end from this position on; None if that is not all that it changes."""
    missed, events = room.log.read(position)[1:]
    newest = next(reversed(room.members.values()))
    if missed or newest.modes:
        # The log has not told yet of the rights that somebody brings along.
        return None
    added: list[str] = []
    for event in events:
        if isinstance(event, Joined):
            added.append(event.author.mask if masks else event.author.name)
        elif type(event) not in NEUTRAL:
            return None
    return "".join([f" {name}" for name in added]).encode()
