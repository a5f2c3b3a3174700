"""Where the server's time goes: py-spy beside a running phase, or else cProfile of the whole run."""

from __future__ import annotations

import pstats
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .crowd import Crowd
from .report import table
from .servers import GENERATOR_CORE, Server, pinned

SAMPLES_A_SECOND = 250
"""Enough for a per cent within three seconds, and little against the server's own work."""
LINES_SHOWN = 20
MAIN_LOOP = 0.985
"""Share of all samples from which on a frame counts as part of the main loop."""

_LINE_NUMBER = re.compile(r":\d+\)")


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


def by_function(stack: str) -> str:
    """A collapsed stack without line numbers: ``walk (chat/network/delivery.py)``."""
    return _LINE_NUMBER.sub(")", stack)


def profile_table(title: str, stacks: Iterable[str]) -> str:
    """Which functions take the time themselves, which with what they call, and which lines."""
    lines = list(stacks)
    total, own, within = shares(map(by_function, lines))
    if not total:
        return f"{title}: no samples"
    _, own_lines, _ = shares(lines)
    parts = []
    for word, counter in (("itself", own), ("with what it calls", within), ("by line", own_lines)):
        # What is on every stack is the way into the main loop, and tells nothing.
        shown = [item for item in counter.most_common() if item[1] < MAIN_LOOP * total][:LINES_SHOWN]
        rows = [["  " + frame, f"{100 * n / total:.1f} %"] for frame, n in shown]
        parts.append(table([[f"{title}, {word}", "samples"], *rows]))
    return "\n".join(parts)


class PySpy:
    """Samples the server from outside while a phase runs."""

    def __init__(self, command: str) -> None:
        self._command = command

    @contextmanager
    def during(self, crowd: Crowd, phase: str) -> Iterator[None]:
        """Prints a table when the phase is over. It samples from the generator's core."""
        stacks = crowd.folder / "stacks"
        stacks.unlink(missing_ok=True)
        command = [self._command, "record", "--nonblocking", "--threads", "--format", "raw"]
        command += ["--rate", str(SAMPLES_A_SECOND), "--output", str(stacks), "--pid", str(crowd.pid)]
        sampler = subprocess.Popen(
            pinned(GENERATOR_CORE, command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert sampler.stdout is not None
        said = ""
        for line in sampler.stdout:
            said += line
            if "Sampling" in line:
                break
        try:
            yield
        finally:
            sampler.send_signal(signal.SIGINT)
            said += sampler.communicate(timeout=60)[0]
        title = f"{crowd.server.name}, {phase}"
        if stacks.exists():
            print(profile_table(title, stacks.read_text(encoding="utf-8").splitlines()))
        else:
            print(f"{title}: py-spy could not look: {said.strip()}")

    def after(self, server: Server, folder: Path) -> None:
        """Nothing is left to say."""


class CProfile:
    """Twisted's own profiling, all phases together: the server is started with it and tells at its end."""

    @contextmanager
    def during(self, crowd: Crowd, phase: str) -> Iterator[None]:
        """All phases are in the one profile."""
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
