"""Questions to the server whose answers come in several lines."""

from __future__ import annotations

from typing import NamedTuple


class QueryFailed(Exception):
    """A question was not answered; `sentence` says why for people."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Whois(NamedTuple):
    """Who somebody is, as far as the server tells."""

    name: str
    mask: str
    realname: str
    account: str
    rooms: tuple[str, ...]
    away: str
    idle: float | None
    since: float | None
    lines: tuple[str, ...]
    """Everything else that the server said, as sentences."""


class RoomListing(NamedTuple):
    """One room of the server's list."""

    name: str
    people: int
    topic: str
