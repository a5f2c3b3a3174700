"""Taking messages back."""

import pytest

from chat.domain.events import Redacted
from chat.domain.person import Person
from chat.domain.redaction import redact
from chat.domain.refused import Refused, Why
from tests.domain.people import Town, ear, session_of


@pytest.fixture
def town() -> Town:
    return Town()


def outcome(town: Town, person: Person, name: str, msgid: str, reason: str = "") -> Why | None:
    """Why a message was not taken back; None if it was."""
    answers: list[Refused | None] = []
    redact(town.directory, session_of(person), name, msgid, reason, answers.append)
    (answer,) = answers
    return None if answer is None else answer.why


def test_authors_and_operators_may_and_all_in_the_room_are_told(town: Town) -> None:
    ann, bob, carol = (town.person(name, "#room") for name in ("ann", "bob", "carol"))
    room = town.room("#room")
    mine = town.directory.say(session_of(bob), room, "oops")
    spam = town.directory.say(session_of(bob), room, "spam")
    assert outcome(town, carol, "#room", mine.msgid) is Why.NEEDS_RIGHT
    assert outcome(town, bob, "#ROOM", mine.msgid, "typo") is None
    assert outcome(town, ann, "#room", spam.msgid) is None
    events = [event for event in ear(carol).told if isinstance(event, Redacted)]
    assert [(event.redacted, event.reason) for event in events] == [(mine.msgid, "typo"), (spam.msgid, "")]
    assert "oops" not in repr(room.log.entries)


def test_in_private_the_author_alone_may(town: Town) -> None:
    ann, bob = town.person("ann"), town.person("bob")
    event = town.directory.whisper(session_of(ann), bob, "secret")
    assert outcome(town, bob, "ann", event.msgid) is Why.NEEDS_RIGHT
    assert outcome(town, ann, "bob", event.msgid) is None
    assert isinstance(ear(bob).last(), Redacted)
    assert isinstance(ear(ann).last(), Redacted)


def test_what_is_not_there_is_not_taken_back(town: Town) -> None:
    ann = town.person("ann", "#room")
    assert outcome(town, ann, "#room", "no-such-id") is Why.NO_SUCH_MESSAGE
    assert outcome(town, ann, "#elsewhere", "id") is Why.NOT_IN_ROOM
    assert outcome(town, ann, "nobody", "id") is Why.NO_SUCH_USER
