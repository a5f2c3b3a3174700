"""The figures of the server as labels and texts: what `/stats` and STATS u show."""

from __future__ import annotations

from chat.domain.directory import Directory
from chat.domain.wording import duration


def figures(directory: Directory) -> list[tuple[str, str]]:
    """Labels and figures, for any dialect."""
    stats = directory.stats
    rows = [
        ("users online", str(stats.people)),
        ("peak users", str(stats.peak_people)),
        ("rooms", str(len(directory.rooms))),
        ("messages", str(stats.messages.total)),
        ("messages in the last minute", str(stats.messages.last_minute())),
        ("private messages", str(stats.private_messages.total)),
        ("private messages in the last minute", str(stats.private_messages.last_minute())),
        ("uptime", duration(stats.uptime)),
    ]
    rows += [(f"connections by {dialect}", str(count)) for dialect, count in sorted(stats.dialects.items())]
    for part in stats.parts:
        rows += part()
    return rows
