"""Masks that say whom a ban means: `nick!user@host` with wildcards, and extended bans for accounts and for silence.

Sources: Modern IRC, "Wildcard Expressions"; IRCv3 "account-extban" (https://ircv3.net/specs/extensions/account-extban).
`a:ACCOUNT` means whoever is logged in to an account, `m:MASK` forbids speech and not presence.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from chat.domain.events import Identity
from chat.domain.names import fold

MASK_BYTES = 200
"""Longest mask: a name of 128 bytes with its username and host."""
ACCOUNT = "a:"
MUTE = "m:"


class Mask(NamedTuple):
    """An entry of a list: what it matches, who set it (a source), and when (seconds since the epoch)."""

    mask: str
    setter: str
    time: float


def normal(text: str) -> str:
    """A mask in the form in which lists keep it: `bob` is `bob!*@*`, `*@host` is `*!*@host`."""
    for prefix in (MUTE, ACCOUNT):
        if text[:2].lower() == prefix:
            rest = text[2:]
            return prefix + (rest if prefix == ACCOUNT else normal(rest))
    nick, has_user, rest = text.partition("!")
    if not has_user:
        nick, has_host, host = text.partition("@")
        if has_host:
            # `user@host` names nobody's nick.
            return f"*!{nick or '*'}@{host or '*'}"
        return f"{nick or '*'}!*@*"
    user, _, host = rest.partition("@")
    return f"{nick or '*'}!{user or '*'}@{host or '*'}"


@lru_cache(maxsize=4096)
def _pattern(mask: str) -> re.Pattern[str]:
    # What a star has matched is not tried again (atomic groups), or a mask with many stars would take for ever.
    first, *rest = (_without_stars(part) for part in mask.split("*"))
    if not rest:
        return re.compile(first, re.DOTALL)
    middle = "".join(f"(?>.*?{part})" for part in rest[:-1] if part)
    return re.compile(f"{first}{middle}.*{rest[-1]}", re.DOTALL)


def _without_stars(part: str) -> str:
    return ".".join(re.escape(piece) for piece in part.split("?"))


def glob(mask: str, text: str) -> bool:
    """Whether `text` fits a mask with `*` and `?`, whatever the case."""
    return _pattern(fold(mask)).fullmatch(fold(text)) is not None


def matches(mask: str, who: Identity) -> bool:
    """Whether a mask in its normal form means this person. A mute means nobody here: see `silences`."""
    if mask.startswith(ACCOUNT):
        return who.account is not None and glob(mask[len(ACCOUNT) :], who.account)
    if mask.startswith(MUTE):
        return False
    return glob(mask, who.mask)


def silences(mask: str, who: Identity) -> bool:
    """Whether a mask of the ban list forbids this person to speak: bans do, and mutes."""
    return matches(mask.removeprefix(MUTE), who)
