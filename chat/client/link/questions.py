"""The questions of one connection that wait for their answers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from chat.client.link.features import Features
from chat.client.link.queries import ANSWER_SECONDS, Question
from chat.client.link.replies import Answered, Item
from chat.wire import Message

MAX_QUESTIONS = 100
"""Questions waiting for their answers."""


class Questions:
    """Sends questions, no faster than the server takes them, and hands each what belongs to its answer."""

    def __init__(
        self,
        reactor: Any,
        features: Features,
        put: Callable[[Message], None],
        expect: Callable[[str, Answered], None],
        charge: Callable[[], float],
    ) -> None:
        """`put` sends a message; `expect` has the answer to a label given to somebody (`Replies.expect`).

        `charge` counts a line against the pace, and gives the seconds to wait before it may be sent.
        """
        self._reactor = reactor
        self._features = features
        self._put = put
        self._expect = expect
        self._charge = charge
        self._waiting: list[Question] = []
        self._labels = count(1)

    def ask(self, question: Question) -> None:
        """Send a question; its answer fires, or fails with `QueryFailed`."""
        if len(self._waiting) >= MAX_QUESTIONS:
            question.fail("Too many questions at once: wait for the answers to the others.")
            return
        self._waiting.append(question)
        late = self._reactor.callLater(ANSWER_SECONDS, question.fail, "The server did not answer.")

        def answered(result: Any) -> Any:
            if late.active():
                late.cancel()
            if question in self._waiting:
                self._waiting.remove(question)
            return result

        question.answer.addBoth(answered)
        wait = self._charge()
        if wait:
            # Coming into many rooms asks for much history at once.
            self._reactor.callLater(wait, self._send, question)
        else:
            self._send(question)

    def _send(self, question: Question) -> None:
        if question.answer.called:
            return
        if not self._features.labels:
            self._put(question.message)
            return
        label = f"q{next(self._labels)}"

        def labelled(items: list[Item]) -> list[Item]:
            if not question.answer.called:
                question.answer.callback(items)
            return []

        self._expect(label, labelled)
        self._put(question.message._replace(tags={"label": label}))

    def take(self, item: Item) -> bool:
        """Whether something that came without a label was part of an answer."""
        return any(question.take(item) for question in self._waiting)

    def abandon(self) -> None:
        """The connection is gone, and no answer comes any more."""
        waiting, self._waiting = self._waiting, []
        for question in waiting:
            question.fail("The connection was lost before the answer came.")
