"""Where the server's time goes: py-spy beside a running phase, or else cProfile of the whole run."""

from __future__ import annotations

import pstats
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .crowd import Crowd
from .report import table
from .servers import Server

SAMPLES_A_SECOND = 250
"""Enough for a per cent within three seconds, and little against the server's own work."""
LINES_SHOWN = 25


def py_spy() -> str | None:
    """The py-spy of this interpreter's environment, or one on the path."""
    beside = Path(sys.executable).with_name("py-spy")
    return str(beside) if beside.exists() else shutil.which("py-spy")


def choose() -> PySpy | CProfile:
    found = py_spy()
    return PySpy(found) if found else CProfile()


def shares(stacks: Iterable[str]) -> tuple[int, Counter[str], Counter[str]]:
    """From collapsed stacks (``outermost;...;innermost COUNT``): all samples, each frame's own, those below.

    A frame that calls itself counts once; a line of another form is passed over.
    """
    total, own, within = 0, Counter[str](), Counter[str]()
    for stack in stacks:
        path, _, number = stack.rstrip().rpartition(" ")
        if not path or not number.isdigit():
            continue
        frames, samples = path.split(";"), int(number)
        total += samples
        own[frames[-1]] += samples
        for frame in set(frames):
            within[frame] += samples
    return total, own, within


def profile_table(title: str, stacks: Iterable[str]) -> str:
    total, own, within = shares(stacks)
    if not total:
        return f"{title}: no samples"
    parts = []
    for word, counter in (("itself", own), ("with what it calls", within)):
        rows = [[f"{title}, {word}", "samples"]]
        rows += [["  " + frame, f"{100 * n / total:.1f} %"] for frame, n in counter.most_common(LINES_SHOWN)]
        parts.append(table(rows))
    return "\n".join(parts)


class PySpy:
    """Samples the server from outside while a phase runs."""

    def __init__(self, command: str) -> None:
        self._command = command

    @contextmanager
    def during(self, crowd: Crowd, phase: str, seconds: float) -> Iterator[None]:
        stacks = crowd.folder / "stacks"
        command = [self._command, "record", "--nonblocking", "--threads", "--function", "--format", "raw"]
        command += [
            "--rate",
            str(SAMPLES_A_SECOND),
            "--duration",
            str(max(1, round(seconds))),
            "--output",
            str(stacks),
        ]
        sampler = subprocess.Popen(
            [*command, "--pid", str(crowd.pid)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        try:
            yield
        finally:
            _, complaint = sampler.communicate(timeout=60)
        if stacks.exists():
            print(
                profile_table(
                    f"{crowd.server.name}, {phase}", stacks.read_text(encoding="utf-8").splitlines()
                )
            )
        else:
            print(f"py-spy could not look at {crowd.server.name}: {complaint.strip()}")

    def after(self, server: Server, folder: Path) -> None:
        """Nothing is left to say."""


class CProfile:
    """Twisted's own profiling, all phases together: the server is started with it and tells at its end."""

    @contextmanager
    def during(self, crowd: Crowd, phase: str, seconds: float) -> Iterator[None]:
        yield

    def after(self, server: Server, folder: Path) -> None:
        path = folder / "profile"
        if not server.ours:
            return
        if not path.exists():
            print(f"{server.name} left no profile")
            return
        print(f"{server.name}, from start to end, profiled:")
        stats = pstats.Stats(str(path)).strip_dirs()
        for order in ("tottime", "cumulative"):
            stats.sort_stats(order).print_stats(LINES_SHOWN)
