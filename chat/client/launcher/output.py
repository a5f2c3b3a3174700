"""What a program prints, in a text that follows it."""

from __future__ import annotations

import re
import tkinter as tk
from tkinter import ttk

from chat.client.gui.scrolled import scrolled_text
from chat.client.gui.theme import Theme
from chat.client.launcher.children import MAX_LINES, Child

_LOG_LINE = re.compile(r"(\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)\S* )(\[(\S*?)(?:#(\w+))?\] )?(.*)")
"""A line of Twisted's log: time, what wrote it and how important it is, text."""

_TOKEN = re.compile(r"(?<=[?&]token=)[\w.~-]+")
"""What opens the monitor: the button knows it, and whoever looks over somebody's shoulder need not."""


def without_token(line: str) -> str:
    """A line without the monitor's token."""
    return _TOKEN.sub("…", line)


class Output(ttk.Frame):
    """The output of one program."""

    def __init__(self, master: tk.Misc, theme: Theme, child: Child, empty: str) -> None:
        super().__init__(master, style="Raised.TFrame")
        self.theme = theme
        self._child = child
        self._empty = empty
        self._shown = -1
        self.text, _ = scrolled_text(self, width=10, height=5)
        theme.watch(self, self._themed)

    def _themed(self) -> None:
        p, px, fonts = self.theme.palette, self.theme.px, self.theme.fonts
        self.text.configure(
            background=p.raised,
            foreground=p.text,
            font=fonts["mono"],
            padx=px(12),
            pady=px(10),
            selectbackground=p.accent,
            selectforeground=p.on_accent,
            spacing1=px(2),
        )
        column = fonts["mono"].measure("00:00:00  ")
        self.text.tag_configure("line", lmargin2=column)
        self.text.tag_configure("time", foreground=p.faint)
        self.text.tag_configure("warn", foreground=p.warning)
        self.text.tag_configure("error", foreground=p.error)
        self.text.tag_configure("critical", foreground=p.error)
        self.text.tag_configure("empty", foreground=p.faint, font=fonts["body"])

    def sync(self) -> None:
        """Show what was printed since the last time."""
        new = self._child.count - max(self._shown, 0)
        if self._shown == self._child.count:
            return
        at_end = self.text.yview()[1] > 0.999
        self.text.configure(state="normal")
        if not self._child.count:
            self.text.insert("end", self._empty, ("empty",))
        elif self._shown <= 0:
            self.text.delete("1.0", "end")
        for line in list(self._child.lines)[-new:] if new else ():
            self._insert(line)
        over = int(self.text.index("end-1c").split(".")[0]) - 1 - MAX_LINES
        if over > 0:
            self.text.delete("1.0", f"{over + 1}.0")
        self.text.configure(state="disabled")
        self._shown = self._child.count
        if at_end:
            self.text.see("end")

    def _insert(self, line: str) -> None:
        line = without_token(line)
        found = _LOG_LINE.fullmatch(line)
        if found is None:
            self.text.insert("end", line + "\n", ("line",))
        else:
            level = found[5] or "info"
            self.text.insert("end", f"{found[2]}  ", ("line", "time"), f"{found[6]}\n", ("line", level))
