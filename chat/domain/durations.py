"""How long something is to last, as operators type it: `30m`, `12h`, `7d`, `1d12h`, `forever`."""

from __future__ import annotations

import re

from chat.domain.refused import Refused, Why

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
"""The units that may be typed."""
LONGEST = 3650 * 86400.0
"""Ten years: whoever means longer means for ever, and a date beyond what calendars show helps nobody."""
FOREVER = frozenset(("forever", "never", "permanent"))
"""Words for what has no end."""

_PARTS = re.compile(r"(?:[0-9]{1,9}[smhdw])+", re.ASCII | re.IGNORECASE)
_PART = re.compile(r"([0-9]+)([a-z])", re.ASCII)


def is_duration(word: str) -> bool:
    """Whether a word is meant as a duration, even if it is a wrong one: it starts with a digit, or is `forever`."""
    return word[:1].isdecimal() or word.lower() in FOREVER


def parse_duration(text: str) -> float | None:
    """Seconds, or None for what has no end. A bare number is minutes, as in IRC's KLINE.

    Raises `Refused` (BAD_DURATION) with what may be typed.
    """
    word = text.lower()
    if word in FOREVER:
        return None
    if word.isdecimal() and word.isascii() and len(word) < 10:
        word += "m"
    if _PARTS.fullmatch(word) is None:
        raise Refused(
            Why.BAD_DURATION,
            f"{text} is no duration. Say how long as in 30m, 12h, 7d, 2w or 1d12h, or forever.",
            text,
        )
    seconds = float(sum(int(number) * SECONDS[unit] for number, unit in _PART.findall(word)))
    if not 0 < seconds <= LONGEST:
        raise Refused(
            Why.BAD_DURATION,
            f"{text} is too {'long' if seconds else 'short'}: from one second to ten years is possible, or forever.",
            text,
        )
    return seconds
