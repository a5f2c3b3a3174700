"""A room: its members, topic, modes, log, and those who read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from chat.domain.events import Identity
from chat.domain.log import Log
from chat.domain.masks import Mask
from chat.domain.names import fold
from chat.domain.readers import Readers

if TYPE_CHECKING:
    from chat.domain.person import Person


PRIVATE_FLAGS = frozenset("isR")
"""Invite-only, secret, for people with an account: modes of rooms that are not for everybody."""


class Member:
    """One person in one room. `modes` holds the letters of their rights there, such as "o" and "v"."""

    __slots__ = ("joined_at", "modes", "person", "room")

    def __init__(self, person: Person, room: Room, joined_at: float) -> None:
        self.person = person
        self.room = room
        self.joined_at = joined_at
        """Seconds since the epoch."""
        self.modes = ""


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
        self.members: dict[Person, Member] = {}
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
