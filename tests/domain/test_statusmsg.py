"""Messages to those people of a room who have certain rights."""

from chat.domain.events import NO_TAGS, Said, Whispered
from chat.domain.refused import Why
from chat.domain.statusmsg import say_to_some
from tests.domain.hall import Hall, told


def test_only_those_with_the_right_or_a_higher_one_get_it(hall: Hall) -> None:
    people = {name: hall.person(name, "#a") for name in ("ann", "vic", "gus", "bob")}
    room = hall.directory.room("#a")
    people["vic"].memberships[room].modes = "v"
    people["bob"].memberships[room].modes = "o"
    end = room.log.end
    receipts: list[bool] = []
    event = say_to_some(hall.directory, people["bob"], room, "+", "hi", Said, NO_TAGS, receipts.append)
    assert event.recipient.name == "+#a"
    assert receipts == [True]

    def got(name: str) -> bool:
        return any(isinstance(event, Whispered) for event in told(people[name]))

    assert [name for name in people if got(name)] == ["ann", "vic"]
    say_to_some(hall.directory, people["gus"], room, "@", "help", Said, NO_TAGS)
    assert got("bob")
    assert len([event for event in told(people["vic"]) if isinstance(event, Whispered)]) == 1
    # The log is for all members: nothing of it stands there.
    assert room.log.end == end


def test_who_may_not(hall: Hall) -> None:
    hall.person("ann", "#a")
    gus, eve = hall.person("gus", "#a"), hall.person("eve")
    room = hall.directory.room("#a")
    room.flags.add("m")
    for user, why in ((gus, Why.CANNOT_SAY), (eve, Why.NOT_IN_ROOM)):
        assert hall.why(say_to_some, hall.directory, user, room, "@", "hi", Said, NO_TAGS) is why
