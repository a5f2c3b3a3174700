"""The menus of the right mouse button, and of the menu key."""

from __future__ import annotations

import tkinter as tk
from typing import TYPE_CHECKING

from chat.client.desk import safe
from chat.client.typed import run
from chat.client.window import views

if TYPE_CHECKING:
    from chat.client.window.actions import Actions


def person_menu(actions: Actions, name: str, x: int, y: int) -> None:
    """What can be done about somebody."""
    desk = actions.desk
    menu = _menu(actions)
    menu.add_command(label=f"Private chat with {safe(name)}", command=lambda: actions.talk_to(name))
    menu.add_command(label="Write the name", command=lambda: actions.frame.entry.add(f"{safe(name)}: "))
    menu.add_command(label="Who is that?", command=lambda: run(desk, f"/whois {name}"))
    menu.add_separator()
    ignored = desk.connection.fold(name) in desk.connection.ignored
    menu.add_command(
        label="Hear again" if ignored else "Ignore",
        command=lambda: run(desk, f"/ignore {'-' if ignored else ''}{name}"),
    )
    menu.tk_popup(x, y)


def page_menu(actions: Actions, key: str, x: int, y: int) -> None:
    """What can be done about a conversation."""
    page = views.page_of(actions.desk, key)
    if page is None or not page.place:
        return
    room = actions.desk.connection.is_room(page.place)
    menu = _menu(actions)
    menu.add_command(label="Open", command=lambda: actions.frame.go(page))
    menu.add_command(
        label="Leave the room" if room else "Close", command=lambda: run(actions.desk, f"/part {page.place}")
    )
    menu.tk_popup(x, y)


def _menu(actions: Actions) -> tk.Menu:
    p = actions.theme.palette
    menu = tk.Menu(actions.root, tearoff=False)
    menu.configure(
        background=p.raised,
        foreground=p.text,
        activebackground=p.selected,
        activeforeground=p.text,
        borderwidth=1,
        relief="flat",
        font=actions.theme.fonts["body"],
    )
    # Each is made anew, and would stay for as long as the window.
    menu.bind("<Unmap>", lambda event: menu.after(1000, menu.destroy))
    return menu
