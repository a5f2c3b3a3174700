"""What a registered client makes of a server's commands."""

import pytest

from chat.client.link.events import Invited, Joined, Left, PeopleChanged, Quit, Renamed, Told, TopicChanged
from tests.client.talking import Script, Talker


@pytest.fixture
def talker() -> Talker:
    return Talker().connect("bob", "#x")


@pytest.fixture
def script(talker: Talker) -> Script:
    script = Script(talker).welcome("", "PREFIX=(ov)@+ CHANMODES=b,k,l,nt CHANTYPES=#")
    script.enter("#x", "@ann", "carol").pong()
    talker.events.clear()
    return script


def names(talker: Talker) -> list[str]:
    return sorted(person.modes + person.name for person in talker.connection.rooms["#x"].people.values())


def test_people_come_and_go(talker: Talker, script: Script) -> None:
    script.say(":dave!d@h JOIN #x", ":carol!c@h PART #x :later", ":ann!a@h QUIT :gone")
    assert names(talker) == ["bob", "dave"]
    assert [type(event) for event in talker.events if not isinstance(event, PeopleChanged)] == [
        Joined,
        Left,
        Quit,
    ]
    assert [event.places for event in talker.told(Quit)] == [("#x",)]


def test_names_change(talker: Talker, script: Script) -> None:
    script.say(":carol!c@h NICK caro", ":bob!b@h NICK rob")
    assert names(talker) == ["@ann", "caro", "rob"]
    assert talker.connection.name == "rob"
    assert [(event.new, event.own) for event in talker.told(Renamed)] == [("caro", False), ("rob", True)]


def test_rights_change(talker: Talker, script: Script) -> None:
    script.say(":ann!a@h MODE #x +ovkl-o carol carol key 5 ann")
    assert names(talker) == ["@+carol", "ann", "bob"]
    assert [told.place for told in talker.told(Told)] == ["#x"]


def test_modes_of_others_are_nothing_to_us(talker: Talker, script: Script) -> None:
    script.say(":bob MODE bob +i", ":ann!a@h MODE #other +o ann")
    assert talker.events == []


def test_being_put_out_of_a_room_is_for_good(talker: Talker, script: Script) -> None:
    script.say(":ann!a@h KICK #x bob :enough")
    [left] = talker.told(Left)
    assert (left.own, left.by, left.reason) == (True, "ann", "enough")
    assert not talker.connection.rooms
    script.lose()
    talker.clock.advance(60)
    assert "JOIN" not in str(Script(talker).welcome().welcomed)


def test_topics(talker: Talker, script: Script) -> None:
    script.say(":ann!a@h TOPIC #x :new", ":s 332 bob #x :new", ":s 332 bob #x :newer", ":s 331 bob #x :none")
    assert [(event.topic, event.author) for event in talker.told(TopicChanged)] == [
        ("new", "ann"),
        ("newer", ""),
    ]
    assert talker.connection.rooms["#x"].topic == ""


def test_who_is_away(talker: Talker, script: Script) -> None:
    script.say(":carol!c@h AWAY :lunch")
    assert talker.connection.rooms["#x"].people["carol"].away
    script.say(":carol!c@h AWAY")
    assert not talker.connection.rooms["#x"].people["carol"].away
    script.say(":carol!c@h ACCOUNT caro", ":s 301 bob carol :back soon")
    assert talker.connection.rooms["#x"].people["carol"].account == "caro"
    assert [told.text for told in talker.told(Told)] == ["carol is away: back soon"]


def test_invitations(talker: Talker, script: Script) -> None:
    script.say(":ann!a@h INVITE bob #y", ":ann!a@h INVITE dave #x")
    assert [type(event) for event in talker.events] == [Invited, Told]


@pytest.mark.parametrize(
    ("line", "text", "error"),
    [
        (":s 482 bob #x :You are no operator", "#x: You are no operator.", True),
        (":s 999 bob some thing", "some thing", False),
        (":s FAIL X CODE :That failed", "That failed.", True),
        (":s NOTE X CODE :By the way", "By the way.", False),
        (":s WALLOPS :hear ye", "s: hear ye", False),
        (":s 372 bob :- line", "line", False),
        (":chat.test NOTICE bob :server says", "server says", False),
        (":s 433 bob rob :taken", "rob: taken.", True),
        (":s 404 bob #x :Cannot", "#x: Cannot.", True),
    ],
)
def test_what_the_server_says_is_told(
    talker: Talker, script: Script, line: str, text: str, error: bool
) -> None:
    script.say(line)
    [told] = talker.told(Told)
    assert (told.text, told.error) == (text, error)


def test_what_says_nothing_to_people_is_not(talker: Talker, script: Script) -> None:
    script.say(
        ":s 366 bob #other :End", ":s 333 bob #x ann 1", ":s 251 bob :1 user", ":s 353 bob", "WHATEVER x"
    )
    assert talker.events == []


def test_own_host_counts_for_how_long_a_line_may_be(talker: Talker, script: Script) -> None:
    script.say(":bob!b@h CHGHOST longer much.longer.example")
    talker.connection.say("ann", "x" * 600)
    line = script.sent()[0]
    # The server may put a colon before the text.
    assert len(f":bob!longer@much.longer.example {line}\r\n") + 1 == 512
