"""The menus of the right mouse button, and of the menu key."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterable

from chat.client.desk.desk import safe
from chat.client.desk.typed.table import run
from chat.client.window import views
from chat.client.window.frame import ChatFrame


def person_menu(frame: ChatFrame, name: str, x: int, y: int) -> None:
    """What can be done about somebody."""
    desk = frame.desk
    menu = _menu(frame)
    menu.add_command(label=f"Private chat with {safe(name)}", command=lambda: frame.talk_to(name))
    menu.add_command(label="Write the name", command=lambda: frame.entry.add(f"{safe(name)}: "))
    menu.add_command(label="Who is that?", command=lambda: run(desk, f"/whois {name}"))
    menu.add_separator()
    ignored = desk.connection.fold(name) in desk.connection.ignored
    menu.add_command(
        label="Hear again" if ignored else "Ignore",
        command=lambda: run(desk, f"/ignore {'-' if ignored else ''}{name}"),
    )
    menu.tk_popup(x, y)


def page_menu(frame: ChatFrame, key: str, x: int, y: int) -> None:
    """What can be done about a conversation."""
    page = views.page_of(frame.desk, key)
    if page is None or not page.place:
        return
    room = frame.desk.connection.is_room(page.place)
    menu = _menu(frame)
    menu.add_command(label="Open", command=lambda: frame.go(page))
    menu.add_command(
        label="Leave the room" if room else "Close", command=lambda: run(frame.desk, f"/part {page.place}")
    )
    menu.tk_popup(x, y)


def window_menu(
    frame: ChatFrame, rows: Iterable[tuple[str, str, Callable[[], None]]], x: int, y: int
) -> None:
    """Everything that buttons and keys do, for windows with no room for buttons, and people who know no keys."""
    menu = _menu(frame)
    for label, key, act in rows:
        menu.add_command(label=label, accelerator=key, command=act)
    menu.tk_popup(x, y)


def _menu(frame: ChatFrame) -> tk.Menu:
    p = frame.theme.palette
    menu = tk.Menu(frame, tearoff=False)
    menu.configure(
        background=p.raised,
        foreground=p.text,
        activebackground=p.selected,
        activeforeground=p.text,
        borderwidth=1,
        relief="flat",
        font=frame.theme.fonts["body"],
    )
    # Each is made anew, and would stay for as long as the window.
    menu.bind("<Unmap>", lambda event: menu.after(1000, menu.destroy))
    return menu
