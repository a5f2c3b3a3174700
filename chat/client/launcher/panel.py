"""The control panel's window."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

from chat.client.gui.preferences import LauncherPreferences
from chat.client.gui.theme import Theme
from chat.client.launcher.children import Child, ChildState
from chat.client.launcher.output import Output
from chat.client.launcher.ports import BadPort, different, read_port

SENTENCE_LINES = 2
"""Lines of a card that are kept free for a sentence."""
MOODS = {
    ChildState.STOPPED: ("faint", "Stopped"),
    ChildState.STARTING: ("warning", "Starting…"),
    ChildState.RUNNING: ("good", "Running"),
    ChildState.STOPPING: ("warning", "Stopping…"),
    ChildState.FAILED: ("error", "Not running"),
}


class Card(ttk.Frame):
    """A part of the panel: a heading with a state, fields, buttons, and a sentence where something is wrong."""

    def __init__(self, master: tk.Misc, theme: Theme, title: str, about: str) -> None:
        super().__init__(master, style="Line.TFrame", padding=theme.px(1))
        self.theme = theme
        px = theme.px
        inside = ttk.Frame(self, style="Raised.TFrame", padding=(px(16), px(12), px(16), px(14)))
        inside.pack(fill="both", expand=True)
        head = ttk.Frame(inside, style="Raised.TFrame")
        head.pack(fill="x")
        ttk.Label(head, text=title, style="Raised.Heading.TLabel").pack(side="left")
        self._state = ttk.Label(head, style="Raised.TLabel", compound="left")
        self._state.pack(side="right")
        self._about = ttk.Label(
            inside, text=about, style="Raised.Faint.TLabel", wraplength=px(350), justify="left"
        )
        self._about.pack(anchor="w", pady=(px(2), px(8)))
        self.fields = ttk.Frame(inside, style="Raised.TFrame")
        self.buttons = ttk.Frame(inside, style="Raised.TFrame")
        self.buttons.pack(fill="x")
        below = ttk.Frame(inside, style="Raised.TFrame")
        below.pack(fill="x")
        # The room stays when nothing is said: buttons that move are clicked by mistake.
        below.rowconfigure(0, minsize=px(8) + SENTENCE_LINES * theme.fonts["body"].metrics("linespace"))
        self._sentence = ttk.Label(below, wraplength=px(350), justify="left")
        self._sentence.grid(row=0, column=0, sticky="nw", pady=(px(8), 0))

    def field(self, label: str, value: int) -> tuple[tk.StringVar, ttk.Entry]:
        """A field for a port."""
        px = self.theme.px
        if not self.fields.winfo_manager():
            self.fields.pack(fill="x", pady=(0, px(10)), before=self.buttons)
        variable = tk.StringVar(self, str(value))
        ttk.Label(self.fields, text=label, style="Raised.TLabel").pack(side="left", padx=(0, px(6)))
        entry = ttk.Entry(self.fields, textvariable=variable, width=7, font=self.theme.fonts["body"])
        entry.pack(side="left", padx=(0, px(14)))
        return variable, entry

    def button(self, text: str, act: Callable[[], None], style: str = "TButton") -> ttk.Button:
        """A button; they share the width."""
        column = len(self.buttons.winfo_children())
        button = ttk.Button(self.buttons, text=text, command=act, style=style)
        button.bind("<Return>", lambda event: button.invoke())
        button.grid(row=0, column=column, sticky="ew", padx=(self.theme.px(8) if column else 0, 0))
        self.buttons.columnconfigure(column, weight=1, uniform="button")
        return button

    def show(self, mood: str, state: str, sentence: str = "", *, wrong: bool = False) -> None:
        """The state, and a sentence below."""
        px = self.theme.px
        self._state.configure(
            text=f"  {state}", image=self.theme.pill(px(9), px(9), getattr(self.theme.palette, mood))
        )
        self._sentence.configure(
            text=sentence, style="Raised.Error.TLabel" if wrong else "Raised.Faint.TLabel"
        )


class Panel(ttk.Frame):
    """All cards, and the output of server and relay."""

    def __init__(
        self, root: tk.Tk, theme: Theme, chosen: LauncherPreferences, server: Child, relay: Child
    ) -> None:
        super().__init__(root, style="Side.TFrame")
        self.theme = theme
        self.server, self.relay = server, relay
        px = theme.px
        left = ttk.Frame(self, style="Side.TFrame", padding=(px(18), px(14), px(9), px(18)))
        left.pack(side="left", fill="y")
        top = ttk.Frame(left, style="Side.TFrame")
        top.pack(fill="x", pady=(0, px(10)))
        ttk.Label(top, text="Chat", style="Side.Title.TLabel").pack(side="left")
        self.theme_button = ttk.Button(top, text="◐", style="Toolbutton", takefocus=0)
        self.theme_button.pack(side="right")

        self.server_card = Card(left, theme, "Server", "Where nc, telnet, IRC and our own clients meet.")
        self.relay_card = Card(left, theme, "Relay", "A second way in, that hides where the server is.")
        self.clients_card = Card(left, theme, "Clients", "Open as many as you like: each is one more person.")
        for part in (self.server_card, self.clients_card, self.relay_card):
            part.pack(fill="x", pady=(0, px(12)))
        self.ports: dict[str, tuple[tk.StringVar, ttk.Entry]] = {
            "chat_port": self.server_card.field("Port", chosen.chat_port),
            "web_port": self.server_card.field("Web logs", chosen.web_port),
            "relay_port": self.relay_card.field("Port", chosen.relay_port),
            "inner_port": self.relay_card.field("To the server's", chosen.inner_port),
        }
        """The fields with ports, by the name that they have in `LauncherPreferences`."""

        right = ttk.Frame(self, style="Side.TFrame", padding=(px(9), px(14), px(18), px(30)))
        right.pack(side="left", fill="both", expand=True)
        tabs = ttk.Frame(right, style="Side.TFrame")
        tabs.pack(fill="x", pady=(0, px(8)))
        self._tab = tk.StringVar(self, "Server")
        frame = ttk.Frame(right, style="Line.TFrame", padding=px(1))
        frame.pack(fill="both", expand=True)
        frame.rowconfigure(0, weight=1)
        frame.columnconfigure(0, weight=1)
        self.outputs = {
            "Server": Output(frame, theme, server, "What the server says appears here once it is started."),
            "Relay": Output(frame, theme, relay, "What the relay says appears here once it is started."),
        }
        for title, output in self.outputs.items():
            output.grid(row=0, column=0, sticky="nsew")
            button = ttk.Radiobutton(
                tabs,
                text=f"What the {title.lower()} says",
                value=title,
                variable=self._tab,
                style="Toggle.TButton" if theme.has_sun_valley else "Toolbutton",
                command=lambda title=title: self.select(title),  # type: ignore[misc]
            )
            button.pack(side="left", padx=(0, px(8)))
        self.select("Server")

    def select(self, title: str) -> None:
        """Look at the output of the server or of the relay."""
        self._tab.set(title)
        self.outputs[title].tkraise()

    def read_ports(self) -> dict[str, int]:
        """The ports as they stand in the fields; raises `BadPort`."""
        names = {
            "chat_port": "The server",
            "web_port": "The web logs' page",
            "relay_port": "The relay",
            "inner_port": "The way from the relay to the server",
        }
        ports = {key: read_port(self.ports[key][0].get(), what) for key, what in names.items()}
        different({names[key][:1].lower() + names[key][1:]: port for key, port in ports.items()})
        return ports

    def lock(self, keys: tuple[str, ...], locked: bool) -> None:
        """Fields of what runs cannot be changed."""
        for key in keys:
            self.ports[key][1].configure(state="disabled" if locked else "normal")


__all__ = ["MOODS", "BadPort", "Panel"]
