"""Names that were used a while ago and by whom: what WHOWAS answers from."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import NamedTuple

from chat.domain.events import Identity
from chat.domain.names import fold

NAMES_AT_MOST = 5_000
"""Names remembered; the one that was given up longest ago is forgotten first."""
EACH_AT_MOST = 10
"""Times remembered for one name."""


class Departure(NamedTuple):
    """Somebody gave up a name, by leaving or by taking another one, at a time in seconds since the epoch."""

    who: Identity
    time: float


class Whowas:
    """Remembers departures by name."""

    __slots__ = ("_names",)

    def __init__(self) -> None:
        self._names: OrderedDict[str, deque[Departure]] = OrderedDict()

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._names)

    def add(self, who: Identity, time: float) -> None:
        """Somebody gave up their name."""
        key = fold(who.name)
        row = self._names.get(key)
        if row is None:
            row = self._names[key] = deque(maxlen=EACH_AT_MOST)
            if len(self._names) > NAMES_AT_MOST:
                self._names.popitem(last=False)
        else:
            self._names.move_to_end(key)
        row.append(Departure(who, time))

    def find(self, name: str) -> list[Departure]:
        """Who had a name, the latest first."""
        return list(reversed(self._names.get(fold(name), ())))
