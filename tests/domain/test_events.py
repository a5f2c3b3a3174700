"""Events: immutable, and silent about private text."""

import pytest

from chat.domain import events
from chat.domain.events import Identity, Whispered
from tests.domain.things import NOBODY, said


def test_a_mask_is_what_irc_calls_a_source() -> None:
    assert Identity(1, "bob", "user", "host").mask == "bob!user@host"


def test_the_text_of_a_private_message_shows_in_no_representation() -> None:
    whisper = Whispered("id", 0, NOBODY, NOBODY, "the secret")
    for shown in (repr(whisper), str(whisper), f"{whisper}", f"{[whisper]}", "%s" % (whisper,)):  # noqa: UP031
        assert "secret" not in shown
        assert "nobody -> nobody" in shown


def test_events_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        said(1).text = "other"  # type: ignore[misc]


def test_every_event_says_which_when_and_who_first() -> None:
    for kind in events.Event.__args__:
        assert kind._fields[:3] == ("msgid", "time", "author")
