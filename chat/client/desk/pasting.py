"""What is done with several lines at once: said, asked about first, or refused with a sentence."""

from __future__ import annotations

import math
from typing import NamedTuple

from chat.client.desk.typed.table import secret_in
from chat.client.link.outbox import BURST, MAX_TEXT, PACE

MAX_LINES = 200
"""Lines that go out at once: at the pace that servers take, nearly two minutes."""


class Lines(NamedTuple):
    """Several lines that somebody wants to say."""

    lines: tuple[str, ...]
    objection: str = ""
    """Why they are not said, as a sentence; ``""`` if they may be."""

    @property
    def seconds(self) -> int:
        """How long it takes to say them."""
        return max(math.ceil((len(self.lines) - BURST) / PACE), 0)

    def question(self, title: str) -> str:
        """What is asked before they are said."""
        long = f", which takes {self.seconds} s" if self.seconds > 1 else ""
        return f"Send {len(self.lines)} lines to {title}{long}?"


def several(text: str, place: str) -> Lines:
    """The lines of a text that is to be said at a place; empty ones are left out."""
    lines = tuple(line.rstrip() for line in text.replace("\r", "\n").split("\n") if line.strip())
    count = f"{len(lines)} lines"
    if not place:
        return Lines(lines, f"{count}, and nobody is here to read them: nothing was sent.")
    if len(lines) > MAX_LINES:
        return Lines(lines, f"{count}: more than {MAX_LINES} are not sent at once.")
    if len(text) > MAX_TEXT:
        return Lines(lines, f"{len(text)} characters: more than {MAX_TEXT} are not sent at once.")
    if any(secret_in(line) is not None for line in lines):
        return Lines(lines, f"{count}, and one of them is a command with a password: nothing was sent.")
    return Lines(lines)
