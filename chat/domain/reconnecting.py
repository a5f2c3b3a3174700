"""Somebody who is logged in connects again: where they were when the connection dropped, or beside one that is here."""

from __future__ import annotations

from contextlib import suppress

from chat.domain.directory import Directory
from chat.domain.names import Name, NameRefused, check_name
from chat.domain.refused import Refused
from chat.domain.user import User

OTHER_NAMES = range(2, 10)
"""What is put behind the name of somebody who is connected with it already: `ann2`."""


def back(directory: Directory, user: User) -> None:
    """Somebody who is logged in is here: put them where they were, with their rights, if that was a moment ago."""
    if user.account is None:
        return
    for stay in directory.returning.take(user.account, directory.seconds()):
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
