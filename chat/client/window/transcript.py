"""A page on the screen: its lines in a text widget, kept up to date by drawing only what has changed."""

from __future__ import annotations

import tkinter as tk
from collections import deque
from collections.abc import Callable
from tkinter import ttk

from chat.client.desk.pages import Line, Page
from chat.client.gui.scrolled import scrolled_text
from chat.client.gui.theme import Theme
from chat.client.link.events import Said
from chat.client.window.layout import key_of, moment, msgid_of, paragraphs

FLASH_MS = 2_500
"""For how long a place that was jumped to stands out."""


class Drawn:
    """A line as it was drawn: on how many rows of the widget, and after what it looked like."""

    __slots__ = ("key", "line", "rows")

    def __init__(self, line: Line, key: tuple[object, ...], rows: int) -> None:
        self.line = line
        self.key = key
        self.rows = rows


class Transcript(ttk.Frame):
    """One page."""

    def __init__(self, master: tk.Misc, theme: Theme, page: Page, me: Callable[[], str]) -> None:
        super().__init__(master)
        self.page = page
        self.theme = theme
        self.open_link: Callable[[str], None] = lambda link: None
        """Called with a link that was clicked."""
        self.wanted_earlier: Callable[[], None] = lambda: None
        """Called when somebody looks above the first line."""
        self.typed: Callable[[str], None] = lambda character: None
        """Called with a character that was typed here although it belongs into the input."""
        self.asked: Callable[[Line, int, int], None] = lambda line, x, y: None
        """Called with a message and the screen position for the right button."""
        self._me = me
        self._drawn: deque[Drawn] = deque()
        self._marker: Line | None = None
        self._drawn_as = ""
        self._revision = 0
        self.text, scrollbar = scrolled_text(self, takefocus=1)
        self._jump = ttk.Button(
            self, text="↓  Newest", style="Accent.TButton", command=self.bottom, takefocus=0
        )
        self._following = True
        bind = self.text.bind
        bind("<Configure>", lambda event: self._resized())
        bind("<Key>", self._key)
        bind("<Button-3>", self._menu)
        for event in ("<MouseWheel>", "<Button-4>", "<Button-5>"):
            bind(event, lambda event: self.after_idle(self._scrolled), add="+")
        scrollbar.bind("<ButtonRelease-1>", lambda event: self._scrolled())
        self.text.tag_bind("link", "<Button-1>", self._link_clicked)
        self.text.tag_bind("link", "<Enter>", lambda event: self.text.configure(cursor="hand2"))
        self.text.tag_bind("link", "<Leave>", lambda event: self.text.configure(cursor="arrow"))
        theme.watch(self, self._themed)

    def _themed(self) -> None:
        p, px, fonts, text = self.theme.palette, self.theme.px, self.theme.fonts, self.text
        gutter = fonts["small"].measure("00:00") + px(32)
        text.configure(
            background=p.ground,
            foreground=p.text,
            font=fonts["body"],
            padx=px(4),
            pady=px(8),
            tabs=(gutter,),
            tabstyle="wordprocessor",
            selectbackground=p.accent,
            selectforeground=p.on_accent,
            inactiveselectbackground=p.selected,
            spacing2=px(2),
        )
        first = px(18)
        for style, options in {
            "time": {"foreground": p.faint, "font": fonts["small"]},
            "name": {"font": fonts["bold"]},
            "own": {"foreground": p.accent},
            "text": {"foreground": p.text},
            "pending": {"foreground": p.faint},
            "event": {"foreground": p.faint, "font": fonts["small"]},
            "error": {"foreground": p.error},
            "told": {"foreground": p.faint},
            "mono": {"foreground": p.faint, "font": fonts["mono"]},
            "quotation": {
                "foreground": p.faint,
                "font": fonts["small"],
                "lmargin1": first,
                "lmargin2": gutter,
            },
            "reactions": {"lmargin1": first, "lmargin2": gutter, "rmargin": px(20)},
            "say": {"lmargin1": first, "lmargin2": gutter, "rmargin": px(20), "spacing1": px(2)},
            "head": {"lmargin1": first, "lmargin2": gutter, "spacing1": px(12)},
            "act": {"lmargin1": first, "lmargin2": gutter, "rmargin": px(20), "spacing1": px(8)},
            "happening": {"lmargin1": first, "lmargin2": gutter, "rmargin": px(20), "spacing1": px(8)},
            "note": {"lmargin1": first, "lmargin2": gutter, "rmargin": px(20), "spacing1": px(3)},
            "failed": {"foreground": p.error, "font": fonts["small"], "lmargin1": first, "lmargin2": gutter},
            "day": {
                "justify": "center",
                "foreground": p.faint,
                "font": fonts["small_bold"],
                "spacing1": px(18),
                "spacing3": px(4),
            },
            "new": {
                "justify": "center",
                "foreground": p.error,
                "font": fonts["small_bold"],
                "spacing1": px(8),
            },
            "link": {"foreground": p.accent, "underline": True},
            "me": {"font": fonts["bold"]},
            "mention_head": {"background": p.mention},
            "mention": {"background": p.mention, "spacing3": px(6)},
            "flash": {"background": p.selected},
        }.items():
            text.tag_configure(style, **options)  # type: ignore[arg-type]
        for number, colour in enumerate(p.names):
            text.tag_configure(f"name{number}", foreground=colour)
        for style in ("link", "me", "mention", "flash", "sel"):
            text.tag_raise(style)
        if self._following:
            text.see("end")

    # drawing

    def sync(self) -> None:
        """Draw what has changed since the last time."""
        page, me = self.page, self._me()
        lines = page.lines
        following = self._at_end()
        self.text.configure(state="normal")
        if me != self._drawn_as or not self._drawn or not lines or page.revision != self._revision:
            seen = self.text.yview()[0]
            self._redraw(me)
            self.text.yview_moveto(seen)
        else:
            self._drop_gone(me)
            if not self._drawn or not self._draw_before(me):
                self._redraw(me)
            else:
                self._redraw_changed(me)
                self._draw_after(me)
        self.text.configure(state="disabled")
        self._following = following
        if following:
            self.text.see("end")
        self._show_jump()

    def _redraw(self, me: str) -> None:
        self.text.delete("1.0", "end")
        self._drawn.clear()
        self._drawn_as, self._marker, self._revision = me, self.page.marker, self.page.revision
        before = None
        for line in self.page.lines:
            self._append(line, before, me)
            before = line

    def _append(self, line: Line, before: Line | None, me: str) -> None:
        self._drawn.append(self._insert("end-1c", line, before, me))

    def _insert(self, index: str, line: Line, before: Line | None, me: str) -> Drawn:
        marked = line is self.page.marker
        arguments: list[object] = []
        found = paragraphs(line, before, me, marked)
        for paragraph in found:
            for piece in paragraph:
                arguments += [piece.text, piece.styles]
            arguments += ["\n", paragraph[-1].styles[-1:]]
        self.text.insert(index, *arguments)  # type: ignore[arg-type]
        return Drawn(line, key_of(line, marked), len(found))

    def _drop_gone(self, me: str) -> None:
        """Lines that fell off the beginning; with them may have gone the name that the new first one stood under."""
        first = self.page.lines[0]
        if self._drawn[0].line is first:
            return
        present = {id(line) for line in self.page.lines}
        rows = 0
        while self._drawn and id(self._drawn[0].line) not in present:
            rows += self._drawn.popleft().rows
        if rows and self._drawn:
            first_drawn = self._drawn[0]
            self.text.delete("1.0", f"{rows + first_drawn.rows + 1}.0")
            self._drawn[0] = self._insert("1.0", first_drawn.line, None, me)

    def _draw_before(self, me: str) -> bool:
        """Older lines before the first; False if nothing of what is drawn is there any more."""
        older: list[Line] = []
        for line in self.page.lines:
            if line is self._drawn[0].line:
                break
            older.append(line)
        else:
            return False
        if not older:
            return True
        # What is looked at stays where it is.
        anchor = self.text.index("@0,0")
        before = None
        drawn = []
        row = 1
        for line in older:
            drawn.append(self._insert(f"{row}.0", line, before, me))
            row += drawn[-1].rows
            before = line
        first = self._drawn.popleft()
        self.text.delete(f"{row}.0", f"{row + first.rows}.0")
        again = self._insert(f"{row}.0", first.line, before, me)
        self._drawn.appendleft(again)
        self._drawn.extendleft(reversed(drawn))
        line_number, _, column = anchor.partition(".")
        moved = int(line_number) + row - 1 + again.rows - first.rows
        self.text.yview(f"{max(moved, 1)}.{column}")
        return True

    def _redraw_changed(self, me: str) -> None:
        """Lines whose looks have changed: ours that were acknowledged or failed, comings and goings, what is new."""
        marker = self.page.marker
        last = len(self._drawn) - 1
        row = 1
        before = None
        for index, drawn in enumerate(self._drawn):
            line = drawn.line
            looked_at = line.message is not None or index == last or line is marker or line is self._marker
            if looked_at and drawn.key != key_of(line, line is marker):
                self.text.delete(f"{row}.0", f"{row + drawn.rows}.0")
                fresh = self._insert(f"{row}.0", line, before, me)
                drawn.key, drawn.rows = fresh.key, fresh.rows
            row += drawn.rows
            before = line
        self._marker = marker

    def _draw_after(self, me: str) -> None:
        before = self._drawn[-1].line
        fresh: list[Line] = []
        for line in reversed(self.page.lines):
            if line is before:
                break
            fresh.append(line)
        for line in reversed(fresh):
            self._append(line, before, me)
            before = line

    # looking

    @property
    def fits(self) -> bool:
        """Whether all of the page is seen at once."""
        return bool(self.text.winfo_ismapped()) and self.text.yview() == (0.0, 1.0)

    def _at_end(self) -> bool:
        return self.text.yview()[1] > 0.9999 if self.text.winfo_ismapped() else self._following

    def _resized(self) -> None:
        if self._following:
            self.text.see("end")
        self._show_jump()

    def _scrolled(self) -> None:
        self._following = self._at_end()
        self._show_jump()
        if self.text.yview()[0] <= 0.0 and self.page.place and self._drawn:
            self.wanted_earlier()

    def _show_jump(self) -> None:
        if self._following:
            self._jump.place_forget()
        elif not self._jump.winfo_ismapped():
            self._jump.place(relx=0.5, rely=1.0, y=-self.theme.px(10), anchor="s")

    def scroll_pages(self, by: int) -> None:
        """Look further up (negative) or down."""
        self.text.yview_scroll(by, "pages")
        self._scrolled()

    def bottom(self) -> None:
        """Look at the end."""
        self._following = True
        self.text.see("end")
        self._show_jump()

    def find(self, message: Said) -> bool:
        """Show this message, if it is on the page: by its id or, on servers without ids, by time and text."""
        row = 1
        for drawn in self._drawn:
            line = drawn.line
            if message.msgid == msgid_of(line) and (
                message.msgid or (message.author, message.time) == (line.author, moment(line))
            ):
                end = f"{row + drawn.rows}.0"
                self.text.see(end)
                self.text.see(f"{max(row - 3, 1)}.0")
                self.text.see(f"{row}.0")
                self.text.tag_add("flash", f"{row}.0", end)
                self._following = self._at_end()
                self.after(FLASH_MS, lambda: self.text.tag_remove("flash", "1.0", "end"))
                self._show_jump()
                return True
            row += drawn.rows
        return False

    def _menu(self, event: tk.Event[tk.Text]) -> None:
        row = int(self.text.index(f"@{event.x},{event.y}").split(".")[0])
        for drawn in self._drawn:
            row -= drawn.rows
            if row <= 0:
                if drawn.line.author:
                    self.asked(drawn.line, event.x_root, event.y_root)
                return

    def select_all(self) -> None:
        """Select everything, to be copied."""
        self.text.tag_add("sel", "1.0", "end-1c")

    def copy(self) -> None:
        """Put what is selected on the clipboard."""
        if self.text.tag_ranges("sel"):
            self.clipboard_clear()
            self.clipboard_append(self.text.get("sel.first", "sel.last"))

    def copy_all(self) -> None:
        """Put everything on the clipboard."""
        self.clipboard_clear()
        self.clipboard_append(self.text.get("1.0", "end-1c"))

    def _link_clicked(self, event: tk.Event[tk.Text]) -> None:
        found = self.text.tag_prevrange("link", f"@{event.x},{event.y}+1c")
        if found:
            self.open_link(self.text.get(*found))

    def _key(self, event: tk.Event[tk.Text]) -> str | None:
        control = bool(int(event.state) & 0x4)
        match event.keysym:
            case "Prior" | "Next":
                self.scroll_pages(-1 if event.keysym == "Prior" else 1)
                return "break"
            case "Up" | "Down":
                self.text.yview_scroll(-2 if event.keysym == "Up" else 2, "units")
                self._scrolled()
                return "break"
            case "Home":
                self.text.yview_moveto(0)
                self._scrolled()
                return "break"
            case "End":
                self.bottom()
                return "break"
        if control and event.keysym.lower() == "a":
            self.select_all()
            return "break"
        if control and event.keysym.lower() == "c":
            self.copy()
            return "break"
        if event.char and event.char.isprintable() and not control:
            self.typed(event.char)
            return "break"
        return None
