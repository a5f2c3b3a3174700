"""Our own messages, from the key press to the server's acknowledgement, over as many connections as that takes."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

from chat.client.link.events import Delivery, DeliveryChanged, Event, Kind, Outgoing
from chat.client.link.features import Features
from chat.client.link.replies import Item, refusal
from chat.client.link.translate import REPLY
from chat.domain.limits import TokenBucket
from chat.domain.text import within_bytes
from chat.wire import Message, parse_server_time

MAX_PENDING = 1_000
"""Messages that may wait: more than anybody types while a server restarts."""
MAX_TEXT = 32 * 1024
"""Characters of one message: a long paste. With `MAX_PENDING` it bounds what waits."""
MAX_IN_FLIGHT = 8
"""Messages sent and not acknowledged: enough to hide the way to a distant server, few to repeat after a drop."""
PACE = 1.9
"""Lines a second after `BURST`: a little slower than what the server takes for spam (`limits.MESSAGE_RATE`)."""
BURST = 4
"""Lines at once: one less than `limits.MESSAGE_BURST`, since lines can arrive closer together than they left."""

SHORTEST = 16
"""Bytes that a piece may always have, so that splitting gets ahead whatever the room's name takes."""

UNSURE = "The connection was lost before the server confirmed this: it may have been said, or not."
NOT_SENT = "It was not sent."


class Part:
    """One line of an `Outgoing`. Its label stays the same when it is repeated, so that the server can tell."""

    __slots__ = ("acknowledged", "attempts", "label", "message", "text")

    def __init__(self, message: Outgoing, text: str, label: str) -> None:
        self.message = message
        self.text = text
        self.label = label
        self.attempts = 0
        """On how many connections it was sent."""
        self.acknowledged = False


class Carrier(Protocol):
    """What takes our messages to the server: a connection that is online."""

    features: Features

    def room_for_text(self, place: str, kind: Kind) -> int:
        """Bytes of text that one line to this place may have."""

    def may_send_to(self, place: str) -> bool:
        """Whether what comes before is settled there: we are in the room, and have caught up."""

    def ask(self, message: Message, answered: Callable[[list[Item]], list[Item]], label: str) -> None:
        """Send with a label."""

    def send(self, message: Message) -> None:
        """Send without one."""

    def barrier(self, reached: Callable[[], None]) -> None:
        """Call when the server has dealt with everything sent before."""


def wire_message(place: str, text: str, kind: Kind) -> Message:
    """What says `text` on the wire."""
    if kind is Kind.ACT:
        return Message("PRIVMSG", (place, f"\x01ACTION {text}\x01"))
    return Message("NOTICE" if kind is Kind.NOTICE else "PRIVMSG", (place, text))


class Outbox:
    """Everything that was typed and is not acknowledged."""

    def __init__(
        self,
        reactor: Any,
        emit: Callable[[Event], None],
        wall_clock: Callable[[], float],
        acknowledged_as: Callable[[str, str, float], None],
    ) -> None:
        """`acknowledged_as` is called with the place, msgid and time of what was acknowledged with a msgid."""
        self._reactor = reactor
        self._emit = emit
        self._wall_clock = wall_clock
        self._acknowledged_as = acknowledged_as
        self._bucket = TokenBucket(PACE, BURST - 1)
        self._run = secrets.token_hex(8)
        self._labels = count(1)
        self._waiting: dict[Outgoing, list[Part]] = {}
        """Oldest first, with the parts that each was split into: none before its turn."""
        self._in_flight: list[Part] = []
        self._carrier: Carrier | None = None
        self._later: Any = None

    @property
    def pending(self) -> list[Outgoing]:
        """What is not acknowledged, oldest first."""
        return list(self._waiting)

    def charge(self) -> float:
        """Count a line that the server counts too, such as a JOIN; the seconds after which it keeps the pace."""
        return self._bucket.take(self._reactor.seconds())

    def add(self, place: str, text: str, kind: Kind, reply_to: str = "") -> Outgoing:
        """A new message; it has failed at once if it says nothing or is too much."""
        message = Outgoing(place, encodable(text), kind, self._wall_clock(), reply_to)
        message.sentence = self._objection(message)
        if message.sentence:
            message.state = Delivery.FAILED
        else:
            self._waiting[message] = []
            self.pump()
        return message

    def _objection(self, message: Outgoing) -> str:
        if not message.text.strip():
            return "There is nothing in it."
        if len(message.text) > MAX_TEXT:
            return f"It is too long: at most {MAX_TEXT} characters go out at once."
        if len(self._waiting) >= MAX_PENDING:
            return f"{MAX_PENDING} messages wait already. Try again when they are out."
        try:
            wire_message(message.place, "x", message.kind).encode()
        except ValueError:
            return f"Nobody and no room can be called {message.place!r}."
        return ""

    def forget(self, message: Outgoing) -> None:
        """Let a message fail of which nothing is on its way."""
        if message in self._waiting and not any(part.message is message for part in self._in_flight):
            self._fail(message, NOT_SENT)

    def forget_all(self, why: str) -> None:
        """Let everything fail."""
        self._in_flight.clear()
        for message in self.pending:
            self._fail(message, why)

    def online(self, carrier: Carrier) -> None:
        """Send through this connection from here on; what was on its way on the last one is sent again."""
        self._carrier = carrier
        self.pump()

    def offline(self) -> None:
        """The connection is gone: nobody knows what became of what was on its way."""
        self._carrier = None
        self._in_flight.clear()
        if self._later is not None:
            self._later.cancel()
            self._later = None

    def pump(self) -> None:
        """Send what may be sent: in order for each place, at the pace, and not too much at once."""
        carrier = self._carrier
        if carrier is None or self._later is not None:
            return
        held: set[str] = set()
        for message in self.pending:
            key = carrier.features.fold(message.place)
            # Sending can settle messages, and so get here again, before it returns.
            if key in held or message.state is not Delivery.PENDING:
                continue
            if not carrier.may_send_to(message.place):
                held.add(key)
                continue
            if not self._send_rest(message, carrier):
                return

    def _send_rest(self, message: Outgoing, carrier: Carrier) -> bool:
        """Send the parts of `message` that are not on their way; False if it is enough for now."""
        parts = self._waiting[message]
        if not parts:
            pieces = split_text(message.text, carrier.room_for_text(message.place, message.kind))
            parts += [Part(message, piece, f"{self._run}.{next(self._labels)}") for piece in pieces]
        for part in parts:
            if part.acknowledged or part in self._in_flight:
                continue
            if part.attempts and not self._may_repeat(carrier.features):
                self._fail(message, UNSURE)
                break
            if len(self._in_flight) >= MAX_IN_FLIGHT:
                return False
            wait = self._bucket.wait(self._reactor.seconds())
            if wait > 0:
                self._later = self._reactor.callLater(wait, self._go_on)
                return False
            self._bucket.take(self._reactor.seconds())
            self._send(part, carrier)
        return True

    def _go_on(self) -> None:
        self._later = None
        self.pump()

    @staticmethod
    def _may_repeat(features: Features) -> bool:
        """Whether a message that was sent on a lost connection may go out again without being said twice: the server
        knows its label again, or history would have shown it (`found`).
        """
        return features.repeats or features.history

    def _send(self, part: Part, carrier: Carrier) -> None:
        message = part.message
        line = wire_message(message.place, part.text, message.kind)
        if message.reply_to and carrier.features.reactions and part is self._waiting[message][0]:
            line = line._replace(tags={REPLY: message.reply_to})
        part.attempts += 1
        self._in_flight.append(part)
        if carrier.features.labels:
            carrier.ask(line, lambda items: self._answered(part, items), part.label)
        else:
            carrier.send(line)
            carrier.barrier(lambda: self._passed(part))

    def _answered(self, part: Part, items: list[Item]) -> list[Item]:
        """The server's labelled answer: an echo, ACK, or what was wrong."""
        rest: list[Item] = []
        for item in items:
            why = refusal(item) if isinstance(item, Message) else None
            if why is not None:
                self._fail(part.message, why)
            elif isinstance(item, Message) and item.command in ("PRIVMSG", "NOTICE", "ACK"):
                self._echoed(part, item)
            else:
                rest.append(item)
        if not part.acknowledged:
            self._acknowledge(part)
        return rest

    def _passed(self, part: Part) -> None:
        """The server has dealt with a message that has no label, and did not complain."""
        if part in self._in_flight:
            self._acknowledge(part)

    def echo(self, place: str, text: str, kind: Kind, message: Message) -> bool:
        """Whether what came back under our name is one of ours on its way; if so it is acknowledged."""
        for part in self._in_flight:
            if part.text == text and part.message.kind is kind and self._same(part.message.place, place):
                self._echoed(part, message)
                return True
        return False

    def found(self, place: str, text: str, kind: Kind, message: Message) -> bool:
        """As `echo`, for what the history shows of a message that was sent on a lost connection."""
        for waiting, parts in self._waiting.items():
            for part in parts:
                unsure = part.attempts and not part.acknowledged
                if unsure and part.text == text and waiting.kind is kind and self._same(waiting.place, place):
                    self._echoed(part, message)
                    return True
        return False

    def refused(self, target: str, why: str) -> bool:
        """Whether an error about this target is about a message without a label; if so that has failed."""
        for part in self._in_flight:
            if self._same(part.message.place, target):
                self._fail(part.message, why)
                return True
        return False

    def _same(self, place: str, other: str) -> bool:
        return self._carrier is not None and self._carrier.features.fold(
            place
        ) == self._carrier.features.fold(other)

    def _echoed(self, part: Part, message: Message) -> None:
        msgid = message.tags.get("msgid", "")
        try:
            when = parse_server_time(message.tags.get("time", ""))
        except ValueError:
            when = part.message.time
        if msgid:
            self._acknowledged_as(part.message.place, msgid, when)
            if msgid not in part.message.msgids:
                part.message.msgids.append(msgid)
        part.message.time = when
        self._acknowledge(part)

    def _acknowledge(self, part: Part) -> None:
        part.acknowledged = True
        if part in self._in_flight:
            self._in_flight.remove(part)
        message = part.message
        if message.state is Delivery.PENDING:
            if all(p.acknowledged for p in self._waiting[message]):
                self._settle(message, Delivery.ACKNOWLEDGED)
            else:
                self._emit(DeliveryChanged(message))
        self.pump()

    def _fail(self, message: Outgoing, why: str) -> None:
        self._in_flight = [part for part in self._in_flight if part.message is not message]
        message.sentence = why
        self._settle(message, Delivery.FAILED)
        self.pump()

    def _settle(self, message: Outgoing, state: Delivery) -> None:
        message.state = state
        self._waiting.pop(message, None)
        self._emit(DeliveryChanged(message))


_LONE = re.compile("[\ud800-\udfff]")


def encodable(text: str) -> str:
    """`text` with U+FFFD for what no UTF-8 is made of: terminals and command lines pass on bytes that are none so."""
    return _LONE.sub("\ufffd", text)


def split_text(text: str, limit: int) -> list[str]:
    """Pieces of at most `limit` bytes, cut at spaces unless a word is longer than that by itself.

    Line ends make new pieces, empty lines vanish. Joined with spaces the pieces of a line are that line, but for
    spaces at the cuts; no visible character is cut in two.
    """
    limit = max(limit, SHORTEST)
    pieces = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n"):
        rest = line.rstrip()
        while rest:
            piece = within_bytes(rest, limit)
            if len(piece) < len(rest) and rest[len(piece)] != " ":
                space = piece.rfind(" ")
                word = rest[space + 1 :].partition(" ")[0]
                # What fits a piece by itself, such as a link, is never cut.
                if space > 0 and len(word.encode("utf-8", "surrogatepass")) <= limit:
                    piece = piece[:space]
            rest = rest[len(piece) :].lstrip(" ")
            if piece := piece.rstrip(" "):
                pieces.append(piece)
    return pieces
