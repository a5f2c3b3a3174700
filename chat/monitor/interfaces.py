"""What the monitor needs of the chat server, and nothing more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class ActionRefused(Exception):
    """An action could not be done; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The server's figures at one moment.

    Those called *since start* never fall while the process runs; the others are as of this moment.
    """

    people: int
    """How many are online."""
    peak: int
    """The most that were online at once, since start."""
    rooms: int
    messages: int
    """Messages said in rooms, since start."""
    private_messages: int
    """Private messages, since start."""
    connections: Mapping[str, int]
    """Connections open, by dialect (`plain`, `irc`, and a name for those that have not chosen)."""
    refused: int
    """Connections refused, since start."""
    waited: int
    """Commands that had to wait for their turn, since start: who gives them asks for more than there is time for."""
    muted: int
    """How often somebody was muted, since start."""
    bytes_in: int
    """Bytes received from people, since start."""
    bytes_out: int
    """Bytes sent to people, since start."""
    uptime: float
    """Seconds since start."""
    delayed: int = 0
    """Lines that waited because their authors sent too fast, since start."""
    missed: int = 0
    """Events that slow readers were told they missed, since start."""
    stalled: int = 0
    """Readers that were closed because they took nothing, since start."""
    refusals: Mapping[str, int] = field(default_factory=dict)
    """What was refused, by reason, since start."""
    bounded: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Queues and tables: how much is in each, and the most that may be."""
    failing: bool = False
    """Whether the disk does not take what is to be stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One row of the table of who is online. Holds nothing that anybody said."""

    name: str
    dialect: str
    address: str
    rooms: tuple[str, ...]
    idle: float
    """Seconds since this person last sent something."""
    account: str | None = None
    muted: bool = False


class Source(Protocol):
    """The chat server, as the monitor reads it. Both methods are called from the reactor's thread."""

    def figures(self) -> Figures:
        """The figures of this moment. Called once a second, watched or not: it must not walk over people."""
        ...

    def people(self) -> Iterable[Person]:
        """Who is online, in any order. Called every few seconds while a page is open.

        Only as many as are shown are taken from it, so a generator costs no more than those, except while
        an operator searches: then all of it is walked.
        """
        ...


class Actions(Protocol):
    """What an operator may do from the page. Each returns when it is done, or raises `ActionRefused`.

    The texts were typed by an operator: one line each, without control characters, at most
    `chat.monitor.actions.MAX_TEXT` characters. `by` names the operator, for the log and the list of bans.
    """

    def announce(self, text: str, by: str) -> None:
        """Tell everybody who is online."""
        ...

    def kick(self, name: str, reason: str, by: str) -> None:
        """Close the person's connection, telling the reason (which may be empty)."""
        ...

    def mute(self, name: str, seconds: float, reason: str, by: str) -> None:
        """Let nothing that the person says through for so long; 0 seconds ends a mute."""
        ...

    def ban(self, name: str, seconds: float | None, reason: str, by: str) -> str:
        """Keep the person out for so long, or for good (None); returns a sentence that says what was banned."""
        ...
