"""How lists and spans of time are told to people, by the server and by its clients."""

from __future__ import annotations


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
