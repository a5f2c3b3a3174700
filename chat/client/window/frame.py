"""The chat window: sidebar, conversation, people, status bar, and keeping all of them up to date."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from weakref import WeakSet

from chat.client.desk.candidates import candidates
from chat.client.desk.desk import safe
from chat.client.desk.pages import Line, Page
from chat.client.desk.pasting import several
from chat.client.desk.typed.table import enter
from chat.client.gui.listing import Listing
from chat.client.gui.theme import Theme
from chat.client.link.events import ConnectionState
from chat.client.link.outbox import BURST
from chat.client.window import views
from chat.client.window.desk import WindowDesk
from chat.client.window.entry import Entry
from chat.client.window.layout import msgid_of
from chat.client.window.search import SearchPane
from chat.client.window.transcript import Transcript

REFRESH_MS = 30
"""After a change, within which others are waited for: a busy room is drawn some thirty times a second at most."""
NARROW = 720
"""Width in pixels of an ordinary screen below which the people are left out."""
SMALL = 600
"""The same for the list of rooms, and for buttons that a menu has as well; the search has the window for itself."""


class ChatFrame(ttk.Frame):
    """What a person sees while connected."""

    def __init__(
        self,
        root: tk.Tk,
        theme: Theme,
        desk: WindowDesk,
        *,
        with_people: bool,
        with_rooms: bool,
    ) -> None:
        super().__init__(root)
        self.theme = theme
        self.desk = desk
        self.with_people = with_people
        self.with_rooms = with_rooms
        self._rooms_anyway = False
        """In a small window, where the list of rooms is hidden unless it is asked for."""
        self.searching = False
        self.shown: Callable[[], None] = lambda: None
        """Called after everything was drawn."""
        self.open_link: Callable[[str], None] = lambda link: None
        """Called with a link."""
        self.asked_message: Callable[[Line, int, int], None] = lambda line, x, y: None
        """Called with a message and the screen position for the right button."""
        self.wanted_earlier: Callable[[Page], None] = lambda page: None
        """Called with a page above whose first line somebody looks."""
        self._refreshing = ""
        self._page: Page | None = None
        self._filled: WeakSet[Page] = WeakSet()
        self._transcripts: dict[int, tuple[Page, Transcript]] = {}
        px = theme.px
        self.columnconfigure(2, weight=1)
        self.rowconfigure(0, weight=1)

        self._side = side = ttk.Frame(self, style="Side.TFrame")
        self._server = ttk.Label(side, style="Side.Heading.TLabel")
        self._server.pack(anchor="w", padx=px(16), pady=(px(14), 0))
        self._me = ttk.Label(side, style="Side.Faint.TLabel")
        self._me.pack(anchor="w", padx=px(16), pady=(0, px(4)))
        self.rooms = Listing(side, theme)
        self.rooms.chosen = self._go
        self.side_buttons = ttk.Frame(side, style="Side.TFrame")
        self.side_buttons.pack(side="bottom", fill="x", padx=px(10), pady=px(10))
        self.rooms.pack(fill="both", expand=True)
        self._side_line = ttk.Frame(self, style="Line.TFrame", width=px(1))

        self._centre = centre = ttk.Frame(self)
        head = ttk.Frame(centre)
        head.pack(fill="x", padx=px(18), pady=(px(10), px(10)))
        self.tools = ttk.Frame(head)
        """Buttons for what the menu has, too."""
        self.menu_button = ttk.Button(head, text="≡", style="Toolbutton", width=2, takefocus=0)
        self.menu_button.pack(side="right")
        self.tools.pack(side="right")
        self._title = ttk.Label(head, style="Heading.TLabel")
        self._title.pack(anchor="w")
        self._topic = ttk.Label(head, style="Faint.TLabel")
        self._topic.pack(anchor="w", fill="x")
        ttk.Frame(centre, style="Line.TFrame", height=px(1)).pack(fill="x")
        self.entry = Entry(centre, theme, self._entered, lambda before: candidates(desk, before))
        self.entry.refused = lambda sentence: desk.note(sentence, error=True)
        self.entry.pack(side="bottom", fill="x")
        self._banner = ttk.Frame(centre, style="Raised.TFrame", padding=(px(14), px(8)))
        self._banner_text = ttk.Label(self._banner, style="Raised.TLabel", justify="left")
        self._banner_text.pack(side="left", fill="x", expand=True)
        self.retry = ttk.Button(self._banner, text="Try now", command=self._retry)
        self.retry.pack(side="right")
        self._pages = ttk.Frame(centre)
        self._pages.pack(fill="both", expand=True)

        self._right_line = ttk.Frame(self, style="Line.TFrame", width=px(1))
        self._right = ttk.Frame(self, style="Side.TFrame")
        self._count = ttk.Label(self._right, style="Side.Bold.TLabel")
        self._count.pack(anchor="w", padx=px(16), pady=(px(18), px(6)))
        self.people = Listing(self._right, theme, width=210)
        self.people.pack(fill="both", expand=True)
        self.search = SearchPane(self, theme)

        ttk.Frame(self, style="Line.TFrame", height=px(1)).grid(row=1, column=0, columnspan=5, sticky="ew")
        bar = ttk.Frame(self, style="Side.TFrame")
        bar.grid(row=2, column=0, columnspan=5, sticky="ew")
        self._dot = ttk.Label(bar, style="Side.TLabel")
        self._dot.pack(side="left", padx=(px(16), px(6)), pady=px(4))
        self._state = ttk.Label(bar, style="Side.Faint.TLabel")
        self._state.pack(side="left", pady=px(4))
        ttk.Label(bar, text="F1 help   Ctrl-K go to", style="Side.Faint.TLabel").pack(
            side="right", padx=px(16)
        )
        self._unsent = ttk.Label(bar, style="Side.Faint.TLabel")
        self._unsent.pack(side="right", padx=px(16))

        self.entry.text.bind("<Prior>", lambda event: self._page_by(-1))
        self.entry.text.bind("<Next>", lambda event: self._page_by(1))
        for part in (self, self._pages):
            part.bind("<Configure>", lambda event: self.changed())
        theme.watch(self, self.changed)

    # what happens here

    def _go(self, key: str) -> None:
        page = views.page_of(self.desk, key)
        self._rooms_anyway = False
        if page is not None:
            self.go(page)

    def go(self, page: Page) -> None:
        """Look at a page, and type there."""
        self.desk.pages.go(page)
        self.entry.text.focus_set()
        self.changed()

    def talk_to(self, name: str) -> None:
        """A private chat."""
        if name and self.desk.connection.fold(name) != self.desk.connection.fold(self.desk.connection.name):
            self.desk.open(name)
            self.go(self.desk.pages.current)

    def _entered(self, text: str) -> None:
        """Do what was typed. Of many lines the person is asked first; what is not said stays where it was typed."""
        self.transcript.bottom()
        lines = several(text, self.desk.place)
        if text.startswith("/") or len(lines.lines) < 2 or not self.desk.place:
            enter(self.desk, text)
        elif lines.objection:
            self.entry.put(text)
            self.desk.note(lines.objection, error=True)
        elif len(lines.lines) > BURST:
            self.entry.put(text)

            def agreed() -> None:
                self.entry.put("")
                enter(self.desk, text)

            self.desk.ask(lines.question(self.desk.pages.current.title), agreed)
        else:
            enter(self.desk, text)
        self.changed()

    def _retry(self) -> None:
        self.desk.connection.retry_now()
        self.entry.text.focus_set()

    def _page_by(self, by: int) -> str:
        self.transcript.scroll_pages(by)
        return "break"

    @property
    def transcript(self) -> Transcript:
        """The page that is looked at, on the screen."""
        page = self.desk.pages.current
        known = self._transcripts.get(id(page))
        if known is None:
            transcript = Transcript(self._pages, self.theme, page, lambda: safe(self.desk.connection.name))
            transcript.open_link = lambda link: self.open_link(link)
            transcript.wanted_earlier = lambda: self.wanted_earlier(page)
            transcript.typed = self.entry.add
            transcript.asked = lambda line, x, y: self.asked_message(line, x, y)
            self.tag_keys(transcript.text)
            known = self._transcripts[id(page)] = (page, transcript)
        return known[1]

    @staticmethod
    def tag_keys(widget: tk.Misc) -> None:
        """Let the window's keys come before the widget's own."""
        widget.bindtags(("chat-keys", *widget.bindtags()))

    # drawing

    def changed(self) -> None:
        """Something that can be seen is not what it was."""
        if not self._refreshing and self.winfo_exists():
            self._refreshing = self.after(REFRESH_MS, self.refresh)

    def refresh(self) -> None:
        """Draw everything that may have changed."""
        self._refreshing = ""
        desk = self.desk
        page = desk.pages.current
        if page is not self._page:
            self._turn_to(page)
        self._forget_closed()
        self.transcript.sync()
        self._fill(page)
        self.rooms.show(views.sidebar(desk), views.page_key(page))
        title, topic = views.header(desk)
        tools = self.tools.winfo_reqwidth() if self.tools.winfo_manager() else 0
        width = max(self._pages.winfo_width() - tools - self.theme.px(90), 100)
        title = Listing.cut(title, self.theme.fonts["heading"], width)
        self._title.configure(text=title)
        self._topic.configure(text=Listing.cut(topic, self.theme.fonts["small"], width))
        self._server.configure(
            text=Listing.cut(
                safe(desk.connection.server) or "Chat", self.theme.fonts["heading"], self.theme.px(180)
            )
        )
        self._me.configure(
            text=Listing.cut(
                f"You are {safe(desk.connection.name)}", self.theme.fonts["small"], self.theme.px(180)
            )
        )
        self._arrange()
        self.entry.hint(
            f"Message {page.title}" if page.place else "Type a command: /join ROOM, /rooms, /help"
        )
        self.tick()
        self.shown()

    def _turn_to(self, page: Page) -> None:
        if self._page is not None:
            self._page.draft = self.entry.value
            known = self._transcripts.get(id(self._page))
            if known is not None:
                known[1].pack_forget()
        self._page = page
        self.entry.put(page.draft)
        self.transcript.pack(fill="both", expand=True)

    def _fill(self, page: Page) -> None:
        """Where a conversation leaves room on the screen, fetch what was said before, once."""
        if page in self._filled or not page.place or self.desk.connection.state is not ConnectionState.ONLINE:
            return
        # A room's newest messages come by themselves; asked for before that, they would come twice.
        room = self.desk.connection.is_room(page.place)
        if self.transcript.fits and not (room and not any(msgid_of(line) for line in page.lines)):
            self._filled.add(page)
            self.wanted_earlier(page)

    def _forget_closed(self) -> None:
        open_pages = {id(page) for page in self.desk.pages.all}
        for key in [key for key in self._transcripts if key not in open_pages]:
            self._transcripts.pop(key)[1].destroy()

    @property
    def small(self) -> bool:
        """Whether there is no room for anything but the conversation."""
        return 1 < self.winfo_width() < self.theme.px(SMALL)

    def toggle_rooms(self) -> bool:
        """Show or hide the list of rooms; whether that is to be kept, rather than meant for a small window."""
        if self.small:
            self._rooms_anyway = not self._rooms_anyway
        else:
            self.with_rooms = not self.with_rooms
        self.changed()
        return not self.small

    def _arrange(self) -> None:
        """Put beside the conversation what there is room for."""
        small = self.small
        wide = self.winfo_width() >= self.theme.px(NARROW) or self.winfo_width() <= 1
        _grid(self._side, self._rooms_anyway if small else self.with_rooms, 0, self._side_line)
        _grid(self._centre, not (small and self.searching), 2)
        self.columnconfigure(2, weight=0 if small and self.searching else 1)
        self.columnconfigure(4, weight=1 if small and self.searching else 0)
        if small == bool(self.tools.winfo_manager()):
            self.tools.pack_forget() if small else self.tools.pack(side="right")
        rows = views.people(self.desk)
        people = bool(rows) and self.with_people and wide and not self.searching
        if people:
            self._count.configure(text=f"{len(rows)} here")
            self.people.show(rows)
        _grid(self._right_line, (people or self.searching) and not (small and self.searching), 3)
        _grid(self._right, people, 4)
        _grid(self.search, self.searching, 4)

    def tick(self) -> None:
        """What changes with time alone: the countdown."""
        p, px = self.theme.palette, self.theme.px
        status = views.status(self.desk)
        self._dot.configure(image=self.theme.pill(px(9), px(9), getattr(p, status.mood)))
        self._state.configure(text=status.text)
        self._unsent.configure(text=views.unsent(self.desk), foreground=p.warning)
        if (
            self.desk.connection.state in (ConnectionState.WAITING, ConnectionState.CONNECTING)
            and self.desk.sentence
        ):
            waiting = self.desk.connection.state is ConnectionState.WAITING
            seconds = f" Trying again in {self.desk.retry_in} s." if waiting else ""
            self._banner_text.configure(
                text=f"{safe(self.desk.sentence)}{seconds} What you type is sent as soon as you are back.",
                wraplength=max(self._pages.winfo_width() - px(160), px(200)),
            )
            self.retry.configure(state="normal" if waiting else "disabled")
            if not self._banner.winfo_manager():
                self._banner.pack(side="bottom", fill="x", padx=px(16), before=self._pages)
        elif self._banner.winfo_manager():
            self._banner.pack_forget()


def _grid(widget: tk.Misc, shown: bool, column: int, line: tk.Misc | None = None) -> None:
    """Show or hide a part of the window in its column, with a line beside it."""
    for part, at, sticky in ((widget, column, "nsew"), (line, column + 1, "ns")):
        if isinstance(part, ttk.Frame) and shown != bool(part.winfo_manager()):
            part.grid(row=0, column=at, sticky=sticky) if shown else part.grid_remove()
