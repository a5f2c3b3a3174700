"""One immutable type for each thing that happens: what logs hold, storage keeps and dialects render.

Every event names its author as an `Identity`, the person as he or she was at that moment, so that a log
can be rendered later without asking who is there now. Named tuples, because an event is made for every message
and a frozen dataclass costs three times as much to make (measured: 1.5 against 0.5 microseconds).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias


class Identity(NamedTuple):
    """Who did something, as they were when they did it."""

    session: int
    """Number of the connection, unique within this process; 0 where no connection is behind it (history, server)."""
    name: str
    username: str
    host: str
    """What others may see of the address: a cloak, never the address itself."""
    account: str | None = None
    realname: str = ""
    bot: bool = False

    @property
    def mask(self) -> str:
        """The IRC source `name!username@host` (RFC 2812 section 2.3.1)."""
        return f"{self.name}!{self.username}@{self.host}"


ClientTags: TypeAlias = Mapping[str, str]
NO_TAGS: ClientTags = {}


class Said(NamedTuple):
    """Somebody said `text` in a room; several lines are one event with line feeds (IRCv3 multiline)."""

    msgid: str
    time: float
    author: Identity
    room: str
    text: str
    tags: ClientTags = NO_TAGS


class Acted(NamedTuple):
    """Somebody did something in a room: `/me`, CTCP ACTION."""

    msgid: str
    time: float
    author: Identity
    room: str
    text: str
    tags: ClientTags = NO_TAGS


class Noticed(NamedTuple):
    """A NOTICE to a room: text that no program may answer by itself (RFC 2812 section 3.3.2)."""

    msgid: str
    time: float
    author: Identity
    room: str
    text: str
    tags: ClientTags = NO_TAGS


class Tagged(NamedTuple):
    """A message to a room of nothing but client tags: typing, reactions (IRCv3 message-tags, TAGMSG)."""

    msgid: str
    time: float
    author: Identity
    room: str
    tags: ClientTags


class Joined(NamedTuple):
    """Somebody came into a room, with the rights `modes` that they had there before."""

    msgid: str
    time: float
    author: Identity
    room: str
    modes: str = ""


class Left(NamedTuple):
    """Somebody left one room and stays connected."""

    msgid: str
    time: float
    author: Identity
    room: str
    reason: str = ""


class Kicked(NamedTuple):
    """`author` put `target` out of a room."""

    msgid: str
    time: float
    author: Identity
    room: str
    target: Identity
    reason: str


class TopicChanged(NamedTuple):
    """The topic of a room became `topic`; empty: there is none any more."""

    msgid: str
    time: float
    author: Identity
    room: str
    topic: str


class ModeChanged(NamedTuple):
    """The modes of a room changed: `change` is what follows the room in an IRC MODE line."""

    msgid: str
    time: float
    author: Identity
    room: str
    change: tuple[str, ...]


class Quit(NamedTuple):
    """Somebody left the server, and with it every room in `places`."""

    msgid: str
    time: float
    author: Identity
    reason: str
    places: Places


class Renamed(NamedTuple):
    """`author` (the identity with the old name) goes by `name`."""

    msgid: str
    time: float
    author: Identity
    name: str
    places: Places


class AwayChanged(NamedTuple):
    """Somebody went away with a `reason`, or came back (None)."""

    msgid: str
    time: float
    author: Identity
    reason: str | None
    places: Places


class IdentityChanged(NamedTuple):
    """`author` became `after` without a new name: account, username, host or real name."""

    msgid: str
    time: float
    author: Identity
    after: Identity
    places: Places


class Whispered(NamedTuple):
    """A private message. Only its two people ever get it, and its text appears in no log or figure."""

    msgid: str
    time: float
    author: Identity
    recipient: Identity
    text: str
    kind: type[Said | Acted | Noticed | Tagged] = Said
    tags: ClientTags = NO_TAGS

    def __repr__(self) -> str:
        """Without the text: a traceback or a debug line must not give it away."""
        return f"Whispered({self.msgid}, {self.author.name} -> {self.recipient.name})"


class Invited(NamedTuple):
    """`author` asks `recipient` into a room."""

    msgid: str
    time: float
    author: Identity
    recipient: Identity
    room: str


class Redacted(NamedTuple):
    """`author` took back the message `redacted`, which went to `target` (a room or a person)."""

    msgid: str
    time: float
    author: Identity
    target: str
    redacted: str
    reason: str


class Announced(NamedTuple):
    """The server (or an operator in its name) tells people something; with a person as author, a WALLOPS."""

    msgid: str
    time: float
    author: Identity
    text: str


Places: TypeAlias = dict[str, int]
"""Folded room name -> position of the event in that room's log, from when it is applied.

An event of a person (rather than of a room) stands in the log of each of their rooms. A reader who shares
several of them gets it once: `Cursor.already_read` looks here.
"""

RoomEvent: TypeAlias = Said | Acted | Noticed | Tagged | Joined | Left | Kicked | TopicChanged | ModeChanged
PersonEvent: TypeAlias = Quit | Renamed | AwayChanged | IdentityChanged
LogEvent: TypeAlias = RoomEvent | PersonEvent
"""What a room's log holds."""
PrivateEvent: TypeAlias = Whispered | Invited | Redacted | Announced
Event: TypeAlias = LogEvent | PrivateEvent
