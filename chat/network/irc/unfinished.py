"""What a client has begun and not finished: becoming a person, logging in, sending a message of several lines."""

from __future__ import annotations

from collections.abc import Callable

from chat.domain.events import ClientTags
from chat.domain.names import Name


class Registration:
    """What a client has said about itself before it is a person."""

    __slots__ = ("name", "negotiating", "password", "username")

    def __init__(self) -> None:
        self.name: Name | None = None
        self.username = ""
        self.password: str | None = None
        self.negotiating = False


Step = Callable[[bytes], None]
"""Goes on with a login when a whole response of the client is there, without Base64."""


class Exchange:
    """A SASL login under way: what the client has sent of its response, and what takes it."""

    __slots__ = ("apart", "collected", "step")

    def __init__(self, step: Step, apart: float = 0.0) -> None:
        self.collected = ""
        self.step = step
        self.apart = apart
        """What taking the response costs in work of other threads; see `chat.domain.terms`."""


class Multiline:
    """A message of several lines while it is being sent."""

    __slots__ = ("command", "cuts", "label", "lines", "reference", "tags", "target", "text")

    def __init__(self, reference: str, target: str, tags: ClientTags, label: str) -> None:
        self.reference = reference
        self.target = target
        self.tags = tags
        self.label = label
        self.command = ""
        self.text = ""
        self.lines = 0
        self.cuts: list[int] = []
        """Offsets in the text at which a piece ended without a line feed."""

    def add(self, text: str, concat: bool) -> None:
        """Another piece."""
        if self.lines and concat:
            self.cuts.append(len(self.text))
        elif self.lines:
            self.text += "\n"
        self.text += text
        self.lines += 1
