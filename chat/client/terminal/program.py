"""The terminal client's program: reactor, connection, desk and screen, from start to end."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from chat.client.desk.arguments import Arguments, connect, read_arguments
from chat.client.link.connection import Connection
from chat.client.terminal.lines import PLAIN_TERMINALS, chat_in_lines
from chat.client.terminal.pipe import send_lines
from chat.runtime.monotonic import count_monotonically

EXIT_AGAIN_SECONDS = 3.0
"""Within which a second Ctrl-C ends the program."""


def main(argv: list[str]) -> int:
    """Run the client; returns the exit status."""
    arguments = read_arguments(argv)
    if sys.stdin is None:
        print("There is nothing to chat with: standard input is closed.", file=sys.stderr)
        return 1
    if sys.stdin.isatty() and sys.stdout is not None and sys.stdout.isatty():
        if os.environ.get("TERM", "") in PLAIN_TERMINALS:
            return chat_in_lines(arguments)
        return _interactive(arguments)
    return send_lines(arguments)


def _interactive(arguments: Arguments) -> int:
    import asyncio
    import signal

    from twisted.internet import asyncioreactor

    running: Any
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    asyncioreactor.install(loop)
    from twisted.internet import reactor
    from twisted.internet.defer import Deferred
    from twisted.internet.task import LoopingCall
    from twisted.logger import globalLogBeginner

    # Nothing may write on the screen but the screen itself.
    globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)
    running = reactor
    count_monotonically(running)
    program = TerminalProgram(reactor, arguments)
    failures: list[Any] = []

    def start() -> None:
        connect(program.connection, arguments)
        LoopingCall(program.screen.tick).start(1.0)
        ended = Deferred.fromFuture(asyncio.ensure_future(program.screen.run(), loop=loop))
        ended.addErrback(failures.append)
        ended.addBoth(lambda _: program.connection.disconnect("The terminal is gone"))
        ended.addBoth(lambda _: running.stop())

    running.callWhenRunning(start)
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(signum, program.leave, "")
    running.run(installSignalHandlers=False)
    for failure in failures:
        print(f"The terminal failed: {failure.value}", file=sys.stderr)
    return 1 if failures else 0


class TerminalProgram:
    """Connection, desk and screen of one person, put together."""

    def __init__(self, reactor: Any, arguments: Arguments, **options: Any) -> None:
        """`options` go to the connection and, `input` and `output`, to the screen."""
        from chat.client.desk.desk import Desk
        from chat.client.terminal.screen import Screen

        screen_options = {key: options.pop(key) for key in ("input", "output") if key in options}
        wall_clock = options.get("wall_clock", time.time)
        self._reactor = reactor
        self._exit_asked = -EXIT_AGAIN_SECONDS
        self._leaving = False
        self.desk = Desk(self.leave, wall_clock)
        self.desk.comings = arguments.comings
        self.connection = Connection(reactor, self.desk.happened, **options)
        self.desk.attach(self.connection)
        self.screen = Screen(self.desk, self.ask_exit, bell=arguments.bell, **screen_options)

    def ask_exit(self) -> None:
        """Ctrl-C or Ctrl-D: leave, if it comes twice."""
        now = self._reactor.seconds()
        if now - self._exit_asked < EXIT_AGAIN_SECONDS:
            self.leave("")
        else:
            self._exit_asked = now
            waiting = len(self.connection.pending)
            unsent = f" {waiting} messages are not sent yet." if waiting else ""
            self.desk.note(f"Once more, or /exit, to leave.{unsent}")

    def leave(self, reason: str) -> None:
        """Say goodbye and end."""
        if self._leaving:
            return
        self._leaving = True
        self.connection.disconnect(reason).addBoth(lambda _: self.screen.application.exit())


__all__ = ["TerminalProgram", "main"]
