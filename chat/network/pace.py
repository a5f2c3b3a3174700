"""How fast one connection may send: buckets for bytes and lines, and what follows for who keeps pushing."""

from __future__ import annotations

from chat.domain.limits import BYTE_BURST, BYTE_RATE, Escalation, Step, TokenBucket


class Pace:
    """The limits of one connection: `rate` lines a second after `burst` at once, and the bytes of `BYTE_RATE`.

    Nothing is dropped: what is over the limit waits, for the seconds that the methods return.
    """

    __slots__ = ("_burst", "_bytes", "_escalation", "_lines", "_rate")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._bytes = TokenBucket(BYTE_RATE, BYTE_BURST)
        self._lines = TokenBucket(rate, max(1.0, burst))
        self._escalation = Escalation()

    def read(self, now: float, count: int) -> float:
        """So many bytes came; the seconds for which no more may be read."""
        return self._bytes.take(now, count)

    def line(self, now: float, count: float = 1.0) -> tuple[Step, float]:
        """Something came that costs `count` lines; what to tell the person, and the seconds for which it waits."""
        wait = self._lines.take(now, count)
        return self._escalation.weigh(now, wait), wait

    def notice(self) -> str:
        """The sentence for who is too fast for the first time."""
        return self._escalation.notice(self._rate, self._burst)

    def measure(self) -> str:
        """What was too much, for who is muted."""
        return self._escalation.measure(self._rate, self._burst)
