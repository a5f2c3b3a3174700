"""What turns events into bytes, as the fan-out sees it."""

from __future__ import annotations

from typing import Protocol

from twisted.logger import Logger

from chat.domain.events import LogEvent

_log = Logger()


class Rendering(Protocol):
    """Events to bytes, the same for every reader who shares it. b"" hides an event."""

    def render(self, event: LogEvent) -> bytes:
        """The bytes of one event, line end included."""


def rendered(rendering: Rendering, event: LogEvent) -> bytes:
    """An event as bytes. One that cannot be rendered is hidden, so that it keeps nobody from what comes after it."""
    try:
        return rendering.render(event)
    except Exception:
        _log.failure("An event of the type {type} could not be shown", type=type(event).__name__)
        return b""
