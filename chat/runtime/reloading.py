"""Reading again what the operator has changed, while everybody stays: on SIGHUP, or at REHASH."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

_log = Logger()


class Reload:
    """What is to be read again, in the order in which it was added; a part that fails keeps no other from its turn."""

    def __init__(self) -> None:
        self._parts: dict[str, Callable[[], object]] = {}

    def add(self, what: str, part: Callable[[], object]) -> None:
        """Call `part` whenever everything is read again; `what` names it in the log."""
        self._parts[what] = part

    def __call__(self) -> None:
        """Read everything again. What is wrong is told in the log, and changes nothing."""
        for what, part in self._parts.items():
            try:
                part()
            except Exception:
                _log.failure("Could not read the {what} again", what=what)
        _log.info("Read again: {parts}", parts=", ".join(self._parts) or "nothing")


def reload_on_signal(reactor: Any, reload: Callable[[], object]) -> None:
    """From when `reactor` runs, read everything again at each SIGHUP or SIGUSR1, which end a process otherwise."""

    def received(signum: int, frame: object) -> None:
        reactor.callFromThread(reload)

    def install() -> None:
        # twistd has SIGUSR1 for a new log file.
        for name in ("SIGHUP", "SIGUSR1"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), received)

    reactor.callWhenRunning(install)
