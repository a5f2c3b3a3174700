"""Samples the server once a second and keeps the last 15 minutes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from chat.monitor import process
from chat.monitor.interfaces import Figures, Source
from chat.monitor.ring import LogRing

INTERVAL = 1.0
"""Seconds between samples."""

KEPT = 900
"""Samples kept: 15 minutes."""

RATE_SAMPLES = 5
"""Byte and CPU rates are means over this many seconds: steadier to read than single ones."""

STUCK = 1.0
"""Seconds of lateness from which the log has a line about it: everybody has noticed."""

_log = Logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One second."""

    people: int
    messages: float
    """Messages in rooms in this second."""
    private_messages: float
    bytes_in: float
    bytes_out: float
    cpu: float
    """Share of one processor, 0 to 1 (more with threads)."""
    lag: float
    """The event loop's worst lateness, in seconds."""
    warnings: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """Everything that the page shows as a figure."""

    figures: Figures
    messages_minute: int
    """Messages in rooms in the last 60 seconds."""
    private_minute: int
    in_rate: float
    """Bytes a second received, over the last few seconds."""
    out_rate: float
    cpu: float
    lag: float
    """The event loop's worst lateness in the last second, in seconds."""
    lag_minute: float
    """The worst in the last minute: a stall is over before somebody who is called has looked."""
    memory: int | None
    warnings: int
    """Log events of level warn in the last 15 minutes."""
    errors: int
    """Log events of level error and critical in the last 15 minutes."""


class Sampler:
    """Asks the source each second, watched or not, so that a page that opens shows the last 15 minutes.

    `on_sample` is called after each.
    """

    def __init__(
        self,
        source: Source,
        ring: LogRing,
        clock: IReactorTime,
        *,
        memory: Callable[[], int | None] = process.memory,
        cpu: Callable[[], float] = process.cpu,
    ) -> None:
        self.on_sample: Callable[[], None] = lambda: None
        self.state: Overall | None = None
        """As of the last sample; None before the first, and while the source fails."""
        self.samples: deque[Sample] = deque(maxlen=KEPT)
        """Oldest first; the last one ended when `state` was taken."""
        self._source = source
        self._ring = ring
        self._memory = memory
        self._cpu = cpu
        self._meter = process.LagMeter(clock)
        self._last: tuple[Figures, float, int, int] | None = None
        self._failing = 0
        self._loop = LoopingCall.withCount(self._sample)
        self._loop.clock = clock

    def start(self) -> None:
        """Take the first sample, and one each second from here on."""
        self._meter.start()
        self._loop.start(INTERVAL, now=True)

    def stop(self) -> None:
        """Take no more."""
        self._meter.stop()
        if self._loop.running:
            self._loop.stop()

    def _sample(self, seconds: int) -> None:
        lag = self._meter.take()
        if lag >= STUCK:
            _log.warn(
                "The event loop was stuck for {seconds:.1f} s; nobody was served meanwhile", seconds=lag
            )
        try:
            figures = self._source.figures()
        except Exception:
            # The log gets it once: a line a second would push out what led to it.
            if not self._failing:
                _log.failure("The server's figures cannot be read; the monitor shows none until they can.")
            self._failing += max(1, seconds)
            self.state = None
            self.on_sample()
            return
        self._keep(figures, self._failing + max(1, seconds), lag)
        self._failing = 0
        self.state = self._make_state(figures, lag)
        self.on_sample()

    def _keep(self, figures: Figures, seconds: int, lag: float) -> None:
        counts = self._ring.counts()
        cpu = self._cpu()
        warnings, errors = counts["warn"], counts["error"] + counts["critical"]
        if self._last is None:
            # What was said before the first sample was said in no known second.
            self._last = (figures, cpu, 0, 0)
        before, cpu_before, warnings_before, errors_before = self._last
        self._last = (figures, cpu, warnings, errors)
        # While the loop was stalled or the source failed no samples were taken: what happened is spread over
        # the seconds that it took, and the chart's time axis stays true.
        sample = Sample(
            people=figures.people,
            messages=(figures.messages - before.messages) / seconds,
            private_messages=(figures.private_messages - before.private_messages) / seconds,
            bytes_in=(figures.bytes_in - before.bytes_in) / seconds,
            bytes_out=(figures.bytes_out - before.bytes_out) / seconds,
            cpu=(cpu - cpu_before) / seconds,
            lag=lag,
            warnings=0,
            errors=0,
        )
        self.samples.extend([sample] * (min(seconds, KEPT) - 1))
        self.samples.append(
            replace(sample, warnings=warnings - warnings_before, errors=errors - errors_before)
        )

    def _make_state(self, figures: Figures, lag: float) -> Overall:
        minute = self._newest(60)
        moment = self._newest(RATE_SAMPLES)
        return Overall(
            figures=figures,
            messages_minute=round(sum(s.messages for s in minute)),
            private_minute=round(sum(s.private_messages for s in minute)),
            in_rate=sum(s.bytes_in for s in moment) / len(moment),
            out_rate=sum(s.bytes_out for s in moment) / len(moment),
            cpu=sum(s.cpu for s in moment) / len(moment),
            lag=lag,
            lag_minute=max(s.lag for s in minute),
            memory=self._memory(),
            warnings=sum(s.warnings for s in self.samples),
            errors=sum(s.errors for s in self.samples),
        )

    def _newest(self, count: int) -> list[Sample]:
        return list(islice(reversed(self.samples), count))
