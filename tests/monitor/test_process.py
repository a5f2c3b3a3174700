from __future__ import annotations

from pathlib import Path

import pytest
from twisted.internet.task import Clock

from chat.monitor import process


def test_a_loop_in_time_has_no_lag() -> None:
    clock = Clock()
    meter = process.LagMeter(clock)
    meter.start()
    clock.advance(0)
    for _ in range(8):
        clock.advance(process.LAG_INTERVAL)
    assert meter.take() == 0.0


def test_the_worst_lateness_is_told_once() -> None:
    clock = Clock()
    meter = process.LagMeter(clock)
    meter.start()
    clock.advance(0)
    clock.advance(process.LAG_INTERVAL + 1.5)
    clock.advance(process.LAG_INTERVAL + 0.1)
    assert meter.take() == pytest.approx(1.5)
    assert meter.take() == 0.0


def test_a_slow_start_is_no_lag() -> None:
    clock = Clock()
    meter = process.LagMeter(clock)
    meter.start()
    clock.advance(3.0)
    assert meter.take() == 0.0


def test_nothing_is_left_behind_after_stop() -> None:
    clock = Clock()
    meter = process.LagMeter(clock)
    meter.stop()
    meter.start()
    meter.stop()
    assert clock.getDelayedCalls() == []


def test_memory_is_of_the_size_of_a_python_process() -> None:
    found = process.memory()
    assert found is None or 5_000_000 < found < 20_000_000_000


def test_memory_is_none_where_it_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_STATM", Path("/nonexistent/statm"))
    assert process.memory() is None


def test_cpu_only_grows() -> None:
    before = process.cpu()
    sum(range(200_000))
    assert process.cpu() >= before
