"""What the operator may set about conversations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from chat.domain.history import REPLAY
from chat.domain.limits import LIVE_PER_ADDRESS, MESSAGE_BURST, MESSAGE_RATE


@dataclass
class Settings:
    """What the operator may set about conversations. Rates in lines a second; 0 switches a limit off."""

    name: str = "chat"
    motd: list[str] = field(default_factory=list)
    message_rate: float = MESSAGE_RATE
    message_burst: float = MESSAGE_BURST
    max_per_address: int = LIVE_PER_ADDRESS
    password: str = ""
    """What everybody has to know who wants to come in; empty: nothing."""
    registration: str = "open"
    """Who may make an account: "open": everybody who has a name; "early": also while connecting; "closed": nobody."""
    reload: Callable[[], None] = lambda: None
    """Reads again what may change while the server runs."""
    replay: int = REPLAY
    """Messages of a room that are shown on joining it, to people who have not said how many they want."""

    def set_rate(self, rate: float, burst: float) -> None:
        """How fast one person may send: lines a second, and at once. One that is 0 switches the limit off."""
        self.message_rate = rate if burst else 0.0
        self.message_burst = burst
