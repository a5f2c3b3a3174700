"""The garbage collector, set for a process with many long-lived objects."""

from __future__ import annotations

import gc

GC_THRESHOLD = 50_000
"""Objects made between two collections: events are many, short-lived and without cycles."""


def spare_what_lives_long() -> None:
    """Keep everything that lives as long as the process out of the garbage collector's way."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 100)
