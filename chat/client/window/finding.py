"""Looking further up, searching, and going to where something was said."""

from __future__ import annotations

from weakref import WeakSet

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chat.client.desk.pages import Page
from chat.client.link.events import Event, Said
from chat.client.link.queries import QueryFailed
from chat.client.window.frame import ChatFrame
from chat.client.window.search import Found

EARLIER_PAGE = 100
"""Messages asked for at a time when somebody looks further up."""
EARLIER_PAGES = 30
"""How often that is done to find the place of a search result: as many as a page holds."""
AGAIN_MS = 200
"""While something else is being fetched, how long until it is looked again."""


class Finding:
    """The search pane's other half."""

    def __init__(self, frame: ChatFrame) -> None:
        self.frame = frame
        self.desk = frame.desk
        self._fetching = False
        self._whole: WeakSet[Page] = WeakSet()
        frame.wanted_earlier = self._above
        frame.search.ask = self._search
        frame.search.go = self.go_to_message
        frame.search.closed = self.close
        self.desk.show_found = self._show_found

    def earlier(self, page: Page) -> Deferred[int] | None:
        """Fetch what was said before the first line of a page; fires with how many messages there were."""
        if self._fetching:
            return None
        self._fetching = True

        def fetched(events: list[Event]) -> int:
            self._fetching = False
            if not events:
                self._whole.add(page)
            return self.desk.add_earlier(page, events)

        def failed(failure: Failure) -> int:
            self._fetching = False
            failure.trap(QueryFailed)
            return 0

        asked = self.desk.connection.history(page.place, self.desk.oldest(page.place), EARLIER_PAGE)
        return asked.addCallbacks(fetched, failed)

    def _above(self, page: Page) -> None:
        if page not in self._whole:
            self.earlier(page)

    def open(self) -> None:
        """Show the pane, and type there."""
        self.frame.searching = True
        self.frame.refresh()
        self.frame.search.open()

    def _search(self, words: str) -> Deferred[Found]:
        def failed(failure: Failure) -> Found:
            failure.trap(QueryFailed)
            return Found(
                self.desk.search_here(words), f"{failure.value} These are from what the window holds."
            )

        return self.desk.connection.search(words).addCallbacks(Found, failed)

    def close(self) -> None:
        """Show the people again."""
        self.frame.searching = False
        self.frame.refresh()
        self.frame.entry.text.focus_set()

    def _show_found(self, words: str, messages: list[Said]) -> None:
        self.open()
        self.frame.search.show(words, Found(messages))
        self.frame.search.listing.canvas.focus_set()

    def go_to_message(self, message: Said) -> None:
        """Show where something was said."""
        page = self.desk.pages.make(message.place)
        self.desk.pages.go(page)
        self.frame.refresh()
        self._find(page, message, EARLIER_PAGES)

    def _find(self, page: Page, message: Said, rounds: int) -> None:
        if page is not self.desk.pages.current:
            return
        self.frame.transcript.sync()
        if self.frame.transcript.find(message):
            self.frame.search.tell("There it is. Escape goes back to the input.")
            return
        if rounds and self._fetching:
            self.frame.after(AGAIN_MS, lambda: self._find(page, message, rounds))
            return
        asked = self.earlier(page) if rounds else None
        if asked is None:
            self.frame.search.tell(
                "That is too long ago to be shown in its place: /history goes further back."
            )
            return

        def fetched(count: int) -> None:
            self._find(page, message, rounds - 1 if count else 0)

        self.frame.search.tell("Going back to it…")
        asked.addCallback(fetched)
