"""What a connection tells its user interface: one immutable type for each thing that happens.

A user interface is a callable that takes one of these; `match` on the type and ignore what is of no use. All text is
as it came over the network: make it safe for your kind of screen (`chat.domain.text` for terminals). A *place* is what
a conversation happens in: a room's name, or another person's name for a private chat. Times are seconds since
the epoch. The one thing here that changes is `Outgoing`, the handle of one of our own messages.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple, TypeAlias


class ConnectionState(Enum):
    """Where a connection stands."""

    OFFLINE = "offline"
    """Nothing was started yet, or the person disconnected."""
    CONNECTING = "connecting"
    """From the first packet to the end of registration."""
    ONLINE = "online"
    """Registered: people hear what is said."""
    WAITING = "reconnecting"
    """The connection was lost or could not be made; the next attempt comes by itself."""
    ENDED = "ended"
    """A permanent error, or the server showed us the door: nothing happens until somebody connects again."""


class Needed(Enum):
    """What has to be given, or be another one, before connecting can work."""

    NAME = "name"
    PASSWORD = "password"
    SERVER_PASSWORD = "server password"


class Kind(Enum):
    """How something was said."""

    SAY = "say"
    ACT = "act"
    """`/me`: the text follows the name."""
    NOTICE = "notice"
    """Text that no program may answer by itself."""


class StateChanged(NamedTuple):
    """The connection's state. `sentence` says for people what happened and what comes next."""

    state: ConnectionState
    sentence: str
    retry_in: float | None = None
    """With `State.WAITING`: seconds until the next attempt. The event comes once a pause, not once a second."""
    needed: Needed | None = None
    """With `State.ENDED`: what of the person's would have to be another one."""


class LagMeasured(NamedTuple):
    """Seconds that the last PING took; while an answer is overdue, the seconds so far, `overdue` being true."""

    seconds: float
    overdue: bool = False


class Said(NamedTuple):
    """Somebody said something: in a room, or to us in private.

    What this connection itself says comes back as `DeliveryChanged`, not as this. `own` is true for what was
    said under our name elsewhere or earlier (another session, history).
    """

    place: str
    author: str
    text: str
    kind: Kind
    time: float
    private: bool = False
    own: bool = False
    mention: bool = False
    """Our name is in it, or it is private and not our own."""
    history: bool = False
    """Said before we came, or while we were away: shown again by the server."""
    missed: bool = False
    """Said while the connection was gone from a place that we had been in: with `history`, yet news to us."""
    msgid: str = ""
    reply_to: str = ""
    """The id of the message that this answers (draft/reply), ``""`` for none."""


class TakenBack(NamedTuple):
    """`by` took back the message `msgid`, which was said at a place (draft/message-redaction)."""

    place: str
    msgid: str
    by: str
    time: float


class Reacted(NamedTuple):
    """`author` reacts to the message `msgid` with a sign, usually an emoji (draft/react); `gone`: not any more."""

    place: str
    msgid: str
    author: str
    sign: str
    gone: bool = False


class Joined(NamedTuple):
    """`name` came into a room; `own`: we did, and its people follow with `PeopleChanged`."""

    place: str
    name: str
    time: float
    own: bool = False
    history: bool = False


class Left(NamedTuple):
    """`name` left a room or was put out of it by `by`; `own`: we did, and the room is gone from `rooms`."""

    place: str
    name: str
    time: float
    reason: str = ""
    by: str = ""
    own: bool = False
    history: bool = False


class Quit(NamedTuple):
    """`name` left the server; `places` are the rooms (and the private chat, under its name) it was seen in."""

    name: str
    places: tuple[str, ...]
    time: float
    reason: str = ""
    history: bool = False


class Renamed(NamedTuple):
    """`old` goes by `new`; private chats move from the place `old` to the place `new`. `own`: it is us."""

    old: str
    new: str
    places: tuple[str, ...]
    time: float
    own: bool = False
    history: bool = False


class TopicChanged(NamedTuple):
    """The topic of a room, ``""`` for none; `author` is ``""`` when it is told on joining."""

    place: str
    topic: str
    author: str
    time: float
    history: bool = False


class PeopleChanged(NamedTuple):
    """The people of a room, or something about them (away, rights), are not what they were: look at `rooms`."""

    place: str


class Told(NamedTuple):
    """A sentence or line of the server for us alone: welcome, message of the day, what a command answered.

    `error`: something that we asked for was refused, and the sentence says why. `place` is where it belongs,
    ``""`` for nowhere in particular.
    """

    text: str
    error: bool = False
    place: str = ""


class StandIn(NamedTuple):
    """We have another name than we wanted, for now. `why` is what the server said; `registered`: it is an account's."""

    wanted: str
    name: str
    why: str
    registered: bool


class Invited(NamedTuple):
    """`author` asks us into a room."""

    place: str
    author: str
    time: float


class Missed(NamedTuple):
    """Between what was shown of a place and what follows, something is missing that could not be fetched."""

    place: str
    sentence: str


class Delivery(Enum):
    """How far one of our own messages has come."""

    PENDING = "pending"
    """Not acknowledged: it waits for its turn, for the server's answer, or for the next connection."""
    ACKNOWLEDGED = "acknowledged"
    """The server has it, for good."""
    FAILED = "failed"
    """It was not said; `Outgoing.sentence` says why."""


class Outgoing:
    """One of our own messages: a handle to show it by. Read-only for user interfaces."""

    __slots__ = ("kind", "msgids", "place", "reply_to", "sentence", "state", "text", "time")

    def __init__(self, place: str, text: str, kind: Kind, time: float, reply_to: str = "") -> None:
        self.place = place
        """The room or person that it goes to."""
        self.text = text
        """What is said, as typed."""
        self.kind = kind
        self.reply_to = reply_to
        """The id of the message that it answers, ``""`` for none."""
        self.time = time
        """When it was typed, or the server's time for it once that is known."""
        self.state = Delivery.PENDING
        """See `Delivery`."""
        self.sentence = ""
        """With `Delivery.FAILED`, why."""
        self.msgids: list[str] = []
        """The server's ids for its parts, as far as they are known: one, unless it had to be split."""

    @property
    def msgid(self) -> str:
        """The id of the newest part that is known, ``""`` for none."""
        return self.msgids[-1] if self.msgids else ""


class DeliveryChanged(NamedTuple):
    """One of our own messages is acknowledged (while it is still pending: a part of it) or failed: `message.state`."""

    message: Outgoing


Event: TypeAlias = (
    StateChanged
    | LagMeasured
    | Said
    | TakenBack
    | Reacted
    | Joined
    | Left
    | Quit
    | Renamed
    | TopicChanged
    | PeopleChanged
    | Told
    | StandIn
    | Invited
    | Missed
    | DeliveryChanged
)

Listener: TypeAlias = Callable[[Event], None]
"""A user interface. What it raises is logged, and harms neither the connection nor what comes next."""
