"""The arithmetic: from the load generator's answers to figures, medians and ratios."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field

Values = dict[str, float]


@dataclass(frozen=True)
class Key:
    """What was measured on whom: figures are compared between keys, within a round."""

    scenario: str
    phase: str
    server: str
    users: int


@dataclass(frozen=True)
class Measurement:
    """One answer of the load generator; `error` instead of values if the server or the login failed."""

    key: Key
    round: int
    values: Values = field(default_factory=dict)
    error: str = ""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, object]) -> Measurement:
        """The inverse of `as_dict`; raises TypeError or KeyError for anything else."""
        fields = dict(data)
        return cls(key=Key(**fields.pop("key")), **fields)  # type: ignore[arg-type]


def parse_answer(line: str) -> Values:
    """An answer of loadgen: ``key=number`` pairs.

    Raises:
        ValueError: for a pair without ``=`` or a value that is not a number, and for an empty line.
    """
    pairs = line.split()
    if not pairs:
        raise ValueError("the load generator gave no answer")
    values: Values = {}
    for pair in pairs:
        name, separator, number = pair.partition("=")
        if not separator:
            raise ValueError(f"not a key=value pair: {pair!r}")
        values[name] = float(number)
    return values


def _quotient(a: float, b: float) -> float | None:
    return a / b if b else None


FIGURES: dict[str, Callable[[Values, int], float | None]] = {
    "deliveries per CPU second": lambda v, _: _quotient(v["delivered"], v["cpu"]),
    "us a delivery": lambda v, _: _quotient(v["cpu"] * 1e6, v["delivered"]),
    "p50 ms": lambda v, _: v["p50_us"] / 1e3,
    "p99 ms": lambda v, _: v["p99_us"] / 1e3,
    "max ms": lambda v, _: v["max_us"] / 1e3,
    "echo p50 ms": lambda v, _: v["echo_p50_us"] / 1e3,
    "echo p90 ms": lambda v, _: v["echo_p90_us"] / 1e3,
    "echo p99 ms": lambda v, _: v["echo_p99_us"] / 1e3,
    "sync p50 ms": lambda v, _: v["sync_p50_us"] / 1e3,
    "sync p99 ms": lambda v, _: v["sync_p99_us"] / 1e3,
    "echo p50 ms over sync": lambda v, _: (v["echo_p50_us"] - v["sync_p50_us"]) / 1e3,
    "echo p99 ms over sync": lambda v, _: (v["echo_p99_us"] - v["sync_p99_us"]) / 1e3,
    "echoes missing": lambda v, _: v.get("echoes_owed", 0) - v.get("echoed", 0),
    "private p50 ms": lambda v, _: v["private_p50_us"] / 1e3,
    "private p99 ms": lambda v, _: v["private_p99_us"] / 1e3,
    "private missing": lambda v, _: v.get("whispered", 0) - v.get("private", 0),
    "JOIN p50 ms": lambda v, _: v["come_p50_us"] / 1e3,
    "JOIN max ms": lambda v, _: v["come_max_us"] / 1e3,
    "pages a second": lambda v, _: _quotient(v["pages"], v["seconds"]),
    "searches a second": lambda v, _: _quotient(v["searches"], v["seconds"]),
    "CPU ms a login": lambda v, users: v["cpu"] * 1e3 / users,
    "CPU s": lambda v, _: v["cpu"],
    "CPU ms a second": lambda v, _: _quotient(v["cpu"] * 1e3, v["seconds"]),
    "KB a connection": lambda v, users: v["resident_grown_kb"] / users,
    "KB grown": lambda v, _: v["resident_grown_kb"],
    "waited %": lambda v, _: _quotient(v["waited"] * 100, v["waited"] + v["cpu"]),
    "lost": lambda v, _: v["expected"] - v["delivered"],
    "wrong": lambda v, _: v["repeated"] + v["own"] + v["damaged"],
    "dead": lambda v, _: v["dead"],
    "joins missing": lambda v, users: users * (users - 1) / 2 - v["joins"],
    "unexplained": lambda v, _: v["owed"] - v["told_missed"] - v["delivered"],
    "told missed": lambda v, _: v["told_missed"],
}
"""Every figure that can be asked for, by the name under which tables and bounds show it.

Times are of the server's own CPU, all threads, unless the name says p50, p99 or max: those are latencies from
send() to recv(). ``waited`` is how long the server stood in line for its core, as a share of the time it wanted to
run: where that is much, other work disturbed the measurement, its latencies first of all. ``wrong`` counts what came
twice, out of an author's order, back to the author, or damaged.
"""


class Results:
    """All measurements of a run, asked by key and figure."""

    def __init__(self, measurements: Iterable[Measurement] = ()) -> None:
        self.measurements = list(measurements)

    def add(self, measurement: Measurement) -> None:
        self.measurements.append(measurement)

    def measured(self) -> list[Key]:
        """Everything of which there is a measurement, in the order of the run."""
        return list(dict.fromkeys(m.key for m in self.measurements))

    def rounds(self, key: Key, figure: str) -> dict[int, float]:
        """The figure in each round in which it could be had."""
        found: dict[int, float] = {}
        for m in self.measurements:
            if m.key == key and m.values:
                value = FIGURES[figure](m.values, key.users)
                if value is not None:
                    found[m.round] = value
        return found

    def median(self, key: Key, figure: str) -> float | None:
        values = self.rounds(key, figure).values()
        return statistics.median(values) if values else None

    def compared(
        self,
        figure: str,
        key: Key,
        others: Iterable[Key],
        how: Callable[[float, float], float],
        best: Callable[[Iterable[float]], float] = max,
    ) -> float | None:
        """The median over rounds of ``how(figure of key, best figure of the others)``.

        Each is taken within one round, because a shared machine changes from minute to minute, and both sides
        with it. None if there is no round that has both.
        """
        references = [self.rounds(other, figure) for other in others]
        pairs = []
        for number, value in self.rounds(key, figure).items():
            there = [reference[number] for reference in references if number in reference]
            if there:
                pairs.append(how(value, best(there)))
        return statistics.median(pairs) if pairs else None

    def ratio(self, figure: str, key: Key, others: Iterable[Key]) -> float | None:
        return self.compared(figure, key, others, lambda a, b: a / b if b else float("inf"))


def complaints(results: Results) -> list[str]:
    """What no run may show at any speed: failures, messages lost or wrong, and readers thrown out."""
    found = []
    for m in results.measurements:
        where = (
            f"{m.key.server}, {m.key.scenario}, {m.key.phase}, {m.key.users:,} people, round {m.round + 1}"
        )
        if m.error:
            found.append(f"{where}: {m.error}")
            continue
        for figure in ("lost", "wrong", "dead", "echoes missing", "private missing"):
            if figure == "lost" and "owed" in m.values:
                continue  # readers that had stopped: `unexplained` is asked instead
            value = FIGURES[figure](m.values, m.key.users)
            if value:
                found.append(f"{where}: {value:,.0f} {figure}")
        if m.values.get("owed") and (unexplained := FIGURES["unexplained"](m.values, m.key.users)):
            found.append(f"{where}: {unexplained:,.0f} missing without a notice")
    return found
