"""Carries the server's log events into the ring."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import cast

from twisted.logger import (
    ILogObserver,
    LogEvent,
    LogLevel,
    LogPublisher,
    formatEvent,
    globalLogPublisher,
)
from twisted.python.failure import Failure
from zope.interface import implementer

from chat.monitor.escaping import shortened, visible
from chat.monitor.ring import LogRing

UNSEEN = ("autobahn", "txaio", "chat.monitor.feed", "chat.monitor.websocket", "chat.monitor.observer")
"""Namespaces that write while an event is on its way to a page: to show them would never end."""

MAX_TEXT = 8192
"""Characters of one event's text: eight times the longest line that a person can send."""

MAX_TRACE_LINES = 60
MAX_TRACE_CHARACTERS = 300
"""The end of a traceback, where the cause is; a runaway recursion has a thousand lines."""


@implementer(ILogObserver)
class RingObserver:
    """A `twisted.logger` observer. Never raises, whatever an event holds, and never calls itself.

    `secrets` are texts, such as the access token, that are replaced wherever an event holds them: the log
    can be saved from the page and sent to others.
    """

    def __init__(self, ring: LogRing, secrets: Iterable[str] = ()) -> None:
        self._ring = ring
        self._secrets = tuple(s for s in secrets if s)
        self._inside = threading.local()

    def __call__(self, event: LogEvent) -> None:
        if getattr(self._inside, "busy", False):
            return
        self._inside.busy = True
        try:
            self._keep(event)
        except Exception:
            self._ring.append(time.time(), "error", "chat.monitor", "A log event could not be shown.")
        finally:
            self._inside.busy = False

    def _keep(self, event: LogEvent) -> None:
        namespace = str(event.get("log_namespace") or "")
        if any(namespace == n or namespace.startswith(n + ".") for n in UNSEEN):
            return
        level = cast("LogLevel | None", event.get("log_level"))
        source = namespace
        if namespace == "log_legacy":
            source = str(event.get("log_system") or "-")
        self._ring.append(
            float(event.get("log_time") or time.time()),
            level.name if level is not None else "info",
            self._safe(source, 200),
            self._safe(formatEvent(event) or _what_failed(event), MAX_TEXT),
            tuple(self._safe(line, MAX_TRACE_CHARACTERS) for line in _trace(event)),
        )

    def _safe(self, text: str, limit: int) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return visible(shortened(text, limit))


def install_observer(
    ring: LogRing, secrets: Iterable[str] = (), publisher: LogPublisher = globalLogPublisher
) -> Callable[[], None]:
    """Let `ring` see every event from here on; what is returned undoes it."""
    observer = RingObserver(ring, secrets)
    publisher.addObserver(observer)

    def remove() -> None:
        publisher.removeObserver(observer)

    return remove


def _what_failed(event: LogEvent) -> str:
    failure = event.get("log_failure")
    return failure.getErrorMessage() if isinstance(failure, Failure) else ""


def _trace(event: LogEvent) -> list[str]:
    failure = event.get("log_failure")
    if not isinstance(failure, Failure):
        return []
    lines = failure.getTraceback().rstrip().split("\n")
    if len(lines) > MAX_TRACE_LINES:
        cut = len(lines) - MAX_TRACE_LINES
        lines = [f"… {cut} lines before", *lines[-MAX_TRACE_LINES:]]
    return lines
