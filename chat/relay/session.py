"""One relayed person: what was carried, how long nothing was, and how it ended."""

from __future__ import annotations

from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from chat.domain.limits import Refusal
from chat.listening.proxy_protocol import HeaderEncoder
from chat.relay.figures import RelayFigures
from chat.relay.upstreams import Upstreams

HALF_CLOSED_SECONDS = 60.0
"""How long one side may go on, or take to read what is in flight, after the other has ended. A script that
closes its end gets the rest of its answers; one that never reads holds its sockets no longer than this."""


class Side(Protocol):
    """One of the two connections of a session, as the session ends them."""

    gone: bool
    """Whether it is lost or closed for good."""

    def hang_up(self, sentence: str | None) -> None:
        """Close after what is in flight, and after the sentence if there is one."""

    def drop(self) -> None:
        """Close at once."""


class SessionOwner(Protocol):
    """What a relayed connection has in common with all others, and asks of the factory that built it."""

    clock: IReactorTime
    figures: RelayFigures
    upstreams: Upstreams
    encode_header: HeaderEncoder | None
    idle_seconds: float

    @property
    def stopping(self) -> bool:
        """Whether nobody is waited for any longer than what is in flight takes."""

    def admit(self, session: Session, host: str) -> Refusal | None:
        """Count a connection that came in, or say why it is not taken."""

    def may_linger(self) -> bool:
        """Whether one more person who was turned away may take time to read why; counts that one."""

    def person_gone(self, admitted: str | None, dismissed: bool) -> None:
        """A person's side is gone: the address may connect again."""

    def session_over(self, session: Session) -> None:
        """Both sides are gone."""


class Session:
    """
    Bookkeeping that the two sides of a connection share, and the timer that ends it.

    A session ends once, for one reason, which is logged when both sides are gone.
    """

    _log = Logger()

    def __init__(self, factory: SessionOwner, server: Side, who: str) -> None:
        self._factory = factory
        self._clock = factory.clock
        self._figures = factory.figures
        self._began = self._last = factory.clock.seconds()
        self._timer: IDelayedCall | None = None
        self._server = server
        self._client: Side | None = None
        self._at_line_end = True
        self._over = False
        self._reason = ""
        self.who = who
        self.bytes_up = 0
        self.bytes_down = 0
        self.upstream = ""

    @property
    def reason(self) -> str:
        """Why it ended; empty while it goes on."""
        return self._reason

    def connected(self, client: Side, upstream: str) -> None:
        """A server took the connection."""
        self._client = client
        self.upstream = upstream
        self._last = self._clock.seconds()
        self._watch()

    def carried_up(self, size: int) -> None:
        """`size` bytes came from the person."""
        self.bytes_up += size
        self._figures.bytes_up += size
        self._last = self._clock.seconds()

    def carried_down(self, data: bytes) -> None:
        """`data` came from the server."""
        self.bytes_down += len(data)
        self._figures.bytes_down += len(data)
        self._last = self._clock.seconds()
        self._at_line_end = data.endswith(b"\n")

    def ending(self, reason: str, within: float = HALF_CLOSED_SECONDS) -> None:
        """The end has begun: what is in flight has this many seconds to arrive. The first reason stands."""
        if self._reason:
            return
        self._reason = reason
        self._cancel()
        self._timer = self._clock.callLater(within, self.abort)

    def server_ended(self) -> None:
        """The server closed. The person may take time to close as well, except when the relay stops."""
        if self._factory.stopping:
            self.hang_up(None)

    def close(self, sentence: str, reason: str) -> None:
        """
        End both sides from here, in order.

        The person gets the sentence, unless it would land inside a line of the server's that is under way.
        """
        self.ending(reason)
        self.hang_up(sentence if self._at_line_end else None)

    def hang_up(self, sentence: str | None) -> None:
        """Close both sides after what is in flight, whether they have ended or not."""
        self._server.hang_up(sentence)
        if self._client is not None:
            self._client.hang_up(None)

    def abort(self) -> None:
        """Drop both sides at once, whatever is in flight."""
        for side in (self._server, self._client):
            if side is not None and not side.gone:
                side.drop()

    def one_side_gone(self) -> None:
        """One side is gone for good; with the last one, so is the session."""
        if self._over or not self._server.gone or (self._client is not None and not self._client.gone):
            return
        self._over = True
        self._cancel()
        self._log.info(
            "{who} left after {seconds:.0f} s, {bytes_up} bytes up, {bytes_down} bytes down, {via}: {reason}",
            who=self.who,
            seconds=self._clock.seconds() - self._began,
            bytes_up=self.bytes_up,
            bytes_down=self.bytes_down,
            via=f"through {self.upstream}" if self.upstream else "through no server",
            reason=self._reason,
        )
        self._factory.session_over(self)

    def _watch(self) -> None:
        """Close when idle for too long; carrying a byte only notes the time, and this looks again later."""
        self._timer = None
        if not self._factory.idle_seconds or self._reason:
            return
        left = self._last + self._factory.idle_seconds - self._clock.seconds()
        if left > 0:
            self._timer = self._clock.callLater(left, self._watch)
            return
        minutes = self._factory.idle_seconds / 60
        self.close(f"Closed: nothing was said in either direction for {minutes:g} minutes.", "idle")

    def _cancel(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()
