"""What the window does with what happens and with what is typed: the terminal's desk, with a search pane."""

from __future__ import annotations

from collections.abc import Callable

from chat.client.desk.desk import Desk
from chat.client.link.events import (
    ConnectionState,
    Event,
    Kind,
    LagMeasured,
    Needed,
    PeopleChanged,
    Said,
    StateChanged,
)
from chat.client.window.layout import moment, msgid_of

MAX_FOUND = 200
"""Messages that a search of what the window holds shows: as many as anybody looks through."""


class WindowDesk(Desk):
    """Pages of one person, for a window."""

    def __init__(
        self,
        quit_: Callable[[str], None],
        wall_clock: Callable[[], float],
    ) -> None:
        super().__init__(quit_, wall_clock)
        self.show_found: Callable[[str, list[Said]], None] = lambda words, messages: None
        """Called with the words of a search and what was found."""
        self.state_changed: Callable[[StateChanged], None] = lambda event: None
        """Called when the connection's state has changed."""
        self.sentence = ""
        """What was said last about the connection."""

    def happened(self, event: Event) -> None:
        """The connection's listener."""
        match event:
            case LagMeasured() | PeopleChanged():
                self.changed()
                return
            case StateChanged(sentence=sentence):
                self.sentence = sentence
        super().happened(event)
        if isinstance(event, StateChanged):
            self.state_changed(event)

    def _give(self, needed: Needed) -> None:
        """The connect dialog has fields for it."""

    def found(self, words: str, messages: list[Said]) -> None:
        """What a search has found, in its pane."""
        self.show_found(words, messages)

    def search_here(self, words: str) -> list[Said]:
        """Messages that the window holds and in which all words occur, oldest first; at most `MAX_FOUND`."""
        wanted = words.lower().split()
        found = [
            Said(page.place, line.author, line.text, Kind.SAY, moment(line), msgid=msgid_of(line))
            for page in self.pages.all
            for line in page.lines
            if line.author
            and page.place
            and all(word in f"{line.text} {line.author}".lower() for word in wanted)
        ]
        return sorted(found, key=lambda message: message.time)[-MAX_FOUND:]

    def earlier(self, place: str, events: list[Event]) -> None:
        """What `/history` fetched."""
        page = self.pages.find(place)
        if page is not None and not self.add_earlier(page, events):
            self.note("There is nothing earlier.", place)

    def close(self, place: str) -> None:
        """Take a place away."""
        super().close(place)
        if not self.pages.current.place and self.connection.state is ConnectionState.ONLINE:
            # Rather another conversation than the server's own page.
            other = next((page for page in reversed(self.pages.all) if page.place), None)
            if other is not None:
                self.pages.go(other)
                self.changed()
