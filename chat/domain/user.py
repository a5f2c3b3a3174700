"""A person who is connected, and the interface through which the domain reaches them."""

from __future__ import annotations

from typing import Any, Protocol

from chat.domain.events import Event, Identity, PrivateEvent
from chat.domain.mute import Mute
from chat.domain.names import Name
from chat.domain.room import Membership, Room

IGNORES_AT_MOST = 100
"""Names a person may ignore: enough for anybody, and a bound for the memory that one connection can take."""


class Reader(Protocol):
    """The member's side towards the domain: who can be told that there is something to read.

    A network dialect implements it; tests use a list. `outlet` is where the network sends what this reader gets, and
    opaque to the domain.
    """

    @property
    def outlet(self) -> Any:
        """Where the network sends what this reader gets."""

    def tell(self, event: Event) -> bool:
        """Something for this person alone, or something that he or she did. False: it cannot be taken now."""

    def entered(self, membership: Membership, event: Event) -> None:
        """This person is in a room from here on; choose the rendering, greet."""

    def left(self, membership: Membership, event: Event) -> None:
        """This person is in the room no more, by their own doing or somebody else's."""

    def ignoring_changed(self) -> None:
        """Whom this person ignores has changed: renderings must follow."""

    def silence(self) -> float:
        """Seconds since anything came from this person's program."""

    def probe(self) -> None:
        """Make this person's program say something, if there is a way: `silence` then tells whether it is alive."""

    def marker_moved(self, target: str, time: float) -> None:
        """On another connection of the same account, this person has read a room or conversation up to a time."""

    def disconnect(self, sentence: str) -> None:
        """End the connection after saying why; the domain has already forgotten the person."""


class User:
    """Somebody with a name. Made by a dialect, known to others from `Directory.enter` to `Directory.quit`."""

    __slots__ = (
        "account",
        "address",
        "away",
        "bot",
        "correspondent",
        "credential",
        "dialect",
        "entered_at",
        "former",
        "gone",
        "host",
        "identity",
        "ignored",
        "invitations",
        "last_active",
        "memberships",
        "metadata",
        "modes",
        "mute",
        "name",
        "operator_by",
        "reader",
        "realname",
        "secure",
        "session",
        "username",
    )

    def __init__(
        self, session: int, reader: Reader, dialect: str, address: str, host: str, now: float
    ) -> None:
        self.session = session
        self.reader = reader
        self.dialect = dialect
        self.address = address
        """The real address: for limits and the operator, never for other people."""
        self.host = host
        self.name: Name | None = None
        self.username = "user"
        self.realname = ""
        self.account: str | None = None
        self.credential = ""
        """`Account.credential` as it was at the login; empty: there was none."""
        self.gone = False
        """Whether the connection has ended: answers that come later have nobody to go to."""
        self.bot = False
        self.secure = False
        self.modes = ""
        self.operator_by: str | None = None
        """Folded name of the account whose password made this person an operator of the server."""
        self.mute: Mute | None = None
        """What keeps this person from speaking, possibly over: see `chat.domain.mutes`."""
        self.away: str | None = None
        self.ignored: frozenset[str] = frozenset()
        self.metadata: dict[str, str] | None = None
        """What this person says of themselves; made with the first value."""
        self.invitations: dict[Room, None] | None = None
        """Rooms that this person may go into once, whatever their modes; made with the first one."""
        self.correspondent: str | None = None
        """Who sent the last private message: whom `/reply` answers."""
        self.entered_at = now
        """As `last_active`, in seconds of the directory's monotonic clock."""
        self.last_active = now
        self.memberships: dict[Room, Membership] = {}
        self.former: list[Membership] = []
        """Of rooms that were left: how far they have been read, until everything has been read."""
        self.identity = Identity(session, "*", self.username, host)

    def refresh(self) -> None:
        """Make a new identity after a change of name, username, host, account or real name."""
        shown = self.name.shown if self.name is not None else "*"
        self.identity = Identity(
            self.session, shown, self.username, self.host, self.account, self.realname, self.bot
        )

    @property
    def shown(self) -> str:
        """The name as others see it, `*` before there is one."""
        return self.identity.name


__all__ = ["IGNORES_AT_MOST", "PrivateEvent", "Reader", "User"]
