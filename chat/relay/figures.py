"""What a relay counts, for its log, `/stats` and the monitor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from chat.relay.upstreams import Upstream


@dataclass(slots=True)
class RelayFigures:
    """
    Counters of one relay since it started; they are live, so read them when you show them.

    Each connection is counted once in `total`, and once more in `refused` or `failed` if it never got
    through.
    """

    upstreams: Sequence[Upstream] = ()
    """The servers, in the order in which they are preferred, each with its state."""

    open: int = 0
    """Connections that exist: relayed, waiting for a server, or being closed."""

    peak: int = 0
    """The most connections that were open at once."""

    total: int = 0
    """Connections that came in."""

    refused: int = 0
    """Connections that a limit turned away, in all."""

    failed: int = 0
    """Connections for which no server answered."""

    bytes_up: int = 0
    """Bytes from people to servers, PROXY headers not counted."""

    bytes_down: int = 0
    """Bytes from servers to people, the relay's own sentences not counted."""

    refused_by_rule: dict[str, int] = field(default_factory=dict)
    """`refused` by the rule that did it: `"all"`, `"live"`, `"new"`."""

    def opened(self) -> None:
        """A connection came in."""
        self.total += 1
        self.open += 1
        self.peak = max(self.peak, self.open)

    def closed(self) -> None:
        """Both sides of a connection are gone."""
        self.open -= 1

    def turned_away(self, rule: str) -> None:
        """A limit refused a connection."""
        self.refused += 1
        self.refused_by_rule[rule] = self.refused_by_rule.get(rule, 0) + 1

    def lines(self, now: float) -> list[tuple[str, str]]:
        """Label and figure for each line of `/stats`; `now` in seconds of the relay's clock."""
        return [
            ("relay connections", f"{self.open} (peak {self.peak}, total {self.total})"),
            ("relay refused", str(self.refused)),
            ("relay without a server", str(self.failed)),
            ("relay bytes up", str(self.bytes_up)),
            ("relay bytes down", str(self.bytes_down)),
            *((f"relay to {upstream.name}", upstream.describe(now)) for upstream in self.upstreams),
        ]
