"""`python -m chat terminal`: the client for terminals, and for scripts that pipe lines into it."""

from __future__ import annotations

import argparse
import getpass
import os
import re
import sys
import time
from typing import Any, NamedTuple

from chat.client.connection import Connection
from chat.client.endpoints import BadAddress, parse_address
from chat.domain.names import NameRefused, check_name, room_from_typed

DEFAULT_ROOM = "#lobby"
EXIT_AGAIN_SECONDS = 3.0
"""Within which a second Ctrl-C ends the program."""
PASSWORD_VARIABLE = "CHAT_PASSWORD"


class Arguments(NamedTuple):
    """What the command line says."""

    host: str
    port: int
    tls: bool
    name: str
    account: str | None
    password: str | None
    rooms: tuple[str, ...]
    patience: float
    bell: bool


def parser() -> argparse.ArgumentParser:
    """The command line."""
    arguments = argparse.ArgumentParser(
        prog="python -m chat terminal",
        description="Chat in this terminal. When standard input is not a terminal: say each of its lines in the room, "
        "wait until the server has them all, and end with status 0; with 1, and why, if it has not.",
    )
    add = arguments.add_argument
    add("address", nargs="?", default="localhost", metavar="HOST[:PORT]", help="the server [localhost:56458]")
    add("--name", metavar="NAME", help="your name [that of your account on this computer]")
    add(
        "--room",
        action="append",
        metavar="ROOM",
        help=f"the room to go into; may be repeated [{DEFAULT_ROOM}]",
    )
    add("--tls", action="store_true", help="encrypt, and check the server's certificate")
    add(
        "--account",
        metavar="ACCOUNT",
        help=f"log in; the password is that in ${PASSWORD_VARIABLE}, or asked for",
    )
    add(
        "--patience",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="when lines are piped in: how long to go on without the server taking any [60]",
    )
    add("--no-bell", action="store_true", help="stay silent when somebody means you")
    return arguments


def default_name() -> str:
    """The name of this person's account on this computer, as far as it can be a name here."""
    try:
        name = re.sub(r"[^\w-]", "", getpass.getuser())
        return check_name(name).shown
    except (OSError, KeyError, NameRefused):
        return "guest"


def read_arguments(argv: list[str]) -> Arguments:
    """The command line's arguments; ends the program with a sentence for those that cannot be."""
    arguments = parser()
    given = arguments.parse_args(argv)
    try:
        host, port = parse_address(given.address, given.tls)
    except BadAddress as bad:
        arguments.error(str(bad))
    if given.patience <= 0:
        arguments.error("--patience is a number of seconds above 0.")
    name = given.name or default_name()
    if not name.strip() or any(c.isspace() for c in name):
        arguments.error("--name is one word.")
    rooms = tuple(
        room if room[:1] in ("#", "&") else room_from_typed(room) for room in given.room or [DEFAULT_ROOM]
    )
    password = None
    if given.account:
        password = os.environ.get(PASSWORD_VARIABLE)
        if password is None:
            if not sys.stdin.isatty():
                arguments.error(
                    f"--account needs the password in ${PASSWORD_VARIABLE} when lines are piped in."
                )
            password = getpass.getpass(f"Password of {given.account}: ")
    return Arguments(
        host, port, given.tls, name, given.account, password, rooms, given.patience, not given.no_bell
    )


def connect(connection: Connection, arguments: Arguments) -> None:
    """Connect as the command line says, and as things have changed since."""
    rooms = [room.name for room in connection.rooms.values()]
    connection.connect(
        arguments.host,
        arguments.port,
        name=connection.name or arguments.name,
        tls=arguments.tls,
        account=arguments.account,
        password=arguments.password,
        rooms=rooms or arguments.rooms,
    )


def main(argv: list[str]) -> int:
    """Run the client; returns the exit status."""
    arguments = read_arguments(argv)
    if sys.stdin.isatty() and sys.stdout.isatty():
        return _interactive(arguments)
    from chat.client.pipe import send_lines

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
    program = Program(reactor, arguments)
    failures: list[Any] = []

    def start() -> None:
        connect(program.connection, arguments)
        LoopingCall(program.screen.tick).start(1.0)
        ended = Deferred.fromFuture(asyncio.ensure_future(program.screen.run(), loop=loop))
        ended.addErrback(failures.append)
        ended.addBoth(lambda _: program.connection.disconnect("The terminal is gone"))
        ended.addBoth(lambda _: running.stop())

    running.callWhenRunning(start)
    for signum in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(signum, program.leave, "")
    running.run(installSignalHandlers=False)
    for failure in failures:
        print(f"The terminal failed: {failure.value}", file=sys.stderr)
    return 1 if failures else 0


class Program:
    """Connection, desk and screen of one person, put together."""

    def __init__(self, reactor: Any, arguments: Arguments, **options: Any) -> None:
        """`options` go to the connection and, `input` and `output`, to the screen."""
        from chat.client.desk import TerminalDesk
        from chat.client.screen import Screen

        screen_options = {key: options.pop(key) for key in ("input", "output") if key in options}
        wall_clock = options.get("wall_clock", time.time)
        self._reactor = reactor
        self._exit_asked = -EXIT_AGAIN_SECONDS
        self._leaving = False
        self.desk = TerminalDesk(lambda connection: connect(connection, arguments), self.leave, wall_clock)
        self.connection = Connection(reactor, self.desk.happened, **options)
        self.desk.attach(self.connection)
        self.screen = Screen(self.desk, self.ask_exit, wall_clock, bell=arguments.bell, **screen_options)

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


__all__ = ["Arguments", "Program", "connect", "main", "parser", "read_arguments"]
