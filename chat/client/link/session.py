"""One connection of a client, from its first byte to its loss; what outlives it belongs to `Connection`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from chat.client.link.events import Event, Kind, Needed, Said, StandIn, Told
from chat.client.link.features import Features
from chat.client.link.handlers import handle
from chat.client.link.keepalive import Keepalive
from chat.client.link.outbox import Outbox, wire_message
from chat.client.link.protocol import MessageProtocol
from chat.client.link.questions import Questions
from chat.client.link.reconnect import Permanent, goodbye
from chat.client.link.registration import Registration, is_registered, request_lines, sasl_plain
from chat.client.link.replies import Answered, Item, ReplyAssembler, sentence
from chat.client.link.resume import CatchUp
from chat.client.link.state import Memory, Roster
from chat.client.link.wants import Wants
from chat.wire import MAX_LINE_BYTES, Message

REGISTRATION_SECONDS = 60.0
"""How long a server may take from the connection to its welcome: some look up names first."""
CLOSING_SECONDS = 5.0
"""How long the last words may take before the connection is cut."""
JOIN_AT_ONCE = 10
"""Rooms in one JOIN, if they fit a line."""
USER_AND_HOST_BYTES = 74
"""What a server puts after our name at most, before it has shown us: user of 10, host of 63 bytes, and two signs."""

# What servers do not count against the pace, and what the outbox has counted already.
_FREE = frozenset({"PING", "PONG", "PRIVMSG", "NOTICE", "QUIT", "CAP", "AUTHENTICATE"})


class Session:
    """One connection."""

    log = Logger()

    def __init__(
        self,
        reactor: Any,
        wants: Wants,
        roster: Roster,
        memory: Memory,
        outbox: Outbox,
        emit: Callable[[Event], None],
        now: Callable[[], float],
        registered: Callable[[], None],
        closed: Callable[[Failure], None],
    ) -> None:
        """`registered` is called once we are online, `closed` once when it is over, whether or not we were."""
        self.features = Features()
        self.wants = wants
        self.roster = roster
        self.memory = memory
        self.outbox = outbox
        self.emit = emit
        self.now = now
        self.name = wants.name
        self.server = ""
        self.own_mask = ""
        self.done = False
        """Registered."""
        self.online = False
        self.lost = False
        """The connection is gone."""
        self.closed: Deferred[None] = Deferred()
        """Fires when it is."""
        self.permanent: str | None = None
        """Why trying again would not help, None if it may."""
        self.needed: Needed | None = None
        """What of the person's would have to be another one then."""
        self.complaint = ""
        """The server's last words."""
        self.catch_up = CatchUp(self)
        self.protocol = MessageProtocol(self._connected, self._received, self._lost)
        self._reactor = reactor
        self._registered = registered
        self._over = closed
        self._retired = False
        self._replies = ReplyAssembler()
        self.questions = Questions(
            reactor, self.features, self.protocol.send, self._replies.expect, outbox.charge
        )
        self._keepalive = Keepalive(reactor, self.send, emit, self._tick, self._silent)
        self.barrier = self._keepalive.barrier
        self._timers: dict[str, Any] = {}
        self._registration = Registration(self.features, self.send, wants, self._explain)
        roster.fold = self.features.fold

    # the connection

    def _connected(self, protocol: MessageProtocol) -> None:
        self._keepalive.heard()
        self._timer("registration", REGISTRATION_SECONDS, self._too_slow)
        self._registration.begin()

    def _too_slow(self) -> None:
        self.complaint = "The server did not answer like a chat server."
        self.protocol.abort()

    def _lost(self, reason: Failure) -> None:
        self.lost = True
        self._retire()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self.closed.callback(None)
        self._over(reason)

    def _retire(self) -> None:
        """Have nothing to do any more with what outlives this connection, and may be in the hands of the next."""
        if self._retired:
            return
        self._retired = True
        self.online = False
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._keepalive.stop()
        self.catch_up.abandon()
        self.outbox.offline()
        self.roster.disconnected()
        self.questions.abandon()

    def _timer(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        def due() -> None:
            del self._timers[name]
            call()

        self._stop_timer(name)
        if not self.lost:
            self._timers[name] = self._reactor.callLater(seconds, due)

    def _stop_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def close(self, reason: str) -> None:
        """Say goodbye and close."""
        if self.done:
            self.send(Message("QUIT", (reason,)) if reason else Message("QUIT"))
        self._retire()
        self.protocol.close()
        self._timer("closing", CLOSING_SECONDS, self.protocol.abort)

    # what goes out

    def send(self, message: Message) -> None:
        """Send a message; raises ValueError if it cannot be encoded."""
        if self.online and message.command not in _FREE:
            self.outbox.charge()
        self.protocol.send(message)

    def ask(self, message: Message, answered: Answered, label: str) -> None:
        """Send with a label; `answered` gets the answer."""
        self._replies.expect(label, answered)
        self.protocol.send(message._replace(tags={**message.tags, "label": label}))

    def room_for_text(self, place: str, kind: Kind) -> int:
        """Bytes of text that fit a line to this place when the server has put our mask before it."""
        mask = self.own_mask or f"{self.name}{'x' * USER_AND_HOST_BYTES}"
        frame = Message(wire_message(place, "", kind).command, (place, ""), mask)
        around = len(frame.encode(trailing=True)) + len("\x01ACTION \x01") * (kind is Kind.ACT)
        return self.features.line_bytes - around

    def may_send_to(self, place: str) -> bool:
        """Whether what comes before is settled there."""
        key = self.features.fold(place)
        room = self.roster.rooms.get(key)
        waiting = key in self.wants.rooms and not (room is not None and room.joined)
        return not waiting and not self.catch_up.busy(place)

    # what comes in

    def _received(self, message: Message) -> None:
        if self._retired:
            return
        self._keepalive.heard()
        try:
            self._take(message)
        except Permanent as permanent:
            self.permanent, self.needed = permanent.sentence, permanent.needed
            self.close("")
        except Exception:
            # Whatever a server sends, the connection goes on; the message itself may be private.
            self.log.failure(
                "A message with the command {command} was not understood", command=message.command[:20]
            )

    def _take(self, message: Message) -> None:
        match message.command:
            case "PING":
                self.send(Message("PONG", message.params[-1:]))
            case "PONG":
                self._keepalive.pong(message)
            case "ERROR" if message.params and self.done:
                self.complaint = sentence(message.params[-1])
                self.permanent = goodbye(self.complaint)
            case _ if not self.done:
                self._registration.receive(message)
                self.complaint = self._registration.complaint
                if self._registration.done:
                    self._welcomed(message)
                elif message.command in ("NOTICE", "372"):
                    handle(self, message)
            case "005":
                self.features.support(message.params[1:-1])
            case "376" | "422" if not self.online:
                self._go_online()
            case "CAP" if len(message.params) > 2:
                self._cap(message.params[1].upper(), message.params[-1])
            case "AUTHENTICATE" if self.wants.password is not None:
                for line in sasl_plain(self.wants.account or self.name, self.wants.password):
                    self.send(line)
            case "902" | "904" | "905" | "906" if message.params:
                # A reconnect with the wrong password would be the end.
                self.wants.account = self.wants.password = self.wants.name_after_login = None
                # The usual sentence of a server says how, which nobody asked: that SASL has failed.
                wrong = message.command == "904"
                text = "Account and password do not fit." if wrong else sentence(message.params[-1])
                self._explain(f"{text} You are not logged in.")
            case _:
                for item in self._replies.feed(message):
                    self._dispatch(item)

    def _dispatch(self, item: Item) -> None:
        if self.questions.take(item):
            return
        if isinstance(item, Message):
            handle(self, item)
        elif item.kind == "chathistory":
            self.catch_up.replay(item)
        else:
            for inner in item.items:
                self._dispatch(inner)

    def _cap(self, subcommand: str, names: str) -> None:
        if subcommand == "NEW":
            self.features.offer(names)
            for line in request_lines(self.features.wanted(("sasl",))):
                self.send(line)
        elif subcommand == "ACK":
            self.features.acknowledge(names)
            if "sasl" in names.split():
                self.send(Message("AUTHENTICATE", ("PLAIN",)))
        elif subcommand == "DEL":
            self.features.withdraw(names)

    def log_in(self) -> None:
        """Log in with what the person wants by now (IRCv3 "SASL" 3.2: at any time)."""
        if "sasl" in self.features.enabled:
            self.send(Message("AUTHENTICATE", ("PLAIN",)))
        elif "sasl" in self.features.offered:
            self.send(Message("CAP", ("REQ", "sasl")))
        else:
            self._explain("This server has no accounts.")

    def _welcomed(self, message: Message) -> None:
        self.done = True
        self.name = self._registration.name
        self.server = message.source or ""
        self._timer("registration", REGISTRATION_SECONDS, self._too_slow)
        handle(self, message)
        if self.features.fold(self.name) != self.features.fold(self.wants.name):
            why = self._registration.why_not
            self.emit(StandIn(self.wants.name, self.name, why, is_registered(why)))
        # A server that sends neither a message of the day nor its absence answers this all the same.
        self.barrier(self._go_online)

    def _explain(self, text: str) -> None:
        self.emit(Told(text, error=True))

    def _go_online(self) -> None:
        if self.online:
            return
        self.online = True
        self._stop_timer("registration")
        fold = self.features.fold
        self.wants.rooms = {fold(room[0]): room for room in self.wants.rooms.values()}
        self._registered()
        if self.wants.away is not None:
            self._send_wish(Message("AWAY", (self.wants.away,)))
        for line in join_lines(self.wants.rooms.values()):
            self._send_wish(line)
        if self.wants.name_after_login is not None:
            self.log_in()
        self.catch_up.begin_private()
        self.outbox.online(self)
        self._keepalive.start()

    def _send_wish(self, message: Message) -> None:
        """Send what the person wants of every connection; what cannot be sent is told, and holds up nothing else."""
        try:
            self.send(message)
        except ValueError as error:
            self._explain(f"{message.command} could not be sent: {error}")

    def _tick(self) -> None:
        if self.wants.reclaim and self.features.fold(self.name) != self.features.fold(self.wants.name):
            self.send(Message("NICK", (self.wants.name,)))

    def _silent(self) -> None:
        self.complaint = "The server did not answer any more."
        self.protocol.abort()

    # for handlers

    def speak(self, event: Said) -> None:
        """Something was said live."""
        if not self.catch_up.hold(event):
            self.deliver(event)

    def deliver(self, event: Said) -> None:
        """Tell of a message, unless it was told before."""
        if self.memory.is_new(event.msgid):
            self.memory.note(self.features.fold(event.place), event.msgid, event.time)
            self.emit(event)

    def tell(self, event: Event | None) -> None:
        """Tell of an event, if there is one."""
        if event is not None:
            self.emit(event)

    def entered(self, place: str) -> None:
        """We are in a room."""
        key = self.features.fold(place)
        self.wants.rooms.setdefault(key, (place, ""))
        self.catch_up.begin(place)

    def left(self, place: str) -> None:
        """We are not in a room any more, and do not want to be."""
        self.roster.drop(place)
        self.wants.rooms.pop(self.features.fold(place), None)
        self.memory.forget(self.features.fold(place))
        self.outbox.pump()

    def not_entered(self, place: str) -> bool:
        """A room does not let us in; whether we had asked for it."""
        room = self.roster.room(place)
        if self.features.fold(place) not in self.wants.rooms or (room is not None and room.joined):
            return False
        self.left(place)
        return True

    def renamed(self, name: str) -> None:
        """We have another name."""
        self.own_mask = self.own_mask.replace(self.name, name, 1)
        self.name = name
        if not self.wants.reclaim or self.features.fold(name) == self.features.fold(self.wants.name):
            self.wants.name = name

    def logged_in(self, account: str) -> None:
        """We are logged in; who has asked for that by hand is called so, too."""
        wished, self.wants.name_after_login = self.wants.name_after_login, None
        fold = self.features.fold
        if wished is not None and fold(wished) == fold(account) != fold(self.name):
            self.send(Message("NICK", (account,)))

    def away_refused(self) -> None:
        """The server does not take why we are away: it is not said again."""
        self.wants.away = None

    def registered_account(self, account: str) -> None:
        """There is an account for us, with the password last given."""
        self.wants.account, self.wants.password = account, self.wants.new_password
        self.wants.new_password = None

    def reclaiming(self, message: Message) -> bool:
        """Whether a refused name is one that we try to get back without being asked to."""
        return self.wants.reclaim and self.features.fold(message.params[1]) == self.features.fold(
            self.wants.name
        )


def join_lines(rooms: Collection[tuple[str, str]]) -> Iterator[Message]:
    """JOIN for all of these (name, key), in as many lines as it takes; a room with a key has one of its own."""
    line: list[str] = []
    size = 0
    for name in (name for name, key in rooms if not key):
        needs = len(name.encode("utf-8", "replace")) + 1
        if line and (len(line) == JOIN_AT_ONCE or size + needs > MAX_LINE_BYTES - len("JOIN :\r\n")):
            yield Message("JOIN", (",".join(line),))
            line, size = [], 0
        line.append(name)
        size += needs
    if line:
        yield Message("JOIN", (",".join(line),))
    for name, key in rooms:
        if key:
            yield Message("JOIN", (name, key))
