"""What was recorded is applied: who applies the same events in the same order is in the same state."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chat.domain import moderation, modes
from chat.domain.directory import Directory
from chat.domain.events import LogEvent
from chat.domain.journal import MemoryJournal
from chat.domain.mode_lines import read
from chat.domain.names import check_name, check_room
from chat.domain.person import Person
from chat.domain.refused import Refused
from chat.domain.room import Room
from chat.domain.session import Session
from tests.domain.people import START, Ear, session_of

NAMES = ("ann", "bob", "carl")
ROOMS = ("#a", "#b", "#lobby")


class Here:
    """One process: a directory whose journal lets others know of each event."""

    def __init__(self, elsewhere: list[LogEvent] | None = None) -> None:
        self.now = START

        class Shared(MemoryJournal):
            def record(self, event: LogEvent, *arguments: Any) -> None:
                if elsewhere is not None:
                    # As it goes over a wire: nothing that is changed here is changed there.
                    copy: Any = event
                    elsewhere.append(
                        copy._replace(places=dict(copy.places)) if hasattr(copy, "places") else copy
                    )
                super().record(event, *arguments)

        self.directory = Directory(Shared(lambda: self.now), self, lambda: self.now)

    def dirty(self, room: Room, urgent: bool = True) -> None:
        """The delivery's part."""

    def come(self, name: str, number: int) -> Person:
        """Somebody is here, in each process with the same number."""
        session = Session(number, "192.0.2.1", "host", self.now)
        session.meet(Ear(), "irc")
        self.directory.enter(session, check_name(name))
        return session.person

    def state(self) -> dict[str, Any]:
        """Everything that others can see."""
        directory = self.directory
        return {
            "people": {
                p.shown: (p.away, p.realname, sorted(r.name for r in p.rooms))
                for p in directory.people.values()
            },
            "rooms": {
                room.name: (
                    {p.shown: (m.modes, m.joined_at) for p, m in room.members.items()},
                    room.topic,
                    room.settings(),
                    [
                        (type(event), event.msgid, getattr(event, "places", None))
                        for event in room.log.entries
                    ],
                )
                for room in directory.rooms.values()
            },
        }


STEP = st.tuples(
    st.sampled_from(["join", "part", "say", "kick", "topic", "mode", "nick", "away", "back", "name", "quit"]),
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(0, 2),
)
CHANGES = ("+m", "+ov {}", "-o {}", "+b x!*@*", "-b x!*@*", "+k key", "-k *", "+l 7", "-l", "-t+s")


def act(here: Here, person: Person, other: Person, step: tuple[str, int, int, int]) -> None:
    """Do something, if it may be done."""
    word, _, room_number, number = step
    directory, session = here.directory, session_of(person)
    name = check_room(ROOMS[room_number])
    if word == "join":
        directory.join(session, name, "key")
    elif word == "nick":
        directory.rename(session, check_name(f"{person.shown[:4]}{number}x"))
    elif word in ("away", "back"):
        directory.set_away(session, f"tea {number}" if word == "away" else None)
    elif word == "name":
        directory.change_identity(session, realname=f"real {number}")
    elif word == "quit":
        directory.quit(person, "bye")
    else:
        room = directory.room(name.shown)
        if word == "part":
            directory.part(session, room)
        elif word == "say":
            directory.say(session, room, "hello")
        elif word == "kick":
            moderation.kick(directory, session, room, other, "out")
        elif word == "topic":
            moderation.set_topic(directory, session, room, f"topic {number}")
        else:
            words = CHANGES[(number + 3 * room_number) % len(CHANGES)].format(other.shown).split()
            if words[0] == "+ov":
                words.append(other.shown)
            modes.apply(directory, session, room, read(words))


@settings(deadline=None)
@given(steps=st.lists(STEP, max_size=30))
def test_a_second_process_that_applies_the_same_events_is_in_the_same_state(
    steps: list[tuple[str, int, int, int]],
) -> None:
    events: list[LogEvent] = []
    one, two = Here(events), Here()
    people = [one.come(name, number) for number, name in enumerate(NAMES, 1)]
    for number, name in enumerate(NAMES, 1):
        two.come(name, number)
    for step in steps:
        one.now += 1
        person, other = people[step[1]], people[step[3]]
        if person.name is None or other.name is None:
            continue
        try:
            act(one, person, other, step)
        except Refused:
            continue
    # Later, on another machine, whose clock says something else.
    two.now += 5000
    for event in events:
        two.directory.apply(event)
    assert two.state() == one.state()


def test_what_another_process_decided_is_told_to_the_sessions_that_are_here() -> None:
    events: list[LogEvent] = []
    one, two = Here(events), Here()
    ann, _ = one.come("ann", 1), one.come("bob", 2)
    two.come("ann", 1)
    bob = two.come("bob", 2)
    two.directory.join(session_of(bob), check_room("#a"))
    one.directory.join(session_of(ann), check_room("#a"))
    one.directory.say(session_of(ann), one.directory.room("#a"), "hello")
    for event in events:
        two.directory.apply(event)
    (cursor,) = session_of(bob).cursors.values()
    assert [type(event).__name__ for event in cursor.room.log.read(cursor.position).events] == [
        "Joined",
        "Said",
    ]
