"""Events as rows of the database, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from chat.domain.events import (
    NO_TAGS,
    Acted,
    Event,
    Identity,
    Joined,
    Kicked,
    Left,
    LogEvent,
    ModeChanged,
    Noticed,
    Quit,
    Renamed,
    Said,
    Tagged,
    TopicChanged,
)
from chat.domain.history import SPEECH, is_kept
from chat.domain.mode_lines import without_keys

KINDS: tuple[type[LogEvent], ...] = (
    Said,
    Acted,
    Noticed,
    Tagged,
    Joined,
    Left,
    Kicked,
    TopicChanged,
    ModeChanged,
    Quit,
    Renamed,
)
"""What `events.kind` counts; only ever added to at the end. The first three are speech."""
LAST_SPEECH = 2
KIND_OF: dict[type[Event], int] = {kind: number for number, kind in enumerate(KINDS)}

REMOVED = "*"
"""What stands, with something random behind it, in place of an author's account that is gone."""

Columns: TypeAlias = tuple[int, str, str | None]
"""kind, text, extra"""

_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def columns(event: LogEvent) -> Columns | None:
    """What is particular to an event's kind, or None for an event that is not stored."""
    kind = KIND_OF.get(type(event))
    if kind is None:
        return None
    if isinstance(event, Said | Acted | Noticed):
        return kind, event.text, _dumps(dict(event.tags)) if event.tags else None
    if isinstance(event, Joined):
        return kind, "", None
    if isinstance(event, Left | Quit):
        return kind, event.reason, None
    if isinstance(event, Tagged):
        return (kind, "", _dumps(dict(event.tags))) if is_kept(event) else None
    if isinstance(event, Kicked):
        return kind, event.reason, _dumps(_identity_values(event.target))
    if isinstance(event, TopicChanged):
        return kind, event.topic, None
    if isinstance(event, Renamed):
        return kind, event.name, None
    assert isinstance(event, ModeChanged)
    return kind, "", _dumps(without_keys(event.change))


def _identity_values(identity: Identity) -> list[Any]:
    return [identity.name, identity.username, identity.host, identity.account or "", int(identity.bot)]


def identity(name: str, username: str, host: str, account: str, bot: int) -> Identity:
    """Somebody as stored: behind no connection, and without the account if that is gone."""
    return Identity(
        0, name, username, host, account if account[:1] not in ("", REMOVED) else None, "", bool(bot)
    )


SELECTED = (
    "events.kind, events.msgid, events.time, events.text, events.extra, places.name, places.folded, "
    "authors.name, authors.username, authors.host, authors.account, authors.bot"
)
"""The columns that `event_of` reads."""
JOINED = (
    "events CROSS JOIN authors ON authors.id = events.author CROSS JOIN places ON places.id = events.place"
)
"""The tables that they come from, in this order."""


def event_of(row: tuple[Any, ...]) -> LogEvent:
    """The event in a row of `SELECTED`."""
    number, msgid, time, text, extra, room, folded, *person = row
    author = identity(*person)
    kind = KINDS[number]
    if number <= LAST_SPEECH:
        tags: Mapping[str, str] = json.loads(extra) if extra else NO_TAGS
        speech: Said | Acted | Noticed = SPEECH[number](msgid, time, author, room, text, tags)
        return speech
    if kind is Joined:
        return Joined(msgid, time, author, room)
    if kind is Left:
        return Left(msgid, time, author, room, text)
    if kind is Quit:
        return Quit(msgid, time, author, text, {folded: 0})
    if kind is Renamed:
        return Renamed(msgid, time, author, text, {folded: 0})
    if kind is Tagged:
        return Tagged(msgid, time, author, room, json.loads(extra))
    if kind is Kicked:
        return Kicked(msgid, time, author, room, identity(*json.loads(extra)), text)
    if kind is TopicChanged:
        return TopicChanged(msgid, time, author, room, text)
    return ModeChanged(msgid, time, author, room, tuple(json.loads(extra)))
