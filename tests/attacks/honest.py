"""Honest people in ten rooms, half of them plain, half IRC, who talk at a calm pace and notice all that goes wrong.

A program of its own, so that an attacker who is busy does not keep its clock waiting:
`python -m tests.attacks.honest PORT PEOPLE`. It says "ready"; on standard input, `mark NAME` begins a phase, and `end`
prints the figures of each as JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass

from tests.bench.servers import GENERATOR_CORE, CannotMeasure, pinned

ROOMS = 10
EVERY_SECONDS = 5.0
"""How often each says something."""
READY_SECONDS = 60.0
"""How long they may take to come in."""
LATE_SECONDS = 6.0
"""How long after the end a line may still arrive."""
LINE = re.compile(rb"zq (\d+) (\d+)")
CAPABILITIES = "echo-message labeled-response batch message-tags"
FIRST_PRIORITY = 20
"""Of the real-time class, where that is allowed: the clock of an honest person is not to wait for the attacker."""


@dataclass(frozen=True)
class Felt:
    """What honest people felt in a phase; times in milliseconds."""

    said: int
    """Lines that they said."""
    lost: int
    """Deliveries that did not come, of `said` times those who share the room."""
    twice: int
    """Deliveries that came again."""
    p50: float
    """Half of the deliveries took at most so long."""
    p99: float
    slowest: float
    acknowledged_p99: float
    """Until IRC authors got their lines back."""


def percentile(values: list[float], part: float) -> float:
    """The smallest of the values that at least this part of them does not exceed; 0 for none."""
    if not values:
        return 0.0
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


class Phase:
    """What is counted from one mark to the next."""

    def __init__(self) -> None:
        self.said = 0
        self.seen: Counter[int] = Counter()
        self.delays: list[float] = []
        self.acknowledged: list[float] = []

    def felt(self, listeners: int) -> Felt:
        """The figures; `listeners` others should get each line."""
        once = sum(min(count, listeners) for count in self.seen.values())
        return Felt(
            said=self.said,
            lost=self.said * listeners - once,
            twice=sum(self.seen.values()) - once,
            p50=round(percentile(self.delays, 0.5), 1),
            p99=round(percentile(self.delays, 0.99), 1),
            slowest=round(max(self.delays, default=0.0), 1),
            acknowledged_p99=round(percentile(self.acknowledged, 0.99), 1),
        )


class People:
    """All of them, and the phases."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.phases: dict[str, Phase] = {"before": Phase()}
        self.phase = self.phases["before"]
        self.of_line: dict[int, Phase] = {}
        self.closed = 0
        self.ready = 0

    def mark(self, name: str) -> None:
        """A phase begins."""
        self.phase = self.phases[name] = Phase()

    def says(self) -> str:
        """The text of a new line: its number and the time."""
        number = len(self.of_line) + 1
        self.of_line[number] = self.phase
        self.phase.said += 1
        return f"zq {number} {time.monotonic_ns()}"

    def hears(self, line: bytes, now: int) -> None:
        """A line came."""
        found = LINE.search(line) if b"zq " in line else None
        phase = self.of_line.get(int(found[1])) if found is not None else None
        if found is None or phase is None:
            return
        delay = (now - int(found[2])) / 1e6
        if line.startswith(b"@") and b"label=" in line.partition(b" ")[0]:
            phase.acknowledged.append(delay)
        else:
            phase.delays.append(delay)
            phase.seen[int(found[1])] += 1


class Person(asyncio.Protocol):
    """One of them: even numbers speak IRC."""

    transport: asyncio.Transport

    def __init__(self, people: People, number: int) -> None:
        self.people = people
        self.number = number
        self.irc = number % 2 == 0
        self.room = f"#h{number % ROOMS}"
        self.unread = b""
        self.here = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Come in."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        name = f"hon{self.number}"
        if self.irc:
            lines = (
                f"CAP REQ :{CAPABILITIES}",
                f"NICK {name}",
                "USER h 0 * :h",
                "CAP END",
                f"JOIN {self.room}",
            )
            self.transport.write("".join(f"{line}\r\n" for line in lines).encode())
        else:
            self.transport.write(f"{name}\n/part #lobby\n/join {self.room}\n".encode())

    def data_received(self, data: bytes) -> None:
        """Read lines."""
        now = time.monotonic_ns()
        data = self.unread + data
        if self.here and b"zq " not in data and b"PING" not in data:
            # What an attacker floods the room with is not worth the time of looking at it.
            self.unread = data[data.rfind(b"\n") + 1 :]
            return
        *lines, self.unread = data.split(b"\n")
        for line in lines:
            if line.startswith(b"PING"):
                self.transport.write(line.replace(b"PING", b"PONG") + b"\n")
            else:
                if not self.here and self.room.encode() in line:
                    self.here = True
                    self.people.ready += 1
                self.people.hears(line, now)

    def connection_lost(self, exc: Exception | None) -> None:
        """Thrown out: an honest person never is."""
        self.people.closed += 1

    def say(self) -> None:
        """Say something in the room."""
        text = self.people.says()
        if self.irc:
            label = text.split()[1]
            self.transport.write(f"@label=x{label} PRIVMSG {self.room} :{text}\r\n".encode())
        else:
            self.transport.write(f"{text}\n".encode())

    async def talk(self, stop: asyncio.Event) -> None:
        """Say something every now and then, each at a moment of their own."""
        await asyncio.sleep(EVERY_SECONDS * self.number / self.people.count)
        while not stop.is_set() and not self.transport.is_closing():
            self.say()
            await asyncio.sleep(EVERY_SECONDS)


async def converse(port: int, count: int) -> None:
    """Come in, talk, and obey standard input."""
    loop = asyncio.get_running_loop()
    people = People(count)
    persons: list[Person] = []
    for number in range(count):
        _, person = await loop.create_connection(lambda n=number: Person(people, n), "127.0.0.1", port)  # type: ignore[misc]
        persons.append(person)
        if number % 20 == 19:
            await asyncio.sleep(0.05)
    async with asyncio.timeout(READY_SECONDS):
        while people.ready < count:
            await asyncio.sleep(0.1)
    print("ready", flush=True)
    stop = asyncio.Event()
    talks = [asyncio.create_task(person.talk(stop)) for person in persons]
    orders: asyncio.Queue[str] = asyncio.Queue()

    def obey() -> None:
        for order in os.read(sys.stdin.fileno(), 4096).decode().splitlines() or ["end"]:
            orders.put_nowait(order)

    loop.add_reader(sys.stdin.fileno(), obey)
    while (order := await orders.get()) != "end":
        people.mark(order.removeprefix("mark "))
        print("marked", flush=True)
    loop.remove_reader(sys.stdin.fileno())
    stop.set()
    await asyncio.sleep(LATE_SECONDS)
    listeners = count // ROOMS - 1
    figures = {name: asdict(phase.felt(listeners)) for name, phase in people.phases.items()}
    print(json.dumps({"closed": people.closed, "phases": figures}), flush=True)
    for talk in talks:
        talk.cancel()


class Honest:
    """The program as a child process."""

    def __init__(self, port: int, count: int) -> None:
        """Raises `CannotMeasure` if they do not all come in."""
        self._process = subprocess.Popen(
            pinned(GENERATOR_CORE, [sys.executable, "-m", "tests.attacks.honest", str(port), str(count)]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._answer() != "ready":
            self.close()
            raise CannotMeasure("The honest people did not all come in")

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def _tell(self, order: str) -> str:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(f"{order}\n")
            self._process.stdin.flush()
        return self._answer()

    def mark(self, name: str) -> None:
        """A phase begins."""
        if self._tell(f"mark {name}") != "marked":
            raise CannotMeasure("The honest people are gone")

    def end(self) -> tuple[int, dict[str, Felt]]:
        """They stop talking: how many were thrown out, and what was felt in each phase."""
        try:
            answer = json.loads(self._tell("end"))
        except ValueError:
            raise CannotMeasure("The honest people gave no figures") from None
        return answer["closed"], {name: Felt(**felt) for name, felt in answer["phases"].items()}

    def close(self) -> None:
        """End the program."""
        self._process.kill()
        self._process.communicate()


def main(port: int, count: int) -> None:
    """Come in within `READY_SECONDS`, and talk until told to end."""
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(FIRST_PRIORITY))
    asyncio.run(converse(port, count))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
