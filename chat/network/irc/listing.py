"""What is in rooms, and which rooms there are: NAMES, LIST.

Sources: Modern IRC, "NAMES message" and "LIST message", with the search extensions that ELIST announces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chat.domain.masks import glob
from chat.domain.names import fold
from chat.domain.rights import may_see
from chat.domain.room import Room
from chat.domain.terms import ROW, names_of_rooms
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.client import IrcClient
from chat.network.irc.roster import shown_members
from chat.network.irc.rows import command
from chat.wire import MAX_LINE_BYTES, Message

ELIST = "CMNTU"
"""Ways to search: creation time, mask, mask that does not fit, topic time, number of users."""
CONDITIONS_AT_MOST = 20
"""Conditions of one LIST."""

Test = Callable[[Room], bool]


def names(client: IrcClient, room: Room) -> None:
    """RPL_NAMREPLY, in as many lines as it takes."""
    inside = room in client.person.rooms
    multi_prefix, userhost = client.caps & Cap.MULTI_PREFIX, client.caps & Cap.USERHOST_IN_NAMES
    text = shown_members(room, bool(multi_prefix), bool(userhost), inside)
    symbol = "@" if "s" in room.flags else "="
    start = f":{client.server_name} {n.RPL_NAMREPLY.code} {client.nick} {symbol} {room.name} :"
    space = MAX_LINE_BYTES - 2 - len(start.encode())
    head = start.encode()
    lines: list[bytes] = []
    begin = 0
    while begin < len(text):
        end = len(text) if len(text) - begin <= space else text.rfind(b" ", begin, begin + space + 1)
        lines.append(head + text[begin:end] + b"\r\n")
        begin = end + 1
    client.send(b"".join(lines))


@command("NAMES", "ROOM,...", "who is in rooms", work=names_of_rooms)
def _names(client: IrcClient, message: Message) -> None:
    asked = message.params[0] if message.params else "*"
    for text in asked.split(",")[:CONDITIONS_AT_MOST]:
        room = client.directory.rooms.get(fold(text))
        if room is not None and may_see(client.person, room):
            names(client, room)
    client.numeric(n.RPL_ENDOFNAMES, asked)


@command("LIST", "[ROOM,... | CONDITION,...]", "which rooms there are")
def _list(client: IrcClient, message: Message) -> None:
    rooms = client.directory.rooms
    chosen: list[Room] = []
    tests: list[Test] = []
    asked = message.params[0].split(",") if message.params and message.params[0] else []
    for text in asked[:CONDITIONS_AT_MOST]:
        test = _condition(text, client.directory.clock())
        if test is not None:
            tests.append(test)
        elif fold(text) in rooms:
            chosen.append(rooms[fold(text)])
    if tests or not asked:
        chosen = [room for room in rooms.values() if all(test(room) for test in tests)]
    client.send_rows(_rows(client, list(chosen)), ROW)


def _rows(client: IrcClient, rooms: list[Room]) -> Iterator[bytes]:
    yield client.line_of(n.RPL_LISTSTART)
    for room in rooms:
        # The lobby exists even if nobody is there; others may have ended since they were asked for.
        if room.members and may_see(client.person, room):
            topic = room.topic.text if room.topic is not None else ""
            yield client.line_of(n.RPL_LIST, room.name, len(room.members), topic)
        else:
            yield b""
    yield client.line_of(n.RPL_LISTEND)


def _condition(text: str, now: float) -> Test | None:
    """What `>5`, `C<10`, `#ab*` or `!*x*` mean; None for the name of a room."""
    word = text.upper()
    if word[:1] in ("<", ">") and _is_number(word[1:]):
        count = int(word[1:])
        return (
            (lambda room: len(room.members) > count)
            if word[0] == ">"
            else (lambda room: len(room.members) < count)
        )
    if word[:2] in ("C<", "C>", "T<", "T>") and _is_number(word[2:]):
        moment = now - int(word[2:]) * 60
        time = _created if word[0] == "C" else _topic_time
        if word[1] == "<":
            return lambda room: time(room) > moment
        return lambda room: 0 < time(room) < moment
    if text.startswith("!"):
        return lambda room: not glob(text[1:], room.name)
    if "*" in text or "?" in text:
        return lambda room: glob(text, room.name)
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _created(room: Room) -> float:
    return room.created


def _topic_time(room: Room) -> float:
    return room.topic.time if room.topic is not None else 0.0
