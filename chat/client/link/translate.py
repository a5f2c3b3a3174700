"""IRC messages to events for user interfaces: pure, the same for what is live and what is history."""

from __future__ import annotations

import re
from functools import lru_cache

from chat.client.link.events import (
    Event,
    Invited,
    Joined,
    Kind,
    Left,
    Quit,
    Reacted,
    Renamed,
    Said,
    TakenBack,
    TopicChanged,
)
from chat.client.link.features import Features
from chat.domain.text import strip_formatting
from chat.wire import Message, parse_server_time, split_source

REPLY, REACT, UNREACT = "+draft/reply", "+draft/react", "+draft/unreact"
"""Tags of clients: the message that another is about, and a sign for it (IRCv3, drafts "reply" and "react")."""


def author_of(message: Message) -> str:
    """Who sent it: a name, a server's name, or ``""``."""
    return split_source(message.source or "")[0]


def time_of(message: Message, now: float) -> float:
    """When it happened: the server's time, or `now`."""
    try:
        return parse_server_time(message.tags["time"])
    except (KeyError, ValueError):
        return now


@lru_cache(maxsize=64)
def name_in_text(name: str) -> re.Pattern[str]:
    """Finds somebody's name as a word in a text, whatever its case."""
    return re.compile(rf"(?<![\w]){re.escape(name)}(?![\w])", re.IGNORECASE)


def mentions(text: str, name: str) -> bool:
    """Whether somebody's name is in a text as a word, whatever its case or colour."""
    return bool(name) and name_in_text(name).search(strip_formatting(text)) is not None


def speech(message: Message) -> tuple[Kind, str] | None:
    """How and what PRIVMSG or NOTICE says; None for what programs say to each other (CTCP)."""
    text = message.params[1]
    kind = Kind.NOTICE if message.command == "NOTICE" else Kind.SAY
    if text.startswith("\x01"):
        word, _, rest = text.strip("\x01").partition(" ")
        return (Kind.ACT, rest) if word.upper() == "ACTION" and kind is Kind.SAY else None
    return kind, text


def said(message: Message, features: Features, me: str, now: float, history: bool = False) -> Said | None:
    """The event of a PRIVMSG or NOTICE; None for what is not for people to read."""
    if len(message.params) < 2 or (spoken := speech(message)) is None:
        return None
    kind, text = spoken
    author = author_of(message)
    own = features.fold(author) == features.fold(me)
    target = features.room_of(message.params[0])
    private = not features.is_room(target)
    return Said(
        place=(target if own else author) if private else target,
        author=author,
        text=text,
        kind=kind,
        time=time_of(message, now),
        private=private,
        own=own,
        mention=not own and (private or mentions(text, me)),
        history=history,
        msgid=message.tags.get("msgid", ""),
        reply_to=message.tags.get(REPLY, ""),
    )


def _place_of(target: str, author: str, features: Features, me: str) -> str:
    """Where something was that `author` sent to a target: the room, or the other one of a private chat."""
    target = features.room_of(target)
    return target if features.is_room(target) or features.fold(author) == features.fold(me) else author


def reacted(message: Message, features: Features, me: str) -> Reacted | None:
    """The event of a TAGMSG; None for one that is no reaction (draft/react, draft/unreact)."""
    about = message.tags.get(REPLY, "")
    signs = [(message.tags.get(tag, ""), tag == UNREACT) for tag in (REACT, UNREACT)]
    for sign, gone in signs:
        if sign and about:
            author = author_of(message)
            place = _place_of(message.params[0], author, features, me)
            return Reacted(place, about, author, sign, gone)
    return None


def happened(
    message: Message,
    features: Features,
    me: str,
    now: float,
    places: tuple[str, ...] = (),
    history: bool = False,
) -> Event | None:
    """The event of anything else that people do, None for what is none; `places` are for QUIT and NICK."""
    author = author_of(message)
    own = features.fold(author) == features.fold(me)
    when = time_of(message, now)
    match message.command, message.params:
        case (("PRIVMSG" | "NOTICE"), _):
            return said(message, features, me, now, history)
        case "TAGMSG", (_, *_):
            return reacted(message, features, me)
        case "REDACT", (target, msgid, *_):
            return TakenBack(_place_of(target, author, features, me), msgid, author, when)
        case "JOIN", (place, *_):
            return Joined(place, author, when, own, history)
        case "PART", (place, *rest):
            return Left(place, author, when, rest[0] if rest else "", own=own, history=history)
        case "KICK", (place, name, *rest):
            put_out = features.fold(name) == features.fold(me)
            return Left(place, name, when, rest[0] if rest else "", author, own=put_out, history=history)
        case "QUIT", rest:
            return Quit(author, places, when, rest[0] if rest else "", history)
        case "NICK", (name, *_):
            return Renamed(author, name, places, when, own, history)
        case "TOPIC", (place, topic, *_):
            return TopicChanged(place, topic, author, when, history)
        case "INVITE", (_, place, *_):
            return Invited(place, author, when)
    return None
