"""What a device missed while it was not here: of a room or in private, bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from chat.domain.accounts import Answer, person_key
from chat.domain.directory import Directory
from chat.domain.history import Page, Range
from chat.domain.refused import Refused
from chat.domain.room import Room
from chat.domain.session import Session

MISSED_AT_MOST = 200
"""Messages of one room that are shown without being asked for; more are counted."""
COUNTED_AT_MOST = 1000
"""As far as what is not shown is counted: what storage gives as one page."""


class Missed(NamedTuple):
    """Messages, oldest first, and how many came before them that were missed, too."""

    events: Page
    more: int

    @property
    def sentence(self) -> str:
        """How many more there are; "" if these are all."""
        if not self.more:
            return ""
        least = "at least " if self.more + len(self.events) >= COUNTED_AT_MOST else ""
        return f"You missed {least}{self.more} more before these"


def of_room(
    directory: Directory, session: Session, room: Room, replay: int, done: Callable[[Missed], None]
) -> None:
    """Answer with what a session missed of a room since its device was here; for one that is new, the last `replay`."""
    since = session.missed_since
    limit = replay if since is None else COUNTED_AT_MOST

    def answered(answer: Answer[Page]) -> None:
        events = [] if isinstance(answer, Refused) else answer
        more = max(0, len(events) - MISSED_AT_MOST) if since is not None else 0
        done(Missed(events[more:], more))

    directory.history.page(Range(room.folded, since, None, limit), answered)


def in_private(directory: Directory, session: Session) -> Page:
    """The private messages of a session's person since its device was here, as far as they are remembered."""
    if session.missed_since is None:
        return []
    return directory.history.whispers(person_key(session.person), session.missed_since, MISSED_AT_MOST)
