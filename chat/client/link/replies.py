"""Puts together what belongs together in a server's stream: batches, and the answers to labelled commands.

Sources: IRCv3 "batch" and "labeled-response".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from chat.wire import Message

MAX_OPEN_BATCHES = 64
"""Batches that may be open at once; what belongs to others is taken as if it came by itself."""
MAX_BATCH_ITEMS = 5_000
"""Messages kept of one batch: many pages of history, and a bound for a server gone wrong."""
MAX_LABELS = 2_000
"""Answers waited for at once."""


class Batch(NamedTuple):
    """A complete batch; batches inside it stand in `items` where they ended."""

    kind: str
    params: tuple[str, ...]
    opening: Message
    items: list[Item]

    def messages(self) -> Iterator[Message]:
        """All messages in it, those of inner batches included."""
        for item in self.items:
            if isinstance(item, Batch):
                yield from item.messages()
            else:
                yield item


Item: TypeAlias = Message | Batch
Answered: TypeAlias = Callable[[list[Item]], list[Item]]
"""Gets everything that answers a command, and gives back what should go the usual way nevertheless."""


class ReplyAssembler:
    """`feed` it every message of a server; it gives back what is complete, in order."""

    def __init__(self) -> None:
        self._open: dict[str, Batch] = {}
        self._expected: dict[str, Answered] = {}

    def expect(self, label: str, answered: Answered) -> None:
        """Have `answered` called with what the server answers to the command with this label."""
        if len(self._expected) < MAX_LABELS:
            self._expected[label] = answered

    def forget(self, label: str) -> None:
        """Let the answer go the usual way."""
        self._expected.pop(label, None)

    def feed(self, message: Message) -> list[Item]:
        """What `message` completes: nothing, itself, or a batch."""
        if message.command == "BATCH" and message.params:
            return self._batch(message)
        parent = self._open.get(message.tags.get("batch", ""))
        if parent is not None:
            _add(parent, message)
            return []
        return self._complete(message, message)

    def _batch(self, message: Message) -> list[Item]:
        sign, reference = message.params[0][:1], message.params[0][1:]
        if sign == "+" and len(message.params) > 1 and len(self._open) < MAX_OPEN_BATCHES:
            self._open[reference] = Batch(message.params[1], message.params[2:], message, [])
        elif sign == "-" and (batch := self._open.pop(reference, None)) is not None:
            parent = self._open.get(batch.opening.tags.get("batch", ""))
            if parent is None:
                return self._complete(batch, batch.opening)
            _add(parent, batch)
        return []

    def _complete(self, item: Item, labelled: Message) -> list[Item]:
        answered = self._expected.pop(labelled.tags.get("label", ""), None)
        if answered is None:
            return [item]
        if isinstance(item, Batch) and item.kind == "labeled-response":
            return answered(item.items)
        return answered([item])


def _add(batch: Batch, item: Item) -> None:
    if len(batch.items) < MAX_BATCH_ITEMS:
        batch.items.append(item)


def refusal(message: Message) -> str | None:
    """The sentence of an error numeric, or of a FAIL (IRCv3 "standard-replies"); None for anything else."""
    if message.command == "FAIL" and len(message.params) > 2:
        return sentence(message.params[-1])
    if message.command.isdigit() and message.command[0] in "45" and len(message.params) > 1:
        about = " ".join(message.params[1:-1])
        return sentence(f"{about}: {message.params[-1]}" if about else message.params[-1])
    return None


def sentence(text: str) -> str:
    """`text` with a full stop, if it ends with none of its own kind."""
    text = text.rstrip()
    return text if text.endswith((".", "!", "?", ":", "…")) else f"{text}."
