"""A program that ends with the one that started it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from chat.runtime.lifeline import end_with_input


@pytest.fixture
def terminated() -> Iterator[list[int]]:
    signals: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda signum, frame: signals.append(signum))
    yield signals
    signal.signal(signal.SIGTERM, before)


def test_the_end_of_the_input_is_a_request_to_end(terminated: list[int]) -> None:
    ours, theirs = os.pipe()
    watcher = end_with_input(ours)
    os.write(theirs, b"something that nobody asked for\n")
    assert watcher.is_alive()
    os.close(theirs)
    watcher.join(10)
    os.close(ours)
    assert terminated == [signal.SIGTERM]


def test_without_an_input_there_is_nobody_to_stay_for(terminated: list[int]) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    os.close(theirs)
    end_with_input(ours).join(10)
    assert terminated == [signal.SIGTERM]
