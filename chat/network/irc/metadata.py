"""What people and rooms say of themselves: METADATA.

Source: IRCv3 "Metadata", draft 3 (https://github.com/ircv3/ircv3-specifications/pull/501).
"""

from __future__ import annotations

from chat.domain.metadata import KEYS_AT_MOST, Target, is_key, may_hear, may_read, may_write
from chat.domain.names import fold
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from chat.domain.rights import may_see
from chat.domain.room import Room
from chat.domain.terms import Words, told_everywhere
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.client import IrcClient
from chat.network.irc.rows import command
from chat.wire import Message

WORDS = ("GET", "LIST", "SET", "CLEAR", "SUB", "UNSUB", "SUBS", "SYNC")


def whois(client: IrcClient, person: Person) -> None:
    """RPL_WHOISKEYVALUE for clients that know metadata."""
    if client.caps & Cap.METADATA:
        for key, value in (person.metadata or {}).items():
            client.numeric(n.RPL_WHOISKEYVALUE, person.shown, key, value)


def _subscribed(client: IrcClient, target: Target) -> list[bytes]:
    values = target.metadata or {}
    return [
        client.value_line(target, key, values[key])
        for key in client.directory.metadata.keys_of(client)
        if key in values
    ]


def entered(client: IrcClient, room: Room) -> None:
    """After one's own JOIN: what the room and the people there say, as far as it was subscribed to."""
    lines = _subscribed(client, room)
    if client.directory.metadata.keys_of(client):
        for person in room.members:
            if person is not client.person and person.metadata:
                lines += _subscribed(client, person)
    if lines:
        client.batch("metadata", room.name, b"".join(lines))


def connected(client: IrcClient) -> None:
    """After the welcome: what the client said of itself before."""
    if client.person.metadata:
        lines = [
            client.value_line(client.person, key, value) for key, value in client.person.metadata.items()
        ]
        client.batch("metadata", client.nick, b"".join(lines))


@command(
    "METADATA",
    "TARGET SUBCOMMAND [KEY ...]",
    "what people and rooms say of themselves",
    early=True,
    words=Words(3),
    work=told_everywhere,
)
def _metadata(client: IrcClient, message: Message) -> None:
    if not client.caps & Cap.METADATA:
        client.numeric(n.ERR_UNKNOWNCOMMAND, "METADATA")
        return
    if len(message.params) < 2:
        client.numeric(n.ERR_NEEDMOREPARAMS, "METADATA")
        return
    name, word, *rest = message.params
    word = word.upper()
    if word not in WORDS:
        client.fail("METADATA", "SUBCOMMAND_INVALID", word or "*", "There is no such subcommand")
    elif word in ("SUB", "UNSUB", "SUBS"):
        _subscriptions(client, word, rest)
    else:
        target = _find(client, name)
        if target is None:
            client.fail("METADATA", "INVALID_TARGET", name, "There is nobody and nothing of this name")
        elif word in ("GET", "LIST", "SYNC"):
            _read(client, target, word, rest)
        else:
            _write(client, target, word, rest)


def _find(client: IrcClient, name: str) -> Target | None:
    person: Person | None = client.person
    if client.registration is not None:
        chosen = client.registration.name
        return person if name == "*" or (chosen is not None and fold(name) == chosen.folded) else None
    if name == "*" or fold(name) == fold(client.nick):
        return person
    if name.startswith("#"):
        room = client.directory.rooms.get(fold(name))
        return room if room is not None and may_see(client.person, room) else None
    return client.directory.people.get(fold(name))


def _read(client: IrcClient, target: Target, word: str, keys: list[str]) -> None:
    name = client.called(target)
    if not may_read(client.person, target):
        client.fail("METADATA", "KEY_NO_PERMISSION", f"{name} *", "You may not see this")
        return
    values = target.metadata or {}
    if word == "LIST":
        lines = [client.value_line(target, key, value) for key, value in values.items()]
    elif word == "SYNC":
        lines = _subscribed(client, target) if may_hear(client.person, target) else []
    else:
        lines = []
        for key in keys[:KEYS_AT_MOST]:
            if is_key(key):
                lines.append(client.value_line(target, key, values.get(key)))
            else:
                client.fail("METADATA", "KEY_INVALID", key or "*", "This cannot be a key")
                return
    client.batch("metadata", name, b"".join(lines))


def _write(client: IrcClient, target: Target, word: str, rest: list[str]) -> None:
    name = client.called(target)
    key = rest[0] if word == "SET" and rest else "*"
    if word == "SET" and not rest:
        client.numeric(n.ERR_NEEDMOREPARAMS, "METADATA")
    elif word == "SET" and not is_key(key):
        client.fail("METADATA", "KEY_INVALID", key or "*", "This cannot be a key")
    elif not may_write(client.person, target):
        client.fail("METADATA", "KEY_NO_PERMISSION", f"{name} {key}", "You may not change this")
    elif word == "CLEAR":
        lines = []
        for old in list(target.metadata or {}):
            client.directory.metadata.put(client.session, target, old, None)
            lines.append(client.value_line(target, old, None))
        client.batch("metadata", name, b"".join(lines))
    else:
        _set(client, target, key, rest[1] if len(rest) > 1 and rest[1] else None)


def _set(client: IrcClient, target: Target, key: str, value: str | None) -> None:
    name = client.called(target)
    try:
        client.directory.metadata.put(client.session, target, key, value)
    except Refused as refused:
        if refused.why is Why.NOTHING_SAID:
            client.fail("METADATA", "KEY_NOT_SET", f"{name} {key}", refused.sentence)
        elif refused.why is Why.TOO_LONG:
            client.fail("METADATA", "INVALID_VALUE", key, refused.sentence)
        else:
            client.fail("METADATA", "LIMIT_REACHED", name, refused.sentence)
        return
    client.send(client.value_line(target, key, (target.metadata or {}).get(key)))


def _subscriptions(client: IrcClient, word: str, keys: list[str]) -> None:
    metadata = client.directory.metadata
    if word == "SUBS":
        lines = [client.line_of(n.RPL_METADATASUBS, key) for key in metadata.keys_of(client)]
        client.batch("metadata-subs", "", b"".join(lines))
        return
    done = []
    for key in keys:
        if not is_key(key):
            client.fail("METADATA", "KEY_INVALID", key or "*", "This cannot be a key")
            continue
        try:
            if word == "SUB":
                metadata.subscribe(client, key)
            else:
                metadata.unsubscribe(client, key)
        except Refused as refused:
            client.fail("METADATA", "TOO_MANY_SUBS", key, refused.sentence)
            break
        done.append(key)
    for key in done:
        client.numeric(n.RPL_METADATASUBOK if word == "SUB" else n.RPL_METADATAUNSUBOK, key)
