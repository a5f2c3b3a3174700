"""What turns events into bytes, as the fan-out sees it."""

from __future__ import annotations

from typing import Protocol

from twisted.logger import Logger

from chat.domain.events import LogEvent

_log = Logger()

RECENT_AT_MOST = 1024
"""Events whose bytes are remembered: those of a second in which everybody comes back; some 500 KB."""
_recent: dict[tuple[int, int], tuple[Rendering, LogEvent, bytes]] = {}


class Rendering(Protocol):
    """Events to bytes, the same for every reader who shares it. b"" hides an event."""

    def render(self, event: LogEvent) -> bytes:
        """The bytes of one event, line end included."""


def to_bytes(rendering: Rendering, event: LogEvent) -> bytes:
    """An event as bytes. One that cannot be rendered is hidden, so that it keeps nobody from what comes after it."""
    try:
        return rendering.render(event)
    except Exception:
        _log.failure("An event of the type {type} could not be shown", type=type(event).__name__)
        return b""


def rendered(rendering: Rendering, event: LogEvent) -> bytes:
    """An event as bytes, for one of many who read alone, as everybody does who has just come in: what was rendered for
    another of them a moment ago is not rendered again.
    """
    # Neither identity can be that of another object, as long as the objects are kept here.
    key = id(rendering), id(event)
    known = _recent.get(key)
    if known is not None:
        return known[2]
    data = to_bytes(rendering, event)
    if len(_recent) >= RECENT_AT_MOST:
        _recent.clear()
    _recent[key] = rendering, event, data
    return data
