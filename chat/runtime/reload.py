"""Reading again, while the process runs, what the operator may have changed: on SIGHUP, as daemons do."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

from twisted.logger import Logger


class Reloads:
    """What is to be read again, in the order in which it was added. One that fails keeps no other from it."""

    log = Logger()

    def __init__(self) -> None:
        self._steps: list[tuple[str, Callable[[], None]]] = []
        self.before: Callable[[], None] = lambda: None
        """Called before the first."""
        self.after: Callable[[], None] = lambda: None
        """Called after the last, whatever failed."""

    def add(self, what: str, read_again: Callable[[], None]) -> None:
        """Have something read again. It says by itself, in the log, what an operator can put right, and keeps what it
        had; what it raises is a fault in it.
        """
        self._steps.append((what, read_again))

    @property
    def what(self) -> list[str]:
        """What is read again, in a word or two each."""
        return [what for what, _ in self._steps]

    def run(self) -> None:
        """Read everything again. Called in the reactor's thread."""
        self.before()
        for what, read_again in self._steps:
            try:
                read_again()
            except Exception:
                self.log.failure("Could not read again: {what}", what=what)
        self.log.info("Read again: {what}", what=", ".join(self.what))
        self.after()


def reload_on_signal(reactor: Any, reloads: Reloads) -> None:
    """From when `reactor` runs, let SIGHUP read everything again."""

    def received(signum: int, frame: object) -> None:
        # A signal comes at any moment, in the middle of whatever the thread does.
        reactor.callFromThread(reloads.run)

    reactor.callWhenRunning(signal.signal, signal.SIGHUP, received)
