"""A chat without any network: a directory on a clock, and people who remember what they are told."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

from chat.domain.accounts import MemoryAccounts
from chat.domain.directory import Directory
from chat.domain.journal import MemoryJournal
from chat.domain.names import RoomName, check_name, fold
from chat.domain.refused import Refused, Why
from chat.domain.room import Room
from chat.domain.user import User
from tests.storage.by_hand import Ear, Silent


class Hall:
    """A directory with everything in memory."""

    def __init__(self, **settings: Any) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.accounts = MemoryAccounts(self.clock.seconds)
        self.directory = Directory(
            MemoryJournal(self.clock.seconds),
            Silent(),
            self.clock.seconds,
            accounts=self.accounts,
            **settings,
        )

    def person(self, name: str, *rooms: str, account: str | None = None) -> User:
        """Somebody with a name, in these rooms, perhaps logged in."""
        user = User(self.directory.new_session(), Ear(), "test", "192.0.2.1", "host", self.clock.seconds())
        user.account = account
        self.directory.enter(user, check_name(name))
        for room in rooms:
            self.join(user, room)
        return user

    def join(self, user: User, room: str, key: str = "") -> Room:
        """Somebody goes into a room."""
        return self.directory.join(user, RoomName(room, fold(room)), key).room

    def why(self, function: Any, *arguments: Any) -> Why | None:
        """Why something is refused; None if it is not."""
        try:
            function(*arguments)
        except Refused as refused:
            return refused.why if refused.sentence else None
        return None


def told(user: User) -> list[Any]:
    """What somebody was told."""
    assert isinstance(user.reader, Ear)
    return user.reader.told
