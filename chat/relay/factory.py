"""A relay as a whole: its limits, its servers, its figures, and how it stops."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.internet.protocol import Factory

from chat.domain.limits import AddressLimits, Refusal
from chat.listening.proxy_protocol import HeaderEncoder, encode_v2
from chat.relay.figures import RelayFigures
from chat.relay.proxy import RelayServer
from chat.relay.session import Session
from chat.relay.upstreams import Upstream, Upstreams

IDLE_SECONDS = 3600.0
"""A connection without a byte in either direction for so long is closed. Generous, because in a quiet room
nobody's connection carries anything: peers that vanished are found by TCP keepalive within two minutes."""

MAX_CONNECTIONS = 10_000
"""Connections at once: what one chat server is built for."""

MAX_DISMISSALS = 256
"""People who may be reading why at the same time; in a flood, any more are closed at once."""

STOP_SECONDS = 3.0
"""How long what is in flight has to arrive when the relay stops."""

FULL = "Too many people are connected through this relay at the moment. Please try again in a few minutes."
STOPPING = "The relay is being stopped. Please connect again in a minute."


class RelayFactory(Factory[RelayServer]):  # type: ignore[type-var]  # a side knows only what is `Shared`
    """
    Takes people's connections, limits them, and has each one carried to the first server that answers.

    `figures` is what is counted, live; `upstreams` are the servers and what is known about them.
    """

    protocol = RelayServer
    noisy = False

    def __init__(
        self,
        upstreams: Sequence[Upstream],
        clock: IReactorTime,
        *,
        encode_header: HeaderEncoder | None = encode_v2,
        limits: AddressLimits | None = None,
        max_connections: int = MAX_CONNECTIONS,
        idle_seconds: float = IDLE_SECONDS,
        farewell: bool = True,
    ) -> None:
        """Take the servers, the preferred one first, and `clock`, the reactor, which also times the limits.

        `encode_header` makes the PROXY header that each server gets first; None sends none. `limits` says how
        many connections an address may have; None for the usual numbers. `max_connections` is how many there
        may be at once from everywhere, 0 for no limit. After `idle_seconds` without a byte either way a
        connection is closed, 0 for never. With `farewell` the relay itself tells people that it is being
        stopped; a relay inside the chat server leaves that to the chat.
        """
        self.upstreams = Upstreams(upstreams)
        self.clock = clock
        self.encode_header = encode_header
        self.idle_seconds = idle_seconds
        self.figures = RelayFigures(self.upstreams.all)
        self._limits = AddressLimits() if limits is None else limits
        self._max_connections = max_connections
        self._farewell = farewell
        self._sessions: set[Session] = set()
        self._served = 0
        self._dismissals = 0
        self._stopped: Deferred[None] | None = None
        self._last_call: IDelayedCall | None = None

    def admit(self, session: Session, host: str) -> Refusal | None:
        """Count a connection that came in, or say why it is not taken."""
        self._sessions.add(session)
        self.figures.opened()
        if self._stopped is not None:
            refusal: Refusal | None = Refusal("stopping", STOPPING)
        elif self._max_connections and self._served >= self._max_connections:
            refusal = Refusal("all", FULL)
        else:
            refusal = self._limits.admit(host, self.clock.seconds())
        if refusal is None:
            self._served += 1
        else:
            self.figures.turned_away(refusal.rule)
        return refusal

    def may_linger(self) -> bool:
        """Whether one more person who was turned away may take time to read why; counts that one."""
        self._dismissals += 1
        return self._dismissals <= MAX_DISMISSALS

    def person_gone(self, admitted: str | None, dismissed: bool) -> None:
        """A person's side is gone: the address may connect again."""
        if admitted is not None:
            self._served -= 1
            self._limits.release(admitted, self.clock.seconds())
        if dismissed:
            self._dismissals -= 1

    def session_over(self, session: Session) -> None:
        """Both sides are gone."""
        self._sessions.discard(session)
        self.figures.closed()
        if not self._sessions:
            self._all_gone()

    def stop(self) -> Deferred[None]:
        """Close every connection in order, and take no more; fires when all are gone, within `STOP_SECONDS`."""
        if self._stopped is not None:
            return self._stopped
        if not self._sessions:
            self._stopped = succeed(None)
            return self._stopped
        self._stopped = Deferred()
        self._last_call = self.clock.callLater(STOP_SECONDS, self._abort_all)
        for session in list(self._sessions):
            if self._farewell or not session.upstream:
                session.close(STOPPING, "the relay stops")
            elif session.reason:
                session.hang_up(None)
        return self._stopped

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called: nobody is waited for any longer than what is in flight takes."""
        return self._stopped is not None

    def _abort_all(self) -> None:
        for session in list(self._sessions):
            session.abort()
        self._all_gone()

    def _all_gone(self) -> None:
        if self._stopped is not None and not self._stopped.called:
            if self._last_call is not None and self._last_call.active():
                self._last_call.cancel()
            self._stopped.callback(None)
