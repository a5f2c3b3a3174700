"""Measures this server beside the floor, ngircd and inspircd: python -m tests.bench, see README.md."""

from __future__ import annotations

import argparse
import json
import platform
import resource
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from . import bounds, chart, profiling, report
from .crowd import build
from .figures import Measurement, Results, complaints
from .scenarios import QUICK, SCENARIOS, Bench, Profiler, Sizes, regimes
from .servers import (
    DIALECTS,
    CannotMeasure,
    Server,
    chat,
    chat_available,
    doors,
    floor,
    from_text,
    go_first,
    peers,
    pinning,
)

ROUNDS = 3


def parser() -> argparse.ArgumentParser:
    it = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    it.add_argument(
        "--scenario",
        action="append",
        choices=SCENARIOS,
        metavar="NAME",
        help=f"repeatable; one of {', '.join(SCENARIOS)}; default regimes; with --check all that have bounds",
    )
    it.add_argument(
        "--users", action="append", type=int, metavar="N", help="of the regimes; repeatable; default 1000"
    )
    it.add_argument(
        "--dialect",
        action="append",
        choices=DIALECTS,
        help="of this server; repeatable; default plain and irc",
    )
    it.add_argument("--rounds", type=int, metavar="N", help=f"default {ROUNDS}")
    it.add_argument(
        "--seconds", type=float, metavar="S", help="of each closed loop; an idle one takes twice that"
    )
    it.add_argument(
        "--quick", action="store_true", help="one short round with a few people: does it all work?"
    )
    it.add_argument("--alone", action="store_true", help="without floor and peers")
    it.add_argument(
        "--server",
        action="append",
        default=[],
        metavar="NAME=DIALECT:COMMAND",
        help="also measure this command, with PORT for the port; repeatable",
    )
    it.add_argument(
        "--option", action="append", default=[], metavar="OPTION", help="a further option of twistd chat"
    )
    it.add_argument(
        "--first",
        action="store_true",
        help="run before other work, if allowed: for a machine that is not quiet",
    )
    it.add_argument("--check", action="store_true", help="compare with the bounds, exit 1 if one is missed")
    it.add_argument(
        "--profile", action="store_true", help="where this server's time goes, by py-spy or cProfile"
    )
    it.add_argument("--json", type=Path, metavar="FILE", help="keep the raw figures")
    it.add_argument("--load", type=Path, metavar="FILE", help="measure nothing, read what --json kept")
    it.add_argument("--svg", type=Path, metavar="FILE", help="draw the comparison")
    return it  # fmt: skip


def machine() -> dict[str, object]:
    """What the figures depend on."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line for line in cpuinfo.read_text(encoding="utf-8").splitlines() if line.startswith("model name")
        ]
        model = names[0].partition(":")[2].strip() if names else ""
    return {
        "cpu": model,
        "kernel": platform.release(),
        "python": f"{platform.python_version()} ({sys.executable})",
        "pinned": pinning(),
        "time": time.strftime("%Y-%m-%d %H:%M:%S"),
    }


def sizes_for(options: argparse.Namespace) -> Sizes:
    sizes = QUICK if options.quick else Sizes()
    if options.seconds:
        sizes = replace(sizes, seconds=options.seconds, idle_seconds=2 * options.seconds)
    return sizes


def scenarios_for(options: argparse.Namespace) -> list[str]:
    if options.scenario:
        return list(dict.fromkeys(options.scenario))
    return list(dict.fromkeys(bound.scenario for bound in bounds.BOUNDS)) if options.check else ["regimes"]


def servers_for(options: argparse.Namespace, floor_binary: Path, cprofile: bool) -> list[Server]:
    servers = [from_text(text) for text in options.server]
    if chat_available():
        dialects = options.dialect or ["plain", "irc"]
        servers += [chat(dialect, tuple(options.option), cprofile) for dialect in dialects]
    else:
        print("twistd chat does not run here: measuring without it.", file=sys.stderr)
    return servers if options.alone else [*servers, floor(floor_binary), *peers()]


def run(options: argparse.Namespace) -> Results:
    """All rounds of all scenarios.

    Raises:
        CannotMeasure: if nothing can be measured at all.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if options.first and not go_first():
        print("Not allowed to run before other work.", file=sys.stderr)
    if not pinning():
        print("One core, or no taskset: latencies tell little here.", file=sys.stderr)
    profiler: Profiler | None = profiling.choose() if options.profile else None
    with TemporaryDirectory(prefix="bench-") as folder:
        binaries = build(Path(folder))
        cprofile = isinstance(profiler, profiling.CProfile)
        bench = Bench(
            loadgen=binaries["loadgen"],
            servers=servers_for(options, binaries["floor"], cprofile),
            sizes=sizes_for(options),
            tell=lambda measurement: print(report.line(measurement), flush=True),
            profiler=profiler,
            doors=doors(),
        )
        rounds = options.rounds or (1 if options.quick or options.profile else ROUNDS)
        crowds = options.users or [bench.sizes.crowd]
        for scenario in scenarios_for(options):
            for number in range(rounds):
                if scenario == "regimes":
                    for users in crowds:
                        regimes(bench, number, users)
                else:
                    SCENARIOS[scenario](bench, number)
    return bench.results


def load(path: Path) -> Results:
    data = json.loads(path.read_text(encoding="utf-8"))
    return Results(Measurement.from_dict(item) for item in data["measurements"])


def save(path: Path, results: Results) -> None:
    data = {"machine": machine(), "measurements": [m.as_dict() for m in results.measurements]}
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0, or 1 if something was lost, a server failed, or with --check a bound was missed."""
    it = parser()
    options = it.parse_args(arguments)
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM)
    )  # servers are stopped on the way out
    try:
        results = load(options.load) if options.load else run(options)
    except (CannotMeasure, ValueError) as problem:
        it.exit(2, f"{problem}\n")
    if options.json and not options.load:
        save(options.json, results)
    ours = [
        name for name in dict.fromkeys(key.server for key in results.measured()) if name.startswith("chat ")
    ]
    others = [f.partition("=")[0] for f in options.server]
    if not options.load:
        print("\n" + report.machine(machine()))
    print("\n" + report.medians(results))
    if text := report.ratios(results, [*ours, *others]):
        print("\n" + text)
    failed = False
    if options.check:
        found = bounds.check(results, ours, scenarios_for(options))
        print("\n" + report.verdicts(found))
        failed = not found or not all(verdict.kept for verdict in found)
    if wrong := complaints(results):
        print("\nNot as it should be:\n  " + "\n  ".join(wrong))
        failed = True
    if options.svg:
        options.svg.write_text(chart.draw(results), encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
