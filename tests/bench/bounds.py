"""The bounds that this server must keep, as data, and the check against them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .figures import Key, Results


@dataclass(frozen=True)
class Other:
    """What a figure is compared with: the best of several servers. None stands for the subject's own."""

    servers: tuple[str, ...] | None = None
    phase: str | None = None
    users: int | None = None

    def keys(self, subject: Key) -> list[Key]:
        return [
            Key(subject.scenario, self.phase or subject.phase, server, self.users or subject.users)
            for server in self.servers or (subject.server,)
        ]


@dataclass(frozen=True)
class Bound:
    """One row of the table: this figure, of each of our dialects, in this phase, keeps this limit."""

    says: str
    scenario: str
    phase: str
    users: int
    figure: str
    limit: float
    at_least: bool = False
    other: Other | None = None
    server: str = ""
    """One of ours that it is about; "" for each."""
    how: str = "ratio"
    """With `other`: ``ratio`` or ``difference`` of the two figures within a round."""


PEERS = ("ngircd", "inspircd")
FLOOR = Other(("floor",))
INSPIRCD = Other(("inspircd",))
INSPIRCD_TLS = Other(("inspircd tls",))
PLAIN_IRC = Other(("chat irc",))

PER_CPU = "deliveries per CPU second"
COST = "us a delivery"

# fmt: off
BOUNDS = (
    Bound("256 in flight: times the better peer",
          "regimes", "window 256", 1000, PER_CPU, 7, True, Other(PEERS)),
    Bound("16 in flight: times the better peer",
          "regimes", "window 16", 1000, PER_CPU, 2, True, Other(PEERS)),
    Bound("idle: CPU a delivery, times InspIRCd's",
          "regimes", "idle 20/s", 1000, COST, 1.1, other=INSPIRCD),
    Bound("idle: CPU a delivery, times the floor's",
          "regimes", "idle 20/s", 1000, COST, 1.4, other=FLOOR),
    Bound("idle: p99 above the floor's, ms",
          "regimes", "idle 20/s", 1000, "p99 ms", 10, other=FLOOR, how="difference"),
    Bound("login: CPU, times InspIRCd's",
          "login", "login", 1000, "CPU ms a login", 1, other=INSPIRCD),
    Bound("login: join notices that never came",
          "login", "login", 1000, "joins missing", 0),
    Bound("memory: KB a connection",
          "memory", "login", 10_000, "KB a connection", 6),
    Bound("10,000 in one room: p99 ms",
          "ten-thousand", "5/s", 10_000, "p99 ms", 1000),
    Bound("10,000 in one room: lost",
          "ten-thousand", "5/s", 10_000, "lost", 0),
    Bound("10,000 in one room: thrown out",
          "ten-thousand", "5/s", 10_000, "dead", 0),
    Bound("1,000 rooms: p50 ms",
          "rooms", "1000/s in all rooms", 10_000, "p50 ms", 2),
    Bound("1,000 rooms: p99 ms",
          "rooms", "1000/s in all rooms", 10_000, "p99 ms", 10),
    Bound("1,000 rooms: CPU a delivery, times InspIRCd's",
          "rooms", "1000/s in all rooms", 10_000, COST, 1.3, other=INSPIRCD),
    Bound("1,000 quiet rooms: CPU ms a second",
          "rooms", "quiet", 10_000, "CPU ms a second", 10),
    Bound("echo, 20 people: p50 ms over the disk's",
          "echoes", "echoes at 10/s", 20, "echo p50 ms over sync", 5),
    Bound("echo, 20 people: p99 ms over the disk's",
          "echoes", "echoes at 10/s", 20, "echo p99 ms over sync", 25),
    Bound("echo, 200 people: p50 ms over the disk's",
          "echoes", "echoes at 100/s", 200, "echo p50 ms over sync", 5),
    Bound("echo, 200 people: p99 ms over the disk's",
          "echoes", "echoes at 100/s", 200, "echo p99 ms over sync", 25),
    Bound("one room of 200: p50 ms",
          "full-room", "100/s", 200, "p50 ms", 3),
    Bound("one room of 200: p99 ms",
          "full-room", "100/s", 200, "p99 ms", 12),
    Bound("private, 30 % busy: p99 ms",
          "private", "private, 30 % busy", 1000, "private p99 ms", 10),
    Bound("history: p99 of the others, ms",
          "history", "people search and page", 200, "p99 ms", 30),
    Bound("history: a newcomer's slowest JOIN, ms",
          "history", "people search and page", 200, "JOIN max ms", 200),
    Bound("growth, 256 in flight: 10,000 people to 1,000",
          "growth", "window 256", 10_000, COST, 1.3, other=Other(users=1000)),
    Bound("growth, 5 a second: 10,000 people to 1,000",
          "growth", "idle 5/s", 10_000, COST, 1.3, other=Other(users=1000)),
    Bound("TLS, 256 in flight: CPU a delivery, times InspIRCd's",
          "doors", "window 256", 1000, COST, 1.1, other=INSPIRCD_TLS, server="chat tls"),
    Bound("TLS, idle: CPU a delivery, times InspIRCd's",
          "doors", "idle 20/s", 1000, COST, 1.1, other=INSPIRCD_TLS, server="chat tls"),
    Bound("TLS: CPU a login, times InspIRCd's",
          "doors", "login", 1000, "CPU ms a login", 1.2, other=INSPIRCD_TLS, server="chat tls"),
    Bound("TLS: memory a connection, times InspIRCd's",
          "doors", "login", 1000, "KB a connection", 1.2, other=INSPIRCD_TLS, server="chat tls"),
    Bound("WebSocket, 256 in flight: CPU a delivery, times that of plain IRC",
          "doors", "window 256", 1000, COST, 1.25, other=PLAIN_IRC, server="chat ws"),
    Bound("WebSocket, idle: CPU a delivery, times that of plain IRC",
          "doors", "idle 20/s", 1000, COST, 1.25, other=PLAIN_IRC, server="chat ws"),
    Bound("1 in 10 stopped: p99 of the others, ms more",
          "stalled", "idle, 1 in 10 stopped", 1000, "p99 ms", 10,
          other=Other(phase="idle"), how="difference"),
    Bound("1 in 10 stopped: missing without a notice",
          "stalled", "they read again", 1000, "unexplained", 0),
)
# fmt: on
"""Medians over the rounds. Limits are upper ones unless `at_least`.

The quiet rooms' 10 ms (1 % of a core for 10,000 silent people) and the stopped readers' 10 ms put a number on
"costs nothing" and "does not change".
"""

_HOW: dict[str, Callable[[float, float], float]] = {
    "ratio": lambda a, b: a / b if b else float("inf"),
    "difference": operator.sub,
}


@dataclass(frozen=True)
class Verdict:
    """One bound for one of our dialects; `measured` is None if the run could not tell: that is no pass."""

    bound: Bound
    server: str
    measured: float | None

    @property
    def kept(self) -> bool:
        if self.measured is None:
            return False
        return self.measured >= self.bound.limit if self.bound.at_least else self.measured <= self.bound.limit


def measure(bound: Bound, server: str, results: Results) -> float | None:
    """What `bound` speaks of, for `server`: a median over rounds; None where one side of it is missing."""
    subject = Key(bound.scenario, bound.phase, server, bound.users)
    if bound.other is None:
        return results.median(subject, bound.figure)
    best = max if bound.at_least else min
    return results.compared(bound.figure, subject, bound.other.keys(subject), _HOW[bound.how], best)


def check(
    results: Results, ours: Iterable[str], scenarios: Iterable[str], bounds: Iterable[Bound] = BOUNDS
) -> list[Verdict]:
    """A verdict for each bound of these scenarios and each of our servers that was measured in it at all."""
    wanted = set(scenarios)
    verdicts = []
    for bound in bounds:
        if bound.scenario not in wanted:
            continue
        there = {key.server for key in results.measured() if key.scenario == bound.scenario}
        verdicts += [
            Verdict(bound, server, measure(bound, server, results))
            for server in ours
            if server in there and bound.server in ("", server)
        ]
    return verdicts
