"""Memory goes back where it can."""

from __future__ import annotations

from types import SimpleNamespace

from chat.runtime.memory import LARGE_BYTES, M_MMAP_THRESHOLD, give_back, give_back_at_once


def test_the_library_is_asked() -> None:
    asked: list[tuple[int, ...]] = []
    library = SimpleNamespace(
        mallopt=lambda *values: asked.append(values), malloc_trim=lambda *v: asked.append(v)
    )
    give_back_at_once(library)
    give_back(library)
    assert asked == [(M_MMAP_THRESHOLD, LARGE_BYTES), (0,)]


def test_one_that_cannot_is_left_alone() -> None:
    give_back_at_once(SimpleNamespace())
    give_back(SimpleNamespace())


def test_this_machines_own_is_asked_without_harm() -> None:
    give_back()
