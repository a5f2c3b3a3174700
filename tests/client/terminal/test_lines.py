"""The client on a terminal that only prints."""

import pytest

from chat.client.terminal.lines import LineScreen
from tests.client.desk.test_desk import Person


class Printer:
    """A desk in #x with ann, and what was printed of it."""

    def __init__(self) -> None:
        self.person = Person()
        self.lines: list[str] = []
        self.hidden: list[bool] = []
        self.ends = 0
        self.screen = LineScreen(self.person.desk, self.lines.append, self.hidden.append, self._end)
        self.screen.changed()
        self.lines.clear()

    def _end(self) -> None:
        self.ends += 1

    def take(self) -> list[str]:
        """What was printed since the last look."""
        lines, self.lines[:] = list(self.lines), []
        return [line if line[2:3] != ":" else line[6:] for line in lines]


@pytest.fixture
def printer() -> Printer:
    return Printer()


def test_what_happens_is_printed_once(printer: Printer) -> None:
    printer.person.script.say(
        ":ann!a@h PRIVMSG #x :hello",
        ":ann!a@h PRIVMSG #x :\x01ACTION waves\x01",
        ":eve!e@h JOIN #x",
        ":eve!e@h PRIVMSG bob :psst",
    )
    private = printer.lines.pop()
    assert printer.take() == ["<ann> hello", "* ann waves", "* eve joined"]
    assert private.startswith("eve ")
    assert private.endswith("<eve> psst")
    printer.screen.changed()
    assert printer.take() == []


def test_those_who_come_together_are_all_named(printer: Printer) -> None:
    printer.person.script.say(":eve!e@h JOIN #x")
    assert printer.take() == ["* eve joined"]
    printer.person.script.say(":dan!d@h JOIN #x")
    assert printer.take() == ["* eve, dan joined"]


def test_what_is_typed_is_said_and_not_printed_again(printer: Printer) -> None:
    printer.screen.typed("hello there\n")
    assert "PRIVMSG #x :hello there" in printer.person.script.sent()
    assert printer.take() == []
    printer.person.script.say(":s 404 bob #x :Cannot send to channel")
    assert printer.take() == ["! Not sent: #x: Cannot send to channel."]
    printer.screen.changed()
    assert printer.take() == []


def test_a_password_is_typed_unseen(printer: Printer) -> None:
    printer.screen.typed("/register")
    assert printer.hidden == [True]
    assert "Choose a password for bob" in printer.take()[0]
    printer.screen.typed("secret\n")
    assert printer.hidden == [True, False]
    assert "REGISTER * * secret" in printer.person.script.sent()
    printer.screen.typed("/register")
    printer.screen.typed("")
    assert "nothing was done" in printer.take()[-1]
    assert printer.person.script.pong() == []


@pytest.mark.parametrize(("answer", "said"), [("y", True), ("n", False), ("", False)])
def test_a_question_is_answered_in_a_line(printer: Printer, answer: str, said: bool) -> None:
    printer.person.script.say(":s 464 bob :Password incorrect")
    printer.screen.typed("my secret")
    assert "(y/n)" in printer.take()[-1]
    printer.screen.typed(answer)
    assert ("PRIVMSG #x :my secret" in printer.person.script.pong()) is said


def test_another_page_is_announced(printer: Printer) -> None:
    printer.screen.typed("/pm ann hi")
    assert printer.take() == ["--- ann ---"]
    printer.person.script.say(":ann!a@h PRIVMSG #x :over here")
    assert printer.lines[-1].startswith("#x ")


def test_the_end_of_the_input_is_a_goodbye(printer: Printer) -> None:
    printer.screen.end()
    assert printer.ends == 1
