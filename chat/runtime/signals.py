"""Ending twistd in order, and with status 0, when it is asked to by a signal."""

from __future__ import annotations

import signal
from typing import Any

from twisted.logger import Logger

STOPPING_SIGNALS = (signal.SIGTERM, signal.SIGINT)
"""What service managers and an operator's Ctrl-C send."""


def stop_on_signals(reactor: Any) -> None:
    """From when `reactor` runs, let `STOPPING_SIGNALS` stop it; a second one while it stops changes nothing.

    Twisted's own handlers stop in the same order, but then end the process by the signal: not with status 0.
    """
    log = Logger(namespace=__name__)
    stopping = False

    def stop() -> None:
        nonlocal stopping
        if not stopping:
            stopping = True
            reactor.stop()

    def received(signum: int, frame: object) -> None:
        log.info("Received {signal}", signal=signal.Signals(signum).name)
        reactor.callFromThread(stop)

    def install() -> None:
        for signum in STOPPING_SIGNALS:
            signal.signal(signum, received)

    # The reactor installs its own when it starts to run.
    reactor.callWhenRunning(install)
