"""How lists and spans of time are told to people, by the server and by its clients."""

from __future__ import annotations

from math import ceil


def listed(items: list[str], shown: int) -> str:
    """Items with commas, and how many more there are."""
    text = ", ".join(items[:shown])
    return text if len(items) <= shown else f"{text} and {len(items) - shown} more"


def duration(seconds: float) -> str:
    """A time span for people: `2d 3h 4m` or `42s`."""
    whole = int(seconds)
    days, rest = divmod(whole, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    if whole < 60:
        return f"{whole}s"
    parts = [f"{n}{unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "m")) if n]
    return " ".join(parts)


def in_words(seconds: float) -> str:
    """How long to wait, for people, rounded up: seconds up to two minutes, minutes up to two hours, then hours."""
    size, unit = (1, "second") if seconds <= 120 else (60, "minute") if seconds <= 7200 else (3600, "hour")
    number = ceil(seconds / size)
    return f"{number} {unit}{'' if number == 1 else 's'}"
