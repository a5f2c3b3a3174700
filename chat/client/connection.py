"""A client's connection to a chat server (or any IRC server): no user interface, no global reactor.

    connection = Connection(reactor, listener)      # listener(event), see chat.client.events
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
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IStreamClientEndpoint

from chat.client.events import Event, Kind, Listener, Said, State
from chat.client.outbox import Outgoing
from chat.client.queries import RoomListing, Whois
from chat.client.state import Rooms

EndpointFactory: TypeAlias = Callable[[str, int, bool], IStreamClientEndpoint]
"""(host, port, tls) -> where to connect."""


class Connection:
    """One person's connection. All methods return at once; what comes of them is told to the listener.

    @ivar state: where the connection stands.
    @ivar name: our name: the one wanted, and while online the one that we have.
    @ivar rooms: the rooms that we are in, by folded name; what is in them is for reading only.
    @ivar lag: seconds that the last PING took, None before there was one.
    @ivar server: what the server calls itself, ``""`` before it did.
    @ivar away: the reason that was given to `set_away`, None when not away.
    @ivar ignored: folded names of people whose messages are dropped.
    """

    state: State
    name: str
    rooms: Rooms
    lag: float | None
    server: str
    away: str | None
    ignored: frozenset[str]

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

    def connect(
        self,
        host: str,
        port: int,
        *,
        name: str,
        tls: bool = False,
        account: str | None = None,
        password: str | None = None,
        rooms: Iterable[str] = (),
    ) -> None:
        """Connect and stay connected until `disconnect` or a permanent error; joins `rooms` every time.

        With `password` it logs in (SASL PLAIN) to `account`, or to the account called like the name. Only over TLS
        or to this machine itself is that private.
        """

    def disconnect(self, reason: str = "") -> Deferred[None]:
        """Say goodbye. The Deferred fires when the connection is closed, at once if there is none."""
        raise NotImplementedError

    def retry_now(self) -> None:
        """End the pause before the next attempt, if there is one."""

    def say(self, place: str, text: str, kind: Kind = Kind.SAY) -> Outgoing:
        """Say something in a room or to a person. Works offline too: it goes out with the next connection.

        Line breaks and what is over the server's line length make several messages of it, under one handle.
        Empty text, or too many pending messages, give a handle that has failed already.
        """
        raise NotImplementedError

    def forget(self, message: Outgoing) -> None:
        """Give up a pending message that is not on its way yet: it fails, and will not be sent."""

    def join(self, room: str, key: str = "") -> None:
        """Go into a room (`Joined` with `own`, or `Told` with `error`), and again after every reconnect."""

    def part(self, room: str, reason: str = "") -> None:
        """Leave a room."""

    def rename(self, name: str) -> None:
        """Ask for another name (`Renamed` with `own`, or `Told` with `error`)."""

    def set_topic(self, room: str, topic: str) -> None:
        """Set the topic of a room, ``""`` to remove it."""

    def set_away(self, reason: str | None) -> None:
        """Be marked as away, or back with None; again after every reconnect."""

    def ignore(self, name: str) -> None:
        """Drop what somebody says from here on."""

    def unignore(self, name: str) -> None:
        """Undo `ignore`."""

    def whois(self, name: str) -> Deferred[Whois]:
        """Who somebody is. Fails with `QueryFailed`, whose sentence is for people, as do the other questions."""
        raise NotImplementedError

    def list_rooms(self) -> Deferred[list[RoomListing]]:
        """Which rooms there are, at most `queries.MAX_ROOMS`."""
        raise NotImplementedError

    def stats(self) -> Deferred[list[str]]:
        """The server's figures, as lines."""
        raise NotImplementedError

    def history(
        self, place: str, before: str | float | None = None, limit: int = 50
    ) -> Deferred[list[Event]]:
        """Older events of a place, oldest first: before a msgid or a time, or the latest with None.

        They are not told to the listener.
        """
        raise NotImplementedError

    def search(self, words: str, place: str = "") -> Deferred[list[Said]]:
        """Messages with these words, newest last, in the rooms that we are in, or in one."""
        raise NotImplementedError

    def command(self, name: str, *arguments: str) -> None:
        """Send any other command; what the server answers comes as `Told`.

        Raises ValueError (`wire.MalformedLine` among them) if it cannot be sent as one line.
        """

    def fold(self, name: str) -> str:
        """The key under which the server takes two names for one."""
        raise NotImplementedError

    def is_room(self, place: str) -> bool:
        """Whether a place is a room's name rather than a person's."""
        raise NotImplementedError
