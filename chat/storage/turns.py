"""Whose question a reading thread answers next: the server's own first, then one of each asker in turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import NoReturn

from chat.storage.threads import WAITING_AT_MOST, Executor, Outcome, Overloaded, T, Work


class QuestionTurns:
    """An `Executor` that gives another one a single piece of work at a time, and keeps what waits in fair order.

    Somebody who asks for page after page, on however many connections, delays others by one page; who comes into a
    room, for which the server itself asks, by the one that is being read. All methods are called in the reactor's
    thread.
    """

    def __init__(self, executor: Executor, bound: int = WAITING_AT_MOST) -> None:
        """`bound`: pieces of work that may wait; the outcome of more is `Overloaded`."""
        self._executor = executor
        self._bound = bound
        self._waiting = 0
        self._own: deque[tuple[Work[object], Outcome[object]]] = deque()
        self._asked: dict[Hashable, deque[tuple[Work[object], Outcome[object]]]] = {}
        """By asker, in the order of their turns."""
        self._working = False

    def submit(self, work: Work[T], outcome: Outcome[T], of: Hashable = None) -> None:
        """Do it when its turn has come. `of`: the `person_key` of who asks, None for the server itself."""
        if self._waiting >= self._bound:
            self._executor.submit(_too_much, outcome)
            return
        queue = self._own if of is None else self._asked.setdefault(of, deque())
        queue.append((work, outcome))  # type: ignore[arg-type]
        self._waiting += 1
        if not self._working:
            self._next()

    def waiting(self) -> int:
        """Pieces of work that wait."""
        return self._waiting

    def _next(self) -> None:
        self._working = self._waiting > 0
        if not self._working:
            return
        self._waiting -= 1
        if self._own:
            work, outcome = self._own.popleft()
        else:
            asker = next(iter(self._asked))
            queue = self._asked.pop(asker)
            work, outcome = queue.popleft()
            if queue:
                self._asked[asker] = queue

        def done(result: object) -> None:
            # First, so that the thread has something to do while the answer is rendered.
            self._next()
            outcome(result)

        self._executor.submit(work, done)

    def stop(self) -> None:
        """Finish what the server itself submitted; who asked for anything else is gone."""
        self._asked.clear()
        own, self._own, self._waiting = self._own, deque(), 0
        for work, outcome in own:
            self._executor.submit(work, outcome)
        self._executor.stop()


def _too_much() -> NoReturn:
    raise Overloaded("Too much waits")
