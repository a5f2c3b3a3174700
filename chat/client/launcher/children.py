"""A program that the launcher started: its state, its output, and its end."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from chat.domain.text import printable

MAX_LINES = 2_000
"""Lines of output kept: an hour of a lively server, well under a megabyte."""
MAX_LINE = 4_096
"""Characters of one line kept; without a line end, no more than this is waited for."""
STOP_SECONDS = 15.0
"""How long a program may take to end by itself; the server tells everybody goodbye and stores what is open."""


class ChildState(Enum):
    """Where a program stands."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    FAILED = "ended by itself"


class Child(ProcessProtocol):
    """One program, that may be started again after it has ended."""

    def __init__(self, reactor: Any, patterns: Mapping[str, re.Pattern[str]], ready: str) -> None:
        """`patterns` are looked for in each line of output; it runs once that called `ready` is found, or at once
        if that is ``""``.
        """
        self.state = ChildState.STOPPED
        """See `State`."""
        self.sentence = ""
        """With `State.FAILED`, what it said last, or how it ended."""
        self.lines: deque[str] = deque(maxlen=MAX_LINES)
        """Its output, the newest last; safe to show."""
        self.count = 0
        """How many lines there were ever."""
        self.found: dict[str, re.Match[str]] = {}
        """The first match of each of the patterns in what it printed since it was started, by their name."""
        self.changed: Callable[[], None] = lambda: None
        """Called after state, lines or found are not what they were."""
        self._reactor = reactor
        self._patterns = patterns
        self._ready = ready
        self._rest = b""
        self._last = ""
        self._ended: list[Callable[[], None]] = []
        self._deadline: Any = None

    @property
    def active(self) -> bool:
        """Whether there is a process."""
        return self.state in (ChildState.STARTING, ChildState.RUNNING, ChildState.STOPPING)

    def start(self, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it, if it is not there."""
        if self.active:
            return
        self.found = {}
        self._rest, self._last, self.sentence = b"", "", ""
        self._set(ChildState.STARTING)
        try:
            self._reactor.spawnProcess(self, argv[0], list(argv), env=dict(environment), path=None)
        except OSError as error:
            self.sentence = f"{argv[0]} could not be started: {error.strerror}."
            self._set(ChildState.FAILED)
            return
        if not self._ready and self.state is ChildState.STARTING:
            self._set(ChildState.RUNNING)

    def stop(self, ended: Callable[[], None] = lambda: None) -> None:
        """End it: politely, and after `STOP_SECONDS` not; `ended` is called when it is gone."""
        if not self.active:
            ended()
            return
        self._ended.append(ended)
        if self.state is not ChildState.STOPPING:
            self._set(ChildState.STOPPING)
            self._deadline = self._reactor.callLater(STOP_SECONDS, self._signal, "KILL")
            self._signal("TERM")

    def _signal(self, name: str) -> None:
        try:
            if self.transport is not None:
                self.transport.signalProcess(name)
        except (ProcessExitedAlready, OSError):
            pass

    def _set(self, state: ChildState) -> None:
        self.state = state
        self.changed()

    def add(self, text: str) -> None:
        """A line of output."""
        line = printable(text[:MAX_LINE])
        self.lines.append(line)
        self.count += 1
        if line.strip():
            self._last = line.strip()
        for name, pattern in self._patterns.items():
            if name not in self.found and (match := pattern.search(line)):
                self.found[name] = match
                if name == self._ready and self.state is ChildState.STARTING:
                    self.state = ChildState.RUNNING

    # what the process does

    def outReceived(self, data: bytes) -> None:
        """It printed something."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_LINE:
            whole.append(self._rest)
            self._rest = b""
        for line in whole:
            self.add(line.decode("utf-8", "replace").rstrip("\r"))
        if whole:
            self.changed()

    errReceived = outReceived

    def processEnded(self, reason: Failure) -> None:
        """It is gone."""
        if self._rest:
            self.add(self._rest.decode("utf-8", "replace"))
            self._rest = b""
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None
        status = getattr(reason.value, "exitCode", None)
        if self.state is ChildState.STOPPING or status == 0:
            self._set(ChildState.STOPPED)
        else:
            how = f"It ended with status {status}." if status is not None else "It was ended from outside."
            self.sentence = f"{self._last} ({how})" if self._last else how
            self._set(ChildState.FAILED)
        waiting, self._ended = self._ended, []
        for ended in waiting:
            ended()
