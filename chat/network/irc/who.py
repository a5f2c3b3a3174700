"""WHO, with the fields that a client asks for.

Sources: Modern IRC, "WHO message"; IRCv3 "WHOX" (https://ircv3.net/specs/extensions/whox).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chat.domain.masks import glob
from chat.domain.names import fold
from chat.domain.person import Person
from chat.domain.rights import is_operator, may_see, rank, signs
from chat.domain.room import Member
from chat.domain.terms import ROW
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.client import IrcClient
from chat.network.irc.numerics import Parameters
from chat.network.irc.rows import command
from chat.wire import Message

FOUND_AT_MOST = 500
"""People that a mask finds at most: a reply of some 50 KB."""
FIELDS = "tcuihsnfdlaor"
"""The fields in the order in which they are given, whatever the order in which they are asked for."""

Found = tuple[Person, Member | None]
Field = Callable[["IrcClient", Person, Member | None], str]


def _flags(client: IrcClient, person: Person, member: Member | None) -> str:
    flags = "H" if person.away is None else "G"
    if is_operator(person):
        flags += "*"
    if member is not None:
        flags += signs(member, bool(client.caps & Cap.MULTI_PREFIX))
    if person.bot:
        flags += "B"
    return flags


def _idle(client: IrcClient, person: Person, member: Member | None) -> str:
    return str(int(client.directory.seconds() - person.last_active))


def _level(client: IrcClient, person: Person, member: Member | None) -> str:
    return str(rank(member)) if member is not None else "n/a"


_FIELDS: dict[str, Field] = {
    "c": lambda client, person, member: member.room.name if member is not None else "*",
    "u": lambda client, person, member: person.username,
    "i": lambda client, person, member: "255.255.255.255",
    "h": lambda client, person, member: person.host,
    "s": lambda client, person, member: client.server_name,
    "n": lambda client, person, member: person.shown,
    "f": _flags,
    "d": lambda client, person, member: "0",
    "l": _idle,
    "a": lambda client, person, member: person.account or "0",
    "o": _level,
    "r": lambda client, person, member: f":{person.realname}",
}
"""What each field of WHOX says; addresses are nobody's business."""


@command("WHO", "MASK [o][%FIELDS[,TOKEN]]", "who is there", minimum=1)
def _who(client: IrcClient, message: Message) -> None:
    mask = message.params[0]
    options = message.params[1] if len(message.params) > 1 else ""
    flags, extended, wanted = options.partition("%")
    fields, _, token = wanted.partition(",")
    rows = _rows(client, mask, "o" in flags, lambda found: _classic(client, *found))
    if extended:
        rows = _rows(client, mask, "o" in flags, lambda found: _extended(client, *found, fields, token))
    client.send_rows(rows, ROW)


def _rows(client: IrcClient, mask: str, operators: bool, line: Callable[[Found], bytes]) -> Iterator[bytes]:
    count = 0
    for found in _find(client, mask):
        if found is None or (operators and not is_operator(found[0])):
            yield b""
            continue
        yield line(found)
        count += 1
        if count == FOUND_AT_MOST and not mask.startswith("#"):
            break
    yield client.line_of(n.RPL_ENDOFWHO, mask)


def _find(client: IrcClient, mask: str) -> Iterator[Found | None]:
    """Who fits; None for everybody else who was looked at."""
    directory = client.directory
    asker = client.person
    if mask.startswith("#"):
        room = directory.rooms.get(fold(mask))
        if room is not None and may_see(asker, room):
            inside = room in asker.rooms or is_operator(asker)
            for person, member in list(room.members.items()):
                yield (person, member) if inside or "i" not in person.modes else None
        return
    exact = directory.people.get(fold(mask))
    if exact is not None:
        yield exact, _shared(asker, exact)
    elif "*" in mask or "?" in mask:
        for person in list(directory.people.values()):
            shared = _shared(asker, person)
            hidden = "i" in person.modes and shared is None and person is not asker and not is_operator(asker)
            yield (person, shared) if not hidden and _fits(person, mask) else None


def _fits(person: Person, mask: str) -> bool:
    return any(glob(mask, text) for text in (person.shown, person.username, person.host, person.realname))


def _shared(asker: Person, person: Person) -> Member | None:
    """Somebody's membership of a room in which the asker is too."""
    for room, member in person.rooms.items():
        if room in asker.rooms:
            return member
    return None


def _classic(client: IrcClient, person: Person, member: Member | None) -> bytes:
    return client.line_of(
        n.RPL_WHOREPLY,
        member.room.name if member is not None else "*",
        person.username,
        person.host,
        client.server_name,
        person.shown,
        _flags(client, person, member),
        person.realname,
    )


def _extended(client: IrcClient, person: Person, member: Member | None, fields: str, token: str) -> bytes:
    parts = []
    for field in FIELDS:
        if field not in fields:
            continue
        if field == "t":
            parts.append(token[:3] if token.isascii() and token.isdecimal() else "0")
        else:
            parts.append(_FIELDS[field](client, person, member))
    return client.line_of(n.RPL_WHOSPCRPL, Parameters(" ".join(parts)))
