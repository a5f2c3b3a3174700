"""Items with a time each at which they are looked at next, in coarse steps: a look costs nothing for those not due."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class TimingWheel(Generic[T]):
    """Whose time has come, to the next multiple of `step` seconds. Unlike with `Deadlines`, each has its own time.

    After Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (1987), with a dict of slots in place of a ring.
    """

    __slots__ = ("_slot_of", "_slots", "_step")

    def __init__(self, step: float) -> None:
        self._step = step
        self._slots: dict[int, dict[T, None]] = {}
        self._slot_of: dict[T, int] = {}

    def __len__(self) -> int:
        """How many items there are."""
        return len(self._slot_of)

    def add(self, item: T, due: float) -> None:
        """Look at this item at the time `due`, or up to a step later, and not at any earlier time that it had."""
        self.discard(item)
        # Floor division is exact; a quotient is rounded, perhaps down to the step before.
        number = -int(-due // self._step)
        self._slot_of[item] = number
        slot = self._slots.get(number)
        if slot is None:
            slot = self._slots[number] = {}
        slot[item] = None

    def discard(self, item: T) -> None:
        """Forget an item, if it is there."""
        number = self._slot_of.pop(item, None)
        if number is not None:
            slot = self._slots[number]
            del slot[item]
            if not slot:
                del self._slots[number]

    def take_due(self, now: float) -> list[T]:
        """Take out everything whose time has come, the earliest first."""
        due: list[T] = []
        for number in sorted(number for number in self._slots if number * self._step <= now):
            due += self._slots.pop(number)
        for item in due:
            del self._slot_of[item]
        return due
