"""Catching up with a place: what was said before we came, or while the connection was gone.

Source: IRCv3 draft/chathistory. Servers without it may replay on joining, in a batch of the type `chathistory`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.python.failure import Failure

from chat.client.link.events import Event, Missed, Said
from chat.client.link.features import Features
from chat.client.link.outbox import Outbox
from chat.client.link.queries import QueryFailed, batch_of, history_question
from chat.client.link.questions import Questions
from chat.client.link.replies import Batch, Item
from chat.client.link.state import Memory
from chat.client.link.translate import happened
from chat.wire import Message, format_server_time

FIRST_PAGE = 50
"""Messages shown of a place that is new to us."""
MAX_PAGES = 20
"""Pages fetched of what was missed; after that the latest page is shown, and that there is a gap."""
MAX_HELD = 1_000
"""Live messages of a place kept back while its history comes in, so that they are shown in order."""
PRIVATE_PLACES = 20
"""Private chats that are caught up with, those of the latest messages."""

NO_HISTORY = "What was said while you were away is not known: this server keeps no history."
NOT_ALL = "Some of what was said while you were away is missing."


class CatchingUp(Protocol):
    """What catching up needs of the connection that it is done for."""

    features: Features
    memory: Memory
    outbox: Outbox
    questions: Questions
    name: str

    def now(self) -> float:
        """Seconds since the epoch."""

    def emit(self, event: Event) -> None:
        """Tell of an event."""

    def deliver(self, event: Said) -> None:
        """Tell of a message, unless it was told before."""

    def barrier(self, reached: Callable[[], None]) -> None:
        """Call when the server has dealt with everything sent before."""


class _Progress:
    """How far catching up with one place has come."""

    __slots__ = ("held", "known", "pages", "place", "since")

    def __init__(self, place: str, known: bool, since: float) -> None:
        """`known`: we were there before, and know what was said until `since` (seconds since the epoch)."""
        self.place = place
        self.known = known
        self.since = since
        self.pages = 0
        self.held: list[Said] = []


class CatchUp:
    """All the places of one connection that are being caught up with."""

    def __init__(self, session: CatchingUp) -> None:
        self._session = session
        self._busy: dict[str, _Progress] = {}

    def busy(self, place: str) -> bool:
        """Whether a place is not settled yet."""
        return self._session.features.fold(place) in self._busy

    def begin_private(self) -> None:
        """Catch up with the private chats that were going on."""
        session = self._session
        if session.features.history:
            for key in session.memory.latest_places(PRIVATE_PLACES):
                if not session.features.is_room(key):
                    self.begin(key)

    def begin(self, place: str) -> None:
        """Catch up with a place, from the newest message known of it."""
        session = self._session
        key = session.features.fold(place)
        if key in self._busy:
            return
        newest = session.memory.newest(key)
        known = session.memory.visit(key) or newest is not None
        self._busy[key] = _Progress(place, known, newest.time if newest is not None else 0.0)
        if not session.features.history:
            # A replay, if there is one, comes with the join, and so before the answer to this.
            session.barrier(lambda: self._no_replay(key))
        elif newest is None:
            self._ask(key, "LATEST", "*", FIRST_PAGE)
        else:
            self._ask(key, "AFTER", f"msgid={newest.msgid}")

    def hold(self, event: Said) -> bool:
        """Whether a live message waits until the place is caught up with; it is shown then."""
        progress = self._busy.get(self._session.features.fold(event.place))
        if progress is None or len(progress.held) >= MAX_HELD:
            return False
        progress.held.append(event)
        return True

    def replay(self, batch: Batch) -> None:
        """History that the server sends by itself."""
        session = self._session
        place = "".join(batch.params[:1])
        key = session.features.fold(place)
        progress = self._busy.get(key)
        messages = list(batch.messages())
        newest = session.memory.newest(key)
        if newest is not None and messages and newest.msgid not in {m.tags.get("msgid") for m in messages}:
            session.emit(Missed(place, NOT_ALL))
        self._show(place, messages)
        if progress is not None:
            progress.known = False

    def abandon(self) -> None:
        """The connection is gone. What was held back is fetched again with the rest, where that is possible."""
        busy, self._busy = self._busy, {}
        if not self._session.features.history:
            for progress in busy.values():
                for event in progress.held:
                    self._session.deliver(event)

    def _no_replay(self, key: str) -> None:
        progress = self._busy.get(key)
        if progress is not None:
            if progress.known:
                self._session.emit(Missed(progress.place, NO_HISTORY))
            self._done(key)

    def _ask(self, key: str, command: str, start: str, count: int = 0) -> None:
        session = self._session
        limit = count or session.features.history_page
        limit = min(limit, session.features.history_page)
        question = history_question(
            command,
            self._busy[key].place,
            start,
            str(limit),
            same=lambda target: session.features.fold(target) == key,
        )
        session.questions.ask(question)
        question.answer.addCallback(self._page, key, command, start, limit)
        question.answer.addErrback(self._no_answer, key)

    def _page(self, items: list[Item], key: str, command: str, start: str, limit: int) -> None:
        session = self._session
        progress = self._busy.get(key)
        if progress is None:
            return
        messages = batch_of(items, "chathistory")
        if messages is None:
            self._refused(key, command, start)
            return
        self._show(progress.place, messages)
        progress.pages += 1
        last = messages[-1].tags.get("msgid") if messages else None
        if command != "AFTER" or len(messages) < limit or not last or start == f"msgid={last}":
            self._done(key)
        elif progress.pages < MAX_PAGES:
            self._ask(key, "AFTER", f"msgid={last}")
        else:
            session.emit(Missed(progress.place, NOT_ALL))
            self._ask(key, "LATEST", "*")

    def _refused(self, key: str, command: str, start: str) -> None:
        """The message from which on we asked may be gone: try its time, then take what there is."""
        progress = self._busy[key]
        newest = self._session.memory.newest(key)
        if command == "AFTER" and newest is not None and start.startswith("msgid="):
            self._ask(key, "AFTER", f"timestamp={format_server_time(newest.time)}")
            return
        if progress.known and self._session.features.is_room(progress.place):
            self._session.emit(Missed(progress.place, NOT_ALL))
        self._done(key)

    def _no_answer(self, failure: Failure, key: str) -> None:
        failure.trap(QueryFailed)
        if key in self._busy:
            if self._busy[key].known:
                self._session.emit(Missed(self._busy[key].place, NOT_ALL))
            self._done(key)

    def _show(self, place: str, messages: list[Message]) -> None:
        session = self._session
        progress = self._busy.get(session.features.fold(place))
        for message in messages:
            event = happened(message, session.features, session.name, session.now(), (place,), history=True)
            if isinstance(event, Said):
                if progress is not None and progress.known and event.time >= progress.since:
                    event = event._replace(missed=True)
                if event.own and session.outbox.found(event.place, event.text, event.kind, message):
                    continue
                session.deliver(event)
            elif event is not None and session.memory.is_new(message.tags.get("msgid", "")):
                session.emit(event)

    def _done(self, key: str) -> None:
        progress = self._busy.pop(key, None)
        if progress is not None:
            for event in progress.held:
                self._session.deliver(event)
            self._session.outbox.pump()
