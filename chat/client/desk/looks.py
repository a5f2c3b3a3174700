"""How every user interface of ours shows names, links, times and days."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Collection, Mapping
from datetime import datetime

from chat.domain.names import fold

NAME_COLOURS = 12
"""How many colours names are spread over: as many as people tell apart."""

_IN_LINK = (
    r"[^\s<>\"()\[\]{}\u3001\u3002\uff0c\uff1b\uff1a\uff01\uff1f\u2026\u00ab\u00bb\u2018-\u201f\u3008-\u3011]"
)
_PAIR = rf"\({_IN_LINK}*\)|\[{_IN_LINK}*\]"
LINK = re.compile(rf"\bhttps?://(?:{_IN_LINK}|{_PAIR})*(?:(?![.,;:!?'*]){_IN_LINK}|{_PAIR})")
"""A link in text that is safe to show, without the punctuation that ends a sentence, also a Chinese or Japanese one.

Brackets belong to it in pairs: ``https://en.wikipedia.org/wiki/Horse_(disambiguation)``, ``http://[::1]:8080/``.
"""


def name_number(name: str) -> int:
    """The number of a name's colour, below `NAME_COLOURS`: always the same for it."""
    return zlib.crc32(fold(name).encode()) % NAME_COLOURS


def reactions(signs: Mapping[str, Collection[str]]) -> str:
    """Reactions to a message as they stand after it: each sign, and how many people there are, if more than one."""
    return "  ".join(f"{sign} {len(who)}" if len(who) > 1 else sign for sign, who in signs.items())


def clock(seconds: float) -> str:
    """Local time of day."""
    return time.strftime("%H:%M", time.localtime(seconds))


def date(seconds: float) -> str:
    """The local date and time of day, as short as is clear; what no calendar has, as a question mark."""
    try:
        return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return "?"


def day(seconds: float) -> str:
    """The local date, for a rule between two days."""
    return time.strftime("%A, %d %B %Y", time.localtime(seconds))
