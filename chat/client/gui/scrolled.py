"""A text that is read and scrolled, not written: it fills its frame, with a scrollbar while there is more to see."""

from __future__ import annotations

import tkinter as tk
from tkinter import ttk
from typing import Any


def scrolled_text(frame: ttk.Frame, **options: Any) -> tuple[tk.Text, ttk.Scrollbar]:
    """Fill an empty frame with a text and its scrollbar; `options` go to the text."""
    text = tk.Text(
        frame, wrap="word", borderwidth=0, highlightthickness=0, cursor="arrow", state="disabled", **options
    )
    scrollbar = ttk.Scrollbar(frame, orient="vertical", command=text.yview)

    def scrolled_to(first: float, last: float) -> None:
        scrollbar.set(first, last)
        if float(first) <= 0.0 and float(last) >= 1.0:
            scrollbar.grid_remove()
        else:
            scrollbar.grid()

    text.configure(yscrollcommand=scrolled_to)
    frame.columnconfigure(0, weight=1)
    frame.rowconfigure(0, weight=1)
    text.grid(row=0, column=0, sticky="nsew")
    scrollbar.grid(row=0, column=1, sticky="ns")
    # The room stays when the scrollbar goes, or its coming and going could wrap lines anew without end.
    frame.columnconfigure(1, minsize=scrollbar.winfo_reqwidth())
    text.bind("<Button-1>", lambda event: text.focus_set())
    return text, scrollbar
