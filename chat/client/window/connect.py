"""The connect dialog: where to, and as whom; it remembers all but passwords."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk
from typing import NamedTuple

from chat.client.gui.preferences import Account
from chat.client.gui.theme import Theme
from chat.client.link.endpoints import DEFAULT_PORT, TLS_PORT, BadAddress, parse_address
from chat.domain.names import NameRefused, check_name, room_from_typed

MAX_FIELD = 512
"""Characters of a field."""
MAX_ROOMS_FIELD = 16 * 1024
"""Characters of the field for rooms: all that are remembered (`preferences.MAX_ROOMS`)."""
_MORE = ("account", "password", "server_password")
"""Fields that are folded away at first."""


class Passwords(NamedTuple):
    """What the dialog's fields hold that is not kept; ``""`` for nothing."""

    account: str = ""
    server: str = ""
    keep: bool = False
    """Whether the account's is to be kept in the desktop's keyring."""


class BadField(ValueError):
    """A field that cannot be; `field` is its name, the text a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def read_rooms(text: str) -> tuple[str, ...]:
    """Rooms as people type them, with or without ``#``, with commas or spaces between."""
    words = text.replace(",", " ").split()
    return tuple(dict.fromkeys(w if w[:1] in ("#", "&") else room_from_typed(w) for w in words))


def read_account(address: str, name: str, rooms: str, tls: bool, account: str) -> Account:
    """What the fields say; raises `BadField`."""
    try:
        host, port = parse_address(address[:MAX_FIELD], tls)
    except BadAddress as bad:
        raise BadField("address", str(bad)) from None
    if not name.strip():
        raise BadField("name", "Choose a name: it is what the others see.")
    try:
        name = check_name(name.strip()).shown
    except NameRefused as refused:
        text = str(refused)
        raise BadField("name", f"{text[:1].upper()}{text[1:].rstrip('.')}.") from None
    shown = f"[{host}]" if ":" in host else host
    usual = TLS_PORT if tls else DEFAULT_PORT
    where = shown if port == usual else f"{shown}:{port}"
    return Account(where, name, read_rooms(rooms[:MAX_ROOMS_FIELD]), tls, account.strip()[:MAX_FIELD])


class ConnectDialog(ttk.Frame):
    """The whole window before there is a conversation."""

    def __init__(self, root: tk.Misc, theme: Theme, recent: tuple[Account, ...], first: Account) -> None:
        super().__init__(root, style="Side.TFrame")
        self.theme = theme
        self.connect: Callable[[Account, Passwords], None] = lambda account, passwords: None
        """Called with what to connect to, and the passwords."""
        self.cancel: Callable[[], None] = lambda: None
        """Called when the person does not want to wait for a connection any longer."""
        self.knows_password: Callable[[Account], bool] = lambda account: False
        """Whether an account's password is known already, and need not be typed."""
        self._busy = False
        self._recent = recent
        px = theme.px
        border = ttk.Frame(self, style="Line.TFrame", padding=px(1))
        border.place(relx=0.5, rely=0.47, anchor="center", width=px(440))
        card = ttk.Frame(border, style="Raised.TFrame", padding=px(30))
        card.pack(fill="both", expand=True)
        ttk.Label(card, text="Welcome to chat", style="Raised.Title.TLabel").pack(anchor="w")
        ttk.Label(card, text="Where to, and what shall we call you?", style="Raised.Faint.TLabel").pack(
            anchor="w", pady=(px(2), px(18))
        )
        self._values = {key: tk.StringVar(self) for key in ("address", "name", "rooms", *_MORE)}
        self._tls = tk.BooleanVar(self)
        self._fields: dict[str, ttk.Entry] = {}
        self._field(card, "name", "Your name")
        self._field(
            card,
            "address",
            "Server",
            ttk.Combobox(card, textvariable=self._values["address"], values=[a.address for a in recent]),
        )
        self._field(card, "rooms", "Rooms")
        self._more = ttk.Frame(card, style="Raised.TFrame")
        self._field(self._more, "account", "Account (if you have registered one)")
        self._field(self._more, "password", "Password (is not kept)")
        self._field(self._more, "server_password", "Password of the server (if it asks for one; is not kept)")
        for key in ("password", "server_password"):
            self._fields[key].configure(show="•")
        self._keep = tk.BooleanVar(self)
        self._keep_box = ttk.Checkbutton(
            self._more,
            text="Keep the account's password in this desktop's keyring",
            variable=self._keep,
            style="Raised.TCheckbutton",
        )
        ttk.Checkbutton(
            self._more, text="Encrypt the connection (TLS)", variable=self._tls, style="Raised.TCheckbutton"
        ).pack(anchor="w", pady=(px(2), px(8)))
        self._more_button = ttk.Button(
            card, text="Account and encryption  ▾", style="Toolbutton", command=self._toggle_more
        )
        self._more_button.pack(anchor="w", pady=(px(4), px(4)))
        self._message = ttk.Label(card, style="Raised.Error.TLabel", wraplength=px(380), justify="left")
        self._button = ttk.Button(card, text="Connect", style="Accent.TButton", command=self._pressed)
        self._button.pack(fill="x", pady=(px(12), 0), ipady=px(4))
        self._fields["address"].bind("<<ComboboxSelected>>", lambda event: self._chosen())
        self.bind_class("connect-dialog", "<Return>", lambda event: self._go())
        self.bind_class("connect-dialog", "<Escape>", lambda event: self._cancelled())
        for field in (*self._fields.values(), self._button):
            field.bindtags(("connect-dialog", *field.bindtags()))
        self.fill(first)

    def _field(self, master: tk.Misc, key: str, label: str, field: ttk.Entry | None = None) -> None:
        px = self.theme.px
        ttk.Label(master, text=label, style="Raised.Faint.TLabel").pack(anchor="w")
        field = field or ttk.Entry(master, textvariable=self._values[key])
        field.configure(font=self.theme.fonts["body"])
        field.pack(fill="x", pady=(px(3), px(10)), in_=master)
        self._fields[key] = field

    def fill(self, account: Account) -> None:
        """Put an account into the fields."""
        self._values["address"].set(account.address)
        self._values["name"].set(account.name)
        self._values["rooms"].set(", ".join(account.rooms))
        self._values["account"].set(account.account)
        self._tls.set(account.tls)
        if account.tls or account.account:
            self._toggle_more(show=True)

    def offer_keyring(self) -> None:
        """There is a keyring that passwords can be kept in."""
        self._keep_box.pack(anchor="w", pady=(0, self.theme.px(8)), after=self._fields["password"])

    def _chosen(self) -> None:
        found = next((a for a in self._recent if a.address == self._values["address"].get()), None)
        if found is not None:
            self.fill(found)

    def _toggle_more(self, show: bool | None = None) -> None:
        show = not self._more.winfo_manager() if show is None else show
        self._more_button.configure(text=f"Account and encryption  {'▴' if show else '▾'}")
        if show:
            self._more.pack(fill="x", before=self._button)
        else:
            self._more.pack_forget()

    def focus_field(self, key: str = "") -> None:
        """Type into this field, or the first that is empty, or press the button."""
        key = key or ("name" if not self._values["name"].get() else "")
        if not key:
            self._fields["name"].focus_set()
            self._fields["name"].selection_range(0, "end")
            self._fields["name"].icursor("end")
            return
        if key in _MORE:
            self._toggle_more(show=True)
        field = self._fields[key]
        field.focus_set()
        field.selection_range(0, "end")

    def tell(self, sentence: str, field: str = "", *, busy: bool = False) -> None:
        """Say what is wrong (or, when `busy`, what is going on) and where to put it right."""
        self._message.configure(text=sentence, style="Raised.Faint.TLabel" if busy else "Raised.Error.TLabel")
        if sentence:
            self._message.pack(anchor="w", pady=(self.theme.px(8), 0), before=self._button)
        else:
            self._message.pack_forget()
        self._busy = busy
        self._button.configure(text="Cancel" if busy else "Connect")
        state = "connecting" if busy else "cannot connect" if sentence else "connect"
        self.winfo_toplevel().title(f"Chat – {state}")
        if not busy:
            self.focus_field(field)

    def _pressed(self) -> None:
        self._cancelled() if self._busy else self._go()

    def _cancelled(self) -> None:
        if self._busy:
            self.cancel()
            self.tell("")

    def _go(self) -> str:
        if self._busy:
            return "break"
        values = {key: variable.get() for key, variable in self._values.items()}
        try:
            account = read_account(
                values["address"], values["name"], values["rooms"], self._tls.get(), values["account"]
            )
            if values["account"].strip() and not values["password"] and not self.knows_password(account):
                raise BadField("password", "The account needs its password.")
        except BadField as bad:
            self.tell(str(bad), bad.field)
            return "break"
        self.tell(f"Connecting to {account.address}…", busy=True)
        passwords = Passwords(
            values["password"][:MAX_FIELD] if account.account else "",
            values["server_password"][:MAX_FIELD],
            self._keep.get(),
        )
        for key in ("password", "server_password"):
            self._values[key].set("")
        self.connect(account, passwords)
        return "break"
