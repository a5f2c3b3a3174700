"""What people type into a client of ours, whatever its interface: a table, and modules that add rows to it."""

from __future__ import annotations

# isort: off
# In the order in which `/help` shows them.
from chat.client.desk.typed import table, talk, accounts, rooms, operators  # noqa: F401

# isort: on
