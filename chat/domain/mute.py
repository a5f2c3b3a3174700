"""One mute: until when, by whose word, and what is told whoever it is on."""

from __future__ import annotations

from chat.domain.wording import in_words

ROUNDING = 0.001
"""Sums of seconds are not exact: a mute of a minute is not to be told as 61 seconds."""


class Mute:
    """One mute: everybody on whom it is has this same object, so that ending it ends it everywhere."""

    __slots__ = ("by_operator", "reason", "until")

    def __init__(self, by_operator: bool, until: float, reason: str) -> None:
        self.by_operator = by_operator
        self.until = until
        self.reason = reason

    def sentence(self, now: float) -> str:
        """What somebody who is muted is told."""
        left = self.until - now - ROUNDING
        if self.by_operator:
            because = f" ({self.reason})" if self.reason else ""
            return f"The operator has muted you for {in_words(left)}{because}."
        return (
            f"You are muted for {in_words(left)}: {self.reason}. What you send until then is not passed on."
        )
