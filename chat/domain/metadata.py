"""Facts that people state about themselves and operators about rooms: a display name, an avatar, a colour.

Source: IRCv3 "Metadata", draft 3 (https://github.com/ircv3/ircv3-specifications/pull/501). A person's facts are kept
as long as he or she is connected, a room's with the room.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from chat.domain.rights import may_run
from chat.domain.room import Room
from chat.domain.session import Session
from chat.domain.text import one_line

KEYS_AT_MOST = 20
"""Keys of one person or room."""
SUBSCRIPTIONS_AT_MOST = 50
"""Keys about which one client wants to be told."""
VALUE_BYTES = 300
"""Longest value: it fits an IRC line with its target and key."""
KEY_CHARACTERS = 60
"""Longest key."""

_KEY = re.compile(rf"[a-z0-9_./-]{{1,{KEY_CHARACTERS}}}")

Target = Person | Room


class Subscriber(Protocol):
    """A client that wants to be told when values of certain keys change."""

    session: Session

    def metadata_changed(self, target: Target, key: str, value: str | None) -> None:
        """The value of a key changed; None: there is none any more."""


class Metadata:
    """Sets values, which stand at their person or room, and tells those who want to be told about their keys.

    `room_changed` is called after the values of a room have changed: they are kept with it.
    """

    __slots__ = ("_keys", "_room_changed", "_subscribers")

    def __init__(self, room_changed: Callable[[Room], None]) -> None:
        self._room_changed = room_changed
        self._subscribers: dict[str, dict[Subscriber, None]] = {}
        self._keys: dict[Subscriber, dict[str, None]] = {}

    def subscribe(self, who: Subscriber, key: str) -> None:
        """Tell a client about a key. Raises `Refused` if there are too many."""
        keys = self._keys.setdefault(who, {})
        if key not in keys and len(keys) >= SUBSCRIPTIONS_AT_MOST:
            raise Refused(Why.LIMIT, f"You may subscribe to {SUBSCRIPTIONS_AT_MOST} keys.", key)
        keys[key] = None
        self._subscribers.setdefault(key, {})[who] = None

    def unsubscribe(self, who: Subscriber, key: str) -> None:
        """Tell a client no more about a key."""
        if self._keys.get(who, {}).pop(key, "") is None:
            subscribers = self._subscribers[key]
            del subscribers[who]
            if not subscribers:
                del self._subscribers[key]

    def forget(self, who: object) -> None:
        """A client is gone."""
        for key in list(self._keys.get(who, ())):  # type: ignore[call-overload]
            self.unsubscribe(who, key)  # type: ignore[arg-type]
        self._keys.pop(who, None)  # type: ignore[call-overload]

    def keys_of(self, who: Subscriber) -> list[str]:
        """What a client is told about."""
        return list(self._keys.get(who, ()))

    def put(self, session: Session, target: Target, key: str, value: str | None) -> None:
        """Set a value, or take it away with None. The caller has checked the right. Raises `Refused`."""
        values = target.metadata = target.metadata or {}
        if value is None:
            if values.pop(key, None) is None:
                raise Refused(Why.NOTHING_SAID, f"{key} is not set.", key)
        else:
            if len(value.encode()) > VALUE_BYTES:
                raise Refused(Why.TOO_LONG, f"A value may have {VALUE_BYTES} bytes.", key)
            if key not in values and len(values) >= KEYS_AT_MOST:
                raise Refused(Why.LIMIT, f"There are {KEYS_AT_MOST} keys already, which is the limit.", key)
            value = values[key] = one_line(value, VALUE_BYTES)
        if isinstance(target, Room):
            self._room_changed(target)
        self._tell(target, key, value, session)

    def _tell(self, target: Target, key: str, value: str | None, author: Session) -> None:
        """Tell everybody who wants to know, and may; except the author on this device."""
        for subscriber in list(self._subscribers.get(key, ())):
            if subscriber.session is not author and may_hear(subscriber.session.person, target):
                subscriber.metadata_changed(target, key, value)

    def introduce(self, person: Person, room: Room) -> None:
        """Somebody came into a room: those there who want to know are told what he or she says of themselves."""
        for key, value in (person.metadata or {}).items():
            for subscriber in list(self._subscribers.get(key, ())):
                if subscriber.session.person is not person and room in subscriber.session.person.rooms:
                    subscriber.metadata_changed(person, key, value)


def may_hear(person: Person, target: Target) -> bool:
    """Whether somebody is told of changes: to rooms they are in, and of people with whom they share one."""
    if isinstance(target, Room):
        return target in person.rooms
    return person is target or not person.rooms.keys().isdisjoint(target.rooms)


def may_read(person: Person, target: Target) -> bool:
    """Whether somebody may ask: of people always, of rooms that are closed only members."""
    if isinstance(target, Person) or target in person.rooms:
        return True
    return not target.key and not target.flags & {"i", "s"}


def may_write(person: Person, target: Target) -> bool:
    """Whether somebody may set values: one's own, and those of rooms one runs."""
    return person is target if isinstance(target, Person) else may_run(person, target)


def is_key(key: str) -> bool:
    """Whether this can be a key."""
    return _KEY.fullmatch(key) is not None
