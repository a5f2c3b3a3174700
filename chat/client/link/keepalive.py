"""PINGs: how long the server takes, whether it is there at all, and when it has dealt with what was sent."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from itertools import count
from typing import Any

from chat.client.link.events import Event, LagMeasured
from chat.wire import Message

PING_SECONDS = 30.0
"""Between two PINGs, which measure the lag."""
OVERDUE_SECONDS = 5.0
"""After which a PING without an answer is shown as lag."""
SILENCE_SECONDS = 100.0
"""A connection on which nothing came in for so long, not even the answer to a PING, is gone."""
MAX_BARRIERS = 2_000
"""PINGs waiting for their answers."""


class Keepalive:
    """The PINGs of one connection."""

    def __init__(
        self,
        reactor: Any,
        send: Callable[[Message], None],
        emit: Callable[[Event], None],
        tick: Callable[[], None],
        gone: Callable[[], None],
    ) -> None:
        """`tick` is called before each PING for the lag, `gone` when nothing has come in for `SILENCE_SECONDS`."""
        self._reactor = reactor
        self._send = send
        self._emit = emit
        self._tick = tick
        self._gone = gone
        self._tokens = count(1)
        self._barriers: OrderedDict[str, Callable[[], None]] = OrderedDict()
        self._heard = reactor.seconds()
        self._next: Any = None
        self._overdue: Any = None

    def heard(self) -> None:
        """Something came in."""
        self._heard = self._reactor.seconds()

    def barrier(self, reached: Callable[[], None]) -> None:
        """Call when the server has dealt with everything sent before: it answers in order."""
        token = f"b{next(self._tokens)}"
        if len(self._barriers) < MAX_BARRIERS:
            self._barriers[token] = reached
        self._send(Message("PING", (token,)))

    def pong(self, message: Message) -> None:
        """The server answers: with that, everything before is dealt with too."""
        token = message.params[-1] if message.params else ""
        if token in self._barriers:
            while self._barriers:
                earlier, reached = self._barriers.popitem(last=False)
                reached()
                if earlier == token:
                    break

    def start(self) -> None:
        """Measure the lag, at once and then every `PING_SECONDS`."""
        self._next = None
        if self._reactor.seconds() - self._heard > SILENCE_SECONDS:
            self._gone()
            return
        self._next = self._reactor.callLater(PING_SECONDS, self.start)
        self._tick()
        sent = self._reactor.seconds()
        self.barrier(lambda: self._answered(sent))
        if self._overdue is None:
            self._overdue = self._reactor.callLater(OVERDUE_SECONDS, self._late, sent)

    def _answered(self, sent: float) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None
        self._emit(LagMeasured(self._reactor.seconds() - sent))

    def _late(self, sent: float) -> None:
        self._overdue = self._reactor.callLater(OVERDUE_SECONDS, self._late, sent)
        self._emit(LagMeasured(self._reactor.seconds() - sent, overdue=True))

    def stop(self) -> None:
        """No more PINGs, and no more calls."""
        for timer in (self._next, self._overdue):
            if timer is not None:
                timer.cancel()
        self._next = self._overdue = None
        self._barriers.clear()
