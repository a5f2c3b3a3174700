"""A program with the real monitor and an invented chat server behind it, told what to do on standard input.

Usage: `python -m tests.e2e.monitor_server ENDPOINT DATA_FOLDER [--busy]`. It prints the monitor's URL, then
reads one JSON list a line: `["log", level, text, count]`, `["figures", {…}]`, `["people", n]`,
`["stall", seconds]`, `["fail", true|false]`, `["crash", text]`, `["drop"]`. `--busy` fills
in 15 minutes that never were, for pictures.
"""

from __future__ import annotations

import json
import math
import random
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from twisted.internet import reactor, stdio
from twisted.logger import Logger, LogLevel
from twisted.protocols.basic import LineOnlyReceiver

from chat.monitor.figures import KEPT, Sample
from chat.monitor.interfaces import ActionRefused, Figures, Person
from chat.monitor.service import MonitorService, monitor_service

log = Logger("chat.network.listener")
NAMES = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"]
NAMES += ["ivan", "judy", "mallory", "niaj", "olivia", "peggy", "rupert", "sybil"]


class Invented:
    """Source and actions."""

    def __init__(self) -> None:
        self.fails = False
        self.started = time.time()
        self.since = time.monotonic()
        self.muted: set[str] = set()
        self.kicked: set[str] = set()
        self.people_count = 3
        self.now = Figures(
            people=3,
            peak=3,
            rooms=1,
            messages=0,
            private_messages=0,
            connections={"plain": 1, "irc": 2},
            refused=0,
            waited=0,
            muted=0,
            bytes_in=0,
            bytes_out=0,
            uptime=0,
        )

    def figures(self) -> Figures:
        if self.fails:
            raise RuntimeError("the figures are broken")
        return replace(self.now, uptime=time.time() - self.started)

    def people(self) -> list[Person]:
        dice = random.Random(7)
        found = []
        for i in range(self.people_count):
            name = NAMES[i] if i < len(NAMES) else f"guest{i}"
            rooms = ("#lobby", *(f"#{r}" for r in ("python", "help", "ops", "random") if dice.random() < 0.3))
            person = Person(
                name=name,
                dialect=dice.choice(["irc", "irc", "plain"]),
                address=dice.choice(
                    [f"192.0.2.{dice.randrange(250)}", f"2001:db8::{dice.randrange(9999):x}"]
                ),
                rooms=rooms,
                idle=dice.choice([2, 14, 75, 640, 9000]) + time.monotonic() - self.since,
                account=name if dice.random() < 0.4 else None,
                muted=name in self.muted,
            )
            if name not in self.kicked:
                found.append(person)
        return found

    def announce(self, text: str, by: str) -> None:
        log.info("{by} announced: {text}", by=by, text=text)

    def kick(self, name: str, reason: str, by: str) -> None:
        if name == "carol":
            raise ActionRefused("carol is an operator and cannot be kicked.")
        self.kicked.add(name)
        log.info("{by} disconnected {name} ({reason})", by=by, name=name, reason=reason)

    def mute(self, name: str, seconds: float, reason: str, by: str) -> None:
        (self.muted.add if seconds else self.muted.discard)(name)
        did = f"muted {name} for {seconds / 60:.0f} min" if seconds else f"ended the mute of {name}"
        log.info("{by} {did}", by=by, did=did)

    def ban(self, name: str, seconds: float | None, reason: str, by: str) -> str:
        self.kicked.add(name)
        log.info("{by} banned {name} ({reason})", by=by, name=name, reason=reason)
        return f"{name} is banned for {'good' if seconds is None else f'{seconds:.0f} seconds'}."


class Orders(LineOnlyReceiver):
    """Reads the orders."""

    delimiter = b"\n"

    def __init__(self, invented: Invented, service: MonitorService) -> None:
        self.invented = invented
        self.service = service

    def lineReceived(self, line: bytes) -> None:
        order, *arguments = json.loads(line)
        getattr(self, f"do_{order}")(*arguments)

    def do_log(self, level: str, text: str, count: int = 1) -> None:
        for n in range(count):
            log.emit(LogLevel.lookupByName(level), "{text}", text=text.replace("%n", str(n)))

    def do_figures(self, values: dict[str, Any]) -> None:
        self.invented.now = replace(self.invented.now, **values)

    def do_people(self, count: int) -> None:
        self.invented.people_count = count
        self.do_figures({"people": count, "peak": max(count, self.invented.now.peak)})

    def do_stall(self, seconds: float) -> None:
        time.sleep(seconds)

    def do_fail(self, fails: bool) -> None:
        self.invented.fails = fails

    def do_drop(self) -> None:
        self.service._feed.stop()

    def do_crash(self, text: str) -> None:
        try:
            raise ValueError(text)
        except ValueError:
            log.failure("something broke")

    def connectionLost(self, reason: object = None) -> None:
        reactor.stop()


def busy(service: MonitorService, invented: Invented) -> None:
    """Fifteen minutes of a lively evening, and something to read in the log."""
    dice = random.Random(3)
    people = 118.0
    for i in range(KEPT):
        people = max(60.0, people + dice.gauss(0.05, 0.9) - (9 if i == 520 else 0))
        rate = 6 + 4 * math.sin(i / 90) + (26 * math.exp(-((i - 610) ** 2) / 300))
        said = sum(1 for _ in range(60) if dice.random() < rate / 60)
        service._sampler.samples.append(
            Sample(
                people=round(people),
                messages=said,
                private_messages=1 if dice.random() < 0.3 else 0,
                bytes_in=said * 70,
                bytes_out=said * 70 * people,
                cpu=0.04,
                lag=0.001,
                warnings=0,
                errors=0,
            )
        )
    count = round(people)
    invented.people_count = count
    invented.started -= 3 * 86400 + 5 * 3600
    invented.now = replace(
        invented.now,
        people=count,
        peak=212,
        rooms=14,
        messages=184_512,
        private_messages=9_341,
        connections={"irc": 81, "plain": count - 84, "new": 3},
        refused=27,
        muted=4,
        bytes_in=48_200_000,
        bytes_out=3_912_000_000,
    )
    rooms = ["#lobby", "#python", "#help", "#ops"]
    for _ in range(160):
        name, room = dice.choice(NAMES), dice.choice(rooms)
        log.info("{name} said {size} bytes in {room}", name=name, size=dice.randrange(8, 300), room=room)
        if dice.random() < 0.12:
            Logger("chat.domain.directory").info("{name} joined {room}", name=name, room=room)
    Logger("chat.domain.limits").warn(
        "{name} is muted for 60 s: more than 2 messages a second for 30 s", name="mallory"
    )
    log.info("{name} is called {new} from here on", name="bob", new="bob\x1b[31mred\u202e")
    Logger("chat.storage.history").info("committed {n} events in {ms} ms", n=23, ms=4)

    def live() -> None:
        said = dice.randrange(3, 14)
        f = invented.now
        invented.now = replace(
            f,
            messages=f.messages + said,
            private_messages=f.private_messages + (dice.random() < 0.3),
            bytes_in=f.bytes_in + said * 70,
            bytes_out=f.bytes_out + said * 70 * f.people,
        )
        log.info("{name} said {size} bytes in #lobby", name=dice.choice(NAMES), size=dice.randrange(8, 300))
        reactor.callLater(0.7, live)

    live()


def main() -> None:
    endpoint, folder, *options = sys.argv[1:]
    invented = Invented()
    service = monitor_service(
        endpoint,
        invented,
        reactor=reactor,
        data_folder=Path(folder),
        name="chat.example.org" if options else "Chat",
        actions=invented,
    )
    if options:
        service.privilegedStartService()
        busy(service, invented)
    service.startService()
    reactor.addSystemEventTrigger("before", "shutdown", service.stopService)
    stdio.StandardIO(Orders(invented, service))
    print(service.url, flush=True)
    reactor.run()


if __name__ == "__main__":
    main()
