"""Topics: who sets them, how long they may be, who is told."""

from __future__ import annotations

import pytest

from chat.domain import moderation
from chat.domain.events import TopicChanged
from chat.domain.refused import Refused, Why
from chat.domain.text import TOPIC_BYTES
from tests.domain.people import session_of
from tests.domain.things import House


@pytest.fixture
def house() -> House:
    return House()


def test_a_topic_is_told_and_can_be_taken_away(house: House) -> None:
    bob = house.person("bob", "#a")
    room = house.directory.room("#a")
    moderation.set_topic(house.directory, session_of(bob), room, "tea")
    assert room.topic is not None
    assert (room.topic.text, room.topic.author.name) == ("tea", "bob")
    assert isinstance(house.readers[bob].told[-1], TopicChanged)
    assert house.deliveries.take()[-1] == ("#a", True)
    moderation.set_topic(house.directory, session_of(bob), room, "")
    assert room.topic is None


def test_a_topic_is_for_operators_except_in_the_lobby_and_where_they_allow_it(house: House) -> None:
    bob, carol = house.person("bob", "#a"), house.person("carol", "#a")
    room = house.directory.room("#a")
    with pytest.raises(Refused, match="Only an operator of #a") as refused:
        moderation.set_topic(house.directory, session_of(carol), room, "mine")
    assert refused.value.why is Why.NEEDS_RIGHT
    room.flags.discard("t")
    moderation.set_topic(house.directory, session_of(carol), room, "mine")
    house.directory.join_lobby(session_of(carol))
    assert "t" not in house.directory.lobby.flags
    moderation.set_topic(house.directory, session_of(carol), house.directory.lobby, "everybody's")
    house.directory.lobby.flags.add("t")
    with pytest.raises(Refused, match="Only an operator of #lobby"):
        moderation.set_topic(house.directory, session_of(carol), house.directory.lobby, "mine")
    with pytest.raises(Refused):
        moderation.set_topic(house.directory, session_of(bob), house.directory.lobby, "from outside")


@pytest.mark.parametrize(
    ("text", "taken"),
    [("x" * TOPIC_BYTES, True), ("x" * (TOPIC_BYTES - 1) + "é", False)],
)
def test_a_topic_fits_a_line_of_irc(house: House, text: str, taken: bool) -> None:
    bob = house.person("bob", "#a")
    room = house.directory.room("#a")
    if taken:
        moderation.set_topic(house.directory, session_of(bob), room, text)
        return
    with pytest.raises(Refused) as refused:
        moderation.set_topic(house.directory, session_of(bob), room, text)
    assert (refused.value.why, room.topic) == (Why.TOO_LONG, None)
