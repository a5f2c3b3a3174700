"""Our own messages, from the key press to the server's acknowledgement."""

from __future__ import annotations

from enum import Enum

from chat.client.events import Kind


class Delivery(Enum):
    """How far one of our own messages has come."""

    PENDING = "pending"
    """Not acknowledged: it waits for its turn, for the server's answer, or for the next connection."""
    ACKNOWLEDGED = "acknowledged"
    """The server has it, for good."""
    FAILED = "failed"
    """It was not said; `Outgoing.sentence` says why."""


class Outgoing:
    """One of our own messages: a handle to show it by. Read-only for user interfaces.

    @ivar place: the room or person that it goes to.
    @ivar text: what is said, as typed.
    @ivar time: when it was typed, or the server's time for it once that is known.
    @ivar state: see `Delivery`.
    @ivar sentence: with `Delivery.FAILED`, why.
    @ivar msgid: the server's id for it once that is known (of the last part, if it had to be split).
    """

    def __init__(self, place: str, text: str, kind: Kind, time: float) -> None:
        self.place = place
        self.text = text
        self.kind = kind
        self.time = time
        self.state = Delivery.PENDING
        self.sentence = ""
        self.msgid = ""
