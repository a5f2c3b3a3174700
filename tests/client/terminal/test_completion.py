"""What Tab makes of a word."""

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from chat.client.terminal.screen import TypedCompleter
from tests.client.desk.test_desk import Person


@pytest.fixture
def person() -> Person:
    person = Person()
    for name in ("Anna", "carol"):
        person.script.say(f":{name}!x@h JOIN #x")
    person.script.enter("#yard").say(":carol!x@h PRIVMSG #x :hi", ":gone!x@h PRIVMSG #x :bye")
    person.desk.open("#x")
    return person


def complete(person: Person, text: str) -> list[str]:
    found = TypedCompleter(person.desk).get_completions(Document(text), CompleteEvent())
    return [text[: len(text) + completion.start_position] + completion.text for completion in found]


def test_names(person: Person) -> None:
    assert complete(person, "an") == ["ann: ", "Anna: "]
    assert complete(person, "hello AN") == ["hello ann ", "hello Anna "]
    assert complete(person, "@car") == ["@carol "]
    assert complete(person, "x") == []


def test_who_spoke_last_comes_first_and_we_and_the_gone_do_not_come(person: Person) -> None:
    assert complete(person, "hello ") == ["hello carol ", "hello ann ", "hello Anna "]


def test_commands(person: Person) -> None:
    assert complete(person, "/to") == ["/topic "]
    assert "/rooms" in complete(person, "/")
    assert "/names" not in complete(person, "/")
    assert complete(person, "/na") == ["/name ", "/names"]
    assert complete(person, "say /to") == []


def test_rooms(person: Person) -> None:
    assert complete(person, "/join y") == ["/join #yard "]
    assert complete(person, "look at #") == ["look at #x ", "look at #yard "]


def test_in_a_private_chat_its_person(person: Person) -> None:
    person.desk.open("dave")
    assert complete(person, "d") == ["dave: "]
    person.desk.pages.go(person.desk.pages.server)
    assert complete(person, "d") == []
