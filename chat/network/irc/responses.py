"""Replies in the order of the commands: what one command is answered with, labelled, and held until it is safe.

An acknowledgement (an echo, or the labelled response to a message) goes out when the journal's receipt says that the
event is stored. What later commands are answered with waits behind it, so that a client can rely on the order.
Source: IRCv3 "labeled-response" (https://ircv3.net/specs/extensions/labeled-response) and "batch".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count

from chat.wire import escape_tag_value

_references = count(1)
_BATCH = re.compile(rb"(?:@[^ ]* )?:[^ ]* BATCH \+([^ ]*) ")


def new_reference() -> str:
    """A batch reference that is used once in this process."""
    return f"{next(_references):x}"


def with_tag(data: bytes, tag: bytes) -> bytes:
    """Add a tag (`key=value`) to each line that is not in a batch already."""
    lines = data.split(b"\r\n")
    lines.pop()
    return b"".join([_tagged(line, tag) + b"\r\n" for line in lines])


def _tagged(line: bytes, tag: bytes) -> bytes:
    if not line.startswith(b"@"):
        return b"@" + tag + b" " + line
    tags = line[: line.index(b" ")]
    if b"@batch=" in tags or b";batch=" in tags:
        return line
    return b"@" + tag + b";" + line[1:]


def _is_batch(data: bytes) -> bool:
    """Whether these lines are one batch and nothing else."""
    found = _BATCH.match(data)
    return found is not None and data.endswith(b" BATCH -" + found[1] + b"\r\n")


class Response:
    """What one command is answered with. `pending` counts the parts that wait for a receipt."""

    __slots__ = ("afterwards", "label", "open", "parts", "pending")

    def __init__(self, label: str) -> None:
        self.label = label
        """What the client called it; "" if it gave no label."""
        self.parts: list[bytes] = []
        self.afterwards: list[Callable[[], None]] = []
        """What is called when this is on its way."""
        self.pending = 0
        self.open = True

    @classmethod
    def of(cls, data: bytes) -> Response:
        """What answers no command, and is complete."""
        response = cls("")
        response.parts.append(data)
        response.open = False
        return response

    @property
    def complete(self) -> bool:
        """Whether the command is done and nothing of its answer waits."""
        return not self.open and not self.pending

    def data(self, server: str) -> bytes:
        """The bytes: one labelled line, a labelled batch of several, or ACK for none."""
        data = b"".join(self.parts)
        if not self.label:
            return data
        label = f"label={escape_tag_value(self.label)}".encode()
        lines = data.count(b"\r\n")
        if _is_batch(data):
            # A batch carries the label of what it answers on its first line.
            first, _, rest = data.partition(b"\r\n")
            return with_tag(first + b"\r\n", label) + rest
        if lines == 0:
            return b"@%b :%b ACK\r\n" % (label, server.encode())
        if lines == 1:
            return with_tag(data, label)
        reference = new_reference().encode()
        source = server.encode()
        return b"@%b :%b BATCH +%b labeled-response\r\n%b:%b BATCH -%b\r\n" % (
            label,
            source,
            reference,
            with_tag(data, b"batch=" + reference),
            source,
            reference,
        )


class Echo:
    """A part of a response that waits for the receipt of one event; `done` is called when it has it."""

    __slots__ = ("_data", "_done", "_index", "_otherwise", "_response", "_stored")

    def __init__(self, response: Response, done: Callable[[], None]) -> None:
        self._response = response
        self._done = done
        self._index = len(response.parts)
        self._data: bytes | None = None
        self._otherwise = b""
        self._stored: bool | None = None
        response.parts.append(b"")
        response.pending += 1

    def stored(self, safe: bool) -> None:
        """The journal's receipt."""
        self._stored = safe
        self._settle()

    def says(self, data: bytes, otherwise: bytes) -> None:
        """What goes out when the event is stored, and what if it could not be."""
        self._data = data
        self._otherwise = otherwise
        self._settle()

    def dropped(self) -> None:
        """The event was refused: nothing goes out."""
        self._stored = True
        self.says(b"", b"")

    def _settle(self) -> None:
        if self._data is not None and self._stored is not None:
            self._response.parts[self._index] = self._data if self._stored else self._otherwise
            self._response.pending -= 1
            self._done()
