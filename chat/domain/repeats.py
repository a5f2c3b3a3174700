"""Messages that a client repeats because a connection dropped before they were acknowledged: said once all the same.

There is no IRCv3 standard for this. Labels (labeled-response) name a response within one connection, and many clients
count them from 1 on each, so that a label alone says nothing about another connection. A label of the form
`RANDOM.NUMBER`, RANDOM being at least 16 hexadecimal digits that a client chooses when it starts, cannot come from
anybody else by accident: whoever repeats a message under the same name or account with such a label gets the first
one's acknowledgement once more. The ISUPPORT token `REPEAT=SECONDS` announces it, and how long labels are remembered.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import TypeAlias

from chat.domain.events import Acted, Identity, Noticed, Said, Whispered
from chat.domain.journal import Receipt
from chat.domain.names import fold

REPEAT_SECONDS = 900.0
"""How long after a message its repetition is recognised: longer than a client tries to reconnect in one go."""
REMEMBERED = 50_000
"""Messages remembered at once, the oldest forgotten first."""
_LABEL = re.compile(r"[0-9a-f]{16,48}\.[0-9]{1,12}")

Repeatable: TypeAlias = Said | Acted | Noticed | Whispered


class _Entry:
    __slots__ = ("event", "said_at", "stored", "waiting")

    def __init__(self, event: Repeatable, stored: bool | None, said_at: float) -> None:
        self.event = event
        self.said_at = said_at
        self.stored = stored
        self.waiting: list[Receipt] = []

    def settle(self, stored: bool) -> None:
        """The event is safe, or could not be kept."""
        self.stored = stored
        waiting, self.waiting = self.waiting, []
        for receipt in waiting:
            receipt(stored)


class Repeats:
    """The recent messages that may be repeated.

    `clock` gives seconds since the epoch, `seconds` those of a monotonic clock (None, for tests: the same).
    """

    def __init__(self, clock: Callable[[], float], seconds: Callable[[], float] | None = None) -> None:
        self._clock = clock
        self._seconds = seconds or clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def once(
        self,
        key: str | None,
        receipt: Receipt | None,
        say: Callable[[Receipt | None], Repeatable],
        store_again: Callable[[Repeatable, Receipt], None],
    ) -> Repeatable:
        """Say something, unless it was said before under the same `repeat_key`; return the event, new or earlier.

        `receipt` tells in either case when it is safe. `say` says it; what was said but could not be stored is given
        to `store_again`.
        """
        if key is None:
            return say(receipt)
        entry = self._entries.get(key)
        if entry is not None:
            if entry.stored:
                if receipt is not None:
                    receipt(True)
                return entry.event
            if receipt is not None:
                entry.waiting.append(receipt)
            if entry.stored is False:
                entry.stored = None
                store_again(entry.event, entry.settle)
            return entry.event
        settled: list[bool] = []

        def said(stored: bool) -> None:
            if entry is None:
                settled.append(stored)
            else:
                entry.settle(stored)

        entry = self._remember(key, _Entry(say(said), None, self._seconds()))
        if receipt is not None:
            entry.waiting.append(receipt)
        if settled:
            entry.settle(settled[0])
        return entry.event

    def load(self, events: Iterable[tuple[str, Repeatable]]) -> None:
        """Know these, which are stored, by their keys, oldest first: after a restart."""
        for key, event in events:
            age = self._clock() - event.time
            self._remember(key, _Entry(event, True, self._seconds() - max(0.0, age)))

    def _remember(self, key: str, entry: _Entry) -> _Entry:
        self._entries[key] = entry
        oldest = self._seconds() - REPEAT_SECONDS
        while len(self._entries) > REMEMBERED or next(iter(self._entries.values())).said_at < oldest:
            self._entries.popitem(last=False)
            if not self._entries:
                break
        return entry


def repeat_key(author: Identity, label: str | None, target: str) -> str | None:
    """Under what a labelled message is remembered, None if its label is not of the form that can be repeated.

    On another connection the same person is the same account, or without one the same name from the same address.
    A message to several targets is one for each of them.
    """
    if not label or not _LABEL.fullmatch(label):
        return None
    person = fold(author.account) if author.account else f"{fold(author.name)}*{author.host}"
    return f"{label} {person} {fold(target)}"
