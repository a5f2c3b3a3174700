"""A room: its members, topic, modes and log; and a membership, which is also its member's cursor in that log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from chat.domain.events import Identity, LogEvent
from chat.domain.log import Log
from chat.domain.masks import Mask
from chat.domain.names import fold
from chat.domain.readers import Readers, SharedCursor

if TYPE_CHECKING:
    from chat.domain.user import User

GONE = 1 << 62
"""Cursor of a membership that ended: beyond every log's end, so that a pass in progress steps over it."""


PRIVATE_FLAGS = frozenset("isR")
"""Invite-only, secret, for people with an account: modes of rooms that are not for everybody."""


class Membership:
    """One person in one room: their rights there, and how far they have read.

    `position` is the next event of the room's log that this person gets; while it is the same as that of others,
    a `shared` cursor keeps it. `rendering` is chosen by the member's dialect; `outlet` is its reader's. Both are opaque
    to the domain. `modes` holds the letters of rights in this room, such as "o" and "v".
    """

    __slots__ = (
        "_rendering",
        "joined_at",
        "modes",
        "outlet",
        "position_alone",
        "room",
        "session",
        "shared",
        "stop",
        "user",
    )

    def __init__(self, user: User, room: Room, position: int) -> None:
        self.user = user
        self.room = room
        self.session = user.session
        self.outlet: Any = user.reader.outlet
        self.joined_at = position
        self.shared: SharedCursor | None = None
        self.position_alone = position
        """The position of who shares none."""
        self.stop: int | None = None
        """Where reading ends for somebody who has left the room; None: at the log's end."""
        self.modes = ""
        self._rendering: Any = None

    @property
    def position(self) -> int:
        """The next event that this person gets. Set, it is theirs alone."""
        return self.position_alone if self.shared is None else self.shared.position

    @position.setter
    def position(self, position: int) -> None:
        self.read_alone()
        self.position_alone = position

    @property
    def rendering(self) -> Any:
        """How this person is shown events."""
        return self._rendering

    @rendering.setter
    def rendering(self, rendering: Any) -> None:
        self.read_alone()
        self._rendering = rendering

    @property
    def end_of_reading(self) -> int:
        """Where reading the room ends: at its log's end, or where somebody was who has left it."""
        return self.room.log.end if self.stop is None else self.stop

    def read_alone(self) -> None:
        """From here on this cursor is this person's alone: what is next for them is not what is next for others."""
        if self.shared is not None:
            self.room.readers.part(self, self.shared)

    def end(self) -> None:
        """This person is in the room no more. What was said until now is theirs to read: `User.former` keeps it.

        It also tells which events of other people, read here, are not to be read again in another room.
        """
        user = self.user
        if any(m.position < m.end_of_reading for m in (self, *user.memberships.values(), *user.former)):
            former = Membership(user, self.room, self.joined_at)
            former.position = self.position
            former.stop = self.room.log.end
            former.rendering = self.rendering
            user.former.append(former)
        self.room.leave(self)
        self.position = GONE

    def already_read(self, event: LogEvent) -> bool:
        """Whether the reader got this event of a person through another room that both share."""
        places: dict[str, int] | None = getattr(event, "places", None)
        if not places or len(places) < 2:
            return False
        for other in chain(self.user.memberships.values(), self.user.former):
            if other.room is not self.room:
                position = places.get(other.room.folded)
                if position is not None and other.joined_at <= position < other.position:
                    return True
        return False


class Topic(NamedTuple):
    """What a room is about, who said so, and when (seconds since the epoch)."""

    text: str
    author: Identity
    time: float


class Room:
    """A place where people talk. It exists as long as somebody is in it, or for good if `permanent`."""

    __slots__ = (
        "created",
        "flags",
        "folded",
        "founder",
        "guarded",
        "key",
        "limit",
        "lists",
        "log",
        "members",
        "metadata",
        "name",
        "permanent",
        "readers",
        "rosters",
        "topic",
    )

    def __init__(self, name: str, folded: str, created: float, permanent: bool = False) -> None:
        self.name = name
        self.folded = folded
        self.created = created
        self.permanent = permanent
        self.founder: str | None = None
        """Folded name of the account to which the room belongs."""
        self.topic: Topic | None = None
        self.members: dict[User, Membership] = {}
        self.readers = Readers()
        self.rosters: dict[tuple[bool, bool], tuple[int, bytes]] | None = None
        """What a dialect keeps of who is here, by the form in which it is shown; opaque to the domain."""
        self.log = Log(folded)
        # Nobody runs a room like the lobby from the beginning: its topic is anybody's until somebody sets +t.
        self.flags: set[str] = {"n"} if permanent else {"n", "t"}
        self.key = ""
        self.limit = 0
        self.lists: dict[str, dict[str, Mask]] | None = None
        """Letter of a list (b, e, I) -> folded mask -> entry; made when there is the first one."""
        self.metadata: dict[str, str] | None = None
        """What its operators say of the room; made with the first value."""
        self.guarded = False
        """Whether what members say has to be checked: with moderation, bans, or CTCP forbidden."""

    def enter(self, membership: Membership) -> None:
        """Somebody comes in."""
        self.members[membership.user] = membership
        self.readers.add(membership)

    def leave(self, membership: Membership) -> None:
        """Somebody goes out."""
        del self.members[membership.user]
        self.readers.remove(membership)

    def masks(self, letter: str) -> Collection[Mask]:
        """The entries of one of the room's lists, oldest first."""
        lists = self.lists
        return lists[letter].values() if lists is not None and letter in lists else ()

    def modes_changed(self) -> None:
        """To be called after flags or lists were changed."""
        self.guarded = "m" in self.flags or "C" in self.flags or bool(self.masks("b"))

    @property
    def private(self) -> bool:
        """Whether somebody might be kept out, or not know of it: what is said is not for whoever comes later."""
        closed = self.key or self.limit or not self.flags.isdisjoint(PRIVATE_FLAGS)
        return bool(closed or self.masks("b"))

    def settings(self) -> dict[str, Any]:
        """What is kept of the room's modes, as values that JSON can hold."""
        kept: dict[str, Any] = {"flags": "".join(sorted(self.flags))}
        if self.key:
            kept["key"] = self.key
        if self.limit:
            kept["limit"] = self.limit
        if self.metadata:
            kept["metadata"] = dict(self.metadata)
        if self.lists:
            kept["lists"] = {
                letter: [list(mask) for mask in masks.values()] for letter, masks in self.lists.items()
            }
        return kept

    def apply(self, settings: Mapping[str, Any]) -> None:
        """Set the modes to what `settings` gave once; what is missing stays as it is."""
        self.flags = set(settings.get("flags", self.flags))
        self.key = settings.get("key", self.key)
        self.limit = settings.get("limit", self.limit)
        self.metadata = settings.get("metadata", self.metadata)
        if "lists" in settings:
            self.lists = {
                letter: {fold(mask[0]): Mask(*mask) for mask in masks}
                for letter, masks in settings["lists"].items()
            }
        self.modes_changed()
