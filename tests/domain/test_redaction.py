"""Taking a message back."""

from __future__ import annotations

import pytest

from chat.domain.events import Redacted, Said
from chat.domain.redaction import redact
from chat.domain.refused import Refused, Why
from chat.domain.user import User
from tests.domain.hall import Hall, told


def outcome(hall: Hall, user: User, target: str, msgid: str) -> Why | None:
    """How taking something back ends: None if it worked."""
    answers: list[Refused | None] = []
    redact(hall.directory, user, target, msgid, "typo", answers.append)
    (answer,) = answers
    return None if answer is None else answer.why


@pytest.fixture
def people(hall: Hall) -> tuple[User, User, User, str]:
    """Ann, who runs #a; bob, who said something there; gus, a guest; and the id of what bob said."""
    ann, bob, gus = (hall.person(name, "#a") for name in ("ann", "bob", "gus"))
    event = hall.directory.say(bob, hall.directory.room("#a"), "oops")
    return ann, bob, gus, event.msgid


def test_author_and_operator_may_others_not(hall: Hall, people: tuple[User, User, User, str]) -> None:
    ann, bob, gus, msgid = people
    assert outcome(hall, gus, "#a", msgid) is Why.NEEDS_RIGHT
    assert outcome(hall, bob, "#A", msgid) is None
    for user in (ann, bob, gus):
        (event,) = [event for event in told(user) if isinstance(event, Redacted)]
        assert (event.author.name, event.redacted, event.reason) == ("bob", msgid, "typo")
    assert not any(isinstance(event, Said) for event in hall.directory.room("#a").log.entries)
    assert outcome(hall, bob, "#a", msgid) is Why.NO_SUCH_MESSAGE
    other = hall.directory.say(gus, hall.directory.room("#a"), "x")
    assert outcome(hall, ann, "#a", other.msgid) is None


def test_who_is_not_in_the_room(hall: Hall, people: tuple[User, User, User, str]) -> None:
    eve, msgid = hall.person("eve"), people[3]
    assert outcome(hall, eve, "#a", msgid) is Why.NOT_IN_ROOM
    assert outcome(hall, eve, "#nowhere", msgid) is Why.NOT_IN_ROOM
    assert outcome(hall, eve, "nobody", msgid) is Why.NO_SUCH_USER


def test_comings_and_goings_cannot_be_taken_back(hall: Hall, people: tuple[User, User, User, str]) -> None:
    ann = people[0]
    joined = hall.directory.room("#a").log.entries[0]
    assert outcome(hall, ann, "#a", joined.msgid) is Why.NO_SUCH_MESSAGE


def test_private_messages(hall: Hall) -> None:
    ann, bob, eve = (hall.person(name) for name in ("ann", "bob", "eve"))
    event = hall.directory.whisper(ann, bob, "oops")
    assert outcome(hall, bob, "ann", event.msgid) is Why.NEEDS_RIGHT
    assert outcome(hall, eve, "ann", event.msgid) is Why.NO_SUCH_MESSAGE
    assert outcome(hall, ann, "bob", event.msgid) is None
    assert isinstance(told(bob)[-1], Redacted)
    assert not any(isinstance(event, Redacted) for event in told(eve))
    assert outcome(hall, ann, "bob", event.msgid) is Why.NO_SUCH_MESSAGE


def test_who_took_the_name_of_a_guest_is_not_the_author(
    hall: Hall, people: tuple[User, User, User, str]
) -> None:
    _, bob, _, msgid = people
    hall.directory.quit(bob, "")
    assert outcome(hall, hall.person("bob", "#a"), "#a", msgid) is Why.NEEDS_RIGHT
