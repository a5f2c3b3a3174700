"""Questions that wait for their answers: how many, how fast, and what becomes of them."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chat.client.link.features import Features
from chat.client.link.queries import ANSWER_SECONDS, QueryFailed, Question, list_question
from chat.client.link.questions import MAX_QUESTIONS, Questions
from chat.client.link.replies import Answered
from chat.wire import Message


class Desk:
    """Questions on a clock, to a server that says nothing."""

    def __init__(self, *, labels: bool = False) -> None:
        self.clock = Clock()
        self.sent: list[Message] = []
        self.expected: dict[str, Answered] = {}
        self.wait = 0.0
        features = Features()
        if labels:
            features.acknowledge("batch labeled-response message-tags")
        assert features.labels == labels
        self.questions = Questions(
            self.clock, features, self.sent.append, self.expected.__setitem__, lambda: self.wait
        )

    def ask(self) -> tuple[Question, list[object]]:
        """A question, and what becomes of it."""
        question = list_question()
        outcome: list[object] = []
        self.questions.ask(question)
        question.answer.addErrback(lambda failure: failure.value).addCallback(outcome.append)
        return question, outcome


def test_questions_in_waiting_are_bounded_and_an_answer_makes_room() -> None:
    desk = Desk()
    first, _ = desk.ask()
    for _ in range(MAX_QUESTIONS - 1):
        desk.ask()
    _, (refused,) = desk.ask()
    assert "Too many questions" in str(refused)
    assert len(desk.sent) == MAX_QUESTIONS
    first.answer.callback([])
    _, outcome = desk.ask()
    assert outcome == []
    assert len(desk.sent) == MAX_QUESTIONS + 1


def test_a_question_keeps_the_pace() -> None:
    desk = Desk()
    desk.wait = 2.0
    question, _ = desk.ask()
    assert desk.sent == []
    desk.clock.advance(2.0)
    assert desk.sent == [question.message]


@pytest.mark.parametrize("labels", [True, False])
def test_the_answer_to_a_label_goes_to_its_question(labels: bool) -> None:
    desk = Desk(labels=labels)
    _, outcome = desk.ask()
    answer = Message("323", ("bob", "End of LIST"))
    if labels:
        (sent,) = desk.sent
        assert desk.expected[sent.tags["label"]]([answer]) == []
    else:
        assert desk.questions.take(answer)
    assert outcome == [[answer]]
    assert not desk.questions.take(answer)


def test_what_was_given_up_is_not_sent_any_more() -> None:
    desk = Desk()
    desk.wait = 2.0
    _, outcome = desk.ask()
    desk.questions.abandon()
    assert [type(failure) for failure in outcome] == [QueryFailed]
    desk.clock.advance(2.0)
    assert desk.sent == []
    assert desk.clock.getDelayedCalls() == []


def test_a_question_that_is_not_answered_fails_in_the_end() -> None:
    desk = Desk()
    _, outcome = desk.ask()
    desk.clock.advance(ANSWER_SECONDS - 1)
    assert outcome == []
    desk.clock.advance(1)
    assert [type(failure) for failure in outcome] == [QueryFailed]
