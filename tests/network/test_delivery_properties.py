"""What everybody reads, whatever happens: each event of their rooms once and in order, or a gap with its size.

Random people join, part, put each other out, talk, change names and what they are shown, read slowly, read a few
bytes, stop, come back and vanish, on both kinds of outlets. They speak a dialect of the tests' own, in which each
event is its number; all bounds are made small, so that they are met often.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from unittest.mock import patch

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chat.domain.events import Kicked
from chat.domain.names import check_name, check_room
from chat.domain.person import Person
from chat.domain.refused import Refused
from chat.domain.room import Room
from chat.domain.session import Session
from tests.domain.standing import check_standing
from tests.network.chatting import Client, Server, make_server
from tests.network.tracing import EVERYTHING, RENDERINGS, Numbers, Reader, Recorder, Trace

KEEP, KEEP_AT_MOST, TRIM_STEP = 4, 12, 3
SMALL = {
    "chat.domain.log.KEEP": KEEP,
    "chat.domain.log.KEEP_AT_MOST": KEEP_AT_MOST,
    "chat.domain.log.TRIM_STEP": TRIM_STEP,
    "chat.network.delivery.HURRY": KEEP_AT_MOST // 2,
    "chat.network.outlet.CHUNK": 128,
    "chat.network.outlet.READ_AHEAD": 2,
    "chat.network.outlet.PAUSE_BYTES": 300,
    "chat.network.outlet.OWN_BYTES": 1500,
}
SLICE = 2
ROOMS = ("#lobby", "#a", "#b", "#c")


class Talker:
    """A client of the tests' dialect, and its dialect on the server."""

    def __init__(self, client: Client) -> None:
        self.client = client
        assert isinstance(client.protocol.dialect, Reader)
        self.reader = client.protocol.dialect
        self.there = True

    @property
    def session(self) -> Session:
        return self.reader.session

    @property
    def person(self) -> Person:
        return self.reader.person


class Chat(RuleBasedStateMachine):
    """A chat in which anything may happen."""

    def __init__(self) -> None:
        super().__init__()
        self._small = ExitStack()
        for name, value in SMALL.items():
            self._small.enter_context(patch(name, value))
        self.server: Server = make_server(journal=Recorder, slice_size=SLICE, max_per_address=0)
        self.server.factory.make_person = Reader
        self.people: list[Talker] = []
        self.all: list[Talker] = []
        self.names = iter(range(1, EVERYTHING))

    def teardown(self) -> None:
        try:
            self._everybody_reads_and_goes()
        finally:
            self._small.close()

    def _everybody_reads_and_goes(self) -> None:
        for person in self.people:
            person.client.read()
        self.server.turn()
        for person in self.all:
            received = bytes(person.client.socket.taken)
            Trace(person.reader, received, person in self.people and not person.client.ended).check()
        for person in self.people:
            if not person.client.ended:
                person.client.lose()
        self.server.turn()
        assert self.server.left_behind() == []

    def _pick(self, number: int) -> Talker:
        assume(self.people)
        return self.people[number % len(self.people)]

    def _room(self, person: Talker, number: int) -> Room:
        rooms = list(person.person.rooms)
        assume(rooms)
        return rooms[number % len(rooms)]

    @initialize(doors=st.lists(st.sampled_from(["socket", "wrapped"]), min_size=3, max_size=5))
    def several_people_in_several_rooms(self, doors: list[str]) -> None:
        for door in doors:
            self.come(door)
        for person in self.people:
            for name in ROOMS[1:3]:
                self.server.directory.join(person.session, check_room(name))

    @precondition(lambda self: len(self.people) < 8)
    @rule(door=st.sampled_from(["socket", "wrapped"]))
    def come(self, door: str) -> None:
        client = self.server.connect(door=door)
        client.transport.bufferSize = 200
        client.feed(f"p{next(self.names)}\n".encode())
        self.people.append(Talker(client))
        self.all.append(self.people[-1])

    @rule(who=st.integers(0, 7), room=st.sampled_from(ROOMS))
    def join(self, who: int, room: str) -> None:
        person = self._pick(who)
        assume(self.server.directory.rooms.get(room) not in person.person.rooms)
        self.server.directory.join(person.session, check_room(room))

    @rule(who=st.integers(0, 7), room=st.integers(0, 3))
    def part(self, who: int, room: int) -> None:
        person = self._pick(who)
        self.server.directory.part(person.session, self._room(person, room))

    @rule(who=st.integers(0, 7), whom=st.integers(0, 7), room=st.integers(0, 3))
    def put_out(self, who: int, whom: int, room: int) -> None:
        directory, target = self.server.directory, self._pick(whom)
        where = self._room(target, room)
        event = Kicked(
            *directory.journal.stamp(),
            self._pick(who).person.identity,
            where.name,
            target.person.identity,
            "",
        )
        directory.expel(where.members[target.person], event)

    @rule(who=st.integers(0, 7), rendering=st.sampled_from(RENDERINGS))
    def see_everything_otherwise(self, who: int, rendering: Numbers) -> None:
        person = self._pick(who)
        person.reader.rendering = rendering
        for cursor in person.session.cursors.values():
            cursor.rendering = rendering

    @rule(who=st.integers(0, 7), room=st.integers(0, 3), rendering=st.sampled_from(RENDERINGS))
    def see_a_room_otherwise(self, who: int, room: int, rendering: Numbers) -> None:
        person = self._pick(who)
        person.session.cursors[self._room(person, room)].rendering = rendering

    @rule(who=st.integers(0, 7), room=st.integers(0, 3), count=st.sampled_from([1, 1, 2, 3, 7, 20]))
    def say(self, who: int, room: int, count: int) -> None:
        person = self._pick(who)
        where = self._room(person, room)
        for _ in range(count):
            self.server.directory.say(person.session, where, "x")

    @rule(
        who=st.integers(0, 7),
        lines=st.lists(
            st.sampled_from(["ask 200 1", "ask 0 2", "say 0 1", "say 1 3", "say 2 7"]), min_size=1, max_size=6
        ),
    )
    def type_lines(self, who: int, lines: list[str]) -> None:
        self._pick(who).client.socket.give("".join(f"{line}\n" for line in lines).encode())

    @rule(who=st.integers(0, 7))
    def rename(self, who: int) -> None:
        self.server.directory.rename(self._pick(who).session, check_name(f"p{next(self.names)}"))

    @rule(who=st.integers(0, 7), reason=st.sampled_from([None, "tea", "cake"]))
    def go_away(self, who: int, reason: str | None) -> None:
        self.server.directory.set_away(self._pick(who).session, reason)

    @rule(who=st.integers(0, 7), size=st.sampled_from([0, 10, 200]), count=st.integers(1, 3))
    def ask(self, who: int, size: int, count: int) -> None:
        for _ in range(count):
            self._pick(who).reader.reply(size)

    @rule(who=st.integers(0, 7), whom=st.integers(0, 7))
    def whisper(self, who: int, whom: int) -> None:
        try:
            self.server.directory.whisper(self._pick(who).session, self._pick(whom).person, "psst")
        except Refused:
            assert self._pick(whom).reader.outlet.behind

    @rule(who=st.integers(0, 7), how=st.sampled_from(["lose", "half_close", "finish", "quit"]))
    def leave(self, who: int, how: str) -> None:
        person = self._pick(who)
        self.people.remove(person)
        if how == "finish":
            person.reader.disconnect("bye")
        elif how == "quit":
            self.server.directory.quit(person.person, "bye")
            person.reader.disconnect("bye")
        elif how == "lose":
            person.client.lose()
        else:
            person.client.half_close()
        if how != "lose":
            person.client.read()
            assert person.client.ended

    @rule(who=st.integers(0, 7))
    def stall(self, who: int) -> None:
        self._pick(who).client.stall()

    @rule(who=st.integers(0, 7), count=st.sampled_from([1, 2, 7, 29, 30, 31, 100, 128, 1000]))
    def read_a_little(self, who: int, count: int) -> None:
        self._pick(who).client.socket.room = count

    @rule(who=st.integers(0, 7))
    def read_on(self, who: int) -> None:
        self._pick(who).client.socket.room = None

    @rule(count=st.integers(1, 3))
    def turn(self, count: int) -> None:
        for _ in range(count):
            self.server.loop.turn()

    @rule()
    def settle(self) -> None:
        self.server.turn()

    @rule(seconds=st.sampled_from([1.0, 30.0, 61.0, 130.0]))
    def pass_time(self, seconds: float) -> None:
        self.server.wait(seconds)
        for person in list(self.people):
            if person.client.ended:
                assert person.client.socket.room is not None, "somebody who reads was cut off"
                self.people.remove(person)

    @invariant()
    def logs_stay_within_their_bound(self) -> None:
        for room in self.server.directory.rooms.values():
            assert len(room.log.entries) <= KEEP_AT_MOST + TRIM_STEP

    @invariant()
    def everybody_stands_in_one_place_of_each_room(self) -> None:
        for room in self.server.directory.rooms.values():
            check_standing(room, SLICE)


Chat.TestCase.settings = settings(
    max_examples=int(os.environ.get("EXAMPLES", "40")),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
TestChat = Chat.TestCase
