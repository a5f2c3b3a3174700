"""A list for sidebars and choosers: rows with a mark, a text, a hint and a count; only what is seen is drawn."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from tkinter import font as tkfont
from tkinter import ttk

from chat.client.gui.row import Row
from chat.client.gui.theme import Theme

DOUBLE_MS = 300
"""Between the two clicks of a double one, as desktops have it."""


class Listing(ttk.Frame):
    """A list that is drawn row by row on a canvas, so that ten thousand people cost no more than fifty."""

    def __init__(
        self, master: tk.Misc, theme: Theme, *, ground: str = "side", tall: bool = False, width: int = 220
    ) -> None:
        super().__init__(master, style="Side.TFrame" if ground == "side" else "TFrame")
        self.theme = theme
        self.rows: Sequence[Row] = ()
        self.current = ""
        self.chosen: Callable[[str], None] = lambda key: None
        """Called with the key of a row that was clicked, or chosen with Enter."""
        self.opened: Callable[[str], None] = lambda key: None
        """Called with the key of a row that was double-clicked, or chosen with Enter."""
        self.clicked: Callable[[str, int, int], None] = lambda key, x, y: None
        """Called with key and screen position a moment after a single click."""
        self.asked: Callable[[str, int, int], None] = lambda key, x, y: None
        """Called with key and screen position for the right button, or the menu key."""
        self._ground = ground
        self._tall = tall
        self._top = 0
        self._cursor = -1
        self._hover = -1
        self._keyboard = False
        self._drawing = ""
        self._click = ""
        self.canvas = tk.Canvas(self, highlightthickness=0, borderwidth=0, width=theme.px(width), takefocus=1)
        self.scrollbar = ttk.Scrollbar(self, orient="vertical", command=self._scrollbar_moved)
        self.canvas.pack(side="left", fill="both", expand=True)
        bind = self.canvas.bind
        bind("<Configure>", lambda event: self.redraw())
        bind("<Motion>", lambda event: self._hovered(self._index_at(event.y)))
        bind("<Leave>", lambda event: self._hovered(-1))
        bind("<Button-1>", self._clicked)
        bind("<Double-Button-1>", self._double_clicked)
        bind("<Button-3>", self._menu)
        bind("<Button-4>", lambda event: self.scroll(-3))
        bind("<Button-5>", lambda event: self.scroll(3))
        bind("<MouseWheel>", lambda event: self.scroll(-3 if event.delta > 0 else 3))
        bind("<Up>", lambda event: self.move(-1))
        bind("<Down>", lambda event: self.move(1))
        bind("<Prior>", lambda event: self.move(-self.visible()))
        bind("<Next>", lambda event: self.move(self.visible()))
        bind("<Home>", lambda event: self.move(-len(self.rows)))
        bind("<End>", lambda event: self.move(len(self.rows)))
        bind("<Return>", lambda event: self.choose())
        bind("<space>", lambda event: self.choose())
        bind("<Menu>", self._menu)
        bind("<FocusIn>", lambda event: self._focused(True))
        bind("<FocusOut>", lambda event: self._focused(False))
        theme.watch(self, self.redraw)

    @property
    def row_height(self) -> int:
        """Pixels of one row."""
        line = self.theme.fonts["body"].metrics("linespace")
        if self._tall:
            return int(line + self.theme.fonts["small"].metrics("linespace") + self.theme.px(14))
        return int(line + self.theme.px(12))

    def visible(self) -> int:
        """Rows that are seen whole."""
        return max(1, self.canvas.winfo_height() // self.row_height)

    def show(self, rows: Sequence[Row], current: str = "") -> None:
        """Show these rows; `current` is the key of the one that is looked at."""
        moved = current != self.current
        self.rows, self.current = rows, current
        if moved:
            self._see(self._index_of(current))
        self._cursor = min(self._cursor, len(rows) - 1)
        self.redraw()

    def move(self, by: int) -> str:
        """Move the keyboard's row."""
        step = 1 if by > 0 else -1
        start = self._cursor if self._cursor >= 0 else self._index_of(self.current)
        index = min(max(start + by, 0), len(self.rows) - 1)
        while 0 <= index < len(self.rows) and not self.rows[index].key:
            index += step
        if 0 <= index < len(self.rows):
            self._cursor = index
            self._keyboard = True
            self._see(index)
        self.redraw()
        return "break"

    def choose(self) -> str:
        """Choose the keyboard's row."""
        if 0 <= self._cursor < len(self.rows) and self.rows[self._cursor].key:
            key = self.rows[self._cursor].key
            self.chosen(key)
            self.opened(key)
        return "break"

    def first(self) -> None:
        """Put the keyboard's row on the first that can be chosen."""
        self._cursor, self._top = -1, 0
        self._cursor = next((index for index, row in enumerate(self.rows) if row.key), -1)
        self._keyboard = True
        self.redraw()

    def scroll(self, rows: int) -> str:
        """Scroll by rows."""
        self._top += rows
        self.redraw()
        return "break"

    def redraw(self) -> None:
        """Draw once everything else is done, however often this was asked for."""
        if not self._drawing:
            self._drawing = self.after_idle(self._draw)

    def destroy(self) -> None:
        """Take it away, with what was to be drawn."""
        for timer in filter(None, (self._drawing, self._click)):
            self.after_cancel(timer)
        super().destroy()

    def _scrollbar_moved(self, *arguments: str) -> None:
        if arguments[0] == "moveto":
            self._top = round(float(arguments[1]) * len(self.rows))
        else:
            self._top += int(arguments[1]) * (self.visible() if arguments[2] == "pages" else 1)
        self.redraw()

    def _index_of(self, key: str) -> int:
        return next((index for index, row in enumerate(self.rows) if key and row.key == key), -1)

    def _index_at(self, y: int) -> int:
        index = self._top + y // self.row_height
        return index if 0 <= index < len(self.rows) else -1

    def _see(self, index: int) -> None:
        if index < 0:
            return
        if index < self._top:
            self._top = index
        elif index >= self._top + self.visible():
            self._top = index - self.visible() + 1

    def _hovered(self, index: int) -> None:
        if index != self._hover:
            self._hover = index
            self.redraw()

    def _focused(self, focused: bool) -> None:
        self._keyboard = focused
        if focused and self._cursor < 0:
            self._cursor = max(self._index_of(self.current), 0)
            if self._cursor < len(self.rows) and not self.rows[self._cursor].key:
                self.move(1)
        self.redraw()

    def _clicked(self, event: tk.Event[tk.Misc]) -> None:
        index = self._index_at(event.y)
        self._cursor = index
        self._keyboard = False
        if index >= 0 and self.rows[index].key:
            key = self.rows[index].key
            self.chosen(key)
            # What opens at once would have the second click of a double one for itself.
            self._click = self.after(DOUBLE_MS, lambda: self.clicked(key, event.x_root, event.y_root))
        self.redraw()

    def _double_clicked(self, event: tk.Event[tk.Misc]) -> None:
        index = self._index_at(event.y)
        if self._click:
            self.after_cancel(self._click)
        if index >= 0 and self.rows[index].key:
            self.opened(self.rows[index].key)

    def _menu(self, event: tk.Event[tk.Misc]) -> None:
        by_mouse = event.num == 3
        index = self._index_at(event.y) if by_mouse else self._cursor
        if 0 <= index < len(self.rows) and self.rows[index].key:
            y = event.y if by_mouse else (index - self._top + 1) * self.row_height
            x = event.x if by_mouse else self.theme.px(20)
            self.asked(self.rows[index].key, self.canvas.winfo_rootx() + x, self.canvas.winfo_rooty() + y)

    # drawing

    def _draw(self) -> None:
        self._drawing = ""
        canvas, palette, px = self.canvas, self.theme.palette, self.theme.px
        canvas.configure(background=getattr(palette, self._ground))
        canvas.delete("all")
        height, width = self.row_height, canvas.winfo_width()
        seen = self.visible()
        self._top = max(min(self._top, len(self.rows) - seen), 0)
        for index in range(self._top, min(self._top + seen + 1, len(self.rows))):
            self._draw_row(self.rows[index], index, (index - self._top) * height, width, height)
        if len(self.rows) > seen:
            self.scrollbar.set(self._top / len(self.rows), (self._top + seen) / len(self.rows))
            if not self.scrollbar.winfo_ismapped():
                self.scrollbar.pack(side="right", fill="y", before=canvas, padx=(0, px(1)))
        elif self.scrollbar.winfo_ismapped():
            self.scrollbar.pack_forget()

    def _draw_row(self, row: Row, index: int, y: int, width: int, height: int) -> None:
        canvas, p, px, fonts = self.canvas, self.theme.palette, self.theme.px, self.theme.fonts
        middle = y + height // 2
        if not row.key:
            canvas.create_text(
                px(16), y + height - px(6), text=row.text, anchor="sw", fill=p.faint, font=fonts["small_bold"]
            )
            return
        current = row.key == self.current
        focused = self._keyboard and index == self._cursor
        if current or index == self._hover or focused:
            fill = p.selected if current or focused else p.hover
            canvas.create_image(
                px(8), y + px(1), anchor="nw", image=self.theme.card(width - px(16), height - px(2), fill)
            )
        if focused:
            canvas.create_image(
                px(8), middle, anchor="w", image=self.theme.pill(px(3), height - px(14), p.accent)
            )
        x = px(20)
        right = width - px(16)
        if row.disc is not None:
            size = min(height - px(10), px(28))
            canvas.create_image(
                x + size // 2 - px(4), middle, image=self.theme.pill(size, size, p.names[row.disc])
            )
            canvas.create_text(
                x + size // 2 - px(4), middle, text=row.mark, fill=p.ground, font=fonts["small_bold"]
            )
            x += size + px(4)
        elif row.mark:
            canvas.create_text(x + px(3), middle, text=row.mark, fill=p.faint, font=fonts["body"])
            x += px(16)
        if row.unread:
            right = self._draw_count(row, right, middle) - px(6)
        if row.hint and not self._tall:
            hint = self.cut(row.hint, fonts["small"], (right - x) // 2)
            canvas.create_text(right, middle, text=hint, anchor="e", fill=p.faint, font=fonts["small"])
            right -= fonts["small"].measure(hint) + px(8)
        font = fonts["bold"] if row.bold else fonts["body"]
        at = y + px(7) + font.metrics("linespace") // 2 if self._tall else middle
        text = self.cut(row.text, font, right - x)
        canvas.create_text(x, at, text=text, anchor="w", fill=p.faint if row.faint else p.text, font=font)
        if row.hint and self._tall:
            hint = self.cut(row.hint, fonts["small"], right - x)
            below = y + height - px(6) - fonts["small"].metrics("linespace") // 2
            canvas.create_text(x, below, text=hint, anchor="w", fill=p.faint, font=fonts["small"])

    def _draw_count(self, row: Row, right: int, middle: int) -> int:
        p, px = self.theme.palette, self.theme.px
        font = self.theme.fonts["small_bold"]
        text = str(row.unread) if row.unread < 1000 else "999+"
        height = font.metrics("linespace") + px(2)
        width = max(font.measure(text) + px(12), height)
        fill = p.accent if row.alert else p.line
        left = right - width
        self.canvas.create_image(left, middle, anchor="w", image=self.theme.pill(width, height, fill))
        self.canvas.create_text(
            left + width // 2, middle, text=text, font=font, fill=p.on_accent if row.alert else p.text
        )
        return left

    @staticmethod
    def cut(text: str, font: tkfont.Font, width: int) -> str:
        """As much of a text as fits, with dots where something is left out."""
        if font.measure(text) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            half = (low + high + 1) // 2
            if font.measure(text[:half] + "…") <= width:
                low = half
            else:
                high = half - 1
        return text[:low] + "…"
