"""The input: grows with what is typed, remembers, completes with Tab."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterator
from tkinter import ttk

from chat.client.desk.candidates import Candidate
from chat.client.desk.pasting import several
from chat.client.desk.typed.table import secret_in
from chat.client.gui.theme import Theme
from chat.client.link.outbox import MAX_TEXT
from chat.client.window.recall import Completing, InputHistory

MAX_ROWS = 6
"""Rows that it grows to."""
CANDIDATES_SHOWN = 8


class Entry(ttk.Frame):
    """What is typed into."""

    def __init__(
        self,
        master: tk.Misc,
        theme: Theme,
        entered: Callable[[str], None],
        find: Callable[[str], Iterator[Candidate]],
    ) -> None:
        super().__init__(master)
        self.theme = theme
        self.entered = entered
        """Called with what was typed when Enter is pressed."""
        self.refused: Callable[[str], None] = lambda sentence: None
        """Called with a sentence about what was not taken."""
        self.history = InputHistory()
        self._find = find
        self._completing = Completing()
        self._hint_text = ""
        px = theme.px
        self._offers = tk.Text(
            self, height=1, wrap="none", borderwidth=0, highlightthickness=0, cursor="arrow", takefocus=0
        )
        self._border = tk.Frame(self, borderwidth=0)
        self._border.pack(side="bottom", fill="x", padx=px(16), pady=(px(4), px(12)))
        self._inside = tk.Frame(self._border, borderwidth=0)
        self._inside.pack(fill="x", padx=px(1), pady=px(1))
        self.text = tk.Text(
            self._inside, height=1, wrap="word", undo=True, borderwidth=0, highlightthickness=0
        )
        self.text.pack(fill="x", padx=px(12), pady=px(9))
        self._hint = tk.Label(self.text, anchor="w", borderwidth=0, padx=0, pady=0, cursor="xterm")
        self._hint.bind("<Button-1>", lambda event: self.text.focus_set())
        bind = self.text.bind
        bind("<Return>", self._enter)
        bind("<KP_Enter>", self._enter)
        bind("<Shift-Return>", lambda event: None)
        bind("<Tab>", lambda event: self._complete(1))
        bind("<Shift-Tab>", lambda event: self._complete(-1))
        if self.tk.call("tk", "windowingsystem") == "x11":
            bind("<ISO_Left_Tab>", lambda event: self._complete(-1))
        bind("<Up>", lambda event: self._recall(event, True))
        bind("<Down>", lambda event: self._recall(event, False))
        bind("<Control-a>", self._select_all)
        bind("<Key>", self._key)
        bind("<<Modified>>", lambda event: self._modified())
        bind("<<Paste>>", lambda event: self._paste("CLIPBOARD", "insert"))
        bind("<<PasteSelection>>", lambda event: self._paste("PRIMARY", f"@{event.x},{event.y}"))
        bind("<FocusIn>", lambda event: self._themed())
        bind("<FocusOut>", lambda event: self._themed())
        bind("<Configure>", lambda event: self._fit())
        theme.watch(self, self._themed)

    def _themed(self) -> None:
        p, fonts = self.theme.palette, self.theme.fonts
        focused = self.focus_get() is self.text if self.winfo_exists() else False
        self._border.configure(background=p.accent if focused else p.line)
        self._inside.configure(background=p.raised)
        self.text.configure(
            background=p.raised,
            foreground=p.text,
            insertbackground=p.text,
            insertwidth=self.theme.px(2),
            font=fonts["body"],
            selectbackground=p.accent,
            selectforeground=p.on_accent,
            spacing3=self.theme.px(1),
        )
        self.text.tag_configure("secret", foreground=p.raised, selectforeground=p.accent)
        self._hint.configure(background=p.raised, foreground=p.faint, font=fonts["body"])
        self._offers.configure(
            background=p.ground, foreground=p.faint, font=fonts["small"], padx=self.theme.px(18)
        )
        self._offers.tag_configure("chosen", foreground=p.on_accent, background=p.accent)
        self._offers.tag_configure("help", foreground=p.faint)

    # what stands in it

    @property
    def value(self) -> str:
        """What is typed."""
        return self.text.get("1.0", "end-1c")

    def put(self, text: str) -> None:
        """Replace what is typed."""
        self.text.delete("1.0", "end")
        self.text.insert("1.0", text)
        self.text.mark_set("insert", "end")
        self._fit()

    def add(self, text: str) -> None:
        """Type something, and look here."""
        self.text.insert("insert", text)
        self.text.focus_set()

    def begin(self, command: str) -> None:
        """Put a command before what is typed, and look here."""
        self.put(command + self.value)
        self.text.focus_set()

    def hint(self, text: str) -> None:
        """What to say here, as long as it is empty."""
        if text != self._hint_text:
            self._hint_text = text
            self._hint.configure(text=text)
        self._show_hint()

    def _show_hint(self) -> None:
        if self.value or not self._hint_text:
            self._hint.place_forget()
        else:
            # Beside the caret, so that it blinks in the open.
            self._hint.place(x=self.theme.px(4), y=0, relheight=1.0)

    def _modified(self) -> None:
        if self.text.edit_modified():
            self.text.edit_modified(False)
            if len(self.value) > MAX_TEXT:
                self.text.delete(f"1.0+{MAX_TEXT}c", "end")
                self.refused(f"More than {MAX_TEXT} characters are not sent at once.")
            self._veil()
            self._fit()

    def _veil(self) -> None:
        """Let a password that is typed after a command not be seen; the caret shows that something is typed."""
        self.text.tag_remove("secret", "1.0", "end")
        start = secret_in(self.value)
        if start is not None:
            self.text.tag_add("secret", f"1.0+{start}c", "end")

    def _fit(self) -> None:
        self._show_hint()
        found = self.text.count("1.0", "end", "displaylines")
        rows = found[0] if isinstance(found, tuple) else found or 1
        wanted = min(max(rows, 1), MAX_ROWS)
        if int(self.text.cget("height")) != wanted:
            self.text.configure(height=wanted)

    # keys

    def _enter(self, event: tk.Event[tk.Text]) -> str:
        value = self.value
        self._end_completing()
        if value.strip():
            self.history.add(value)
            self.put("")
            self.entered(value)
        return "break"

    def _paste(self, selection: str, index: str) -> str:
        """Put what is on the clipboard, or selected elsewhere, into the text: whole, or not at all."""
        try:
            pasted = self.selection_get(selection=selection)
        except tk.TclError:
            return "break"
        pasted = pasted.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
        # Where it goes does not matter for whether it can be sent.
        objection = several(self.value + pasted, "anywhere").objection
        if objection:
            self.bell()
            self.refused(f"Not pasted: {objection}")
            return "break"
        if selection == "CLIPBOARD" and self.text.tag_ranges("sel"):
            self.text.delete("sel.first", "sel.last")
        self.text.insert(index, pasted)
        self.text.see("insert")
        return "break"

    def _select_all(self, event: tk.Event[tk.Text]) -> str:
        self.text.tag_add("sel", "1.0", "end-1c")
        return "break"

    def _recall(self, event: tk.Event[tk.Text], older: bool) -> str | None:
        if int(event.state) & 0xC:
            return None
        row, rows = self.text.index("insert").split(".")[0], self.text.index("end-1c").split(".")[0]
        # In text of several rows the keys move the caret, and look back from its first row, or on from its last.
        if row != ("1" if older else rows):
            return None
        line = self.history.older(self.value) if older else self.history.newer()
        if line is not None:
            self.put(line)
        return "break"

    def _key(self, event: tk.Event[tk.Text]) -> str | None:
        if event.keysym in ("Shift_L", "Shift_R", "Control_L", "Control_R", "Alt_L", "Alt_R"):
            return None
        if self._completing.candidates:
            was_escape = event.keysym == "Escape"
            self._end_completing()
            if was_escape:
                return "break"
        return None

    def _complete(self, by: int) -> str:
        if not self._completing.candidates:
            before = self.text.get("1.0", "insert")
            self._completing.begin(before, self._find(before))
        count = len(self._completing.candidates)
        text = self._completing.step(by)
        if text is None:
            self.bell() if count == 0 and self.value else None
        else:
            after = self.text.get("insert", "end-1c")
            self.put(text + after)
            self.text.mark_set("insert", f"1.0+{len(text)}c")
        self._show_offers()
        return "break"

    def _end_completing(self) -> None:
        self._completing.end()
        self._show_offers()

    def _show_offers(self) -> None:
        offered = self._completing.candidates
        if not offered:
            self._offers.pack_forget()
            return
        start = max(0, min(self._completing.index - CANDIDATES_SHOWN // 2, len(offered) - CANDIDATES_SHOWN))
        self._offers.configure(state="normal")
        self._offers.delete("1.0", "end")
        for index in range(start, min(start + CANDIDATES_SHOWN, len(offered))):
            chosen = index == self._completing.index
            self._offers.insert("end", f" {offered[index].label} ", ("chosen",) if chosen else ())
            self._offers.insert("end", "  ")
        more = len(offered) - start - CANDIDATES_SHOWN
        self._offers.insert("end", f"and {more} more" if more > 0 else "")
        if offered[self._completing.index].help:
            self._offers.insert("end", f"   {offered[self._completing.index].help}", ("help",))
        self._offers.configure(state="disabled")
        self._offers.pack(side="top", fill="x", pady=(self.theme.px(4), 0))

    def cancel(self) -> None:
        """Offer nothing more."""
        self._end_completing()
