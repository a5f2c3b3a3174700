"""Where a window is put, and how large it is: as remembered, as far as that can be seen on this screen."""

from __future__ import annotations

import re
import tkinter as tk

_GEOMETRY = re.compile(r"(\d{1,6})x(\d{1,6})(?:\+(-?\d{1,6})\+(-?\d{1,6}))?")
"""Size and place as Tk writes them; the place is that of the upper left corner."""


def fitted(
    remembered: str, screen: tuple[int, int], smallest: tuple[int, int], usual: tuple[int, int]
) -> str:
    """A geometry for Tk that lies on the screen, whatever is remembered; all sizes in pixels.

    Screens go, and files are edited: a window beyond the edge, or one that takes all memory, is of no use.
    """
    found = _GEOMETRY.fullmatch(remembered)
    width, height = (int(found[1]), int(found[2])) if found else usual
    width = max(min(width, screen[0]), min(smallest[0], screen[0]))
    height = max(min(height, screen[1]), min(smallest[1], screen[1]))
    if found is None or found[3] is None:
        return f"{width}x{height}"
    x = min(max(int(found[3]), 0), screen[0] - width)
    y = min(max(int(found[4]), 0), screen[1] - height)
    return f"{width}x{height}+{x}+{y}"


def place(root: tk.Tk, remembered: str, smallest: tuple[int, int], usual: tuple[int, int]) -> None:
    """Put a program's window where it was, or where the desktop wants it."""
    screen = (root.winfo_screenwidth(), root.winfo_screenheight())
    root.minsize(*(min(side, whole) for side, whole in zip(smallest, screen, strict=True)))
    root.geometry(fitted(remembered, screen, smallest, usual))
