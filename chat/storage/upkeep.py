"""What is done beside: indexing words, forgetting what is too old or too much, each in small steps."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from chat.storage.bans import forget_over
from chat.storage.mailbox import forget_old_mail
from chat.storage.registry import forget_unused
from chat.storage.search import forget_words, index_step

DAY = 86400.0
DELETE_STEP = 500
"""Events deleted in one transaction: some 5 ms, for which an acknowledgement may have to wait."""
PRUNE_AFTER = 100_000
"""Deleted events after which authors and rooms that occur nowhere any more are looked for."""


class Retention(NamedTuple):
    """How much is kept. 0: no limit."""

    days: float = 0
    events: int = 0


UNLIMITED = Retention()


class Step(NamedTuple):
    """What a step did."""

    more: bool
    deleted: int


def delete_step(
    connection: sqlite3.Connection, retention: Retention, now: float, step: int = DELETE_STEP
) -> int:
    """Delete the oldest events that are too old or too many, at most `step`; return how many."""
    # Asked for in one query, the two would cost a scan of everything.
    first, last = connection.execute(
        "SELECT (SELECT min(id) FROM events), (SELECT max(id) FROM events)"
    ).fetchone()
    if first is None:
        return 0
    goal = first - 1
    if retention.events:
        goal = last - retention.events
    if retention.days:
        # Events stand in the order of their time, so that one look at the end of the step tells.
        row = connection.execute(
            "SELECT max(id) FROM (SELECT id, time FROM events ORDER BY id LIMIT ?) WHERE time < ?",
            (step, now - retention.days * DAY),
        ).fetchone()
        goal = max(goal, row[0] or 0)
    goal = min(goal, first + step - 1)
    if goal < first:
        return 0
    forget_words(connection, first, goal)
    return connection.execute("DELETE FROM events WHERE id <= ?", (goal,)).rowcount


def upkeep_step(connection: sqlite3.Connection, retention: Retention, now: float) -> Step:
    """Index and delete a little; return whether there is more to do."""
    more = index_step(connection)
    deleted = delete_step(connection, retention, now)
    return Step(more or deleted >= DELETE_STEP, deleted)


class Aged(NamedTuple):
    """What was forgotten because of its age."""

    rooms: list[str]
    """Folded names."""
    mail: list[tuple[str, str]]
    """Account and author of each message."""


def daily(connection: sqlite3.Connection, now: float, used: Iterable[str] = ()) -> Aged:
    """Forget old mail, bans that are over, and rooms that are not among the `used`."""
    forget_over(connection, now)
    return Aged(forget_unused(connection, now, used), forget_old_mail(connection, now))


def prune(connection: sqlite3.Connection) -> None:
    """Forget authors and rooms that occur in no event any more. Reads all events once."""
    connection.execute("DELETE FROM authors WHERE id NOT IN (SELECT author FROM events)")
    connection.execute("DELETE FROM places WHERE id NOT IN (SELECT place FROM events)")
