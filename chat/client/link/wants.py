"""What a person wants of any connection to a server; it outlives each of them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Wants:
    """What the person wants of any connection."""

    name: str
    account: str | None = None
    password: str | None = None
    server_password: str | None = None
    """What the server lets nobody in without (PASS), None for nothing."""
    rooms: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Folded name -> (name, key)."""
    away: str | None = None
    new_password: str | None = None
    """What an account that is being made will have."""
    name_after_login: str | None = None
    """The account that the person is logging in to by hand, whose name they are to have then."""
    reclaim: bool = False
    """We had the name before, and want it back when it is free."""
