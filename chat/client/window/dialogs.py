"""The cards over the window that are more than a list or a question: help and preferences."""

from __future__ import annotations

import tkinter as tk
from tkinter import ttk

from chat.client.gui.overlay import Overlay
from chat.client.gui.preferences import TEXT_SIZES
from chat.client.gui.theme import Theme
from chat.client.window.appearance import Appearance


def help_card(
    root: tk.Misc, theme: Theme, keys: tuple[tuple[str, str], ...], commands: list[tuple[str, str]]
) -> None:
    """Keys and commands, in a text that scrolls."""
    px, p = theme.px, theme.palette
    card = Overlay(root, theme, width=680, top=0.06)
    ttk.Label(card.body, text="Keys and commands", style="Raised.Heading.TLabel").pack(anchor="w")
    text = tk.Text(card.body, height=26, wrap="word", borderwidth=0, highlightthickness=0, cursor="arrow")
    text.configure(background=p.raised, foreground=p.text, font=theme.fonts["body"], spacing1=px(3), padx=0)
    column = px(240)
    text.configure(tabs=(column,))
    text.tag_configure("key", font=theme.fonts["bold"], lmargin2=column)
    text.tag_configure(
        "head", font=theme.fonts["small_bold"], foreground=p.faint, spacing1=px(14), spacing3=px(4)
    )
    text.tag_configure("row", lmargin2=column)
    for title, rows in (("KEYS", list(keys)), ("COMMANDS", commands)):
        text.insert("end", f"{title}\n", ("head",))
        for name, what in rows:
            text.insert("end", name, ("key",), f"\t{what}\n", ("row",))
    text.configure(state="disabled")
    scrollbar = ttk.Scrollbar(card.body, orient="vertical", command=text.yview)
    text.configure(yscrollcommand=scrollbar.set)
    scrollbar.pack(side="right", fill="y")
    text.pack(fill="both", expand=True, pady=(px(8), 0))
    for key, by in (("<Up>", -2), ("<Down>", 2)):
        text.bind(key, lambda event, by=by: text.yview_scroll(by, "units"))  # type: ignore[misc]
    for key, by in (("<Prior>", -1), ("<Next>", 1)):
        text.bind(key, lambda event, by=by: text.yview_scroll(by, "pages"))  # type: ignore[misc]
    text.bind("<F1>", lambda event: card.close())
    card.ready(text)


def preferences_card(root: tk.Misc, appearance: Appearance) -> None:
    """Theme, size of text, bell, people."""
    theme, px = appearance.theme, appearance.theme.px
    card = Overlay(root, theme, width=420)
    ttk.Label(card.body, text="Preferences", style="Raised.Heading.TLabel").grid(
        row=0, column=0, columnspan=2, sticky="w", pady=(0, px(12))
    )
    card.body.columnconfigure(1, weight=1)
    look = tk.StringVar(card, theme.name)
    ttk.Label(card.body, text="Looks", style="Raised.TLabel").grid(
        row=1, column=0, sticky="w", padx=(0, px(24)), pady=px(5)
    )
    looks = ttk.Frame(card.body, style="Raised.TFrame")
    looks.grid(row=1, column=1, sticky="w")
    first = None
    for name in ("light", "dark"):
        button = ttk.Radiobutton(
            looks,
            text=name.capitalize(),
            value=name,
            style="Raised.TRadiobutton",
            variable=look,
            command=lambda: appearance.use_theme(look.get()),
        )
        button.pack(side="left", padx=(0, px(12)))
        first = first or button
    size = tk.StringVar(card, str(theme.text_size))
    ttk.Label(card.body, text="Size of text", style="Raised.TLabel").grid(
        row=2, column=0, sticky="w", pady=px(5)
    )
    sizes = ttk.Combobox(
        card.body, textvariable=size, values=[str(s) for s in TEXT_SIZES], state="readonly", width=5
    )
    sizes.grid(row=2, column=1, sticky="w")
    sizes.bind("<<ComboboxSelected>>", lambda event: appearance.use_size(int(size.get())))
    bell = tk.BooleanVar(card, appearance.rings)
    ttk.Checkbutton(
        card.body,
        text="Ring when somebody means me",
        style="Raised.TCheckbutton",
        variable=bell,
        command=lambda: appearance.set_bell(bell.get()),
    ).grid(row=3, column=0, columnspan=2, sticky="w", pady=px(5))
    people = tk.BooleanVar(card, appearance.with_people)
    ttk.Checkbutton(
        card.body,
        text="Show who is here",
        style="Raised.TCheckbutton",
        variable=people,
        command=appearance.toggle_people,
    ).grid(row=4, column=0, columnspan=2, sticky="w", pady=px(5))
    comings = tk.BooleanVar(card, appearance.comings)
    ttk.Checkbutton(
        card.body,
        text="Show who comes and goes",
        style="Raised.TCheckbutton",
        variable=comings,
        command=lambda: appearance.show_comings(comings.get()),
    ).grid(row=5, column=0, columnspan=2, sticky="w", pady=px(5))
    ttk.Button(card.body, text="Done", style="Accent.TButton", command=card.close).grid(
        row=6, column=0, columnspan=2, sticky="e", pady=(px(12), 0)
    )
    card.variables = [look, size, bell, people, comings]
    card.ready(first or card)
