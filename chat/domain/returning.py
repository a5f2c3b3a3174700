"""Where people with an account were when their connection dropped, for when they come back."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from typing import NamedTuple

from chat.domain.names import RoomName, fold
from chat.domain.room import Room
from chat.domain.user import User

RETURN_SECONDS = 120.0
"""How long the rooms of somebody whose connection dropped are remembered: as long as the name is held."""
REMEMBERED_AT_MOST = 10_000
"""People remembered at once; the oldest is forgotten first."""


class Stay(NamedTuple):
    """A room that somebody was in, and the rights they had there."""

    room: Room
    name: RoomName
    modes: str


class Returning:
    """Who was where, by account. The directory gives the time, of its monotonic clock."""

    __slots__ = ("_stays",)

    def __init__(self) -> None:
        self._stays: OrderedDict[str, tuple[float, list[Stay]]] = OrderedDict()

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._stays)

    def dropped(self, user: User, now: float) -> None:
        """The connection of somebody with an account dropped; to be called before the directory forgets them."""
        if user.account is None or not user.memberships:
            return
        key = fold(user.account)
        stays = [
            Stay(room, RoomName(room.name, room.folded), membership.modes)
            for room, membership in user.memberships.items()
        ]
        self._stays.pop(key, None)
        self._stays[key] = (now, stays)
        if len(self._stays) > REMEMBERED_AT_MOST:
            self._stays.popitem(last=False)

    def forget(self, accounts: Collection[str]) -> None:
        """Keep no places for these accounts (folded) any more."""
        for account in accounts:
            self._stays.pop(account, None)

    def take(self, account: str, now: float) -> list[Stay]:
        """The places of somebody who is back, once, if they went a moment ago."""
        since, stays = self._stays.pop(fold(account), (0.0, []))
        return stays if now - since <= RETURN_SECONDS else []
