"""Memory that was needed for a while goes back to the machine, where the C library can be asked to give it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

TRIM_SECONDS = 30.0
"""How often it is given back. It costs about a millisecond for each 100 MB that were in use."""
M_MMAP_THRESHOLD = -3
"""Which of its settings `mallopt` changes (malloc.h of the GNU C library)."""
LARGE_BYTES = 256 * 1024
"""From this size on, what is freed goes back at once. Left alone, the library raises it to 32 MB when such a piece is
freed for the first time, and keeps the 19 MB of every password's hash (mallopt(3))."""


def give_back_at_once(library: Any = None) -> None:
    """Have large pieces of memory given back when they are freed; elsewhere than with the GNU C library, do nothing."""
    mallopt = _function("mallopt", library)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def give_back(library: Any = None) -> None:
    """Give back what is free between smaller pieces; to be called every `TRIM_SECONDS`."""
    trim = _function("malloc_trim", library)
    if trim is not None:
        trim(0)


def _function(name: str, library: Any) -> Callable[..., int] | None:
    try:
        found: Callable[..., int] = getattr(library or ctypes.CDLL(None), name)
    except (OSError, AttributeError, TypeError):
        return None
    return found
