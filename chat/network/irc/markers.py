"""How far somebody has read, on all of their clients: MARKREAD.

Source: IRCv3 "read-marker", draft (https://ircv3.net/specs/extensions/read-marker).
"""

from __future__ import annotations

from chat.domain.accounts import person_key
from chat.domain.names import NICKLEN, fold
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.client import IrcClient
from chat.network.irc.history import today
from chat.network.irc.rows import command
from chat.wire import Message, format_server_time, parse_server_time

TARGET_BYTES = 4 * NICKLEN
"""Longest name of a person, and more than a room's: what is marked as read is kept under it."""


def line(client: IrcClient, target: str, time: float | None) -> bytes:
    """A MARKREAD line of the server."""
    mark = "*" if time is None else f"timestamp={format_server_time(time)}"
    return f":{client.server_name} MARKREAD {target} {mark}\r\n".encode()


def show(client: IrcClient, target: str) -> None:
    """Tell a client how far its person has read."""
    time = client.directory.history.marker(person_key(client.person), fold(target))
    client.send(line(client, target, time))


@command("MARKREAD", "TARGET [timestamp=TIME]", "how far you have read")
def _markread(client: IrcClient, message: Message) -> None:
    if not client.caps & Cap.READ_MARKER:
        client.numeric(n.ERR_UNKNOWNCOMMAND, "MARKREAD")
        return
    if not message.params or not message.params[0]:
        client.fail("MARKREAD", "NEED_MORE_PARAMS", "", "Say of which room or person")
        return
    target = today(client, message.params[0])
    if len(target.encode()) > TARGET_BYTES:
        client.fail("MARKREAD", "INVALID_PARAMS", "*", "No room and no person has such a name")
        return
    if len(message.params) == 1:
        show(client, target)
        return
    word, _, text = message.params[1].partition("=")
    try:
        if word != "timestamp":
            raise ValueError(word)
        time = parse_server_time(text)
    except ValueError:
        client.fail(
            "MARKREAD", "INVALID_PARAMS", target, "A marker looks like timestamp=2026-01-31T23:59:59.999Z"
        )
        return
    _move(client, target, time)


def _move(client: IrcClient, target: str, time: float) -> None:
    directory = client.directory
    person = client.person
    stands = directory.history.set_marker(person_key(person), fold(target), time)
    client.send(line(client, target, stands))
    if stands == time:
        for other in person.sessions:
            if other is not client.session:
                other.reader.marker_moved(target, stands)
