"""The results as text: one line a measurement while it runs, tables of medians and ratios at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .bounds import Verdict
from .figures import FIGURES, Key, Measurement, Results

_FORMATS = {
    "deliveries per CPU second": "{:,.0f}",
    "us a delivery": "{:.3f}",
    "p50 ms": "{:.2f}",
    "p99 ms": "{:.2f}",
    "max ms": "{:.2f}",
    "echo p50 ms": "{:.2f}",
    "echo p90 ms": "{:.2f}",
    "echo p99 ms": "{:.2f}",
    "sync p50 ms": "{:.2f}",
    "sync p99 ms": "{:.2f}",
    "private p50 ms": "{:.2f}",
    "private p99 ms": "{:.2f}",
    "JOIN p50 ms": "{:.2f}",
    "JOIN max ms": "{:.2f}",
    "CPU ms a login": "{:.3f}",
    "CPU s": "{:.3f}",
    "CPU ms a second": "{:.2f}",
    "KB a connection": "{:.2f}",
}
_TALK = (
    "deliveries per CPU second",
    "us a delivery",
    "p50 ms",
    "p99 ms",
    "max ms",
    "waited %",
    "lost",
    "dead",
)
_ECHOES = (
    "echo p50 ms",
    "echo p90 ms",
    "echo p99 ms",
    "sync p50 ms",
    "sync p99 ms",
    "CPU ms a second",
    "waited %",
    "echoes missing",
    "lost",
    "dead",
)
_COLUMNS = {
    "login": ("CPU ms a login", "KB a connection", "joins missing", "dead"),
    "quiet": ("CPU ms a second", "dead"),
    "echoes at 10/s": _ECHOES,
    "echoes at 100/s": _ECHOES,
    "private, 30 % busy": (
        "private p50 ms",
        "private p99 ms",
        "CPU ms a second",
        "p50 ms",
        "p99 ms",
        "waited %",
        "private missing",
        "lost",
        "dead",
    ),
    "people search and page": (
        "p50 ms",
        "p99 ms",
        "JOIN p50 ms",
        "JOIN max ms",
        "pages a second",
        "searches a second",
        "CPU ms a second",
        "lost",
        "dead",
    ),
    "stop reading": ("CPU s", "dead"),
    "they read again": ("CPU s", "told missed", "unexplained", "KB grown", "dead"),
    "everybody speaks": ("CPU s", "us a delivery", "lost", "dead"),
    "everybody joins": ("CPU s", "joins missing", "KB grown", "dead"),
}
"""The figures that say something about a phase; `_TALK` for those in which people talk."""


def columns(phase: str) -> tuple[str, ...]:
    return _COLUMNS.get(phase, _TALK)


def shown(figure: str, value: float | None) -> str:
    return "-" if value is None else _FORMATS.get(figure, "{:,.0f}").format(value)


def line(measurement: Measurement) -> str:
    """One measurement on one line."""
    key = measurement.key
    head = f"{measurement.round + 1}. {key.scenario:12} {key.server:12} {key.users:6,} {key.phase:26} "
    if measurement.error:
        return head + f"FAILED: {measurement.error}"
    figures = (
        (figure, FIGURES[figure](measurement.values, key.users))
        for figure in columns(key.phase)
        if not (figure == "joins missing" and (key.server == "floor" or key.scenario == "rooms"))
    )
    return head + "  ".join(f"{shown(figure, value)} {figure}" for figure, value in figures)


def machine(facts: Mapping[str, object]) -> str:
    """What the figures depend on, on one line."""
    return ", ".join(f"{name} {fact}" for name, fact in facts.items() if fact)


def table(rows: list[list[str]]) -> str:
    """Columns as wide as they need be, the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def medians(results: Results) -> str:
    """For each scenario, crowd and phase a table with a row a server."""
    parts = []
    groups: dict[tuple[str, str, int], list[Key]] = {}
    for key in results.measured():
        groups.setdefault((key.scenario, key.phase, key.users), []).append(key)
    for (scenario, phase, users), keys in sorted(groups.items(), key=lambda item: (item[0][0], item[0][2])):
        figures = [f for f in columns(phase) if f != "joins missing" or scenario != "rooms"]
        rows = [[f"{scenario}, {phase}, {users:,} people", *figures]]
        for key in sorted(keys, key=lambda key: key.server):
            cells = [shown(figure, results.median(key, figure)) for figure in figures]
            if key.server == "floor" and "joins missing" in figures:
                cells[figures.index("joins missing")] = "-"
            rows.append(["  " + key.server, *cells])
        parts.append(table(rows))
    return "\n\n".join(parts)


def ratios(results: Results, ours: Iterable[str]) -> str:
    """How many times cheaper ours deliver than each other server: medians of ratios within a round."""
    figure = "us a delivery"
    mine = list(ours)
    rows = []
    for key in results.measured():
        if key.server not in mine or figure not in columns(key.phase):
            continue
        for other in results.measured():
            same = (other.scenario, other.phase, other.users) == (key.scenario, key.phase, key.users)
            if not same or other.server in mine:
                continue
            ratio = results.ratio(figure, other, [key])
            if ratio is not None:
                rows.append(
                    [
                        f"{key.scenario}, {key.phase}, {key.users:,} people",
                        key.server,
                        other.server,
                        f"{ratio:.2f}",
                    ]
                )
    return table([["deliveries for the same CPU", "of", "to", "times"], *rows]) if rows else ""


def verdicts(found: Iterable[Verdict]) -> str:
    """The bounds with what was measured."""
    rows = [["bound", "dialect", "limit", "measured", ""]]
    for verdict in found:
        sign = ">=" if verdict.bound.at_least else "<="
        measured = "-" if verdict.measured is None else f"{verdict.measured:,.2f}"
        word = "kept" if verdict.kept else "NOT MEASURED" if verdict.measured is None else "MISSED"
        rows.append([verdict.bound.says, verdict.server, f"{sign} {verdict.bound.limit:g}", measured, word])
    return table(rows)
