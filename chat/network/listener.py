"""One connection, from its first byte to its last: one port, two dialects, and the first line decides which it speaks.

A connection that starts with `CAP`, `NICK`, `USER`, `PASS` or `PING` and an argument speaks IRC; any other first line
is the name that a person wants. Who is silent for 0.3 seconds is taken for a person and greeted, since programs speak
first; a program that was slow, as behind a TLS handshake with the other side of the world, still gets its dialect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from http import HTTPStatus
from math import inf
from typing import Any, Protocol, TypeVar

from OpenSSL import crypto
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import (
    IHalfCloseableProtocol,
    ISSLTransport,
    ITCPTransport,
)
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from chat.domain.directory import Directory
from chat.domain.limits import MUTE_SECONDS, NOTICE_AGAIN, AddressLimits, Step, address_key
from chat.domain.logins import Logins
from chat.domain.readers import Cursor
from chat.domain.session import Session, State
from chat.domain.terms import Cost, Terms
from chat.listening.deadlines import Deadlines
from chat.listening.first_bytes import HTTP_METHODS, Door, door_of
from chat.listening.sockets import host_of
from chat.listening.tls import Tls, TlsConnection
from chat.network.budgets import Budgets
from chat.network.delivery import Fanout
from chat.network.dialect import Dialect, PersonDialect
from chat.network.endings import CLOSED
from chat.network.outlet import outlet_for
from chat.network.pace import Pace
from chat.network.pausing import PausingLineReceiver
from chat.network.rendering import Rendering
from chat.network.settings import Settings
from chat.network.telnet import IAC_NUMBER, TelnetFilter
from chat.network.turning_away import NO_TLS_HERE, NO_WEB_HERE, NOT_FOR_RELAYS, TurnedAway, farewell
from chat.network.websocket import GOING_AWAY, NORMAL, Framing, WebSocket, framed

INPUT_BYTES = 10 * 1024
"""Bytes without a line end after which a connection is closed: more than any dialect allows in a line."""

T = TypeVar("T")

BEYOND = (
    "What you and others at your address ask of this server is more work than its share: "
    "it is done after what others ask. Nothing is lost."
)
"""What somebody is told, once a minute, who has used more than the budget."""

IRC_WORDS = frozenset((b"CAP", b"NICK", b"USER", b"PASS", b"PING"))


class Inner(Protocol):
    """What gets the bytes of a connection that does not speak in lines: an HTTP channel, or a WebSocket."""

    def dataReceived(self, data: bytes) -> None:
        """Bytes have come."""

    def connectionLost(self, reason: Failure) -> None:
        """The connection is gone."""


class Channel(Inner, Protocol):
    """HTTP on a connection."""

    def makeConnection(self, transport: Any) -> None:
        """This is where the answers go."""


class Web(Protocol):
    """What answers HTTP requests."""

    def channel_for(self, connection: ChatProtocol) -> Channel:
        """What answers those of a connection that has begun with one."""


class ConnectionOwner(Protocol):
    """What a connection has in common with all others, and asks of the factory that built it."""

    reactor: Any
    seconds: Callable[[], float]
    directory: Directory
    fanout: Fanout
    settings: Settings
    logins: Logins
    limits: AddressLimits
    budgets: Budgets
    cloak: Callable[[str], str]
    tls: Tls | None
    web: Web | None
    make_person: Callable[[ChatProtocol], PersonDialect]
    make_program: Callable[[ChatProtocol], Dialect]
    greeting: Deadlines[ChatProtocol]
    naming: Deadlines[ChatProtocol]
    registering: Deadlines[ChatProtocol]

    def connected(self, connection: ChatProtocol) -> None:
        """A connection is open."""

    def expected(self, connection: ChatProtocol) -> None:
        """Somebody is to be here soon."""

    def anonymous(self, connection: ChatProtocol) -> None:
        """Nobody is to give a name on this connection, nor to be asked for one."""

    def disconnected(self, connection: ChatProtocol) -> None:
        """A connection is gone."""


@implementer(IHalfCloseableProtocol)
class ChatProtocol(PausingLineReceiver):
    """One connection: bytes to lines, at the pace that the limits allow, to the dialect that it speaks."""

    delimiter = b"\n"
    MAX_LENGTH = INPUT_BYTES
    factory: ConnectionOwner
    transport: Any
    session: Session
    """What the domain knows of this connection, from its first moment on, with the one state in which it is."""
    log = Logger()

    def __init__(self) -> None:
        super().__init__()
        self.address = ""
        self.address_key: str | None = None
        self.used_until = 0.0
        """When this connection will have its whole budget of work again: see `chat.network.budgets`."""
        self._told_beyond = -inf
        self.admitted = False
        self.dialect: Dialect | None = None
        self._person: PersonDialect | None = None
        """Who speaks, as long as a slow program may still turn out to be behind it."""
        self.telnet: TelnetFilter | None = None
        self.line_end = b"\r\n"
        self.quit_reason = CLOSED
        self._head = b""
        """The first bytes, while they do not tell who is there."""
        self._refused: TurnedAway | None = None
        """Why this connection is not taken, until it is known in which protocol to say so."""
        self._inner: Inner | None = None
        self.pace: Pace | None = None

    @property
    def certificate_fingerprint(self) -> str | None:
        """SHA-256 of the certificate that the other side has shown (TLS), as 64 hexadecimal digits."""
        shown = getattr(self.transport, "getPeerCertificate", lambda: None)()
        if shown is None:
            return None
        der = crypto.dump_certificate(crypto.FILETYPE_ASN1, shown)
        return hashlib.sha256(der).hexdigest()

    # the life of a connection

    def connectionMade(self) -> None:
        """Start the clock for the greeting and the name."""
        factory = self.factory
        if ITCPTransport.providedBy(self.transport):
            self.transport.setTcpNoDelay(True)
            self.transport.setTcpKeepAlive(True)
        self.set_pace()
        self.outlet = outlet_for(self.transport, self, factory.fanout)
        self.last_line = factory.seconds()
        self.address = host_of(self.transport.getPeer())
        self.address_key = address_key(self.address)
        self.used_until = factory.budgets.stranger()
        directory = factory.directory
        self.session = Session(
            directory.new_session(), self.address, factory.cloak(self.address), directory.seconds()
        )
        self.session.secure = ISSLTransport.providedBy(self.transport)
        factory.connected(self)
        self._admit()

    def set_pace(self) -> None:
        """Go at the pace that the settings have, with a clean sheet."""
        settings = self.factory.settings
        self.pace = Pace(settings.message_rate, settings.message_burst) if settings.message_rate else None

    def _admit(self) -> None:
        directory = self.factory.directory
        ban = directory.bans.of_address(self.address, directory.clock())
        if ban is not None:
            self._refused = TurnedAway(ban.sentence, f"banned ({ban.what})")
            return
        refusal = self.factory.limits.admit(self.address, self.factory.seconds())
        self.admitted = refusal is None
        if refusal is not None:
            self._refused = TurnedAway(
                refusal.sentence, refusal.rule, HTTPStatus.TOO_MANY_REQUESTS, refusal.retry_after
            )

    def connectionLost(self, reason: Failure | None = None) -> None:
        """Forget everything about this connection."""
        self.stop_reading()
        self.factory.directory.leave(self.session, self.quit_reason)
        self.session.state = State.GONE
        self.outlet.lost()
        inner, self._inner = self._inner, None
        if inner is not None:
            inner.connectionLost(reason or Failure(ConnectionDone()))
        self.factory.disconnected(self)

    def readConnectionLost(self) -> None:
        """The other side sends nothing more (`nc -N`): let it have what is still for it, then close.

        A person's last line needs no line end (`printf`); what is left of an IRC client's may be half of a message.
        """
        head, self._head = self._head, b""
        if self._refused is not None:
            self._turn_away(Door.LINES, self._refused)
            return
        if head:
            self.cut_lines(head)
        if self.dialect is not None and self.dialect.name == "irc":
            self.clearLineBuffer()
        self.read_the_rest(self.input_ended)

    def writeConnectionLost(self) -> None:
        """The other side reads nothing more: that is the end."""
        self.abort(CLOSED)

    def speak(self, dialect: Dialect) -> None:
        """From here on lines go to this dialect."""
        self.dialect = dialect
        self.session.meet(dialect, dialect.name)
        self.factory.greeting.discard(self)

    def greet(self) -> None:
        """A person is waiting: say what this is, unless something has come meanwhile that was not read yet."""
        self.factory.reactor.callLater(0, self._greet, self.transport)

    def _greet(self, transport: Any) -> None:
        if self.transport is not transport or self.outlet.closed or not self.session.alive:
            return
        if self._refused is not None:
            self._turn_away(Door.LINES, self._refused)
        elif self.dialect is None and self.admitted:
            head, self._head = self._head, b""
            if head:
                # Whoever types that slowly is no program.
                self.cut_lines(head)
            else:
                self._meet_person().ask_name()

    def _meet_person(self) -> PersonDialect:
        person = self._person = self.factory.make_person(self)
        self.speak(person)
        return person

    def meet_program(self) -> None:
        """A program is on the other side: it has the time to register."""
        self.factory.naming.discard(self)
        self.factory.registering.add(self)
        self._person = None
        self.speak(self.factory.make_program(self))

    def named(self) -> None:
        """The connection has a name: the clock for it stops."""
        self._person = None
        self.factory.naming.discard(self)
        self.factory.registering.discard(self)

    def finish(self, reason: str, farewell: bool = False) -> None:
        """Close after everything that waits has been taken; see `Directory.leave`."""
        self.stop_waiting()
        self.factory.directory.leave(self.session, reason, farewell)
        if isinstance(self._inner, WebSocket):
            self._inner.close(GOING_AWAY if self.factory.directory.stopping else NORMAL)
        if self.outlet.closed:
            # Something else has the transport: a handshake, or HTTP.
            self.transport.loseConnection()
        else:
            self.outlet.finish()

    def abort(self, reason: str) -> None:
        """Close at once; others see `reason`."""
        self.quit_reason = reason
        self.factory.directory.leave(self.session, reason)
        self.outlet.close_now()
        self.transport.abortConnection()

    # from bytes to lines

    def dataReceived(self, data: bytes) -> None:
        """Bytes as they come: count and pace them, take telnet out, and cut them into lines."""
        if data:
            self.last_line = self.factory.seconds()
            if not self.session.alive:
                return
            self.factory.directory.stats.bytes_in += len(data)
            if self.dialect is None and self._inner is None and not self._buffer:
                data = self._through_which_door(data)
                if not data:
                    return
        if self._inner is not None:
            self._inner.dataReceived(data)
            return
        if data:
            if self.telnet is not None or IAC_NUMBER in data:
                data = self._without_telnet(data)
            self.pace_bytes(len(data))
        self.cut_lines(data)

    def _through_which_door(self, data: bytes) -> bytes:
        """Go where the first bytes lead; return them if they are those of lines."""
        data, self._head = self._head + data, b""
        door = door_of(data)
        if door is Door.UNDECIDED:
            self._head = data
            return b""
        if self._refused is not None:
            self._turn_away(door, self._refused)
            return b""
        if door is Door.LINES:
            return data
        if door is Door.HTTP and self.factory.web is not None:
            self._speak_http(self.factory.web, data)
        elif door is Door.HTTP:
            self._turn_away(door, TurnedAway(NO_WEB_HERE, "HTTP on the chat port", HTTPStatus.BAD_REQUEST))
        elif door is Door.RELAY:
            self._turn_away(door, TurnedAway(NOT_FOR_RELAYS, "a PROXY header on a port without it"))
        else:
            self._turn_away(door, TurnedAway("", "TLS on a port without it"), NO_TLS_HERE)
        return b""

    def _speak_http(self, web: Web, data: bytes) -> None:
        self.outlet.detach()
        self.factory.anonymous(self)
        channel = web.channel_for(self)
        self._inner = channel
        channel.makeConnection(self.transport)
        channel.dataReceived(data)

    def speak_websocket(self, answer: bytes, framing: Framing) -> None:
        """The HTTP channel has agreed, and let go of the transport: IRC is spoken from here on, in frames."""
        self.transport.unregisterProducer()
        self._inner = WebSocket(self, framing)
        self.outlet = outlet_for(self.transport, self, self.factory.fanout)
        self.send_frames(answer, framing)
        self.factory.expected(self)
        self.meet_program()

    def send_frames(self, data: bytes, framing: Framing | None) -> None:
        """Send bytes as they are; with `framing`, lines are framed in this way from here on."""
        self.outlet.put_bytes(data)
        if framing is not None:
            self.outlet.frame = framing

    def rendering_for(self, rendering: Rendering) -> Rendering:
        """How events of rooms reach this connection, of which `rendering` makes lines."""
        return rendering if self.outlet.frame is None else framed(rendering, self.outlet.frame)

    def pace_bytes(self, count: int) -> None:
        """So many bytes came: read on when the limits allow."""
        if self.pace is not None:
            wait = self.pace.read(self.last_line, count)
            if wait > 0:
                self.wait(wait)

    def input_ended(self) -> None:
        """The other side sends nothing more: let it have what is still for it, then close."""
        if self.dialect is None:
            self.finish(CLOSED)
        else:
            self.dialect.input_ended()

    # TLS, as `AcceptedConnection` has it

    def tls_hello(self) -> Tls | None:
        """A TLS client says hello: what it is answered with."""
        return self.factory.tls if self.admitted and self.dialect is None and not self._head else None

    def securing(self, transport: TlsConnection) -> None:
        """The handshake begins: nothing can be said until it is done."""
        self.outlet.detach()
        self.transport = transport
        self.factory.greeting.discard(self)

    def secured(self) -> None:
        """The handshake is done: the same question again, who is there."""
        transport = self.transport
        self.outlet = outlet_for(transport, self, self.factory.fanout)
        self.session.secure = True
        if transport.application == "http/1.1" and self.factory.web is not None:
            self._speak_http(self.factory.web, b"")
        elif transport.application != "irc":
            self.factory.greeting.add(self)

    def _without_telnet(self, data: bytes) -> bytes:
        if self.telnet is None:
            if self.dialect is not None and self.dialect.name == "irc":
                return data
            self.telnet = TelnetFilter()
        text, answers = self.telnet.feed(data)
        if answers:
            self.outlet.put(answers)
        return text

    def lineReceived(self, line: bytes) -> None:
        """A line: to the dialect now, or when its turn has come."""
        if not self.session.alive or self.outlet.closed:
            return
        dialect = self.dialect
        if dialect is None or (self._person is not None and self._person.expects_name()):
            dialect = self._decide(line)
            if dialect is None:
                return
        self.count_line()
        if line.endswith(b"\r"):
            line = line[:-1]
        dialect.line(line)

    def is_free(self, terms: Terms) -> bool:
        """Whether a command costs nothing: speech, which the pace limits, on a server that has no limit on it."""
        return terms.speech and self.pace is None

    def must_wait(self, cost: Cost, do: Callable[[T], object], what: T) -> bool:
        """Count what a command costs; True if `do(what)` is called later, and nothing more is read until then."""
        seconds = 0.0
        if cost.lines and self.pace is not None:
            step, seconds = self.pace.line(self.factory.seconds(), cost.lines)
            if step is not Step.GO_ON and self.dialect is not None:
                self._escalate(step, self.dialect)
        if seconds > 0:
            self.hold_back(
                lambda what: self.must_wait(cost._replace(lines=0.0), do, what) or do(what), what, seconds
            )
            return True
        if not self.factory.budgets.must_wait(self, cost.work, cost.apart):
            return False
        self.hold_back(do, what)
        self._tell_beyond()
        return True

    def _tell_beyond(self) -> None:
        now = self.factory.seconds()
        if now - self._told_beyond >= NOTICE_AGAIN and self.factory.budgets.is_beyond(self):
            self._told_beyond = now
            if self.dialect is not None:
                self.dialect.tell_sentence(BEYOND)

    def _decide(self, line: bytes) -> Dialect | None:
        words = line.split(None, 2)
        first = words[0].upper() if words else b""
        if first in HTTP_METHODS and b"HTTP/" in line:
            late = TurnedAway(
                "The request came too late.", "HTTP after a greeting", HTTPStatus.REQUEST_TIMEOUT
            )
            self._turn_away(Door.HTTP, late)
            return None
        self.line_end = b"\r\n" if line.endswith(b"\r") else b"\n"
        if first in IRC_WORDS and len(words) > 1:
            self.meet_program()
        elif self.dialect is None:
            self._meet_person()
        return self.dialect

    def _turn_away(self, door: Door, why: TurnedAway, answer: bytes = b"") -> None:
        self._refused = None
        stats = self.factory.directory.stats
        stats.refused += 1
        # Whom it was about stands in brackets, if anywhere: there are few reasons, and many people.
        stats.refusals[why.what.partition(" (")[0]] += 1
        self.log.info("Turned away {address}: {what}", address=self.address, what=why.what)
        self.clearLineBuffer()
        self.outlet.put(answer or farewell(door, why))
        self.finish(why.what)

    def lineLengthExceeded(self, line: bytes) -> None:
        """Far too much without a line end: a sentence, then the end."""
        self.clearLineBuffer()
        if self.dialect is None:
            self.outlet.put(b"ERROR :A line may not be longer than 10 KB. Goodbye.\r\n")
        else:
            self.dialect.too_long(len(line))
        self.finish("Sent a line without an end")

    # who may speak, and what is seen of it

    def _escalate(self, step: Step, dialect: Dialect) -> None:
        assert self.pace is not None
        directory = self.factory.directory
        if step is Step.NOTICE:
            directory.stats.delayed += 1
            dialect.tell_sentence(self.pace.notice())
        elif step is Step.MUTE:
            directory.stats.muted += 1
            self.log.info("Muted {who} for flooding", who=dialect.person.shown)
            dialect.tell_sentence(directory.mutes.flooded(dialect.person, MUTE_SECONDS, self.pace.measure()))

    def may_read(self) -> bool:
        """Whether this connection is still to be read."""
        return not self.outlet.closed

    def hide_typing(self, yes: bool) -> None:
        """Ask a telnet client not to show what is typed, or to show it again (RFC 857).

        Only programs that end lines as telnet does are asked: `nc` would show the question as garbage.
        """
        if self.line_end == b"\r\n":
            if self.telnet is None:
                self.telnet = TelnetFilter()
            self.outlet.put(self.telnet.offer_echo(yes))

    # for the outlet

    def cursors(self) -> Iterable[Cursor]:
        """Where this reader stands in its rooms, and in those that were left before all of it had been read."""
        return self.session.reading()

    def caught_up(self) -> None:
        """Everything in the rooms has been read."""
        self.session.former.clear()

    def gap(self, cursor: Cursor, missed: int) -> bytes:
        """The line that tells a reader how many events of a room it missed."""
        assert self.dialect is not None
        line = self.dialect.gap(cursor, missed)
        return line if self.outlet.frame is None else self.outlet.frame(line)
