"""The whole table of IRC commands: the families of commands, each of which adds its rows when it is imported."""

from __future__ import annotations

from chat.network.irc import (  # noqa: F401  importing them is what fills the table
    accounts,
    batches,
    channels,
    devices,
    extensions,
    history,
    listing,
    markers,
    messages,
    metadata,
    modes,
    monitor,
    operators,
    persons,
    queries,
    registration,
    search,
    server,
    who,
)
from chat.network.irc.rows import ROWS

__all__ = ["ROWS"]
