"""A client's connection to a chat server (or any IRC server): no user interface, no global reactor.

    connection = Connection(reactor, listener)      # listener(event), see chat.client.link.events
    connection.connect("localhost", 56458, name="bob", rooms=["#lobby"])
    message = connection.say("#lobby", "hello")     # message.state, and DeliveryChanged events
    ...
    connection.disconnect("Goodbye")

What the person wants (name, rooms, messages) outlives any one connection: after a drop it reconnects with growing
pauses, is in the same rooms again, fetches what it missed and repeats what was not acknowledged.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import zip_longest
from typing import Any, TypeAlias, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.python.failure import Failure

from chat.client.link import accounts, asking, queries
from chat.client.link.endpoints import default_endpoints
from chat.client.link.events import (
    ConnectionState,
    Event,
    Invited,
    Kind,
    LagMeasured,
    Listener,
    Needed,
    Outgoing,
    Reacted,
    Renamed,
    Said,
    StateChanged,
    Told,
)
from chat.client.link.features import Features
from chat.client.link.outbox import NOT_SENT, Outbox, encodable
from chat.client.link.queries import Question, RoomListing, Whois
from chat.client.link.reconnect import STABLE_SECONDS, Pauses, explain
from chat.client.link.replies import Item
from chat.client.link.session import Session
from chat.client.link.state import Memory, RoomState, Roster
from chat.client.link.translate import REACT, REPLY
from chat.client.link.wants import Wants
from chat.domain.names import fold
from chat.wire import Message

EndpointFactory: TypeAlias = Callable[[str, int, bool], IStreamClientEndpoint]
"""(host, port, tls) -> where to connect."""
E = TypeVar("E", bound=Event)


class Connection:
    """One person's connection. All methods return at once; what comes of them is told to the listener."""

    log = Logger()

    def __init__(
        self,
        reactor: Any,
        listener: Listener,
        *,
        endpoint_factory: EndpointFactory | None = None,
        wall_clock: Callable[[], float] = time.time,
        random_number: Callable[[], float] = random.random,
    ) -> None:
        """`reactor` gives the clock (and sockets to the default `endpoint_factory`); `wall_clock` gives seconds since
        the epoch; `random_number` gives a number from 0 to 1 for the random part of pauses.
        """
        self.state = ConnectionState.OFFLINE
        """Where the connection stands."""
        self.lag: float | None = None
        """Seconds that the last PING took, None before there was one."""
        self.ignored: frozenset[str] = frozenset()
        """Folded names of people whose messages are dropped."""
        self._reactor = reactor
        self._listener = listener
        self._endpoints = endpoint_factory or default_endpoints(reactor)
        self._wall_clock = wall_clock
        self._pauses = Pauses(random_number)
        self._wants = Wants("")
        self._address = ("", 0, False)
        self._session: Session | None = None
        self._attempt: Deferred[Any] | None = None
        self._retry: Any = None
        self._online_since: float | None = None
        self._forget_server()

    def _forget_server(self) -> None:
        """Start without any knowledge of a server."""
        self._roster = Roster(fold)
        self._memory = Memory()
        self._outbox = Outbox(self._reactor, self._emit, self._wall_clock, self._acknowledged)

    def _acknowledged(self, place: str, msgid: str, when: float) -> None:
        self._memory.is_new(msgid)
        self._memory.note(self.fold(place), msgid, when)

    @property
    def name(self) -> str:
        """Our name: the one wanted, and while online the one that we have."""
        return self._session.name if self._session is not None else self._wants.name

    @property
    def wanted_name(self) -> str:
        """The name that we want: another one than `name` while somebody else has it."""
        return self._wants.name

    @property
    def account(self) -> str | None:
        """The account that we log in to with each connection, None for a guest."""
        return self._wants.account

    @property
    def rooms(self) -> Mapping[str, RoomState]:
        """The rooms that we are in (while not online: were in), by folded name; for reading only."""
        return self._roster.rooms

    @property
    def password(self) -> str | None:
        """The password that goes with `account`, for those who keep it where it is safe; None for none."""
        return self._wants.password

    @property
    def wanted_rooms(self) -> tuple[str, ...]:
        """The rooms that we go into with each connection, whether or not we are in them."""
        return tuple(name for name, _ in self._wants.rooms.values())

    @property
    def server(self) -> str:
        """What the server calls itself, ``""`` while not connected."""
        return self._session.server if self._session is not None else ""

    @property
    def address(self) -> tuple[str, int, bool]:
        """Host, port and whether over TLS, as given to `connect`."""
        return self._address

    @property
    def away(self) -> str | None:
        """The reason given to `set_away`, None when not away."""
        return self._wants.away

    @property
    def pending(self) -> list[Outgoing]:
        """Our own messages that are not acknowledged, oldest first."""
        return self._outbox.pending

    def connect(
        self,
        host: str,
        port: int,
        *,
        name: str,
        tls: bool = False,
        account: str | None = None,
        password: str | None = None,
        server_password: str | None = None,
        rooms: Iterable[str] = (),
    ) -> None:
        """Connect and stay connected until `disconnect` or a permanent error; joins `rooms` every time.

        With `password` it logs in (SASL PLAIN) to `account`, or to the account called like the name;
        `server_password` is what some servers let nobody in without (PASS). Only over TLS or to this machine itself
        are these private. What was going on before is ended. Connecting to the same address
        again goes on where it was: messages that wait still go out, and what was missed is fetched.
        """
        if self.state is not ConnectionState.OFFLINE and self.state is not ConnectionState.ENDED:
            self.disconnect()
        if self._address != (host, port, tls):
            if self._address[0]:
                self._outbox.forget_all(NOT_SENT)
                self._forget_server()
            self._address = (host, port, tls)
        self._wants = Wants(encodable(name), account, password, server_password)
        self._wants.rooms = {self.fold(room): (room, "") for room in rooms}
        self._pauses.reset()
        self._start()

    def connect_again(self) -> None:
        """Connect as before, after `disconnect` or the end: same address, name, login, and rooms with their keys."""
        if self._address[0] and self.state in (ConnectionState.OFFLINE, ConnectionState.ENDED):
            self._pauses.reset()
            self._start()

    def disconnect(self, reason: str = "") -> Deferred[None]:
        """Say goodbye. The Deferred fires when the connection is closed, at once if there is none.

        Messages that wait stay waiting, for the next `connect` to the same address.
        """
        done: Deferred[None] = Deferred()
        self._cancel_retry()
        session, attempt = self._session, self._attempt
        self._session = self._attempt = None
        if attempt is not None:
            attempt.cancel()
        if session is None or session.lost or attempt is not None:
            done.callback(None)
        else:
            session.closed.addCallback(done.callback)
            session.close(reason)
        if self.state is not ConnectionState.OFFLINE:
            self._become(ConnectionState.OFFLINE, "Disconnected.")
        return done

    def retry_now(self) -> None:
        """End the pause before the next attempt, if there is one."""
        if self._retry is not None:
            self._cancel_retry()
            self._start()

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def _start(self) -> None:
        self._retry = None
        host, port, tls = self._address
        session = Session(
            self._reactor,
            self._wants,
            self._roster,
            self._memory,
            self._outbox,
            self._emit,
            self._wall_clock,
            lambda: self._registered(session),
            lambda reason: self._lost(session, reason),
        )
        self._session = session
        self._become(ConnectionState.CONNECTING, f"Connecting to {host}:{port}.")
        attempt = self._endpoints(host, port, tls).connect(Factory.forProtocol(lambda: session.protocol))
        self._attempt = attempt
        attempt.addCallbacks(lambda _: self._connected(session), lambda reason: self._lost(session, reason))

    def _connected(self, session: Session) -> None:
        if self._session is session:
            self._attempt = None
        else:
            session.close("")

    def _registered(self, session: Session) -> None:
        self._online_since = self._reactor.seconds()
        self._wants.reclaim = self._wants.reclaim or self.fold(session.name) == self.fold(self._wants.name)
        self._become(
            ConnectionState.ONLINE, f"Connected to {session.server or self._address[0]} as {session.name}."
        )

    def _lost(self, session: Session, reason: Failure) -> None:
        if self._session is not session:
            return
        self._session = self._attempt = None
        self.lag = None
        if self._online_since is not None and self._reactor.seconds() - self._online_since >= STABLE_SECONDS:
            self._pauses.reset()
        self._online_since = None
        sentence, permanent = explain(reason, *self._address[:2])
        if session.permanent is not None:
            sentence, permanent = session.permanent, True
        elif session.complaint:
            sentence = session.complaint
        if permanent:
            self._become(ConnectionState.ENDED, sentence, needed=session.needed)
            return
        pause = self._pauses.next()
        self._retry = self._reactor.callLater(pause, self._start)
        self._become(ConnectionState.WAITING, sentence, pause)

    def _become(
        self,
        state: ConnectionState,
        sentence: str,
        retry_in: float | None = None,
        needed: Needed | None = None,
    ) -> None:
        self.state = state
        self._emit(StateChanged(state, sentence, retry_in, needed))

    def _ignores(self, event: Event) -> bool:
        match event:
            case Said(author=author) | Reacted(author=author) | Invited(author=author):
                return self.fold(author) in self.ignored
        return False

    def _heard(self, events: list[E]) -> list[E]:
        return [event for event in events if not self._ignores(event)]

    def _emit(self, event: Event) -> None:
        if self._ignores(event):
            return
        if isinstance(event, Renamed) and self.fold(event.old) in self.ignored:
            # Another name makes nobody another person.
            self.ignore(event.new)
        if isinstance(event, LagMeasured):
            self.lag = event.seconds
        try:
            self._listener(event)
        except Exception:
            self.log.failure("The user interface failed on {kind}", kind=type(event).__name__)

    # talking

    def say(self, place: str, text: str, kind: Kind = Kind.SAY, reply_to: str = "") -> Outgoing:
        """Say something in a room or to a person. Works offline too: it goes out with the next connection.

        Line breaks and what is over the server's line length make several messages of it, under one handle.
        Empty text, or too many pending messages, give a handle that has failed already.
        """
        return self._outbox.add(place, text, kind, reply_to)

    @property
    def features(self) -> Features:
        """What the server offers; nothing while there is none."""
        return self._session.features if self._session is not None else Features()

    def take_back(self, place: str, msgids: Iterable[str]) -> None:
        """Take back what was said, in as many parts as it had: our own, or in a room that we run (`TakenBack`)."""
        for msgid in msgids:
            self._send(Message("REDACT", (place, msgid)))

    def react(self, place: str, msgid: str, sign: str) -> None:
        """React to a message with a sign, usually an emoji; it comes back as `Reacted`."""
        self._send(Message("TAGMSG", (place,), tags={REACT: encodable(sign), REPLY: msgid}))

    def forget(self, message: Outgoing) -> None:
        """Give up a pending message that is not on its way yet: it fails, and will not be sent."""
        self._outbox.forget(message)

    def join(self, room: str, key: str = "") -> None:
        """Go into a room (`Joined` with `own`, or `Told` with `error`), and again after every reconnect."""
        if self._send(Message("JOIN", (room, key) if key else (room,)), later=True):
            # As the server takes it: several rooms with commas between them, and as many keys or fewer.
            for name, its_key in zip_longest(
                room.split(","), key.split(",")[: room.count(",") + 1], fillvalue=""
            ):
                if name:
                    self._wants.rooms[self.fold(name)] = (name, its_key)

    def part(self, room: str, reason: str = "") -> None:
        """Leave a room."""
        self._wants.rooms.pop(self.fold(room), None)
        known = self._roster.room(room)
        if self._session is None or (known is not None and not known.joined):
            self._roster.drop(room)
        else:
            self._send(Message("PART", (room, reason) if reason else (room,)))

    def rename(self, name: str) -> None:
        """Ask for another name (`Renamed` with `own`, or `Told` with `error`); while offline it is the one to come."""
        self._wants.reclaim = False
        if self._send(Message("NICK", (name,)), later=True) and self.state is not ConnectionState.ONLINE:
            self._wants.name = name

    def set_topic(self, room: str, topic: str) -> None:
        """Set the topic of a room, ``""`` to remove it."""
        self._send(Message("TOPIC", (room, topic)))

    def set_away(self, reason: str | None) -> None:
        """Be marked as away, or back with None; again after every reconnect."""
        if self._send(Message("AWAY", (reason,) if reason else ()), later=True):
            self._wants.away = encodable(reason) if reason is not None else None

    def log_in(self, account: str, password: str) -> None:
        """Log in to an account, from here on with every connection (`Told` tells how that went), and be called so."""
        self._wants.account, self._wants.password = account, password
        if self._session is None:
            self._wants.name = account
            return
        self._wants.name_after_login = account
        if self._session.online:
            self._session.log_in()

    def give_server_password(self, password: str) -> None:
        """What the server lets nobody in without, with the next connection."""
        self._wants.server_password = password

    def register(self, password: str) -> None:
        """Make an account of our name (`Told` tells how that went), and log in with it from here on."""
        if self._send(Message("REGISTER", ("*", "*", password))):
            self._wants.new_password = password

    def has_command(self, name: str) -> bool:
        """Whether the server, once it is there, knows a command that stands in no specification (`accounts`)."""
        return self.features.has_command(name)

    def change_password(self, password: str) -> Deferred[str]:
        """Have another password, from here on; fires with what the server says of it, or fails with `QueryFailed`."""

        def changed(sentence: str) -> str:
            if self._wants.password is not None:
                self._wants.password = password
            return sentence

        return self.order("PASSWORD", password).addCallback(accounts.read_done).addCallback(changed)

    def unregister(self, password: str) -> Deferred[str]:
        """Give our account up; fires with what the server says of it, or fails with `QueryFailed`."""

        def removed(sentence: str) -> str:
            self._wants.account = self._wants.password = None
            return sentence

        return self.order("UNREGISTER", password).addCallback(accounts.read_done).addCallback(removed)

    def announce(self, text: str) -> Deferred[str]:
        """Tell everybody something (operators of the server); fires and fails as the above."""
        return self.order("ANNOUNCE", text).addCallback(accounts.read_done)

    def log_out(self) -> None:
        """Be a guest again, also with the next connections."""
        self._wants.account = self._wants.password = None
        self._send(Message("LOGOUT"))

    def ignore(self, name: str) -> None:
        """Drop what somebody says from here on, and leave it out of what is found or fetched of the past."""
        self.ignored |= {self.fold(name)}

    def unignore(self, name: str) -> None:
        """Undo `ignore`."""
        self.ignored -= {self.fold(name)}

    def command(self, name: str, *arguments: str) -> None:
        """Send any other command; what the server answers comes as `Told`."""
        self._send(Message(name.upper(), arguments))

    def _send(self, message: Message, later: bool = False) -> bool:
        """Send a command, or tell why not; whether it can be sent. `later`: it is remembered while not online."""
        message = message._replace(params=tuple(map(encodable, message.params)))
        objection = asking.objection(message)
        if objection:
            self._emit(Told(f"That cannot be sent. {objection}", error=True))
            return False
        if self._session is not None and self._session.online:
            self._session.send(message)
        elif not later:
            self._emit(Told(asking.NOT_CONNECTED, error=True))
            return False
        return True

    def order(self, name: str, *arguments: str) -> Deferred[list[Item] | None]:
        """As `command`, but the answer comes here, from servers that label it; see `asking.order`."""
        return asking.order(self._session, Message(name, arguments))

    # asking

    def whois(self, name: str) -> Deferred[Whois]:
        """Who somebody is. Fails with `QueryFailed`, whose sentence is for people, as do the other questions."""
        return self.ask(queries.whois_question(name)).addCallback(
            lambda items: queries.read_whois(name, items)
        )

    def list_rooms(self) -> Deferred[list[RoomListing]]:
        """Which rooms there are, at most `queries.MAX_ROOMS`, the largest first."""
        return self.ask(queries.list_question()).addCallback(queries.read_list)

    def stats(self) -> Deferred[list[str]]:
        """The server's figures, as lines."""
        return self.ask(queries.stats_question()).addCallback(queries.read_stats)

    def history(
        self, place: str, before: str | float | None = None, limit: int = 50
    ) -> Deferred[list[Event]]:
        """Older events of a place, oldest first: before a msgid or a time, or the latest with None.

        They are not told to the listener, and may be known to it already: compare msgids.
        """
        return asking.history(self._session, place, before, limit).addCallback(self._heard)

    def search(self, words: str, place: str = "") -> Deferred[list[Said]]:
        """Messages with these words, oldest first, in the rooms that we are in, or in one.

        `words` may hold the filters ``from:NAME``, ``in:ROOM``, ``after:DATE`` and ``before:DATE`` (2026-01-31).
        """
        return asking.search(self._session, words, place).addCallback(self._heard)

    def ask(self, question: Question) -> Deferred[list[Item]]:
        """Any other question; fires with the answer's items."""
        return asking.ask(self._session, question)

    def seconds(self) -> float:
        """A clock that only goes forward."""
        return float(self._reactor.seconds())

    def fold(self, name: str) -> str:
        """The key under which the server takes two names for one."""
        return self._roster.fold(name)

    def is_room(self, place: str) -> bool:
        """Whether a place is a room's name rather than a person's."""
        if self._session is not None:
            return self._session.features.is_room(place)
        return place.startswith(("#", "&"))
