"""People on nc and IRC clients in the same rooms, on sockets that take a few bytes now and then: everybody reads
what was said where they were, once and in order, and private messages reach one person.
"""

from __future__ import annotations

import re

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.network.chatting import Client, join_irc, make_server

ROOMS = ("#lobby", "#a", "#b")
MARK = re.compile(r"\b(said|acted|noticed|pm)-(\d+)\b")
CAPS = ["", "server-time message-tags", "batch labeled-response echo-message message-tags server-time"]


class Talker:
    """One client, and what it is to read."""

    def __init__(self, name: str, client: Client, irc: bool, echo: bool) -> None:
        self.name = name
        self.client = client
        self.irc = irc
        self.echo = echo
        self.rooms: list[str] = []
        self.focus = "#lobby"
        self.expected: dict[str, list[int]] = {}
        self.seen = len(client.socket.taken)

    def expect(self, where: str, number: int) -> None:
        self.expected.setdefault(where, []).append(number)

    def type(self, line: str) -> None:
        """Send a line, which is read when the loop turns."""
        self.client.socket.give(f"{line}\r\n".encode())

    def check(self) -> None:
        """Everything once, in the order in which it was said in each place."""
        text = bytes(self.client.socket.taken[self.seen :]).decode()
        live = [
            line for line in text.split("\r\n") if not re.match(r"(\[#\w+\] )?\[\d\d:\d\d\]|@\S*batch=", line)
        ]
        if self.irc:
            # What was said before somebody came is replayed, and must not be taken for news.
            live = [line for line in live if " NOTICE #" not in line or "noticed-" in line]
        got = [int(match[2]) for line in live if (match := MARK.search(line)) and "[pm to" not in line]
        wanted = sorted(number for numbers in self.expected.values() for number in numbers)
        assert sorted(got) == wanted, f"{self.name}: {sorted(set(got) ^ set(wanted))}"
        for numbers in self.expected.values():
            assert [number for number in got if number in numbers] == numbers


class Meeting(RuleBasedStateMachine):
    """Both dialects, both kinds of outlets."""

    @initialize(
        kinds=st.lists(
            st.tuples(st.sampled_from(["plain", *CAPS]), st.sampled_from(["socket", "wrapped"])),
            min_size=2,
            max_size=4,
        )
    )
    def come(self, kinds: list[tuple[str, str]]) -> None:
        self.server = make_server(replay=0)
        self.people: list[Talker] = []
        self.number = 0
        for n, (kind, door) in enumerate(kinds):
            name = f"p{n}"
            if kind == "plain":
                client = self.server.connect(door=door).feed(f"{name}\r\n".encode())
            else:
                client = join_irc(self.server, name, "#lobby", caps=kind, door=door)
            client.transport.bufferSize = 300
            talker = Talker(name, client, kind != "plain", "echo-message" in kind)
            talker.rooms.append("#lobby")
            self.people.append(talker)
        self.server.turn()
        for talker in self.people:
            talker.seen = len(talker.client.socket.taken)

    def _pick(self, who: int) -> Talker:
        return self.people[who % len(self.people)]

    @rule(who=st.integers(0, 3), room=st.integers(0, 2), kind=st.sampled_from(["said", "acted", "noticed"]))
    def speak(self, who: int, room: int, kind: str) -> None:
        speaker = self._pick(who)
        assume(speaker.rooms)
        where = speaker.rooms[room % len(speaker.rooms)]
        if not speaker.irc:
            where = speaker.focus
            kind = "said" if kind == "noticed" else kind
        self.number += 1
        text = f"{kind}-{self.number}"
        if speaker.irc:
            command = "NOTICE" if kind == "noticed" else "PRIVMSG"
            speaker.type(f"{command} {where} :" + (f"\x01ACTION {text}\x01" if kind == "acted" else text))
        else:
            speaker.type(f"/me {text}" if kind == "acted" else text)
        self.server.run()
        for talker in self.people:
            if talker is speaker and speaker.echo:
                # It comes when the message is safe, and so perhaps after what others said later.
                talker.expect(f"echo from {where}", self.number)
            elif talker is not speaker and where in talker.rooms:
                talker.expect(where, self.number)

    @rule(who=st.integers(0, 3), whom=st.integers(0, 3))
    def whisper(self, who: int, whom: int) -> None:
        speaker, listener = self._pick(who), self._pick(whom)
        assume(speaker is not listener)
        self.number += 1
        text = f"pm-{self.number}"
        speaker.type(f"PRIVMSG {listener.name} :{text}" if speaker.irc else f"/pm {listener.name} {text}")
        self.server.run()
        listener.expect(f"from {speaker.name}", self.number)
        if speaker.echo:
            speaker.expect(f"to {listener.name}", self.number)

    @rule(who=st.integers(0, 3), room=st.sampled_from(ROOMS))
    def join(self, who: int, room: str) -> None:
        talker = self._pick(who)
        assume(room not in talker.rooms)
        talker.type(f"JOIN {room}" if talker.irc else f"/join {room}")
        self.server.run()
        talker.rooms.append(room)
        talker.focus = room

    @rule(who=st.integers(0, 3), room=st.integers(0, 2))
    def part(self, who: int, room: int) -> None:
        talker = self._pick(who)
        assume(len(talker.rooms) > 1)
        left = talker.rooms.pop(room % len(talker.rooms))
        talker.type(f"PART {left}" if talker.irc else f"/part {left}")
        self.server.run()
        if talker.focus == left:
            talker.focus = talker.rooms[-1]

    @rule(who=st.integers(0, 3))
    def rename(self, who: int) -> None:
        talker = self._pick(who)
        self.number += 1
        talker.name = f"r{self.number}"
        talker.type(f"NICK {talker.name}" if talker.irc else f"/nick {talker.name}")
        self.server.run()

    @rule(who=st.integers(0, 3), room=st.sampled_from([0, 1, 13, 50, 200, None]))
    def take(self, who: int, room: int | None) -> None:
        self._pick(who).client.read(room)

    @rule()
    def pass_time(self) -> None:
        self.server.turn()

    def teardown(self) -> None:
        if not hasattr(self, "server"):
            return
        for talker in self.people:
            talker.client.read()
        self.server.turn()
        for talker in self.people:
            assert not talker.client.ended
            talker.check()
        for talker in self.people:
            talker.type("QUIT" if talker.irc else "/exit")
        self.server.turn()
        assert self.server.left_behind() == []


Meeting.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestMeeting = Meeting.TestCase
