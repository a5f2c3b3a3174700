"""Completion of commands, rooms and names."""

from chat.client.desk.candidates import candidates
from chat.client.desk.desk import Desk
from tests.client.talking import Script, Talker


def make_desk() -> tuple[Desk, Script]:
    talker = Talker()
    desk = Desk(lambda reason: None, lambda: 0.0)
    desk.attach(talker.connection)
    talker.connection._listener = desk.happened
    talker.connect("bob", "#lobby")
    script = Script(talker).welcome()
    script.enter("#lobby", "anna", "andy", "Zoe").pong()
    return desk, script


def texts(desk: Desk, before: str) -> list[str]:
    return [found.text for found in candidates(desk, before)]


def test_names_begin_a_line_with_a_colon_and_stand_plain_later() -> None:
    desk, _ = make_desk()
    assert texts(desk, "an") == ["andy: ", "anna: "]
    assert texts(desk, "hello z") == ["Zoe "]
    assert texts(desk, "@z") == ["@Zoe "]


def test_who_spoke_last_comes_first() -> None:
    desk, script = make_desk()
    script.say(":anna!a@h PRIVMSG #lobby :hi")
    assert texts(desk, "an") == ["anna: ", "andy: "]


def test_we_ourselves_and_those_who_left_are_not_offered() -> None:
    desk, script = make_desk()
    script.say(":anna!a@h PRIVMSG #lobby :hi", ":anna!a@h QUIT :bye")
    assert texts(desk, "an") == ["andy: "]
    assert texts(desk, "bo") == []


def test_commands_and_rooms() -> None:
    desk, _ = make_desk()
    assert texts(desk, "/jo") == ["/join "]
    assert texts(desk, "/join lo") == ["#lobby "]
    assert texts(desk, "to #l") == ["#lobby "]
    assert texts(desk, "") == []
