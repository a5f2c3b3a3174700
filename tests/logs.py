"""What is logged, for tests that look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from twisted.logger import ILogObserver, LogEvent, globalLogPublisher


@contextmanager
def observed(observe: Callable[[LogEvent], None]) -> Iterator[None]:
    """Let a function see every event that is logged meanwhile."""
    # Any such function is an observer, but only a class can be said to implement an interface.
    observer = cast(ILogObserver, observe)
    globalLogPublisher.addObserver(observer)
    try:
        yield
    finally:
        globalLogPublisher.removeObserver(observer)
