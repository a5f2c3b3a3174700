"""Whom somebody does not want to hear."""

from chat.domain.events import Whispered
from chat.domain.ignoring import ignore, unignore
from chat.domain.refused import Why
from chat.domain.user import IGNORES_AT_MOST
from tests.domain.hall import Hall, told


def test_private_messages_of_ignored_people_are_not_told(hall: Hall) -> None:
    ann, bob = hall.person("ann"), hall.person("bob")
    ignore(ann, "BOB")
    hall.directory.whisper(bob, ann, "hey")
    assert not any(isinstance(event, Whispered) for event in told(ann))
    assert ann.correspondent is None
    unignore(ann, "Bob")
    hall.directory.whisper(bob, ann, "hey")
    assert isinstance(told(ann)[-1], Whispered)
    assert ann.correspondent == "bob"


def test_limits(hall: Hall) -> None:
    ann = hall.person("ann")
    assert hall.why(unignore, ann, "nobody") is Why.NO_SUCH_USER
    for number in range(IGNORES_AT_MOST):
        ignore(ann, f"n{number}")
    assert hall.why(ignore, ann, "more") is Why.LIMIT
