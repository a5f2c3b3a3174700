"""`python -m chat terminal`: the client for terminals, and for scripts that pipe lines into it."""

from __future__ import annotations

from chat.client.terminal.program import main

__all__ = ["main"]
