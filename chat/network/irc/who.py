"""WHO, with the fields that a client asks for.

Sources: Modern IRC, "WHO message"; IRCv3 "WHOX" (https://ircv3.net/specs/extensions/whox).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chat.domain.masks import glob
from chat.domain.names import fold
from chat.domain.rights import is_operator, may_see, rank, signs
from chat.domain.room import Membership
from chat.domain.terms import ROW
from chat.domain.user import User
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

Found = tuple[User, Membership | None]
Field = Callable[["IrcClient", User, Membership | None], str]


def _flags(session: IrcClient, user: User, membership: Membership | None) -> str:
    flags = "H" if user.away is None else "G"
    if is_operator(user):
        flags += "*"
    if membership is not None:
        flags += signs(membership, bool(session.caps & Cap.MULTI_PREFIX))
    if user.bot:
        flags += "B"
    return flags


def _idle(session: IrcClient, user: User, membership: Membership | None) -> str:
    return str(int(session.directory.seconds() - user.last_active))


def _level(session: IrcClient, user: User, membership: Membership | None) -> str:
    return str(rank(membership)) if membership is not None else "n/a"


_FIELDS: dict[str, Field] = {
    "c": lambda session, user, membership: membership.room.name if membership is not None else "*",
    "u": lambda session, user, membership: user.username,
    "i": lambda session, user, membership: "255.255.255.255",
    "h": lambda session, user, membership: user.host,
    "s": lambda session, user, membership: session.server_name,
    "n": lambda session, user, membership: user.shown,
    "f": _flags,
    "d": lambda session, user, membership: "0",
    "l": _idle,
    "a": lambda session, user, membership: user.account or "0",
    "o": _level,
    "r": lambda session, user, membership: f":{user.realname}",
}
"""What each field of WHOX says; addresses are nobody's business."""


@command("WHO", "MASK [o][%FIELDS[,TOKEN]]", "who is there", minimum=1)
def _who(session: IrcClient, message: Message) -> None:
    mask = message.params[0]
    options = message.params[1] if len(message.params) > 1 else ""
    flags, extended, wanted = options.partition("%")
    fields, _, token = wanted.partition(",")
    rows = _rows(session, mask, "o" in flags, lambda found: _classic(session, *found))
    if extended:
        rows = _rows(session, mask, "o" in flags, lambda found: _extended(session, *found, fields, token))
    session.send_rows(rows, ROW)


def _rows(session: IrcClient, mask: str, operators: bool, line: Callable[[Found], bytes]) -> Iterator[bytes]:
    count = 0
    for found in _find(session, mask):
        if found is None or (operators and not is_operator(found[0])):
            yield b""
            continue
        yield line(found)
        count += 1
        if count == FOUND_AT_MOST and not mask.startswith("#"):
            break
    yield session.line_of(n.RPL_ENDOFWHO, mask)


def _find(session: IrcClient, mask: str) -> Iterator[Found | None]:
    """Who fits; None for everybody else who was looked at."""
    directory = session.directory
    asker = session.user
    if mask.startswith("#"):
        room = directory.rooms.get(fold(mask))
        if room is not None and may_see(asker, room):
            inside = room in asker.memberships or is_operator(asker)
            for user, membership in list(room.members.items()):
                yield (user, membership) if inside or "i" not in user.modes else None
        return
    exact = directory.users.get(fold(mask))
    if exact is not None:
        yield exact, _shared(asker, exact)
    elif "*" in mask or "?" in mask:
        for user in list(directory.users.values()):
            shared = _shared(asker, user)
            hidden = "i" in user.modes and shared is None and user is not asker and not is_operator(asker)
            yield (user, shared) if not hidden and _fits(user, mask) else None


def _fits(user: User, mask: str) -> bool:
    return any(glob(mask, text) for text in (user.shown, user.username, user.host, user.realname))


def _shared(asker: User, user: User) -> Membership | None:
    """Somebody's membership of a room in which the asker is too."""
    for room, membership in user.memberships.items():
        if room in asker.memberships:
            return membership
    return None


def _classic(session: IrcClient, user: User, membership: Membership | None) -> bytes:
    return session.line_of(
        n.RPL_WHOREPLY,
        membership.room.name if membership is not None else "*",
        user.username,
        user.host,
        session.server_name,
        user.shown,
        _flags(session, user, membership),
        user.realname,
    )


def _extended(
    session: IrcClient, user: User, membership: Membership | None, fields: str, token: str
) -> bytes:
    parts = []
    for field in FIELDS:
        if field not in fields:
            continue
        if field == "t":
            parts.append(token[:3] if token.isascii() and token.isdecimal() else "0")
        else:
            parts.append(_FIELDS[field](session, user, membership))
    return session.line_of(n.RPL_WHOSPCRPL, Parameters(" ".join(parts)))
