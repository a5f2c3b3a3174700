"""The outcomes of attacks as a table, and what of them is not as it should be."""

from __future__ import annotations

from collections.abc import Iterable

from .measure import Outcome

P99_AT_MOST = 100.0
"""Milliseconds that 99 of 100 lines of honest people take at most, whoever attacks: what a person does not feel."""
MEMORY_AT_MOST = 1.1
"""Memory a minute after an attack, as a multiple of that before it."""
MEMORY_SLACK = 16 * 1024
"""KB by which it may be more all the same: what tables that are bounded grow to once."""

HEAD = (
    "| attack | p50 ms | p99 ms before, during, after | longest | ack p99 | lost "
    "| memory MB before, most, later | CPU |"
)


def row(outcome: Outcome) -> str:
    """One line of the table."""
    before, during, after = (outcome.felt[phase] for phase in ("before", "during", "after"))
    first, most, _, later = (kilobytes // 1024 for kilobytes in outcome.memory)
    return (
        f"| {outcome.name} | {during.p50:g} | {before.p99:g}, {during.p99:g}, {after.p99:g} | {during.slowest:g} "
        f"| {during.acknowledged_p99:g} | {outcome.lost} | {first}, {most}, {later} | {outcome.busy[1]:.0%} |"
    )


def table(outcomes: Iterable[Outcome]) -> str:
    """All of them, as Markdown."""
    return "\n".join((HEAD, "|---|" + "---|" * 7, *map(row, outcomes)))


def wrong(outcome: Outcome) -> list[str]:
    """What is wrong whatever the machine: not a question of time."""
    found = []
    if outcome.lost:
        found.append(f"{outcome.lost} deliveries were lost")
    if twice := sum(felt.twice for felt in outcome.felt.values()):
        found.append(f"{twice} deliveries came twice")
    if outcome.thrown_out:
        found.append(f"{outcome.thrown_out} honest people were thrown out")
    if outcome.tracebacks:
        found.append(f"{outcome.tracebacks} tracebacks stand in the log")
    if not outcome.alive:
        found.append("the server has ended")
    return [f"{outcome.name}: {sentence}" for sentence in found]


def missed(outcome: Outcome) -> list[str]:
    """Which bounds were missed."""
    found = []
    if (p99 := outcome.felt["during"].p99) > P99_AT_MOST:
        found.append(f"{outcome.name}: p99 is {p99:g} ms, {P99_AT_MOST:g} at most")
    before, later = outcome.memory[0], outcome.memory[3]
    if later > before * MEMORY_AT_MOST + MEMORY_SLACK:
        found.append(f"{outcome.name}: memory is {later >> 10} MB later, {before >> 10} before")
    return found
