"""Why people leave the server, in the words of the server itself, and which of them tell the others anything."""

from __future__ import annotations

CLOSED = "Connection closed"
"""The other side hung up, or stopped reading."""
LOST = "Connection lost"
"""The network, or a fault here, ended the connection."""
GOING_DOWN = "The server is going down. Come back in a moment"
"""Everybody leaves at once, and has read it."""
QUIT = "Quit"
"""An IRC client's QUIT, which can have a reason of its own; others know by it that it is not the server's."""

ORDINARY = frozenset((CLOSED, LOST, GOING_DOWN, "The server is going down. Goodbye", QUIT))


def said_quit(reason: str) -> str:
    """The reason of an IRC client's QUIT, as others on IRC get it."""
    return f"{QUIT}: {reason}" if reason else QUIT


def telling(reason: str) -> str:
    """What a reason tells people that "left" does not; "" for an ordinary end. Reasons in old histories count, too."""
    return "" if reason in ORDINARY else reason.removeprefix(f"{QUIT}: ")
