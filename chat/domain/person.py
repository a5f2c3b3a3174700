"""A person: somebody with a name, however many connections are behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chat.domain.events import Event, Identity
from chat.domain.mute import Mute
from chat.domain.names import Name

if TYPE_CHECKING:
    from chat.domain.room import Member, Room
    from chat.domain.session import Session

IGNORES_AT_MOST = 100
"""Names a person may ignore: enough for anybody, and a bound for the memory that one person can take."""


class Person:
    """Somebody others can see, from `Directory.enter` to `Directory.quit`."""

    __slots__ = (
        "account",
        "away",
        "bot",
        "correspondent",
        "devices",
        "entered_at",
        "host",
        "identity",
        "ignored",
        "invitations",
        "metadata",
        "modes",
        "mute",
        "name",
        "number",
        "operator_by",
        "realname",
        "replay",
        "rooms",
        "sessions",
        "stays",
        "username",
    )

    def __init__(self, number: int, host: str, now: float) -> None:
        self.number = number
        """The number of the session with which this person came."""
        self.sessions: dict[Session, None] = {}
        self.host = host
        self.name: Name | None = None
        self.username = "user"
        self.realname = ""
        self.account: str | None = None
        self.bot = False
        self.modes = ""
        self.operator_by: str | None = None
        """Folded name of the account whose password made this person an operator of the server."""
        self.mute: Mute | None = None
        """What keeps this person from speaking, possibly over: see `chat.domain.mutes`."""
        self.away: str | None = None
        self.stays = False
        """Whether this person is here without a connection, too."""
        self.devices: dict[str, str] = {}
        """Name of a device -> the message id up to which it had everything when it was last here."""
        self.ignored: frozenset[str] = frozenset()
        self.metadata: dict[str, str] | None = None
        """What this person says of themselves; made with the first value."""
        self.invitations: dict[str, float] | None = None
        """Rooms that this person may go into once, whatever their modes: folded name -> when the room was made.

        Another room of the name is another room. Made with the first one.
        """
        self.replay: int | None = None
        """Messages of a room that this person wants to see on joining it; None: as many as the server shows."""
        self.correspondent: str | None = None
        """Who sent the last private message: whom `/reply` answers."""
        self.entered_at = now
        """In seconds of the directory's monotonic clock."""
        self.rooms: dict[Room, Member] = {}
        self.identity = Identity(number, "*", self.username, host)

    def attach(self, session: Session) -> None:
        """A connection is this person's from here on."""
        self.sessions[session] = None
        session.person = self
        session.identity = self.identity._replace(session=session.number)

    def detach(self, session: Session) -> None:
        """A connection is this person's no more."""
        self.sessions.pop(session, None)

    def tell(self, event: Event) -> bool:
        """Tell all devices of this person something; whether any has taken it."""
        taken = [session.reader.tell(event) for session in self.sessions]
        return any(taken)

    def refresh(self) -> None:
        """Make a new identity after a change of name, username, host, account or real name."""
        shown = self.name.shown if self.name is not None else "*"
        self.identity = Identity(
            self.number, shown, self.username, self.host, self.account, self.realname, self.bot
        )
        for session in self.sessions:
            session.identity = self.identity._replace(session=session.number)

    @property
    def shown(self) -> str:
        """The name as others see it, `*` before there is one."""
        return self.identity.name

    @property
    def last_active(self) -> float:
        """When this person last said something, on any device, in seconds of the directory's monotonic clock."""
        return max((session.last_active for session in self.sessions), default=self.entered_at)

    @property
    def addresses(self) -> list[str]:
        """Where this person is connected from, in the order in which the devices came."""
        return list(dict.fromkeys(session.address for session in self.sessions))

    @property
    def secure(self) -> bool:
        """Whether nobody can listen in on the way to any of this person's devices."""
        return all(session.secure for session in self.sessions)

    @property
    def dialects(self) -> list[str]:
        """What this person's devices speak, each once."""
        return list(dict.fromkeys(session.dialect for session in self.sessions))
