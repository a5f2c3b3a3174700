"""Colours, fonts and sizes: a light and a dark theme, after Sun Valley (sv-ttk) where that is installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tkinter as tk
from collections.abc import Callable
from importlib.util import find_spec
from tkinter import font as tkfont
from tkinter import ttk
from typing import NamedTuple

from chat.client.gui.pictures import rounded


class Palette(NamedTuple):
    """The colours of a theme. Text is at least 4.5:1 on every ground that it stands on (WCAG 2, AA)."""

    ground: str
    """Behind the conversation."""
    side: str
    """Behind the sidebars."""
    raised: str
    """Fields and cards."""
    line: str
    """Between areas."""
    text: str
    faint: str
    """Times, hints, what is not acknowledged."""
    accent: str
    """Links, what is chosen."""
    on_accent: str
    selected: str
    """Behind the row that is chosen."""
    hover: str
    error: str
    warning: str
    good: str
    mention: str
    """Behind a line in which our name is."""
    names: tuple[str, ...]


LIGHT = Palette(
    ground="#ffffff",
    side="#f4f5f7",
    raised="#ffffff",
    line="#dfe2e7",
    text="#1d2129",
    faint="#646b78",
    accent="#1a5fb4",
    on_accent="#ffffff",
    selected="#dbe7f8",
    hover="#e9ebef",
    error="#c01c28",
    warning="#8f5500",
    good="#1a7f4b",
    mention="#fff3d1",
    names=(
        "#b3261e",
        "#9a4a00",
        "#7a5b00",
        "#4f6a00",
        "#1c7430",
        "#00705a",
        "#006a80",
        "#1b60b8",
        "#4a51c9",
        "#7a3fc4",
        "#a02f9f",
        "#b32463",
    ),
)
DARK = Palette(
    ground="#1c1c1e",
    side="#161618",
    raised="#222225",
    line="#343438",
    text="#ececee",
    faint="#9b9ba3",
    accent="#6cb2ff",
    on_accent="#0b1a2b",
    selected="#263a55",
    hover="#262629",
    error="#ff7b72",
    warning="#e5b455",
    good="#5fd08c",
    mention="#3a321a",
    names=(
        "#ff8a80",
        "#ffab66",
        "#e6c352",
        "#b8d158",
        "#74d680",
        "#4fd6b2",
        "#56cfe6",
        "#74b7ff",
        "#a3a8ff",
        "#c79bff",
        "#f08fee",
        "#ff8fb8",
    ),
)
PALETTES = {"light": LIGHT, "dark": DARK}

FAMILIES = (
    "Inter",
    "Segoe UI",
    "SF Pro Text",
    "Helvetica Neue",
    "Cantarell",
    "Ubuntu",
    "Noto Sans",
    "DejaVu Sans",
)
"""What text is set in, the best first; whichever is there."""
MONO_FAMILIES = (
    "JetBrains Mono",
    "Cascadia Mono",
    "SF Mono",
    "Noto Sans Mono",
    "DejaVu Sans Mono",
    "Consolas",
    "Menlo",
)

MAX_PICTURES = 500
"""Pictures kept: of as many sizes and colours as one session sees, some megabytes."""


def screen_scale(root: tk.Tk) -> float:
    """How many pixels stand for one of an ordinary screen (96 to the inch): 1.0 to 4.0."""
    scale = root.winfo_fpixels("1i") / 96
    with contextlib.suppress(ValueError):
        scale = max(scale, float(os.environ.get("GDK_SCALE", "1")))
    # Tk does not ask for what desktops set for everybody.
    if root.tk.call("tk", "windowingsystem") == "x11" and (program := shutil.which("xrdb")):
        with contextlib.suppress(OSError, ValueError, subprocess.SubprocessError):
            listing = subprocess.run(
                [program, "-query"], capture_output=True, text=True, timeout=2, check=False
            )
            for row in listing.stdout.splitlines():
                name, _, value = row.partition(":")
                if name == "Xft.dpi":
                    scale = max(scale, float(value) / 96)
    # A tenth more than usual is what screens without a size of their own report: nothing that anybody chose.
    return 1.0 if scale < 1.1 else min(scale, 4.0)


class Theme:
    """The looks of one Tk program; `use` switches, and tells everybody who asked with `watch`."""

    def __init__(self, root: tk.Tk, name: str, text_size: int) -> None:
        self.root = root
        self.name = name
        self.palette = PALETTES[name]
        """The colours in use."""
        self.scale = screen_scale(root)
        self.fonts: dict[str, tkfont.Font] = {}
        """Named fonts: body, bold, small, small_bold, italic, heading, title, mono."""
        self._watchers: list[Callable[[], None]] = []
        self._pictures: dict[tuple[int, int, float, str], tk.PhotoImage] = {}
        root.tk.call("tk", "scaling", self.scale * 96 / 72)
        families = set(tkfont.families(root))
        self.family = next(
            (name for name in FAMILIES if name in families),
            tkfont.nametofont("TkDefaultFont").actual("family"),
        )
        mono = next((name for name in MONO_FAMILIES if name in families), "TkFixedFont")
        for key in ("body", "bold", "small", "small_bold", "italic", "heading", "title"):
            self.fonts[key] = tkfont.Font(root, family=self.family)
        self.fonts["mono"] = tkfont.Font(root, family=mono)
        self.has_sun_valley = find_spec("sv_ttk") is not None
        for kind in ("TEntry", "TCombobox"):
            # On X11 Tk has this key go to the beginning, as Emacs does.
            root.bind_class(kind, "<Control-a>", _select_all)
        self.use(name, text_size)

    def watch(self, widget: tk.Misc, changed: Callable[[], None]) -> None:
        """Call this after every change, and once now, for as long as the widget is there."""

        def gone(event: tk.Event[tk.Misc]) -> None:
            if event.widget is widget:
                self._watchers.remove(changed)

        self._watchers.append(changed)
        widget.bind("<Destroy>", gone, add="+")
        changed()

    def px(self, pixels: float) -> int:
        """Pixels of an ordinary screen in those of this one."""
        return max(1, round(pixels * self.scale)) if pixels else 0

    def use(self, name: str, text_size: int) -> None:
        """Switch to a theme (`PALETTES`) and a size of text in points."""
        self.name, self.palette, self.text_size = name, PALETTES[name], text_size
        for key, size, more in (
            ("body", text_size, {}),
            ("bold", text_size, {"weight": "bold"}),
            ("small", text_size - 1.5, {}),
            ("small_bold", text_size - 1.5, {"weight": "bold"}),
            ("italic", text_size, {"slant": "italic"}),
            ("heading", text_size + 3, {"weight": "bold"}),
            ("title", text_size + 8, {"weight": "bold"}),
            ("mono", text_size - 1, {}),
        ):
            # In pixels, so that halves of points make a difference.
            self.fonts[key].configure(size=-round(size * self.scale * 96 / 72), **more)  # type: ignore[arg-type]
        if self.has_sun_valley:
            import sv_ttk

            sv_ttk.set_theme(name, self.root)
            # It would put its own palette into every widget there is, a moment later.
            self.root.unbind_class(self.root.winfo_class(), "<<ThemeChanged>>")
            for key, size in (
                ("Caption", -1),
                ("Body", 0),
                ("BodyStrong", 0),
                ("BodyLarge", 3),
                ("Subtitle", 5),
            ):
                tkfont.nametofont(f"SunValley{key}Font", self.root).configure(
                    family=self.family, size=-round((text_size + size) * self.scale * 96 / 72)
                )
        else:
            self._plain()
        for key in ("TkDefaultFont", "TkTextFont", "TkMenuFont", "TkHeadingFont"):
            tkfont.nametofont(key, self.root).configure(
                family=self.family, size=self.fonts["body"].cget("size")
            )
        self._styles()
        for changed in list(self._watchers):
            changed()

    def _plain(self) -> None:
        """Without sv-ttk: Tk's own clam theme, in our colours."""
        p, style = self.palette, ttk.Style(self.root)
        style.theme_use("clam")
        style.configure(
            ".",
            background=p.ground,
            foreground=p.text,
            fieldbackground=p.raised,
            troughcolor=p.side,
            bordercolor=p.line,
            lightcolor=p.raised,
            darkcolor=p.raised,
            insertcolor=p.text,
            selectbackground=p.accent,
            selectforeground=p.on_accent,
            arrowcolor=p.text,
            focuscolor=p.accent,
            font=self.fonts["body"],
        )
        style.map(".", foreground=[("disabled", p.faint)])
        style.configure("TButton", background=p.raised, padding=(self.px(10), self.px(4)))
        style.map("TButton", background=[("active", p.hover), ("pressed", p.selected)])
        style.configure("Accent.TButton", background=p.accent, foreground=p.on_accent)
        style.map("Accent.TButton", background=[("disabled", p.line), ("active", p.accent)])
        style.map("TEntry", bordercolor=[("focus", p.accent)])
        style.map("TCombobox", fieldbackground=[("readonly", p.raised)], foreground=[("readonly", p.text)])
        style.map("TCheckbutton", background=[("active", p.ground)], indicatorcolor=[("selected", p.accent)])

    def _styles(self) -> None:
        p, style, fonts = self.palette, ttk.Style(self.root), self.fonts
        self.root.configure(background=p.ground)
        style.configure(
            ".",
            background=p.ground,
            foreground=p.text,
            font=fonts["body"],
            insertcolor=p.text,
            insertwidth=self.px(1),
            selectbackground=p.accent,
            selectforeground=p.on_accent,
            borderwidth=0,
            relief="flat",
        )
        style.map(".", foreground=[("disabled", p.faint)])
        for name, ground in (("", p.ground), ("Side.", p.side), ("Raised.", p.raised)):
            style.configure(f"{name}TFrame", background=ground)
            style.configure(f"{name}TLabel", background=ground, foreground=p.text, font=fonts["body"])
            style.configure(f"{name}Faint.TLabel", background=ground, foreground=p.faint, font=fonts["small"])
            style.configure(f"{name}Bold.TLabel", background=ground, foreground=p.text, font=fonts["bold"])
            style.configure(
                f"{name}Heading.TLabel", background=ground, foreground=p.text, font=fonts["heading"]
            )
            style.configure(f"{name}Title.TLabel", background=ground, foreground=p.text, font=fonts["title"])
            style.configure(f"{name}Error.TLabel", background=ground, foreground=p.error, font=fonts["body"])
            for kind in ("TCheckbutton", "TRadiobutton"):
                style.configure(f"{name}{kind}", background=ground, foreground=p.text, font=fonts["body"])
        style.configure("Line.TFrame", background=p.line)
        style.configure("Toolbutton", background=p.ground, foreground=p.text, font=fonts["body"])
        for option, value in (
            ("*TCombobox*Listbox.background", p.raised),
            ("*TCombobox*Listbox.foreground", p.text),
            ("*TCombobox*Listbox.selectBackground", p.accent),
            ("*TCombobox*Listbox.selectForeground", p.on_accent),
            ("*TCombobox*Listbox.font", str(fonts["body"])),
        ):
            self.root.option_add(option, value)

    def pill(self, width: int, height: int, colour: str) -> tk.PhotoImage:
        """A picture of a pill, or of a disc."""
        return self._picture(width, height, min(width, height) / 2, colour)

    def card(self, width: int, height: int, colour: str) -> tk.PhotoImage:
        """A picture of a rectangle with slightly round corners."""
        return self._picture(width, height, self.px(6), colour)

    def _picture(self, width: int, height: int, radius: float, colour: str) -> tk.PhotoImage:
        key = (width, height, radius, colour)
        if key not in self._pictures:
            if len(self._pictures) > MAX_PICTURES:
                # What is still on a canvas is kept there by Tk until it is drawn anew.
                self._pictures.clear()
            data = rounded(width, height, radius, colour)
            self._pictures[key] = tk.PhotoImage(master=self.root, data=data, format="png")
        return self._pictures[key]


def _select_all(event: tk.Event[tk.Misc]) -> str:
    event.widget.event_generate("<<SelectAll>>")
    return "break"


def prepare_process() -> None:
    """Before the first window: on Windows, let Tk draw at the screen's own resolution instead of a blown-up one."""
    if sys.platform == "win32":
        import ctypes

        with contextlib.suppress(AttributeError, OSError):
            ctypes.windll.shcore.SetProcessDpiAwareness(1)
