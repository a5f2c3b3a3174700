"""Small dialogs over a window that do not stop the event loop: a question, a chooser with a filter, a panel."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

from chat.client.gui.listing import Listing
from chat.client.gui.row import Row, matching, same
from chat.client.gui.theme import Theme

TYPED = "typed"
"""Key of the row with what was typed."""
ROWS_SHOWN = 9
"""Rows of a chooser; the others are scrolled to."""


class Overlay(tk.Frame):
    """A card over a window; Escape, or a click beside it, closes it. One at a time.

    Not a window of its own, since where those appear, and whether they get the keyboard, is up to window managers.
    """

    def __init__(self, root: tk.Misc, theme: Theme, *, width: int = 480, top: float = 0.12) -> None:
        super().__init__(root, background=theme.palette.line)
        self.theme = theme
        self.closed: Callable[[], None] = lambda: None
        """Called when it is gone."""
        self.variables: list[tk.Variable] = []
        """Tk's variables of what is on it; they have to live as long."""
        self._window = root
        self._bindings: list[tuple[str, Callable[[tk.Event[tk.Misc]], str | None]]] = []
        for other in list(root.winfo_children()):
            if isinstance(other, Overlay) and other is not self:
                other.close()
        self._before = root.focus_get()
        self.body = ttk.Frame(self, padding=theme.px(16), style="Raised.TFrame")
        """What is on the card."""
        self.body.pack(fill="both", expand=True, padx=theme.px(1), pady=theme.px(1))
        self.place(
            relx=0.5,
            rely=top,
            anchor="n",
            width=min(theme.px(width), max(root.winfo_width() - theme.px(24), 200)),
        )
        self.lift()
        self.bind_all_inside("<Escape>", self._escape)
        self._click = root.bind("<Button-1>", self._clicked, add="+")

    def bind_all_inside(self, sequence: str, act: Callable[[tk.Event[tk.Misc]], str | None]) -> None:
        """Bind a key for everything on the card, whatever of it has the focus."""
        self._bindings.append((sequence, act))

    def ready(self, focus: tk.Misc) -> None:
        """Everything is on the card: `focus` is typed into first."""

        def each(widget: tk.Misc) -> None:
            for sequence, act in self._bindings:
                widget.bind(sequence, act, add="+")
            for child in widget.winfo_children():
                each(child)

        each(self)
        self.update_idletasks()
        # What does not fit is cut at the lists and texts on it, which scroll.
        room = self._window.winfo_height() - self.winfo_y() - self.theme.px(12)
        if self.winfo_reqheight() > room > self.theme.px(80):
            self.place_configure(height=room)
        focus.focus_set()

    def _escape(self, event: tk.Event[tk.Misc]) -> str:
        self.close()
        return "break"

    def _clicked(self, event: tk.Event[tk.Misc]) -> None:
        if self.winfo_exists() and not str(event.widget).startswith(str(self)):
            self.close()

    def close(self) -> None:
        """Take it away."""
        if not self.winfo_exists():
            return
        self._window.unbind("<Button-1>", self._click)
        before = self._before
        self.destroy()
        if before is not None and before.winfo_exists():
            before.focus_set()
        self.closed()


class Chooser(Overlay):
    """Type some letters, choose a row with Up, Down and Enter.

    `typed_anyway`, if given, is called with the words when they themselves are chosen; `typed_hint` says what for.
    """

    def __init__(
        self,
        root: tk.Misc,
        theme: Theme,
        title: str,
        rows: list[Row],
        chosen: Callable[[str], None],
        typed_anyway: Callable[[str], None] | None = None,
        typed_hint: str = "",
        empty: str = "Nothing found",
    ) -> None:
        super().__init__(root, theme)
        self._rows = rows
        self._chosen = chosen
        self._typed_anyway = typed_anyway
        self._typed_hint = typed_hint
        self._empty = empty
        ttk.Label(self.body, text=title, style="Raised.Bold.TLabel").pack(anchor="w")
        self._words = tk.StringVar(self)
        entry = ttk.Entry(self.body, textvariable=self._words, font=theme.fonts["body"])
        entry.pack(fill="x", pady=(theme.px(8), theme.px(8)))
        self.listing = Listing(self.body, theme, ground="raised")
        self.listing.canvas.configure(height=self.listing.row_height * ROWS_SHOWN)
        self.listing.pack(fill="both", expand=True)
        self.listing.chosen = self._take
        self._words.trace_add("write", lambda *_: self.filter())
        for key in ("<Up>", "<Down>", "<Prior>", "<Next>"):
            by = {"<Up>": -1, "<Down>": 1, "<Prior>": -ROWS_SHOWN, "<Next>": ROWS_SHOWN}[key]
            entry.bind(key, lambda event, by=by: self.listing.move(by))
        entry.bind("<Return>", lambda event: self.listing.choose())
        self.filter()
        self.ready(entry)

    def filter(self) -> None:
        """Show the rows that match, and at last what was typed itself, if that can be chosen."""
        words = self._words.get().strip()
        found = matching(self._rows, words)
        if self._typed_anyway is not None and words and not any(same(row.text, words) for row in found):
            found.append(Row(TYPED, words, mark="+", hint=self._typed_hint))
        if not found:
            found = [Row("", self._empty)]
        self.listing.show(found)
        self.listing.first()

    def offer(self, rows: list[Row]) -> None:
        """Other rows, that were not known at once."""
        self._rows = rows
        if self.winfo_exists():
            self.filter()

    def _take(self, key: str) -> None:
        if not self.winfo_exists():
            return
        words = self._words.get().strip()
        self.close()
        if key == TYPED and self._typed_anyway is not None:
            self._typed_anyway(words)
        else:
            self._chosen(key)


class Question(Overlay):
    """A sentence and two buttons."""

    def __init__(
        self,
        root: tk.Misc,
        theme: Theme,
        title: str,
        text: str,
        yes: str,
        no: str,
        agreed: Callable[[], None],
    ) -> None:
        super().__init__(root, theme, width=440, top=0.3)
        px = theme.px
        ttk.Label(self.body, text=title, style="Raised.Heading.TLabel").pack(anchor="w")
        ttk.Label(self.body, text=text, style="Raised.TLabel", wraplength=px(400), justify="left").pack(
            anchor="w", pady=(px(8), px(16))
        )
        buttons = ttk.Frame(self.body, style="Raised.TFrame")
        buttons.pack(fill="x")

        def agree(event: object = None) -> str:
            self.close()
            agreed()
            return "break"

        go = ttk.Button(buttons, text=yes, style="Accent.TButton", command=agree)
        stay = ttk.Button(buttons, text=no, command=self.close)
        go.pack(side="right")
        stay.pack(side="right", padx=(0, px(8)))
        go.bind("<Return>", agree)
        stay.bind("<Return>", lambda event: self.close())
        self.ready(go)


class SecretQuestion(Overlay):
    """A question whose answer is not seen while it is typed. `answered` is called with one that is not empty."""

    def __init__(self, root: tk.Misc, theme: Theme, question: str, answered: Callable[[str], None]) -> None:
        super().__init__(root, theme, width=440, top=0.3)
        px = theme.px
        ttk.Label(
            self.body, text=question, style="Raised.Bold.TLabel", wraplength=px(400), justify="left"
        ).pack(anchor="w")
        entry = ttk.Entry(self.body, show="•", font=theme.fonts["body"])
        entry.pack(fill="x", pady=(px(8), px(16)))
        buttons = ttk.Frame(self.body, style="Raised.TFrame")
        buttons.pack(fill="x")

        def give(event: object = None) -> str:
            given = entry.get()
            if given.strip():
                self.close()
                answered(given)
            return "break"

        ttk.Button(buttons, text="OK", style="Accent.TButton", command=give).pack(side="right")
        ttk.Button(buttons, text="Not now", command=self.close).pack(side="right", padx=(0, px(8)))
        entry.bind("<Return>", give)
        self.ready(entry)
