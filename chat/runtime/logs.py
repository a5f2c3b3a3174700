"""What the server's log looks like and how much is in it: text or JSON lines, from a level on, to standard error."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

from twisted.logger import (
    FilteringLogObserver,
    ILogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
    formatEvent,
    formatEventAsClassicLogText,
)
from twisted.python.logfile import LogFile
from zope.interface import implementer

LEVELS = {level.name: level for level in LogLevel.iterconstants()}
FIELD_CHARACTERS = 16 * 1024
"""Longest text of one event in JSON: journald and most collectors take lines of 48 KB and less."""


def read_level(given: str) -> tuple[str, str]:
    """A namespace, "" for all, and the name of its least level; raises ValueError."""
    namespace, equals, level = given.rpartition("=")
    if level not in LEVELS or (equals and not namespace):
        raise ValueError(
            "takes debug, info, warn, error or critical, or one of them for a part, as in chat.network=debug, "
            f"not {given!r}"
        )
    return namespace, level


class Levels(LogLevelFilterPredicate):
    """Which events are logged; can be set anew while the server runs."""

    def set(self, levels: Iterable[tuple[str, str]]) -> None:
        """Log what is at least of the level of its namespace; others as the namespace above has it."""
        self.clearLogLevels()
        for namespace, level in levels:
            self.setLogLevelForNamespace(namespace, LEVELS[level])


def as_json(event: LogEvent) -> str:
    """An event as an object in one line: time, level, source, text, and the trace of a failure.

    Only what its message shows, not the other fields of the event, is in it.
    """
    level = event.get("log_level")
    values: dict[str, Any] = {
        "time": datetime.fromtimestamp(event["log_time"], UTC).isoformat(timespec="milliseconds"),
        "level": level.name if level is not None else "info",
        "source": event.get("log_namespace", "-"),
        "text": formatEvent(event)[:FIELD_CHARACTERS],
    }
    failure = event.get("log_failure")
    if failure is not None:
        values["traceback"] = failure.getTraceback()[-FIELD_CHARACTERS:]
    return json.dumps(values, ensure_ascii=False) + "\n"


def as_text(event: LogEvent) -> str:
    """An event as Twisted writes it: time, namespace and level, text, and the trace of a failure."""
    return formatEventAsClassicLogText(event) or ""


FORMATS = {"text": as_text, "json": as_json}


class Output(Protocol):
    """Where lines go: a file, or a stream."""

    def write(self, text: str, /) -> object:
        """Take a line."""

    def flush(self) -> object:
        """Get it out."""


@implementer(ILogObserver)
class Lines:
    """Writes events as lines. A log that cannot be written (its reader is gone, the disk is full) stops nothing."""

    def __init__(self, format_name: str, output: Output) -> None:
        self._format = FORMATS[format_name]
        self._output = output

    def __call__(self, event: LogEvent) -> None:
        try:
            self._output.write(self._format(event))
            self._output.flush()
        except (OSError, ValueError):
            pass


class ServerLog:
    """The log of the server: where it goes, what it looks like, and how much is in it."""

    def __init__(self, format_name: str, levels: Iterable[tuple[str, str]], path: str | None) -> None:
        """`path`: a file, "-" for standard output, None for standard error, where a service manager expects it."""
        self.levels = Levels()
        self.levels.set(levels)
        self._file = LogFile.fromFullPath(path) if path not in (None, "-") else None
        # Those from before twistd leads them into the log.
        stream: Any = sys.__stdout__ if path == "-" else sys.__stderr__
        self.observer = FilteringLogObserver(Lines(format_name, self._file or stream), [self.levels])

    def reopen(self) -> None:
        """Go on in a new file, after a program like logrotate has moved the one before; raises `OSError`."""
        if self._file is not None:
            self._file.reopen()

    def rotate_on_signal(self, reactor: Any) -> None:
        """From when `reactor` runs, let SIGUSR1 rotate the file, as twistd does with logs of its own."""
        if self._file is not None:
            rotate = self._file.rotate
            reactor.callWhenRunning(
                signal.signal, signal.SIGUSR1, lambda signum, frame: reactor.callFromThread(rotate)
            )
