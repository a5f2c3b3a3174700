"""The IRC dialect of one connection."""

from __future__ import annotations

from chat.domain.events import Event
from chat.domain.room import Membership
from chat.network.listener import ChatProtocol


class IrcDialect:
    """One IRC client: the listener's `Dialect`."""

    __slots__ = ("_connection", "outlet", "user")

    name = "irc"

    def __init__(self, connection: ChatProtocol) -> None:
        self._connection = connection
        self.outlet = connection.outlet
        self.user = connection.make_user(self)

    def line(self, line: bytes) -> None:
        """A line that a program sent."""
        self.disconnect("IRC is not spoken here")

    def free_of_charge(self, line: bytes) -> bool:
        """Whether a line costs nothing of the message rate."""
        return True

    def tell_sentence(self, sentence: str) -> None:
        """A sentence of the server."""
        self.outlet.put(f":server NOTICE * :{sentence}\r\n".encode())

    def gap(self, membership: Membership, missed: int) -> bytes:
        """What a reader is told who was too slow for a room."""
        return b""

    def too_long(self, length: int) -> None:
        """Say why the connection ends."""

    def input_ended(self) -> None:
        """End of input."""
        self.disconnect("End of input")

    def silent_for(self, seconds: float) -> None:
        """Ping a client that is silent."""

    def tell(self, event: Event) -> bool:
        """Something for this person alone."""
        return True

    def entered(self, membership: Membership, event: Event) -> None:
        """In a room."""

    def left(self, membership: Membership, event: Event) -> None:
        """Out of a room."""

    def ignoring_changed(self) -> None:
        """Whom this person ignores has changed."""

    def disconnect(self, sentence: str) -> None:
        """Say why the connection ends, and end it."""
        self.outlet.put(f"ERROR :{sentence}\r\n".encode())
        self._connection.finish(sentence)
