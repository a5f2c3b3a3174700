"""The table of IRC commands: how many parameters each needs, on what terms it may be used, and what does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from chat.domain.terms import LINE, Count, Terms, Words
from chat.network.irc.client import IrcClient
from chat.wire import Message

Run = Callable[[IrcClient, Message], None]


class Row(NamedTuple):
    """One command."""

    name: str
    minimum: int
    """Parameters it must have; fewer are answered with ERR_NEEDMOREPARAMS."""
    early: bool
    """Whether it may be used before registration is complete."""
    terms: Terms
    """Who may, what it costs, what a mute forbids."""
    usage: str
    """Its parameters, for HELP."""
    help: str
    """What it does, for HELP."""
    run: Run


ROWS: dict[str, Row] = {}
"""Every command by its name in capitals."""


def command(
    name: str,
    usage: str,
    text: str,
    *,
    minimum: int = 0,
    early: bool = False,
    operator: bool = False,
    words: Words | None = None,
    lines: float | Count = 1.0,
    work: float | Count = LINE,
    apart: float | Count = 0.0,
    speech: bool = False,
) -> Callable[[Run], Run]:
    """Add a row for the decorated function; the columns of `Terms` by their names."""
    terms = Terms(operator, words, lines, work, apart, speech)

    def add(run: Run) -> Run:
        ROWS[name] = Row(name, minimum, early, terms, usage, text, run)
        return run

    return add
