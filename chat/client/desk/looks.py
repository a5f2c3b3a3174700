"""How every user interface of ours shows names, links, times and days."""

from __future__ import annotations

import re
import time
import zlib

from chat.domain.names import fold

NAME_COLOURS = 12
"""How many colours names are spread over: as many as people tell apart."""

LINK = re.compile(r"\bhttps?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}]")
"""A link in text that is safe to show, without the punctuation that ends a sentence."""


def name_number(name: str) -> int:
    """The number of a name's colour, below `NAME_COLOURS`: always the same for it."""
    return zlib.crc32(fold(name).encode()) % NAME_COLOURS


def clock(seconds: float) -> str:
    """Local time of day."""
    return time.strftime("%H:%M", time.localtime(seconds))


def day(seconds: float) -> str:
    """The local date, for a rule between two days."""
    return time.strftime("%A, %d %B %Y", time.localtime(seconds))
