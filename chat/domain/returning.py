"""People whose connection dropped and who come back: they find themselves in their rooms again, with their rights."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from typing import NamedTuple

from chat.domain.directory import Directory
from chat.domain.names import Name, NameRefused, RoomName, check_name, fold
from chat.domain.refused import Refused
from chat.domain.room import Room
from chat.domain.user import User

RETURN_SECONDS = 120.0
"""How long the rooms of somebody whose connection dropped are remembered: as long as the name is held."""
REMEMBERED_AT_MOST = 10_000
"""People remembered at once; the oldest is forgotten first."""
OTHER_NAMES = range(2, 10)
"""What is put behind the name of somebody who is connected with it already: `ann2`."""


class _Stay(NamedTuple):
    room: Room
    name: RoomName
    modes: str


class Returning:
    """Who was where when their connection dropped, by account."""

    __slots__ = ("_directory", "_stays")

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._stays: OrderedDict[str, tuple[float, list[_Stay]]] = OrderedDict()

    def dropped(self, user: User) -> None:
        """The connection of somebody with an account dropped; to be called before the directory forgets them."""
        if user.account is None or not user.memberships:
            return
        key = fold(user.account)
        stays = [
            _Stay(room, RoomName(room.name, room.folded), membership.modes)
            for room, membership in user.memberships.items()
        ]
        self._stays.pop(key, None)
        self._stays[key] = (self._directory.clock(), stays)
        if len(self._stays) > REMEMBERED_AT_MOST:
            self._stays.popitem(last=False)

    def back(self, user: User) -> None:
        """Somebody who is logged in is here: put them where they were, if that was a moment ago."""
        if user.account is None:
            return
        directory = self._directory
        since, stays = self._stays.pop(fold(user.account), (0.0, []))
        if directory.clock() - since > RETURN_SECONDS:
            return
        for stay in stays:
            if stay.room in user.memberships:
                continue
            same = directory.rooms.get(stay.name.folded) is stay.room
            with suppress(Refused):
                directory.join(user, stay.name, modes=stay.modes if same else "")


def other_name(directory: Directory, user: User, name: Name) -> Name | None:
    """A free name like this one, for a second connection of the same person; None if there is none."""
    for number in OTHER_NAMES:
        try:
            other = check_name(f"{name.shown[:-1] if len(name.shown) > 30 else name.shown}{number}")
            if other.folded not in directory.users:
                directory.check_free(other, user)
                return other
        except (NameRefused, Refused):
            continue
    return None
