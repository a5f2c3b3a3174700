"""What somebody typed before, and where completing a word has got to: the input line's memory, without the line."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from chat.client.desk.candidates import Candidate
from chat.client.desk.typed.table import secret_in

MAX_HISTORY = 500
"""Lines remembered."""


class InputHistory:
    """Lines that were entered, latest last, and the one that is looked at."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=MAX_HISTORY)
        self._at = 0
        self._draft = ""

    def add(self, line: str) -> None:
        """A line was entered; one with a password is not remembered."""
        if secret_in(line) is not None:
            return
        if not self._lines or self._lines[-1] != line:
            self._lines.append(line)
        self._at = 0

    def older(self, shown: str) -> str | None:
        """The line before the one looked at, None if there is none; `shown` is kept to come back to."""
        if self._at >= len(self._lines):
            return None
        if self._at == 0:
            self._draft = shown
        self._at += 1
        return self._lines[-self._at]

    def newer(self) -> str | None:
        """The line after the one looked at, at last what stood there to begin with; None if that is shown already."""
        if self._at == 0:
            return None
        self._at -= 1
        return self._lines[-self._at] if self._at else self._draft


class Completing:
    """Tab after Tab through the candidates for one word."""

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        """What is offered; none when nothing is being completed."""
        self.index = -1
        """The one that stands in the input."""
        self._typed = ""

    def begin(self, before: str, found: Iterable[Candidate]) -> None:
        """Tab was pressed with `before` left of the cursor."""
        self.candidates = list(found)
        self.index = -1
        self._typed = before

    def step(self, by: int) -> str | None:
        """What stands left of the cursor with the next candidate, None if there is none; a single one ends it."""
        if not self.candidates:
            return None
        self.index = (
            (self.index + by) % len(self.candidates)
            if self.index >= 0 or by > 0
            else len(self.candidates) - 1
        )
        chosen = self.candidates[self.index]
        text = self._typed[: len(self._typed) - chosen.length] + chosen.text
        if len(self.candidates) == 1:
            self.end()
        return text

    def end(self) -> None:
        """Something else was typed."""
        self.candidates = []
        self.index = -1
