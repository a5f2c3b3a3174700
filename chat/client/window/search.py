"""The search pane: words, what was found, and the way to where it was said."""

from __future__ import annotations

import time
import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import NamedTuple

from twisted.internet.defer import Deferred

from chat.client.desk.desk import safe
from chat.client.desk.looks import clock, name_number
from chat.client.gui.listing import Listing
from chat.client.gui.row import Row
from chat.client.gui.theme import Theme
from chat.client.link.events import Said
from chat.client.window.views import initial

BEFORE_MATCH = 20
"""Characters shown before what was searched for."""


def when(seconds: float, now: float) -> str:
    """When something was said, as short as is clear."""
    then, today = time.localtime(seconds), time.localtime(now)
    if then[:3] == today[:3]:
        return clock(seconds)
    return time.strftime("%d %b" if then[0] == today[0] else "%d %b %Y", then) + f" {clock(seconds)}"


def excerpt(text: str, words: str) -> str:
    """The part of a text that shows what was searched for, where a row has no room for all of it."""
    places = [text.lower().find(word) for word in words.lower().split() if ":" not in word]
    first = min((place for place in places if place >= 0), default=0)
    if first <= BEFORE_MATCH:
        return text
    space = text.find(" ", first - BEFORE_MATCH, first)
    return "…" + text[space + 1 if space >= 0 else first :]


def result_rows(messages: list[Said], words: str, now: float) -> list[Row]:
    """What was found, newest first, each from shortly before the first of the words; the key is the index."""
    return [
        Row(
            str(index),
            excerpt(safe(message.text), words),
            initial(message.author),
            name_number(message.author),
            f"{safe(message.author)} in {safe(message.place)}, {when(message.time, now)}",
        )
        for index, message in reversed(list(enumerate(messages)))
    ]


class Found(NamedTuple):
    """Messages, oldest first, and what there is to say about them."""

    messages: list[Said]
    note: str = ""


class SearchPane(ttk.Frame):
    """On the right, instead of the people."""

    def __init__(self, master: tk.Misc, theme: Theme) -> None:
        super().__init__(master, style="Side.TFrame")
        self.ask: Callable[[str], Deferred[Found]]
        """Called with words; a Deferred of what was found, that does not fail."""
        self.go: Callable[[Said], None] = lambda message: None
        """Called with a message that was chosen."""
        self.closed: Callable[[], None] = lambda: None
        """Called when the pane is to go."""
        self._messages: list[Said] = []
        px = theme.px
        top = ttk.Frame(self, style="Side.TFrame")
        top.pack(fill="x", padx=px(12), pady=(px(12), px(6)))
        ttk.Label(top, text="Search", style="Side.Bold.TLabel").pack(side="left")
        ttk.Button(top, text="Close", command=lambda: self.closed(), takefocus=0).pack(side="right")
        self.words = tk.StringVar(self)
        self.entry = ttk.Entry(self, textvariable=self.words, font=theme.fonts["body"])
        self.entry.pack(fill="x", padx=px(12))
        self._note = ttk.Label(self, style="Side.Faint.TLabel", wraplength=px(280), justify="left")
        self._note.pack(anchor="w", padx=px(12), pady=px(8))
        self.listing = Listing(self, theme, tall=True, width=320)
        self.listing.pack(fill="both", expand=True)
        self.listing.chosen = lambda key: self.go(self._messages[int(key)])
        self.entry.bind("<Return>", lambda event: self._search())
        self.entry.bind("<Down>", lambda event: self.listing.canvas.focus_set())
        for widget in (self.entry, self.listing.canvas):
            widget.bind("<Escape>", lambda event: self.closed())
        self.tell("Enter words. from:NAME  in:ROOM  after:2026-01-31  before:DATE narrow it down.")

    def tell(self, sentence: str) -> None:
        """A sentence below the words."""
        self._note.configure(text=sentence)

    def open(self) -> None:
        """Type words here."""
        self.entry.focus_set()
        self.entry.selection_range(0, "end")

    def _search(self) -> str:
        words = self.words.get().strip()
        if words:
            self.tell("Searching…")
            self.ask(words).addCallback(lambda found: self.show(words, found))
        return "break"

    def show(self, words: str, found: Found) -> None:
        """What was found."""
        if not self.winfo_exists():
            return
        self._messages = found.messages
        self.words.set(words)
        self.listing.show(result_rows(found.messages, words, time.time()))
        count = len(found.messages)
        note = f"{found.note} " if found.note else ""
        if not count:
            self.tell(f"{note}Nothing was found. Fewer words find more.")
        else:
            self.tell(f"{note}{count} message{'s' if count > 1 else ''} found. Down and Enter go there.")
