"""Does one attack, and measures what honest people felt of it and what it cost the server."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .honest import Felt, Honest
from .table import Attack
from .target import Target

LOOK_SECONDS = 0.1
"""How often it is looked how much memory the server has."""


@dataclass(frozen=True)
class Sizes:
    """How many honest people, and how long each phase takes, in seconds."""

    honest: int = 200
    before: float = 10.0
    attack: float = 15.0
    after: float = 6.0
    later: float = 60.0
    """Until memory is looked at for the last time."""


QUICK = Sizes(honest=40, before=2.0, attack=4.0, after=3.0, later=0.0)


@dataclass(frozen=True)
class Outcome:
    """What an attack led to."""

    name: str
    felt: dict[str, Felt]
    """What honest people felt "before", "during" and "after" it."""
    thrown_out: int
    """Honest people whose connections ended."""
    memory: tuple[int, int, int, int]
    """Of the server in KB: before, at most, at the end of the attack, and later."""
    busy: tuple[float, float]
    """Parts of a processor that it took, before and during the attack."""
    logged: int
    """Bytes that its log grew by."""
    kept: int
    """Bytes that its data folder grew by."""
    tracebacks: int
    alive: bool
    counted: dict[str, float]
    """What the server counts itself, by the names of its metrics."""
    told: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Outcome:
        """From what `as_dict` gave."""
        felt = {phase: Felt(**figures) for phase, figures in values["felt"].items()}
        return cls(
            **{**values, "felt": felt, "memory": tuple(values["memory"]), "busy": tuple(values["busy"])}
        )

    @property
    def lost(self) -> int:
        """Deliveries to honest people that did not come, in all phases."""
        return sum(felt.lost for felt in self.felt.values())


class Watch:
    """How much memory a server has at most, from now to `end`."""

    def __init__(self, target: Target) -> None:
        self.most = 0
        self._target = target
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            self.most = max(self.most, self._target.memory())

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()


def measure(attack: Attack, sizes: Sizes, *options: str) -> Outcome:
    """Start a server and honest people, attack, and end everything. Raises `CannotMeasure`."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="attack-")))
        if attack.prepare is not None:
            attack.prepare(folder / "data")
        target = stack.enter_context(Target(folder, *attack.options, *options, tls=attack.tls))
        honest = Honest(target.port, sizes.honest)
        stack.callback(honest.close)
        attacker = attack.attacker(target)
        stack.callback(attacker.close)
        attacker.prepare()

        honest.mark("before")
        worked, begin = target.cpu(), time.monotonic()
        time.sleep(sizes.before)
        calm = (target.cpu() - worked) / (time.monotonic() - begin)
        memory, logged, kept = target.memory(), target.log.stat().st_size, target.kept()

        honest.mark("during")
        watch = Watch(target)
        worked, begin = target.cpu(), time.monotonic()
        attacker.attack(begin + sizes.attack)
        busy = (target.cpu() - worked) / (time.monotonic() - begin)
        at_end = target.memory()

        honest.mark("after")
        time.sleep(sizes.after)
        thrown_out, felt = honest.end()
        watch.end()
        told = attacker.told()
        attacker.close()
        time.sleep(sizes.later)
        return Outcome(
            name=attack.name,
            felt=felt,
            thrown_out=thrown_out,
            memory=(memory, watch.most, at_end, target.memory()),
            busy=(round(calm, 2), round(busy, 2)),
            logged=target.log.stat().st_size - logged,
            kept=target.kept() - kept,
            tracebacks=target.tracebacks(),
            alive=target.alive(),
            counted=target.counted(),
            told=told,
        )
