"""What people type after a slash, whatever dialect carries it: a table, and modules that add rows to it."""

from __future__ import annotations

# isort: off
# In the order in which `/help` shows them.
from chat.commands import table, talk, rooms, people, devices, server, accounts, past, moderation, operators  # noqa: F401

# isort: on
