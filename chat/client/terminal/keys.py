"""Which keys do what in the terminal, beside those that edit the input line as Emacs and shells have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from chat.client.desk.desk import Desk
from chat.client.terminal.prompts import Asked, Secret

HELP = (
    ("Tab", "complete a command, a room or a name"),
    ("Up, Down", "what you typed before"),
    ("Alt-1 to Alt-9", "go to a page by its number"),
    ("Ctrl-N, Ctrl-P", "next and previous page"),
    ("Alt-A", "next page with something unread"),
    (
        "Alt-Up, Alt-Down",
        "point at a message: Enter answers it, /react and /undo are about it, Escape lets it be",
    ),
    ("PageUp, PageDown", "look further up and down; End: to the end"),
    ("F1", "this help"),
    ("F2", "show or hide who is here (100 columns or more)"),
    ("Ctrl-Z", "put the program aside; fg in the shell comes back"),
    ("Ctrl-C", "drop what you typed; twice on an empty line: leave"),
)
"""Keys, and what they do."""


class KeyTarget(Protocol):
    """What keys need of the screen that they are pressed at."""

    desk: Desk
    buffer: Buffer
    """The input line."""
    asked: Asked | None
    """A question that waits for Enter or Escape, None for none."""
    secret: Secret | None
    """A question whose answer is being typed unseen, None for none."""
    people: bool
    """Whether the people of a room are shown where there is space for them."""

    def changed(self) -> None:
        """Something that can be seen is not what it was."""

    def scroll(self, pages: float) -> None:
        """Look further up (positive) or down."""

    def bottom(self) -> None:
        """Look at the end of the page."""

    def pasted(self, data: str) -> None:
        """Text came from the clipboard."""

    def answer(self, agrees: bool) -> None:
        """What the person said to the question."""

    def keep_secret(self) -> None:
        """The person does not give what was asked for."""

    def ask_exit(self) -> None:
        """The person wants to leave."""


def key_bindings(screen: KeyTarget) -> KeyBindings:
    """The bindings of one screen."""
    keys = KeyBindings()
    asking = Condition(lambda: screen.asked is not None)
    unseen = Condition(lambda: screen.secret is not None) & ~asking
    typing = ~asking & ~unseen
    empty = Condition(lambda: not screen.buffer.text)
    pages = screen.desk.pages

    def go(step: Callable[[], None]) -> Callable[[KeyPressEvent], None]:
        def act(event: KeyPressEvent) -> None:
            step()
            screen.changed()

        return act

    for number in range(1, 10):
        keys.add("escape", str(number), eager=True)(go(lambda number=number: pages.number(number)))  # type: ignore[misc]
    keys.add("c-n", eager=True)(go(lambda: pages.step(1)))
    keys.add("c-p", eager=True)(go(lambda: pages.step(-1)))
    keys.add("escape", "up", filter=typing, eager=True)(go(lambda: pages.current.select(-1)))
    keys.add("escape", "down", filter=typing, eager=True)(go(lambda: pages.current.select(1)))
    keys.add("escape", filter=typing & Condition(lambda: pages.current.selected is not None))(
        go(lambda: pages.current.deselect())
    )
    keys.add("escape", "a", eager=True)(go(pages.next_unread))
    keys.add("pageup", eager=True)(go(lambda: screen.scroll(0.8)))
    keys.add("pagedown", eager=True)(go(lambda: screen.scroll(-0.8)))
    keys.add("end", filter=empty | Condition(lambda: bool(pages.current.scroll)), eager=True)(
        go(screen.bottom)
    )

    @keys.add("f1")
    def _help(event: KeyPressEvent) -> None:
        for key, what in HELP:
            screen.desk.note(f"  {key:18} {what}")
        screen.desk.note("  /help              the commands")

    @keys.add("f2")
    def _people(event: KeyPressEvent) -> None:
        screen.people = not screen.people

    @keys.add("tab", filter=typing)
    def _complete(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state:
            buffer.complete_next()
            return
        found = list(buffer.completer.get_completions(buffer.document, None))  # type: ignore[arg-type]
        if len(found) == 1:
            buffer.apply_completion(found[0])
        elif found:
            buffer.start_completion(insert_common_part=False, select_first=True)

    @keys.add("s-tab", filter=typing)
    def _complete_back(event: KeyPressEvent) -> None:
        if event.current_buffer.complete_state:
            event.current_buffer.complete_previous()

    @keys.add(Keys.BracketedPaste, eager=True)
    def _paste(event: KeyPressEvent) -> None:
        screen.pasted(event.data)

    @keys.add("c-j", filter=~asking, eager=True)
    def _line_feed(event: KeyPressEvent) -> None:
        # Terminals without bracketed paste send this for the line ends of a paste, some for Enter.
        event.current_buffer.validate_and_handle()

    @keys.add("escape", filter=unseen, eager=True)
    @keys.add("c-c", filter=unseen, eager=True)
    @keys.add("c-d", filter=unseen, eager=True)
    def _keep_secret(event: KeyPressEvent) -> None:
        screen.keep_secret()

    @keys.add("tab", filter=unseen, eager=True)
    @keys.add("up", filter=unseen, eager=True)
    @keys.add("down", filter=unseen, eager=True)
    @keys.add("c-k", filter=unseen, eager=True)
    @keys.add("c-w", filter=unseen, eager=True)
    def _nothing(event: KeyPressEvent) -> None:
        """What completes, recalls or remembers text has no business with a password."""

    @keys.add("enter", filter=asking, eager=True)
    @keys.add("c-j", filter=asking, eager=True)
    @keys.add("y", filter=asking, eager=True)
    def _yes(event: KeyPressEvent) -> None:
        screen.answer(True)

    @keys.add("escape", filter=asking, eager=True)
    @keys.add("c-c", filter=asking, eager=True)
    @keys.add("n", filter=asking, eager=True)
    def _no(event: KeyPressEvent) -> None:
        screen.answer(False)

    @keys.add(Keys.Any, filter=asking, eager=True)
    def _neither(event: KeyPressEvent) -> None:
        """Nothing else is typed until the question is answered."""

    @keys.add("c-c", filter=typing, eager=True)
    @keys.add("<sigint>")
    def _interrupt(event: KeyPressEvent) -> None:
        if screen.buffer.text:
            screen.buffer.reset()
        else:
            screen.ask_exit()

    @keys.add("c-z", eager=True)
    def _aside(event: KeyPressEvent) -> None:
        event.app.suspend_to_background()

    @keys.add("c-d", filter=typing & empty, eager=True)
    def _end(event: KeyPressEvent) -> None:
        screen.ask_exit()

    return keys
