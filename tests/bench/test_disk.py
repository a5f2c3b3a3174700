"""How long the disk takes."""

from pathlib import Path

import pytest

from tests.bench.disk import sync_seconds, sync_values


def test_each_sync_is_measured_and_nothing_is_left(tmp_path: Path) -> None:
    taken = sync_seconds(tmp_path, 3)
    assert len(taken) == 3
    assert min(taken) > 0
    assert list(tmp_path.iterdir()) == []


def test_percentiles_are_in_microseconds() -> None:
    values = sync_values([number / 1000 for number in range(1, 200)])
    assert values["sync_p50_us"] == pytest.approx(100_000)
    assert values["sync_p99_us"] == pytest.approx(198_000)
