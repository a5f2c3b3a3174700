"""Catching up, with a server that the test plays."""

import pytest

from chat.client.link.events import Joined, Missed, Said
from chat.client.link.resume import MAX_HELD, MAX_PAGES
from tests.client.talking import ALL_CAPS, Script, Talker


def label(line: str) -> str:
    return line.partition("label=")[2].partition(" ")[0]


def message(number: int, place: str = "#x") -> str:
    time = f"2027-01-15T08:{number // 60:02d}:{number % 60:02d}.000Z"
    return f"msgid=m{number:04d};time={time} :ann!a@h PRIVMSG {place} :{number}"


class Person:
    """Somebody in #x who knows message 0, and whose connection was lost after it."""

    def __init__(self, place: str = "#x") -> None:
        self.talker = Talker().connect("bob", "#x")
        self.script = self.welcome()
        self.script.enter("#x")
        self.answer(self.asked())
        self.script.say("@" + message(0, place))

    def welcome(self) -> Script:
        script = Script(self.talker)
        script.say(f":s CAP * LS :{ALL_CAPS}", f":s CAP * ACK :{ALL_CAPS}", ":s 001 bob :hi")
        script.say(":s 005 bob CHATHISTORY=2 CHANTYPES=# :x", ":s 422 bob :x")
        return script

    def drop(self) -> None:
        self.script.lose()
        self.talker.clock.advance(60)
        self.talker.events.clear()
        self.script = self.welcome()

    def asked(self) -> str:
        """The last question on history."""
        self.talker.clock.advance(1)
        return [line for line in self.script.pong() if "CHATHISTORY" in line][-1]

    def answer(self, question: str, *lines: str, place: str = "#x") -> None:
        self.script.say(f"@label={label(question)} :s BATCH +h chathistory {place}")
        self.script.say(*(f"@batch=h;{line}" for line in lines), ":s BATCH -h")

    def fail(self, question: str) -> None:
        self.script.say(f"@label={label(question)} :s FAIL CHATHISTORY INVALID_PARAMS AFTER #x :Not that")

    def heard(self) -> list[str]:
        return [event.text for event in self.talker.told(Said)]


def test_what_was_missed_is_told_from_what_is_only_shown_again() -> None:
    person = Person()
    person.drop()
    person.script.enter("#x")
    person.answer(person.asked(), message(1), message(2))
    person.answer(person.asked())
    assert [(said.text, said.missed) for said in person.talker.told(Said)] == [("1", True), ("2", True)]


def test_a_room_that_was_silent_before_has_only_news() -> None:
    talker = Talker().connect("bob", "#y")
    person = Person.__new__(Person)
    person.talker = talker
    person.script = person.welcome()
    person.script.enter("#y")
    person.answer(person.asked(), place="#y")
    person.drop()
    person.script.enter("#y")
    person.answer(person.asked(), message(1, "#y"), place="#y")
    assert [said.missed for said in talker.told(Said)] == [True]


def test_a_room_that_is_new_to_us_has_none() -> None:
    talker = Talker().connect("bob", "#x")
    person = Person.__new__(Person)
    person.talker = talker
    person.script = person.welcome()
    person.script.enter("#x")
    person.answer(person.asked(), message(1), message(2))
    assert [said.missed for said in talker.told(Said)] == [False, False]


@pytest.fixture
def person() -> Person:
    person = Person()
    person.drop()
    person.script.enter("#x")
    return person


def test_a_message_that_is_gone_is_replaced_by_its_time(person: Person) -> None:
    question = person.asked()
    assert question.endswith("AFTER #x msgid=m0000 2")
    person.fail(question)
    question = person.asked()
    assert question.endswith("AFTER #x timestamp=2027-01-15T08:00:00.000Z 2")
    person.answer(question, message(1))
    assert person.heard() == ["1"]


def test_what_cannot_be_fetched_at_all_is_told(person: Person) -> None:
    person.fail(person.asked())
    person.fail(person.asked())
    assert [event.place for event in person.talker.told(Missed)] == ["#x"]
    person.script.say("@" + message(9))
    assert person.heard() == ["9"]


def test_no_answer_is_told_and_what_was_held_is_shown(person: Person) -> None:
    person.asked()
    person.script.say("@" + message(9))
    assert person.heard() == []
    for _ in range(12):
        person.talker.clock.advance(10)
        person.script.pong()
    assert [type(event) for event in person.talker.events if isinstance(event, Said | Missed)] == [
        Missed,
        Said,
    ]


def test_too_much_for_one_go_leaves_a_gap_and_the_latest_page(person: Person) -> None:
    for page in range(MAX_PAGES):
        person.answer(person.asked(), message(2 * page + 1), message(2 * page + 2))
    question = person.asked()
    assert "LATEST #x *" in question
    person.answer(question, message(900), message(901))
    kinds = [event for event in person.talker.events if isinstance(event, Said | Missed)]
    assert [type(event) for event in kinds[-3:]] == [Missed, Said, Said]
    assert len(kinds) == 2 * MAX_PAGES + 3


def test_what_is_held_back_is_bounded(person: Person) -> None:
    person.asked()
    for number in range(1, MAX_HELD + 3):
        person.script.say(f"@msgid=x{number} :ann!a@h PRIVMSG #x :{number}")
    assert person.heard() == [str(MAX_HELD + 1), str(MAX_HELD + 2)]


def test_a_drop_while_catching_up_starts_again_from_what_was_shown(person: Person) -> None:
    person.answer(person.asked(), message(1), message(2))
    person.script.say("@" + message(5))
    person.drop()
    person.script.enter("#x")
    question = person.asked()
    assert question.endswith("AFTER #x msgid=m0002 2")
    person.answer(question, message(3), message(4))
    person.answer(person.asked(), message(5))
    assert person.heard() == ["3", "4", "5"]


def test_comings_in_the_history_are_told_as_such(person: Person) -> None:
    line = "msgid=j1;time=2027-01-15T08:00:01.000Z :eve!e@h JOIN #x"
    person.answer(person.asked(), line)
    [joined] = [event for event in person.talker.told(Joined) if event.name == "eve"]
    assert joined.history
    assert "eve" not in person.talker.connection.rooms["#x"].people


def test_private_chats_are_caught_up_with() -> None:
    person = Person(place="bob")
    person.drop()
    question = person.asked()
    assert question.endswith("AFTER ann msgid=m0000 2")
    person.script.say("@" + message(2, "bob"))
    person.answer(question, message(1, "bob"), message(2, "bob"), place="ann")
    assert person.heard() == ["1", "2"]


def test_a_private_chat_without_history_is_no_cause_for_alarm() -> None:
    person = Person(place="bob")
    person.drop()
    for _ in range(2):
        person.fail(person.asked())
    assert not person.talker.told(Missed)


def test_a_replay_that_does_not_reach_back_far_enough_is_told() -> None:
    talker = Talker().connect("bob", "#x")
    caps = "message-tags batch server-time"
    script = Script(talker).welcome(caps)
    script.enter("#x").pong()
    script.say("@" + message(0))
    script.lose()
    talker.clock.advance(5)
    talker.events.clear()
    script = Script(talker).welcome(caps)
    script.enter("#x").say(":s BATCH +h chathistory #x", "@batch=h;" + message(5), ":s BATCH -h")
    script.pong()
    kinds = [type(event) for event in talker.events if isinstance(event, Said | Missed)]
    assert kinds == [Missed, Said]


def test_what_was_held_on_a_server_without_history_is_shown_when_the_connection_is_lost() -> None:
    talker = Talker().connect("bob", "#x")
    script = Script(talker).welcome()
    script.enter("#x").say(":ann!a@h PRIVMSG #x :just in time")
    assert not talker.told(Said)
    script.lose()
    assert [event.text for event in talker.told(Said)] == ["just in time"]
