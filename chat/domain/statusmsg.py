"""Messages to those people of a room who have certain rights: `@#room` in IRC.

They go to each of them alone and are not kept: a room's log is for all of its members.
"""

from __future__ import annotations

from chat.domain.directory import Directory
from chat.domain.events import Acted, ClientTags, Identity, Noticed, Said, Tagged, Whispered
from chat.domain.journal import Receipt
from chat.domain.names import fold
from chat.domain.rights import RANKS, SIGNS, check_speech, rank
from chat.domain.room import Room
from chat.domain.session import Session


def say_to_some(
    directory: Directory,
    session: Session,
    room: Room,
    sign: str,
    text: str,
    kind: type[Said | Acted | Noticed | Tagged],
    tags: ClientTags,
    receipt: Receipt | None = None,
) -> Whispered:
    """Say something to everybody in a room whose rights have this sign, or a higher one. Raises `Refused`."""
    person = session.person
    directory.member(person, room)
    name = fold(person.shown)
    check_speech(person, room, text)
    least = next(RANKS[letter] for letter, shown in SIGNS.items() if shown == sign)
    msgid, now = directory.journal.stamp()
    whom = Identity(0, f"{sign}{room.name}", "", "")
    event = Whispered(msgid, now, session.identity, whom, text, kind, tags)
    session.last_active = directory.seconds()
    for member in room.members.values():
        heard = member.person is person or (rank(member) >= least and name not in member.person.ignored)
        if heard:
            for other in member.person.sessions:
                if other is not session:
                    other.reader.tell(event)
    if receipt is not None:
        receipt(True)
    return event
