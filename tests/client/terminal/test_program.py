"""The terminal client's command line, and its screen with keys from a pipe."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from chat.client.desk.arguments import connect, read_arguments
from chat.client.desk.pages import Line, Sort
from chat.client.desk.pasting import MAX_LINES
from chat.client.terminal.program import TerminalProgram
from chat.client.terminal.rows import Row
from tests.client.talking import Attempt, Script, Talker
from tests.network.chatting import START

ENTER, TAB, CTRL_C, CTRL_D, CTRL_N, CTRL_P, ESCAPE = "\r", "\t", "\x03", "\x04", "\x0e", "\x10", "\x1b"
PAGE_UP, PAGE_DOWN, END, F1, F2, UP = "\x1b[5~", "\x1b[6~", "\x1b[F", "\x1bOP", "\x1bOQ", "\x1b[A"


class Terminal(DummyOutput):
    """A terminal of a size that tests set, and whose bell they hear."""

    size = Size(rows=24, columns=80)
    bells = 0

    def get_size(self) -> Size:
        return self.size

    def bell(self) -> None:
        self.bells += 1


class Person:
    """A program that runs, in #x with ann."""

    def __init__(self, keyboard: PipeInput) -> None:
        self.keyboard = keyboard
        self.terminal = Terminal()
        self.talker = Talker()
        self.program = TerminalProgram(
            self.talker.clock,
            read_arguments(["chat.test:1", "--name", "bob", "--room", "x"]),
            input=keyboard,
            output=self.terminal,
            endpoint_factory=self._endpoint,
            wall_clock=lambda: START + self.talker.clock.seconds(),
            random_number=lambda: 0.0,
        )
        self.screen = self.program.screen
        self.desk = self.program.desk
        connect(self.program.connection, read_arguments(["chat.test:1", "--name", "bob", "--room", "x"]))
        self.script = Script(self.talker).welcome()
        self.script.enter("#x", "ann").pong()

    def _endpoint(self, host: str, port: int, tls: bool) -> Attempt:
        self.talker.attempts.append(Attempt())
        return self.talker.attempts[-1]

    def run(self, *steps: str | Callable[[], object]) -> None:
        """Start, type or do each step once everything before it has had its effect, and end."""

        async def go() -> None:
            running = asyncio.ensure_future(self.screen.run())
            for step in steps:
                await self._idle()
                if isinstance(step, str):
                    self.keyboard.send_text(step)
                else:
                    step()
            await self._idle()
            if not running.done() and self.screen.application.is_running:
                self.screen.application.exit()
            await running

        asyncio.run(go())

    async def _idle(self) -> None:
        """Until the keys that were sent are read and handled: so many turns of the loop are plenty."""
        for _ in range(100):
            await asyncio.sleep(0)

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.desk.pages.current.lines]

    @property
    def status(self) -> str:
        return text(self.screen.status())


def text(row: Row) -> str:
    return "".join(part for _, part in row)


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    with create_pipe_input() as keyboard:
        person = Person(keyboard)
        # Keys come from a pipe, where what belongs together comes together: no waiting for more after an escape.
        person.screen.application.ttimeoutlen = 0
        person.screen.application.timeoutlen = 0
        yield person


def paste(content: str) -> str:
    return f"\x1b[200~{content}\x1b[201~"


def test_what_is_typed_is_said(person: Person) -> None:
    person.run("hello" + ENTER)
    assert "PRIVMSG #x hello" in person.script.sent()
    assert person.texts == ["hello"]
    assert person.screen.buffer.text == ""


def test_what_was_typed_before_comes_back(person: Person) -> None:
    person.run("hello" + ENTER, "there" + ENTER, UP + UP)
    assert person.screen.buffer.text == "hello"


def test_passwords_are_not_kept_as_what_was_typed_before(person: Person) -> None:
    person.run("hello" + ENTER, "/login bob secret" + ENTER, UP)
    assert person.screen.buffer.text == "hello"


def test_tab_completes(person: Person) -> None:
    person.run("an" + TAB)
    assert person.screen.buffer.text == "ann: "
    person.run(CTRL_C, "/to" + TAB)
    assert person.screen.buffer.text == "/topic "


def test_tab_goes_through_what_there_is(person: Person) -> None:
    person.script.say(":anna!a@h JOIN #x")
    person.run("hey an" + TAB)
    assert person.screen.buffer.text == "hey ann "
    person.run("/clear" + ENTER, "hey an" + TAB, TAB)
    assert person.screen.buffer.text == "hey anna "
    person.run("/clear" + ENTER, "hey an" + TAB, TAB, "\x1b[Z")
    assert person.screen.buffer.text == "hey ann "


def test_a_line_feed_is_as_good_as_enter(person: Person) -> None:
    person.run("hello\n")
    assert person.texts == ["hello"]


def test_going_through_pages_keeps_what_was_typed_there(person: Person) -> None:
    person.script.say(":ann!a@h PRIVMSG bob :psst")
    assert "3 ann:1!" in person.status
    person.run("half a th", ESCAPE + "3", "ought", ESCAPE + "2")
    assert person.screen.buffer.text == "half a th"
    person.run(ESCAPE + "a")
    assert person.desk.place == "#x"
    person.run(CTRL_N)
    assert person.screen.buffer.text == "ought"
    person.run(CTRL_N, CTRL_P)
    assert person.desk.place == "ann"


def test_a_paste_of_several_lines_is_asked_about(person: Person) -> None:
    person.run("first ", paste("one\r\n\n two\n"), "x")
    assert person.screen.asked is not None
    assert "2 lines to #x" in person.screen.asked.text
    assert person.texts == []
    person.run(ESCAPE)
    assert person.screen.asked is None
    assert person.screen.buffer.text == "first "
    person.run(paste("one\n two"), ENTER)
    assert person.texts == ["first one", " two"]
    assert person.screen.buffer.text == ""


def test_lines_of_a_paste_are_no_commands(person: Person) -> None:
    person.run(paste("/exit\n/part"), "y")
    assert person.texts == ["/exit", "/part"]


def test_a_paste_of_one_line_is_typed(person: Person) -> None:
    person.run(paste("one\n"))
    assert (person.screen.buffer.text, person.screen.asked) == ("one", None)


def test_a_paste_that_is_too_long_is_not_sent(person: Person) -> None:
    person.run(paste("x\n" * (MAX_LINES + 1)), ENTER)
    assert person.texts == []


def test_control_c_clears_first_and_leaves_when_it_comes_twice(person: Person) -> None:
    person.run("text", CTRL_C)
    assert person.screen.buffer.text == ""
    assert person.texts == []
    person.run(CTRL_C)
    assert "Once more" in person.texts[-1]
    person.talker.clock.advance(10)
    person.run(CTRL_D, CTRL_C, lambda: person.script.lose())
    assert person.script.transport.disconnecting


def test_leaving(person: Person) -> None:
    ended: list[bool] = []
    person.run(
        "/exit bye now" + ENTER,
        lambda: ended.append(person.screen.application.is_running),
        lambda: person.script.lose(),
        lambda: ended.append(person.screen.application.is_running),
    )
    assert "QUIT :bye now" in person.script.sent()
    assert ended == [True, False]


def test_scrolling(person: Person) -> None:
    for number in range(100):
        person.desk.pages.current.add(Line(Sort.NOTE, f"line {number}", START))
    person.run(PAGE_UP)
    assert person.desk.pages.current.scroll > 10
    assert "scrolled up" in person.status
    person.run(PAGE_DOWN)
    assert person.desk.pages.current.scroll == 0
    person.run(PAGE_UP, END)
    assert person.desk.pages.current.scroll == 0


def test_keys_are_explained(person: Person) -> None:
    person.run(F1)
    assert any("Alt-1" in line for line in person.texts)


def test_people_are_shown_where_there_is_space(person: Person) -> None:
    person.terminal.size = Size(rows=24, columns=120)
    person.run()
    assert "ann" in text(person.screen.who_is_here())
    person.run(F2)
    assert not person.screen.people


def test_the_bell_rings_when_somebody_means_us(person: Person) -> None:
    person.script.say(":ann!a@h PRIVMSG #x :hello all")
    assert person.terminal.bells == 0
    person.script.say(":ann!a@h PRIVMSG #x :hello bob")
    assert person.terminal.bells == 1


@pytest.mark.parametrize("columns", [200, 80, 40, 20, 8, 1])
@pytest.mark.parametrize("rows", [50, 24, 5, 2, 1])
def test_every_size_is_survived(person: Person, columns: int, rows: int) -> None:
    person.terminal.size = Size(rows=rows, columns=columns)
    for number in range(30):
        person.script.say(f":ann{number}!a@h PRIVMSG bob :hello https://example.org/ 日本語 " + "x" * 300)
    person.run("some text" + ENTER, paste("a\nb"))
    assert len(person.status) <= columns


def test_the_status_bar_tells_the_state(person: Person) -> None:
    assert person.status.startswith(" bob │ 1 server 2 #x (2 here)")
    person.program.connection.set_away("lunch")
    assert "bob (away)" in person.status
    person.script.lose()
    assert "reconnecting in 1 s" in person.status
    person.run("hello" + ENTER)
    assert "1 unsent" in person.status
    person.talker.clock.advance(5)
    assert "connecting" in person.status
    Script(person.talker).say("ERROR :You are banned").lose()
    assert "not connected" in person.status


def test_the_title_tells_where_we_are(person: Person) -> None:
    person.script.say(":ann!a@h TOPIC #x :all about it")
    assert text(person.screen.title()) == "#x - all about it"
    person.desk.open("ann")
    assert text(person.screen.title()) == "ann - private"
