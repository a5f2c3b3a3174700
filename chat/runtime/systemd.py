"""Telling the service manager how things stand: ready, reloading, stopping, alive (sd_notify(3)).

Without NOTIFY_SOCKET in the environment, nobody wants to know, and nothing is said.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from typing import Any

from twisted.application.service import Service
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

STATUS_SECONDS = 10.0
"""Between two lines for `systemctl status`, if the watchdog does not ask for shorter ones."""
LEAST_SECONDS = 0.1
"""Shortest pause between two signs of life, whatever the unit says."""


class Notifier:
    """One datagram socket to the service manager. Nothing here waits or raises: a manager that is gone is none."""

    log = Logger()

    def __init__(self, address: str) -> None:
        """`address`: as in NOTIFY_SOCKET, a path or, with `@` first, a name in the abstract namespace (unix(7))."""
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.setblocking(False)
        self._failed = False

    def tell(self, **values: object) -> None:
        """Send a state, as `READY=1`."""
        state = "\n".join(f"{key}={value}" for key, value in values.items())
        try:
            self._socket.sendto(state.encode(), self._address)
        except OSError as error:
            if not self._failed:
                self.log.warn("The service manager cannot be told: {problem}", problem=error.strerror)
            self._failed = True
        else:
            self._failed = False


def watchdog_seconds(environment: Mapping[str, str], pid: int) -> float | None:
    """How long the manager waits for a sign of life, or None if it does not (sd_watchdog_enabled(3))."""
    microseconds = environment.get("WATCHDOG_USEC", "")
    if not microseconds.isdecimal() or environment.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    return int(microseconds) / 1e6 or None


class Notifications(Service):
    """Tells the service manager of the process's states. It is started last and stopped first, so that "ready" means
    that everything listens.

    The signs of life come from the reactor: one that is stuck gives none, and the manager starts the process anew.
    """

    def __init__(
        self, notifier: Notifier, reactor: Any, status: Callable[[], str], watchdog: float | None = None
    ) -> None:
        self._notifier = notifier
        self._reactor = reactor
        self._status = status
        self._watchdog = watchdog
        self._loop = LoopingCall(self._alive)
        self._loop.clock = reactor

    def startService(self) -> None:
        """Say that everything is ready, and from here on that the process is alive."""
        super().startService()
        self._notifier.tell(READY=1, STATUS=self._status())
        pause = min(STATUS_SECONDS, self._watchdog / 2) if self._watchdog else STATUS_SECONDS
        self._loop.start(max(LEAST_SECONDS, pause), now=False)

    def stopService(self) -> None:
        """Say that the end has begun."""
        super().stopService()
        if self._loop.running:
            self._loop.stop()
        self._notifier.tell(STOPPING=1, STATUS="Stopping")

    def reloading(self) -> None:
        """Files are about to be read again."""
        self._notifier.tell(RELOADING=1, MONOTONIC_USEC=int(self._reactor.seconds() * 1e6))

    def reloaded(self) -> None:
        """They are read."""
        self._notifier.tell(READY=1, STATUS=self._status())

    def _alive(self) -> None:
        self._notifier.tell(WATCHDOG=1, STATUS=self._status())


def notifications(
    reactor: Any, status: Callable[[], str], environment: Mapping[str, str] = os.environ
) -> Notifications | None:
    """The service that tells the manager, or None where nobody wants to know."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return None
    return Notifications(Notifier(address), reactor, status, watchdog_seconds(environment, os.getpid()))
