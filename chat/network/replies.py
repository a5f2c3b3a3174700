"""Replies and private messages for one reader, and what has to reach it before they may."""

from __future__ import annotations

from typing import NamedTuple

from chat.domain.room import Membership, Room

BATCHES = 16
"""Times at which a reader that is behind got replies, kept apart: what comes later waits for the latest of them."""


class HeldReplies(NamedTuple):
    """Lines for one reader alone that came while its rooms' logs ended at `goals`; None: as they end now.

    A reply may not overtake what led to it, nor wait for ever behind a room that talks faster than its reader reads.
    """

    goals: dict[Room, int] | None
    lines: list[bytes]

    def may_follow(self, memberships: list[Membership]) -> bool:
        """Whether a reader has read as far as its rooms had come when these lines were written."""
        goals = self.goals
        return goals is not None and all(
            m.position >= min(goals.get(m.room, 0), m.end_of_reading) for m in memberships
        )
