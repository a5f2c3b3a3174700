"""How long the disk takes to sync, measured beside the server whose acknowledgements wait for it."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

from .figures import Values

BLOCK = bytes(4096)
"""What one commit of SQLite appends at least: a page."""
SYNCS = 100
"""For each look: a moment's work, and enough for a 99th percentile to be more than the worst one of two looks."""


def sync_seconds(folder: Path, count: int = SYNCS) -> list[float]:
    """Append `count` blocks to a file in `folder`, each synced by itself; return the seconds that each took."""
    path = folder / "sync"
    taken = []
    with path.open("ab", buffering=0) as file:
        for _ in range(count):
            file.write(BLOCK)
            before = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - before)
    path.unlink()
    return taken


def sync_values(taken: list[float]) -> Values:
    """The percentiles of these seconds, under the names that figures ask for."""
    cuts = statistics.quantiles(taken, n=100)
    return {"sync_p50_us": cuts[49] * 1e6, "sync_p99_us": cuts[98] * 1e6}
