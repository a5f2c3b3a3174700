"""The client on a terminal that can only print lines (TERM=dumb): Emacs' shell, a serial line, a screen reader."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

from chat.client.desk.arguments import Arguments, connect
from chat.client.desk.desk import Desk
from chat.client.desk.looks import clock
from chat.client.desk.pages import Line, Page, Sort
from chat.client.desk.typed.table import enter
from chat.client.link.connection import Connection
from chat.client.link.events import Delivery, Outgoing
from chat.client.terminal.prompts import Asked, Secret

PLAIN_TERMINALS = frozenset({"", "dumb", "unknown"})
"""What TERM says of terminals that can do nothing but print."""


def text_of(line: Line) -> str:
    """A line of a page as it is printed."""
    moment = line.time if line.message is None else line.message.time
    at = f"{clock(moment)} " if moment is not None else ""
    match line.sort:
        case Sort.SAY:
            return f"{at}<{line.author}> {line.text}"
        case Sort.ACT:
            return f"{at}* {line.author} {line.text}"
        case Sort.NOTICE:
            return f"{at}-{line.author}- {line.text}"
        case Sort.CAME | Sort.WENT | Sort.EVENT:
            return f"{at}* {line.text}"
        case Sort.ERROR:
            return f"! {line.text}"
        case Sort.RULE:
            return f"--- {line.text} ---"
    return line.text


class LineScreen:
    """Prints what comes to any page, and does what is typed. `ended` is called when the person leaves."""

    def __init__(
        self,
        desk: Desk,
        write: Callable[[str], None],
        hide: Callable[[bool], None],
        ended: Callable[[], None],
    ) -> None:
        """`write` prints a line; `hide` switches off that the terminal shows what is typed, or on again."""
        self._desk = desk
        self._write = write
        self._hide = hide
        self._ended = ended
        self._shown = desk.pages.current
        self._printed: dict[Page, tuple[Line, str]] = {}
        """The last line of each page that was printed, and its text: comings and goings are put together later."""
        self._ours: list[Outgoing] = []
        """What we said and nobody has acknowledged."""
        self._asked: Asked | None = None
        self._secret: Secret | None = None
        desk.changed = self.changed
        desk.ask = self._ask
        desk.ask_secret = self._ask_secret

    def changed(self) -> None:
        """Print what is new."""
        pages = self._desk.pages
        for page in pages.all:
            for line in self._new(page):
                # What we say ourselves stands there as it was typed.
                if line.message is not None:
                    self._ours.append(line.message)
                    continue
                where = "" if page is pages.current or not page.place else f"{page.title} "
                self._write(f"{where}{text_of(line)}")
        for message in self._ours:
            if message.state is Delivery.FAILED:
                self._write(f"! Not sent: {message.sentence}")
        self._ours = [message for message in self._ours if message.state is Delivery.PENDING]
        self._printed = {page: known for page, known in self._printed.items() if page in pages.all}
        if pages.current is not self._shown:
            self._shown = pages.current
            self._write(f"--- {self._shown.title} ---")

    def _new(self, page: Page) -> list[Line]:
        last = self._printed.get(page)
        new: list[Line] = []
        for line in reversed(page.lines):
            if last is not None and line is last[0]:
                if line.text != last[1]:
                    new.append(line)
                break
            new.append(line)
        if page.lines:
            self._printed[page] = page.lines[-1], page.lines[-1].text
        return new[::-1]

    def _ask(self, question: str, agreed: Callable[[], None]) -> None:
        self._asked = Asked(question, agreed)
        self._write(f"? {question} (y/n)")

    def _ask_secret(self, question: str, answered: Callable[[str], None]) -> None:
        self._secret = Secret(question, answered)
        self._hide(True)
        self._write(f"? {question} (an empty line leaves it):")

    def typed(self, line: str) -> None:
        """A line was typed."""
        line = line.rstrip("\r\n")
        secret, self._secret = self._secret, None
        asked, self._asked = self._asked, None
        if secret is not None:
            self._hide(False)
            if line.strip() and not line.startswith("/"):
                secret.answered(line)
            else:
                self._write("No password was given: nothing was done.")
        elif asked is not None:
            if line.strip().lower() in ("y", "yes") and asked.agreed is not None:
                asked.agreed()
        else:
            enter(self._desk, line)

    def end(self) -> None:
        """There is nothing more to be typed."""
        self._ended()


def chat_in_lines(arguments: Arguments) -> int:
    """Chat until the person leaves; returns the exit status."""
    import contextlib
    import signal
    import termios
    import time

    from twisted.internet import reactor
    from twisted.logger import globalLogBeginner

    globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)
    running: Any = reactor

    def leave(reason: str) -> None:
        connection.disconnect(reason).addBoth(lambda _: running.stop())

    def hide(on: bool) -> None:
        with contextlib.suppress(termios.error, ValueError):
            state = termios.tcgetattr(sys.stdin)
            state[3] = state[3] & ~termios.ECHO if on else state[3] | termios.ECHO
            termios.tcsetattr(sys.stdin, termios.TCSANOW, state)

    desk = Desk(leave, time.time)
    desk.comings = arguments.comings
    connection = Connection(reactor, desk.happened)
    desk.attach(connection)
    screen = LineScreen(desk, lambda line: print(line, flush=True), hide, lambda: leave(""))

    def read() -> None:
        # A thread, which ends with the program, whatever it waits for.
        for line in sys.stdin:
            running.callFromThread(screen.typed, line)
        running.callFromThread(screen.end)

    def start() -> None:
        connect(connection, arguments)
        threading.Thread(target=read, daemon=True).start()

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, lambda *_: running.callFromThread(leave, ""))
    running.callWhenRunning(start)
    running.run(installSignalHandlers=False)
    hide(False)
    return 0
