"""What people and rooms say of themselves: METADATA.

Source: IRCv3 "Metadata", draft 3 (https://github.com/ircv3/ircv3-specifications/pull/501).
"""

from __future__ import annotations

from chat.domain.metadata import KEYS_AT_MOST, Target, is_key, may_hear, may_read, may_write
from chat.domain.names import fold
from chat.domain.refused import Refused, Why
from chat.domain.room import Room
from chat.domain.terms import Words, told_everywhere
from chat.domain.user import User
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.client import IrcClient
from chat.network.irc.rows import command
from chat.wire import Message

WORDS = ("GET", "LIST", "SET", "CLEAR", "SUB", "UNSUB", "SUBS", "SYNC")


def whois(session: IrcClient, user: User) -> None:
    """RPL_WHOISKEYVALUE for clients that know metadata."""
    if session.caps & Cap.METADATA:
        for key, value in (user.metadata or {}).items():
            session.numeric(n.RPL_WHOISKEYVALUE, user.shown, key, value)


def _subscribed(session: IrcClient, target: Target) -> list[bytes]:
    values = target.metadata or {}
    return [
        session.value_line(target, key, values[key])
        for key in session.directory.metadata.keys_of(session)
        if key in values
    ]


def entered(session: IrcClient, room: Room) -> None:
    """After one's own JOIN: what the room and the people there say, as far as it was subscribed to."""
    lines = _subscribed(session, room)
    if session.directory.metadata.keys_of(session):
        for user in room.members:
            if user is not session.user and user.metadata:
                lines += _subscribed(session, user)
    if lines:
        session.batch("metadata", room.name, b"".join(lines))


def connected(session: IrcClient) -> None:
    """After the welcome: what the client said of itself before."""
    if session.user.metadata:
        lines = [session.value_line(session.user, key, value) for key, value in session.user.metadata.items()]
        session.batch("metadata", session.nick, b"".join(lines))


@command(
    "METADATA",
    "TARGET SUBCOMMAND [KEY ...]",
    "what people and rooms say of themselves",
    early=True,
    words=Words(3),
    work=told_everywhere,
)
def _metadata(session: IrcClient, message: Message) -> None:
    if not session.caps & Cap.METADATA:
        session.numeric(n.ERR_UNKNOWNCOMMAND, "METADATA")
        return
    if len(message.params) < 2:
        session.numeric(n.ERR_NEEDMOREPARAMS, "METADATA")
        return
    name, word, *rest = message.params
    word = word.upper()
    if word not in WORDS:
        session.fail("METADATA", "SUBCOMMAND_INVALID", word or "*", "There is no such subcommand")
    elif word in ("SUB", "UNSUB", "SUBS"):
        _subscriptions(session, word, rest)
    else:
        target = _find(session, name)
        if target is None:
            session.fail("METADATA", "INVALID_TARGET", name, "There is nobody and nothing of this name")
        elif word in ("GET", "LIST", "SYNC"):
            _read(session, target, word, rest)
        else:
            _write(session, target, word, rest)


def _find(session: IrcClient, name: str) -> Target | None:
    user: User | None = session.user
    if name == "*" or fold(name) == fold(session.nick):
        return user
    if session.registration is not None:
        return None
    if name.startswith("#"):
        return session.directory.rooms.get(fold(name))
    return session.directory.users.get(fold(name))


def _read(session: IrcClient, target: Target, word: str, keys: list[str]) -> None:
    name = session.called(target)
    if not may_read(session.user, target):
        session.fail("METADATA", "KEY_NO_PERMISSION", f"{name} *", "You may not see this")
        return
    values = target.metadata or {}
    if word == "LIST":
        lines = [session.value_line(target, key, value) for key, value in values.items()]
    elif word == "SYNC":
        lines = _subscribed(session, target) if may_hear(session.user, target) else []
    else:
        lines = []
        for key in keys[:KEYS_AT_MOST]:
            if is_key(key):
                lines.append(session.value_line(target, key, values.get(key)))
            else:
                session.fail("METADATA", "KEY_INVALID", key or "*", "This cannot be a key")
                return
    session.batch("metadata", name, b"".join(lines))


def _write(session: IrcClient, target: Target, word: str, rest: list[str]) -> None:
    name = session.called(target)
    key = rest[0] if word == "SET" and rest else "*"
    if word == "SET" and not rest:
        session.numeric(n.ERR_NEEDMOREPARAMS, "METADATA")
    elif word == "SET" and not is_key(key):
        session.fail("METADATA", "KEY_INVALID", key or "*", "This cannot be a key")
    elif not may_write(session.user, target):
        session.fail("METADATA", "KEY_NO_PERMISSION", f"{name} {key}", "You may not change this")
    elif word == "CLEAR":
        lines = []
        for old in list(target.metadata or {}):
            session.directory.metadata.put(session.user, target, old, None)
            lines.append(session.value_line(target, old, None))
        session.batch("metadata", name, b"".join(lines))
    else:
        _set(session, target, key, rest[1] if len(rest) > 1 and rest[1] else None)


def _set(session: IrcClient, target: Target, key: str, value: str | None) -> None:
    name = session.called(target)
    try:
        session.directory.metadata.put(session.user, target, key, value)
    except Refused as refused:
        if refused.why is Why.NOTHING_SAID:
            session.fail("METADATA", "KEY_NOT_SET", f"{name} {key}", refused.sentence)
        elif refused.why is Why.TOO_LONG:
            session.fail("METADATA", "INVALID_VALUE", key, refused.sentence)
        else:
            session.fail("METADATA", "LIMIT_REACHED", name, refused.sentence)
        return
    session.send(session.value_line(target, key, value))


def _subscriptions(session: IrcClient, word: str, keys: list[str]) -> None:
    metadata = session.directory.metadata
    if word == "SUBS":
        lines = [session.line_of(n.RPL_METADATASUBS, key) for key in metadata.keys_of(session)]
        session.batch("metadata-subs", "", b"".join(lines))
        return
    done = []
    for key in keys:
        if not is_key(key):
            session.fail("METADATA", "KEY_INVALID", key or "*", "This cannot be a key")
            continue
        try:
            if word == "SUB":
                metadata.subscribe(session, key)
            else:
                metadata.unsubscribe(session, key)
        except Refused as refused:
            session.fail("METADATA", "TOO_MANY_SUBS", key, refused.sentence)
            break
        done.append(key)
    for key in done:
        session.numeric(n.RPL_METADATASUBOK if word == "SUB" else n.RPL_METADATAUNSUBOK, key)
