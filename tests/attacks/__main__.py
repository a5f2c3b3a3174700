"""Attacks this server while honest people talk: python -m tests.attacks [NAME...], see README.md."""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.bench.servers import GENERATOR_CORE, CannotMeasure, pinning

from . import doors, messages, passwords, past, questions, report  # noqa: F401  importing them fills the table
from .measure import QUICK, Outcome, Sizes, measure
from .table import ATTACKS


def parser() -> argparse.ArgumentParser:
    it = argparse.ArgumentParser(prog="python -m tests.attacks", description=__doc__)
    it.add_argument("names", nargs="*", metavar="NAME", help="attacks; none: all of them")
    it.add_argument("--list", action="store_true", help="say which attacks there are")
    it.add_argument("--about", choices=sorted({row.about for row in ATTACKS.values()}), help="only these")
    it.add_argument("--quick", action="store_true", help="few people, a few seconds: does it all work?")
    it.add_argument("--honest", type=int, metavar="N", help=f"honest people; default {Sizes.honest}")
    it.add_argument("--before", type=float, metavar="S", help="seconds before the attack")
    it.add_argument("--seconds", type=float, metavar="S", help="of the attack")
    it.add_argument("--later", type=float, metavar="S", help="until memory is looked at once more")
    it.add_argument(
        "--option", action="append", default=[], metavar="OPTION", help="of twistd chat; repeatable"
    )
    it.add_argument("--check", action="store_true", help="exit 1 if a bound is missed")
    it.add_argument("--json", type=Path, metavar="FILE", help="keep the figures")
    it.add_argument("--load", type=Path, metavar="FILE", help="measure nothing, show what --json kept")
    return it


def sizes_for(options: argparse.Namespace) -> Sizes:
    given = {
        "honest": options.honest,
        "before": options.before,
        "attack": options.seconds,
        "later": options.later,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    return replace(QUICK if options.quick else Sizes(), **chosen)


def run(options: argparse.Namespace) -> list[Outcome]:
    """Do them, one after the other; one that cannot be done is told."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if pinning():
        os.sched_setaffinity(0, {int(GENERATOR_CORE)})
    else:
        print("One core, or no taskset: latencies tell little here.", file=sys.stderr)
    names = options.names or [n for n, row in ATTACKS.items() if options.about in (None, row.about)]
    outcomes = []
    for name in names:
        try:
            outcome = measure(ATTACKS[name], sizes_for(options), *options.option)
        except CannotMeasure as problem:
            print(f"{name}: {problem}", file=sys.stderr)
            continue
        outcomes.append(outcome)
        print(f"{report.row(outcome)}  {outcome.told}", flush=True)
    return outcomes


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0, or 1 if something was lost or broken, or with --check a bound was missed."""
    it = parser()
    options = it.parse_args(arguments)
    if options.list:
        for row in ATTACKS.values():
            print(f"{row.name:18} {row.help}")
        return 0
    if unknown := [name for name in options.names if name not in ATTACKS]:
        it.error(f"there is no attack {unknown[0]}; --list says which there are")
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM)
    )  # the server is ended on the way out
    if options.load:
        outcomes = [
            Outcome.from_dict(values) for values in json.loads(options.load.read_text(encoding="utf-8"))
        ]
    else:
        outcomes = run(options)
    if options.json:
        options.json.write_text(
            json.dumps([outcome.as_dict() for outcome in outcomes], indent=1) + "\n", "utf-8"
        )
    print("\n" + report.table(outcomes))
    found = [sentence for outcome in outcomes for sentence in report.wrong(outcome)]
    missed = [sentence for outcome in outcomes for sentence in report.missed(outcome)]
    for sentence in [*found, *missed]:
        print(f"Not as it should be: {sentence}")
    return 1 if found or not outcomes or (options.check and missed) else 0


if __name__ == "__main__":
    sys.exit(main())
