"""The terminal's screen: messages, who is there, a status bar, and the input line that stays where it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.data_structures import Point
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    Dimension,
    Float,
    FloatContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    VSplit,
    Window,
)
from prompt_toolkit.layout.controls import UIContent, UIControl
from prompt_toolkit.layout.menus import CompletionsMenu
from prompt_toolkit.layout.processors import BeforeInput, Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments
from prompt_toolkit.output import Output
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth
from twisted.logger import Logger

from chat.client.desk.candidates import candidates
from chat.client.desk.desk import Desk, safe
from chat.client.desk.pasting import Lines, several
from chat.client.desk.typed.table import enter, say, secret_in
from chat.client.link.events import ConnectionState
from chat.client.link.outbox import MAX_TEXT, encodable
from chat.client.terminal.keys import key_bindings
from chat.client.terminal.prompts import Asked, Secret
from chat.client.terminal.rows import STYLE, Row, name_style, screen, steady

LOW = 10
"""Rows below which the title is left out."""
PEOPLE_FROM = 100
"""Columns from which on the people of a room have a column of their own."""
PEOPLE_COLUMNS = 18
MAX_INPUT_ROWS = 6
"""Rows that the input line grows to."""
LAG_SHOWN = 1.0
"""Seconds from which on lag stands out."""


class TypedCompleter(Completer):
    """See `candidates`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What the word before the cursor can become."""
        for found in candidates(self._desk, document.text_before_cursor):
            yield Completion(
                found.text, start_position=-found.length, display=found.label, display_meta=found.help or None
            )


class Messages(UIControl):
    """The page that is looked at, wrapped for the window it is in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.height = 1

    def create_content(self, width: int, height: int) -> UIContent:
        """The rows that fit, those of a short page at the bottom."""
        self.height = height
        rows = screen(self._desk.pages.current, width, height, self._desk.connection.name)
        rows = [[] for _ in range(height - len(rows))] + rows
        return UIContent(
            lambda number: list(rows[number]), len(rows), Point(0, max(len(rows) - 1, 0)), show_cursor=False
        )

    def is_focusable(self) -> bool:
        """Keys go to the input line."""
        return False


class Stars(Processor):
    """Shows stars for a password that is typed after a command, or was asked for."""

    def __init__(self, unseen: Callable[[], bool]) -> None:
        """`unseen`: whether all of it is a password."""
        self._unseen = unseen

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """One character for one, so that the cursor stays where it is."""
        start = 0 if self._unseen() else secret_in(transformation_input.document.text)
        fragments = explode_text_fragments(transformation_input.fragments)
        if start is None:
            return Transformation(fragments)
        return Transformation(
            [(style, "*" if at >= start else text) for at, (style, text, *_) in enumerate(fragments)]
        )


class Screen:
    """The application. `ask_exit` is called when the person wants to leave."""

    log = Logger()

    def __init__(
        self,
        desk: Desk,
        ask_exit: Callable[[], None],
        *,
        input: Input | None = None,  # noqa: A002
        output: Output | None = None,
        bell: bool = True,
    ) -> None:
        """`input` and `output` are the terminal's own without a word on them."""
        self.desk = desk
        self.ask_exit = ask_exit
        self.asked: Asked | None = None
        """A question that waits for Enter or Escape, None for none."""
        self.secret: Secret | None = None
        """A question whose answer is being typed unseen, None for none."""
        self.people = True
        """Whether the people of a room are shown where there is space for them."""
        self._shown = desk.pages.current
        self.messages = Messages(desk)
        self.buffer = Buffer(
            completer=TypedCompleter(desk),
            history=InMemoryHistory(),
            multiline=False,
            accept_handler=self._accept,
        )
        self.application: Application[None] = Application(
            layout=Layout(self._layout()),
            key_bindings=key_bindings(self),
            style=Style.from_dict(STYLE),
            full_screen=True,
            min_redraw_interval=0.02,
            input=input,
            output=output,
        )
        self.application.ttimeoutlen = 0.05
        self.application.timeoutlen = 0.3
        desk.changed = self.changed
        desk.ask = self.ask
        desk.ask_secret = self.ask_secret
        if bell:
            desk.bell = self._bell

    def _layout(self) -> FloatContainer:
        roomy = Condition(lambda: self.application.output.get_size().rows >= LOW)
        wide = Condition(lambda: self.people and self._columns() >= PEOPLE_FROM and bool(self.who_is_here()))
        asking = Condition(lambda: self.asked is not None)
        entry = Window(
            BufferControl(
                self.buffer,
                input_processors=[
                    Stars(lambda: self.secret is not None),
                    BeforeInput(self._prompt, "class:prompt"),
                ],
            ),
            height=Dimension(min=1, max=MAX_INPUT_ROWS),
            wrap_lines=True,
            dont_extend_height=True,
        )
        people = VSplit(
            [
                Window(width=1, char="│", style="class:time"),
                Window(
                    FormattedTextControl(lambda: list(self.who_is_here())),
                    width=PEOPLE_COLUMNS,
                    wrap_lines=False,
                ),
            ]
        )
        return FloatContainer(
            HSplit(
                [
                    ConditionalContainer(
                        Window(FormattedTextControl(lambda: list(self.title())), height=1), roomy
                    ),
                    VSplit(
                        [Window(self.messages, always_hide_cursor=True), ConditionalContainer(people, wide)],
                        height=Dimension(min=1, weight=1),
                    ),
                    Window(FormattedTextControl(lambda: list(self.status())), height=1, style="class:status"),
                    ConditionalContainer(
                        Window(
                            FormattedTextControl(lambda: f" {self.asked.text}" if self.asked else ""),
                            style="class:status.alert",
                            wrap_lines=True,
                            dont_extend_height=True,
                        ),
                        asking,
                    ),
                    entry,
                ]
            ),
            [Float(CompletionsMenu(max_height=8, scroll_offset=1), xcursor=True, ycursor=True)],
        )

    def _columns(self) -> int:
        return self.application.output.get_size().columns

    # what is shown

    def changed(self) -> None:
        """Something that can be seen is not what it was; what was typed stays with the page it was typed on."""
        current = self.desk.pages.current
        if current is not self._shown:
            if self.secret is None:
                self._shown.draft = self.buffer.text
                self.buffer.document = Document(current.draft)
            self._shown = current
            self.asked = None
        self.application.invalidate()

    def tick(self) -> None:
        """A second has passed: a countdown may be shown."""
        if self.desk.connection.state is ConnectionState.WAITING:
            self.application.invalidate()

    def _bell(self) -> None:
        self.application.output.bell()
        self.application.output.flush()

    def _prompt(self) -> str:
        if self.secret is not None:
            return f"{_cut(self.secret.question, max(self._columns() - 10, 1))}: "
        selected = self.desk.pages.current.selected
        name = f"answer to {selected.author}" if selected is not None else safe(self.desk.connection.name)
        return f"{name}> " if self._columns() >= 50 else "> "

    def title(self) -> Row:
        """The page, and what it is about."""
        page = self.desk.pages.current
        room = self.desk.connection.rooms.get(self.desk.connection.fold(page.place)) if page.place else None
        text = page.title
        if room is not None and room.topic:
            text += f" - {safe(room.topic)}"
        elif not page.place and self.desk.connection.server:
            text += f" - {safe(self.desk.connection.server)}"
        elif page.place and room is None and not self.desk.connection.is_room(page.place):
            text += " - private"
        return [("class:title", _cut(steady(text), self._columns()))]

    def state(self) -> Row:
        """The connection's state, or its lag."""
        connection = self.desk.connection
        match connection.state:
            case ConnectionState.WAITING:
                return [("class:status.alert", f"reconnecting in {self.desk.retry_in} s")]
            case ConnectionState.CONNECTING:
                return [("class:status.alert", "connecting")]
            case ConnectionState.ONLINE:
                lag = connection.lag
                if lag is not None and lag >= LAG_SHOWN:
                    return [("class:status.alert", f"lag {lag:.1f} s")]
                return [("class:status", "" if lag is None else f"{lag * 1000:.0f} ms")]
            case _:
                return [("class:status.alert", "not connected")]

    def status(self) -> Row:
        """Our name, the pages, and on the right the state of the connection."""
        connection, pages = self.desk.connection, self.desk.pages
        width = self._columns()
        page = pages.current
        room = connection.rooms.get(connection.fold(page.place)) if page.place else None
        here = " here" if width >= 50 else ""
        count = f" ({len(room.people)}{here})" if room is not None and room.joined else ""
        away = " (away)" if connection.away is not None else ""
        left: Row = [("class:status", f" {safe(connection.name)}{away} "), ("class:status", "│ ")]
        right: Row = [*self.state(), ("class:status", " ")]
        pending = len(connection.pending)
        if pending:
            right.insert(0, ("class:status.alert", f"{pending} unsent "))
        if page.scroll:
            new = f"{page.unread} new, " if page.unread else "scrolled up, "
            right.insert(0, ("class:status.alert", f"{new}End goes down "))
        tabs: Row = []
        for number, tab in enumerate(pages.all, 1):
            text = f"{number} {steady(tab.title)}"
            if tab is page:
                tabs += [("class:status.current", text), ("class:status", f"{count} ")]
            elif tab.mentioned:
                tabs.append(("class:status.mention", f"{text}:{tab.unread}! "))
            elif tab.unread:
                tabs.append(("class:status.mention", f"{text}:{tab.unread} "))
            else:
                tabs.append(("class:status", f"{text} "))
        free = width - _width(right)
        if _width(left) + _width(tabs) > free:
            left = [("class:status", " ")]
        if _width(left) + _width(tabs) > free:
            # Where not all pages fit, this one and those with something unread count.
            alert = [tab for tab in tabs if tab[0] != "class:status" or tab[1] == f"{count} "]
            tabs = alert
        middle = _fit([*left, *tabs], max(free - 1, 0))
        gap = width - _width(middle) - _width(right)
        return _fit([*middle, ("class:status", " " * max(gap, 0)), *right], width)

    def who_is_here(self) -> Row:
        """The people of a room, as many as there are rows."""
        page = self.desk.pages.current
        connection = self.desk.connection
        room = connection.rooms.get(connection.fold(page.place)) if page.place else None
        if room is None:
            return []
        rows: Row = []
        people = room.sorted_people()
        height = max(self.messages.height, 2)
        shown = people if len(people) <= height else people[: height - 1]
        for person in shown:
            style = "class:people.away" if person.away else name_style(safe(person.name))
            rows.append(
                (style, _cut(f" {person.modes[:1] or ' '}{steady(safe(person.name))}", PEOPLE_COLUMNS) + "\n")
            )
        if len(shown) < len(people):
            rows.append(("class:time", f"  and {len(people) - len(shown)} more"))
        return rows

    # what is typed

    def _accept(self, buffer: Buffer) -> bool:
        text = buffer.text
        if self.secret is not None:
            self._answer_secret(text)
            return True
        if len(text) > MAX_TEXT:
            self.desk.note(f"{len(text)} characters: more than {MAX_TEXT} are not sent at once.", error=True)
            return True
        # Before anything is done, since that may lead to another page with a text of its own.
        buffer.reset(append_to_history=secret_in(text) is None)
        # Otherwise it would be there only after the screen is drawn again, and Up pressed at once find nothing.
        buffer.load_history_if_not_yet_loaded()
        self.bottom()
        answers = self.desk.pages.current.selected is not None and text.strip() and not text.startswith("/")
        self._do(lambda: enter(self.desk, f"/answer {text}" if answers else text))
        return True

    def _do(self, act: Callable[[], None]) -> None:
        """Do what was typed; what goes wrong in it is told, rather than thrown over the screen."""
        try:
            act()
        except Exception as error:
            self.log.failure("The terminal failed")
            self.desk.note(f"Something went wrong here: {safe(str(error))}", error=True)
        self.changed()

    def pasted(self, data: str) -> None:
        """Text came from the clipboard: one line is put where the cursor is, of more the person is asked."""
        data = data.replace("\r\n", "\n").replace("\r", "\n")
        document = self.buffer.document
        whole = several(document.text_before_cursor + data + document.text_after_cursor, self.desk.place)
        if self.secret is not None or len(whole.lines) < 2:
            self.buffer.insert_text(data.strip("\n").replace("\n", " ").replace("\t", "    "))
        elif document.text_before_cursor.startswith("/"):
            # What was begun is a command, and the paste its text.
            command = "\n".join(whole.lines)
            word = command.split()[0]
            self.asked = Asked(
                f"Do {word} with these {len(whole.lines)} lines? Enter does, Esc drops them.",
                lambda: enter(self.desk, command),
            )
        elif whole.objection:
            self.asked = Asked(f"{whole.objection} Esc drops them.", None)
        else:
            place = self.desk.place
            question = whole.question(self.desk.pages.current.title)
            self.asked = Asked(
                f"{question} Enter sends them, Esc drops them.", lambda: self._say(place, whole)
            )
        self.application.invalidate()

    def _say(self, place: str, whole: Lines) -> None:
        for line in whole.lines:
            say(self.desk, place, line)

    # questions

    def ask(self, question: str, agreed: Callable[[], None]) -> None:
        """Ask whether to do something: Enter does."""
        self.asked = Asked(f"{question} Enter does, Esc does not.", agreed)
        self.application.invalidate()

    def answer(self, agrees: bool) -> None:
        """What the person said to the question."""
        asked, self.asked = self.asked, None
        if agrees and asked is not None and asked.agreed is not None:
            self.buffer.reset()
            self._do(asked.agreed)
        self.changed()

    def ask_secret(self, question: str, answered: Callable[[str], None]) -> None:
        """Ask for something that nobody is to see while it is typed; what stands in the input line waits."""
        if self.secret is None:
            self._shown.draft = self.buffer.text
        self.secret = Secret(question, answered)
        self.buffer.reset()
        self.application.invalidate()

    def _answer_secret(self, given: str) -> None:
        secret = self._end_secret()
        if secret is None:
            return
        if not given.strip():
            self.desk.note("No password was given: nothing was done.")
        elif given.startswith("/"):
            self.desk.note(
                "That looked like a command, and was not taken for a password: nothing was done.", error=True
            )
        else:
            self._do(lambda: secret.answered(encodable(given)))
        self.changed()

    def keep_secret(self) -> None:
        """The person does not give what was asked for."""
        self._end_secret()
        self.desk.note("No password was given: nothing was done.")

    def _end_secret(self) -> Secret | None:
        secret, self.secret = self.secret, None
        self.buffer.reset()
        self.buffer.document = Document(self._shown.draft)
        return secret

    def scroll(self, pages: float) -> None:
        """Look further up (positive) or down."""
        page = self.desk.pages.current
        page.scroll, page.anchor = max(page.scroll + round(pages * self.messages.height), 0), None
        self.desk.pages.looked()
        self.application.invalidate()

    def bottom(self) -> None:
        """Look at the end of the page."""
        page = self.desk.pages.current
        page.scroll, page.anchor = 0, None
        self.desk.pages.looked()
        self.application.invalidate()

    def run(self) -> Any:
        """A coroutine that ends when the application does."""
        return self.application.run_async(handle_sigint=False)


def _width(row: Row) -> int:
    return sum(get_cwidth(text) for _, text in row)


def _cut(text: str, width: int) -> str:
    """`text` in at most `width` columns."""
    if get_cwidth(text) <= width:
        return text
    while text and get_cwidth(text) > width - 1:
        text = text[:-1]
    return f"{text}…"


def _fit(row: Row, width: int) -> Row:
    """As much of a row as fits."""
    fitting: Row = []
    for style, text in row:
        if width <= 0:
            break
        part = _cut(text, width)
        fitting.append((style, part))
        width -= get_cwidth(part)
    return fitting
