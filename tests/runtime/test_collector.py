"""The garbage collector's settings."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from chat.runtime.collector import GC_THRESHOLD, spare_what_lives_long


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()


def test_the_garbage_collector_is_told_what_to_expect() -> None:
    spare_what_lives_long()
    assert gc.get_threshold()[0] == GC_THRESHOLD
    assert gc.get_freeze_count() > 0
