"""What keys, buttons and menus of the window do."""

from __future__ import annotations

import tkinter as tk
import webbrowser
from collections.abc import Callable
from functools import partial
from tkinter import ttk

from twisted.internet.threads import deferToThread
from twisted.python.failure import Failure

from chat.client.desk.desk import safe
from chat.client.desk.pages import Page
from chat.client.desk.typed.table import COMMANDS, run
from chat.client.gui.overlay import Chooser, Question
from chat.client.gui.row import Row
from chat.client.gui.theme import Theme
from chat.client.link.queries import QueryFailed, RoomListing
from chat.client.window import views
from chat.client.window.appearance import Appearance
from chat.client.window.dialogs import help_card, preferences_card
from chat.client.window.finding import Finding
from chat.client.window.frame import ChatFrame
from chat.client.window.keys import HELP, LOOKS, SEQUENCES
from chat.client.window.menus import message_menu, page_menu, person_menu, window_menu


class Actions:
    """The methods that `keys.SEQUENCES` names, and what the buttons do."""

    def __init__(
        self,
        root: tk.Tk,
        theme: Theme,
        frame: ChatFrame,
        appearance: Appearance,
        quit_: Callable[[], None],
    ) -> None:
        self.root = root
        self.theme = theme
        self.frame = frame
        self.desk = frame.desk
        self.appearance = appearance
        self.finding = Finding(frame)
        self._quit = quit_
        for sequence, name in SEQUENCES.items():
            self._bind(sequence, getattr(self, name))
        for sequence, name in LOOKS.items():
            self._bind(sequence, getattr(appearance, name))
        for number in range(1, 10):
            self._bind(f"<Alt-Key-{number}>", partial(self._number, number))
        for widget in (
            frame.entry.text,
            frame.rooms.canvas,
            frame.people.canvas,
            frame.search.entry,
            frame.search.listing.canvas,
        ):
            frame.tag_keys(widget)
        frame.open_link = self.open_link
        frame.people.opened = frame.talk_to
        frame.people.clicked = partial(person_menu, frame)
        frame.asked_message = partial(message_menu, frame)
        frame.people.asked = partial(person_menu, frame)
        frame.rooms.asked = partial(page_menu, frame)
        self._buttons()

    def _bind(self, sequence: str, act: Callable[[], None]) -> None:
        def pressed(event: tk.Event[tk.Misc]) -> str:
            act()
            return "break"

        self.root.bind_class("chat-keys", sequence, pressed)

    def _buttons(self) -> None:
        px, frame = self.theme.px, self.frame
        for text, act in (
            ("Search", self.search),
            ("People", self.appearance.toggle_people),
            ("◐", self.appearance.toggle_theme),
            ("Preferences", self.preferences_dialog),
        ):
            ttk.Button(frame.tools, text=text, style="Toolbutton", command=act, takefocus=0).pack(
                side="left", padx=px(1)
            )
        ttk.Button(frame.side_buttons, text="+  Join a room", command=self.join, takefocus=0).pack(fill="x")
        frame.menu_button.configure(command=self._menu)

    def _menu(self) -> None:
        button = self.frame.menu_button
        rows = (
            ("Go to…", "Ctrl-K", self.switch),
            ("Join a room…", "Ctrl-J", self.join),
            ("Search", "Ctrl-F", self.search),
            ("Rooms", "Ctrl-B", self.appearance.toggle_rooms),
            ("People", "Ctrl-P", self.appearance.toggle_people),
            ("Light or dark", "Ctrl-D", self.appearance.toggle_theme),
            ("Preferences…", "Ctrl-,", self.preferences_dialog),
            ("Keys and commands", "F1", self.help),
            ("Leave", "Ctrl-Q", self.quit),
        )
        window_menu(self.frame, rows, button.winfo_rootx(), button.winfo_rooty() + button.winfo_height())

    # going about

    def switch(self) -> None:
        """Ctrl-K."""
        Chooser(
            self.root,
            self.theme,
            "Go to",
            views.switcher(self.desk),
            self._switch_to,
            self._join_or_talk,
            "go there",
        )

    def _switch_to(self, key: str) -> None:
        page = views.page_of(self.desk, key)
        if page is not None:
            self.frame.go(page)
        else:
            self.frame.talk_to(key.partition(" ")[2])

    def _join_or_talk(self, words: str) -> None:
        word = words.split()[0]
        if self.desk.connection.is_room(word):
            run(self.desk, f"/join {word}")
        else:
            self.frame.talk_to(word)
        self.to_input()

    def previous(self) -> None:
        """The conversation above."""
        self._step(-1)

    def next(self) -> None:
        """The conversation below."""
        self._step(1)

    def _listed(self) -> list[Page]:
        pages = [views.page_of(self.desk, row.key) for row in views.sidebar(self.desk) if row.key]
        return [page for page in pages if page is not None]

    def _step(self, by: int) -> None:
        pages = self._listed()
        self.frame.go(pages[(pages.index(self.desk.pages.current) + by) % len(pages)])

    def _number(self, number: int) -> None:
        pages = self._listed()
        if number <= len(pages):
            self.frame.go(pages[number - 1])

    def unread(self) -> None:
        """The next conversation with something unread."""
        self.desk.pages.next_unread()
        self.frame.go(self.desk.pages.current)

    def close_page(self) -> None:
        """Leave this conversation."""
        page = self.desk.pages.current
        if not page.place:
            if page is not self.desk.pages.server:
                self.desk.pages.drop(page)
                self.frame.changed()
        elif self.desk.connection.is_room(page.place):
            Question(
                self.root,
                self.theme,
                f"Leave {page.title}?",
                "You will not hear what is said there until you join again.",
                "Leave",
                "Stay",
                lambda: run(self.desk, f"/part {page.place}"),
            )
        else:
            self.desk.close(page.place)

    def _panes(self) -> list[tk.Misc]:
        frame = self.frame
        panes: list[tk.Misc] = [frame.entry.text, frame.rooms.canvas, frame.transcript.text]
        if frame.searching:
            panes += [frame.search.entry, frame.search.listing.canvas]
        elif frame.people.winfo_ismapped():
            panes.append(frame.people.canvas)
        return panes

    def next_pane(self, by: int = 1) -> None:
        """F6."""
        panes, focus = self._panes(), self.root.focus_get()
        at = panes.index(focus) if focus in panes else 0
        panes[(at + by) % len(panes)].focus_set()

    def previous_pane(self) -> None:
        """Shift-F6."""
        self.next_pane(-1)

    def to_input(self) -> None:
        """Escape."""
        if self.frame.searching and str(self.root.focus_get()).startswith(str(self.frame.search)):
            self.finding.close()
        self.frame.entry.cancel()
        self.frame.entry.text.focus_set()

    def newest(self) -> None:
        """The end of the conversation."""
        self.frame.transcript.bottom()

    def join(self) -> None:
        """Ctrl-J: the rooms that there are, and any other by typing its name."""
        chooser = Chooser(
            self.root,
            self.theme,
            "Join a room",
            [],
            lambda key: run(self.desk, f"/join {key}"),
            lambda words: run(self.desk, f"/join {words.split()[0]}"),
            typed_hint="a new room",
            empty="Asking for the rooms… Any name that you type can be joined.",
        )

        def listed(rooms: list[RoomListing]) -> None:
            chooser.offer(
                [Row(room.name, room.name.lstrip("#"), mark="#", hint=self._about(room)) for room in rooms]
            )

        def failed(failure: Failure) -> None:
            failure.trap(QueryFailed)
            chooser.offer([])

        self.desk.connection.list_rooms().addCallbacks(listed, failed)

    @staticmethod
    def _about(room: RoomListing) -> str:
        here = f"{room.people} here"
        return f"{safe(room.topic)}  ·  {here}" if room.topic else here

    # reading

    def open_link(self, link: str) -> None:
        """In the browser; in a thread, since some browsers keep their caller waiting."""

        def opened(worked: bool) -> None:
            if not worked:
                self.root.clipboard_clear()
                self.root.clipboard_append(link)
                self.desk.note(f"No browser was found. The link is on the clipboard: {link}", error=True)

        deferToThread(webbrowser.open, link).addCallbacks(opened, lambda failure: opened(False))

    def answer(self) -> None:
        """Ctrl-R."""
        self.frame.entry.begin("/answer ")

    def copy_all(self) -> None:
        """Ctrl-Shift-C."""
        self.frame.transcript.copy_all()

    def links(self) -> None:
        """Ctrl-L."""
        found = [Row(link, link) for link in views.links(self.desk.pages.current)]
        Chooser(
            self.root,
            self.theme,
            "Open a link",
            found,
            self.open_link,
            empty="There are no links in this conversation",
        )

    def search(self) -> None:
        """Ctrl-F."""
        self.finding.open()

    # cards and the end

    def preferences_dialog(self) -> None:
        """Ctrl-comma."""
        preferences_card(self.root, self.appearance)

    def help(self) -> None:
        """F1."""
        help_card(
            self.root,
            self.theme,
            HELP,
            [(f"/{row.name} {row.usage}".rstrip(), row.help) for row in COMMANDS.values()],
        )

    def quit(self) -> None:
        """Leave the program; ask, if something is not sent."""
        waiting = views.unsent(self.desk)
        if waiting:
            Question(
                self.root,
                self.theme,
                "Leave?",
                f"{waiting}. Leaving drops that.",
                "Leave",
                "Stay",
                self._quit,
            )
        else:
            self._quit()
