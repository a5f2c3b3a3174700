"""Replies and private messages for one reader, and what has to reach it before they may."""

from __future__ import annotations

from typing import NamedTuple

from chat.domain.readers import Cursor

BATCHES = 64
"""Times at which a reader that is behind got replies, kept apart: what comes later waits for the latest of them."""


class Replies(NamedTuple):
    """Lines for one reader alone that came while its rooms' logs ended at `goals`.

    What the rooms told until then comes before them, and what came later after them: a reply overtakes neither what led
    to it, nor is it overtaken by what it led to. A room that was entered later is in no goals: its events come after.
    """

    goals: dict[Cursor, int]
    lines: list[bytes]
