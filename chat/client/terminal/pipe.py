"""Lines from a pipe or file, said one after the other; the exit status tells whether the server has them all."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from chat.client.desk.arguments import Arguments, connect
from chat.client.link.connection import Connection
from chat.client.link.events import (
    ConnectionState,
    Delivery,
    DeliveryChanged,
    Event,
    StandIn,
    StateChanged,
    Told,
)
from chat.domain.text import printable
from chat.runtime.monotonic import count_monotonically

READ_BYTES = 65_536
"""Bytes read at once."""
READ_AHEAD = 50
"""Messages that may wait before reading goes on: what pipes into us is slowed down instead."""
MAX_LINE = 16 * 1024
"""Bytes of one line; what is over becomes another one."""


class Piper:
    """Says lines in a room. `done` is called once, with the exit status."""

    def __init__(
        self,
        reactor: Any,
        room: str,
        patience: float,
        complain: Callable[[str], None],
        done: Callable[[int], None],
        **options: Any,
    ) -> None:
        """`patience`: seconds without a first connection, or with lines that the server does not take, until it gives
        up. `complain` gets sentences for people; `options` go to the connection.
        """
        self.connection = Connection(reactor, self._happened, **options)
        self.wants_more: Callable[[], None] = lambda: None
        """Called when lines can be taken again after `feed` returned False."""
        self._reactor = reactor
        self._room = room
        self._patience = patience
        self._complain = complain
        self._done = done
        self._rest = b""
        self._ended = False
        self._failed = 0
        self._full = False
        self._finished = False
        self._trouble = ""
        self._was_online = False
        self._deadline: Any = None

    def feed(self, data: bytes) -> bool:
        """Bytes from the pipe; whether more can be taken at once."""
        *lines, rest = (self._rest + data).split(b"\n")
        for line in lines:
            for part in cut(line):
                self._say(part)
        *parts, self._rest = cut(rest)
        for part in parts:
            self._say(part)
        self._full = len(self.connection.pending) >= READ_AHEAD
        return not self._full

    def end(self) -> None:
        """The pipe has ended."""
        # Of a character whose end never came, nothing is left to be waited for.
        for part in cut(self._rest):
            self._say(part)
        self._rest = b""
        self._ended = True
        self._look()

    def _say(self, line: bytes) -> None:
        # Colours, and whatever else programs send to terminals, are not for people in a room.
        text = printable(line.decode("utf-8", "replace").rstrip("\r"))
        if not text.strip() or self._finished:
            return
        message = self.connection.say(self._room, text)
        if message.state is Delivery.FAILED:
            self._lost(message.sentence)
        else:
            self._begin_to_wait()

    def _begin_to_wait(self) -> None:
        if self._deadline is None and not self._finished:
            self._deadline = self._reactor.callLater(self._patience, self._too_long)

    def _happened(self, event: Event) -> None:
        match event:
            case DeliveryChanged(message):
                if message.state is Delivery.FAILED:
                    self._lost(message.sentence)
                if self._deadline is not None:
                    self._deadline.reset(self._patience)
                self._look()
            case StateChanged(ConnectionState.CONNECTING) if not self._was_online:
                # Also while there is no line yet: a script whose own input waits for us would hang with us.
                self._begin_to_wait()
            case StateChanged(ConnectionState.ONLINE):
                self._online()
            case StateChanged(ConnectionState.WAITING, sentence):
                if sentence != self._trouble:
                    until = "" if self._was_online else f", for {self._patience:g} s in all"
                    self._complain(f"{sentence} Trying again{until}.")
                self._trouble = sentence
            case StateChanged(ConnectionState.ENDED, sentence):
                self._give_up(sentence)
            case StandIn(wanted, name, why):
                because = f" ({printable(why)})" if why else ""
                self._complain(f"The name {wanted} cannot be had{because}: lines are said as {name}.")
            case Told(text, error, _) if error:
                self._complain(printable(text))

    def _online(self) -> None:
        """What is said has the whole patience, but only once: a server that keeps dropping us takes nothing."""
        if not self._was_online and self._deadline is not None:
            self._deadline.reset(self._patience)
        self._was_online = True
        self._look()

    def _lost(self, why: str) -> None:
        self._failed += 1
        self._complain(f"Not said: {why}")

    def _too_long(self) -> None:
        self._deadline = None
        if self._was_online:
            why = f"The server has not taken anything for {self._patience:g} s."
        else:
            # Without an answer from there, such as one that a firewall swallows, nothing has been told yet.
            because = self._trouble or "The server does not answer."
            why = f"No connection in {self._patience:g} s: {because}"
        self._give_up(f"{why} {self._unsent()} --patience SECONDS waits longer.")

    def _unsent(self) -> str:
        count = len(self.connection.pending)
        return "1 line was not sent." if count == 1 else f"{count} lines were not sent."

    def interrupted(self) -> None:
        """The person does not want to wait any longer."""
        self._give_up(f"Interrupted: {self._unsent()}")

    def _give_up(self, why: str) -> None:
        self._complain(why)
        self._finish(1)

    def _look(self) -> None:
        """Go on reading, or end, where it is time to."""
        waiting = len(self.connection.pending)
        if not waiting and self._was_online and self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self._ended and not waiting:
            self._finish(1 if self._failed else 0)
        elif self._full and waiting < READ_AHEAD // 2:
            self._full = False
            self.wants_more()

    def _finish(self, status: int) -> None:
        if not self._finished:
            self._finished = True
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None
            self.connection.disconnect().addBoth(lambda _: self._done(status))


def cut(line: bytes) -> list[bytes]:
    """A line in pieces of at most `MAX_LINE` bytes, of UTF-8 between characters; an empty line is one."""
    pieces = []
    while len(line) > MAX_LINE:
        end = MAX_LINE
        # At most three bytes follow the first of a character (RFC 3629); in anything else it does not matter.
        while end > MAX_LINE - 4 and line[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(line[:end])
        line = line[end:]
    return [*pieces, line]


def send_lines(arguments: Arguments) -> int:
    """Say what comes in on standard input; returns the exit status."""
    import signal

    from twisted.internet import reactor
    from twisted.logger import globalLogBeginner

    globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)
    status = 1
    running: Any = reactor
    count_monotonically(running)

    def complain(sentence: str) -> None:
        print(f"chat: {sentence}", file=sys.stderr)

    def done(result: int) -> None:
        nonlocal status
        status = result
        running.stop()

    piper = Piper(reactor, arguments.rooms[0], arguments.patience, complain, done)
    go_on = threading.Event()
    piper.wants_more = go_on.set

    def fed(data: bytes) -> None:
        if piper.feed(data):
            go_on.set()

    def read() -> None:
        # A thread, because files and pipes alike can be read so; it ends with the program, whatever it waits for.
        while data := os.read(0, READ_BYTES):
            go_on.clear()
            running.callFromThread(fed, data)
            go_on.wait()
        running.callFromThread(piper.end)

    def start() -> None:
        connect(piper.connection, arguments)
        threading.Thread(target=read, daemon=True).start()

    signal.signal(signal.SIGINT, lambda *_: running.callFromThread(piper.interrupted))
    signal.signal(signal.SIGTERM, lambda *_: running.callFromThread(piper.interrupted))
    running.callWhenRunning(start)
    running.run(installSignalHandlers=False)
    return status
