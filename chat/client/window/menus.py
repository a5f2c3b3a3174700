"""The menus of the right mouse button, and of the menu key."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterable

from chat.client.desk.desk import safe
from chat.client.desk.pages import Line, Page
from chat.client.desk.typed.table import run
from chat.client.window import views
from chat.client.window.desk import WindowDesk
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


SIGNS = ("👍", "❤", "😂", "🎉", "😮", "😢")
"""Reactions that the menu of a message offers."""


def message_menu(frame: ChatFrame, line: Line, x: int, y: int) -> None:
    """What can be done about a message."""
    desk, page = frame.desk, frame.desk.pages.current
    features = desk.connection.features

    def about(act: Callable[[], None]) -> Callable[[], None]:
        def do() -> None:
            page.selected = line
            act()

        return do

    menu = _menu(frame)
    if line.msgids and page.place:
        menu.add_command(label="Answer", command=about(lambda: frame.entry.begin("/answer ")))
        if features.reactions:
            signs = _menu(frame, menu)
            for sign in SIGNS:
                signs.add_command(label=sign, command=about(lambda sign=sign: run(desk, f"/react {sign}")))  # type: ignore[misc]
            menu.add_cascade(label="React", menu=signs)
    menu.add_command(label="Quote", command=lambda: frame.entry.add(f"{line.author}: {line.text}\n"))
    menu.add_command(label="Copy", command=lambda: _copy(frame, line.text))
    if line.msgids and features.take_back and (line.own or _runs(desk, page)):
        menu.add_separator()
        menu.add_command(label="Take back", command=about(lambda: run(desk, "/undo")))
    menu.tk_popup(x, y)


def _runs(desk: WindowDesk, page: Page) -> bool:
    """Whether we are an operator of the page's room, and may take back what others said."""
    connection = desk.connection
    room = connection.rooms.get(connection.fold(page.place))
    me = room.people.get(connection.fold(connection.name)) if room is not None else None
    return me is not None and bool(set(me.modes) & set("~&@"))


def _copy(frame: ChatFrame, text: str) -> None:
    frame.clipboard_clear()
    frame.clipboard_append(text)


def window_menu(
    frame: ChatFrame, rows: Iterable[tuple[str, str, Callable[[], None]]], x: int, y: int
) -> None:
    """Everything that buttons and keys do, for windows with no room for buttons, and people who know no keys."""
    menu = _menu(frame)
    for label, key, act in rows:
        menu.add_command(label=label, accelerator=key, command=act)
    menu.tk_popup(x, y)


def _menu(frame: ChatFrame, inside: tk.Menu | None = None) -> tk.Menu:
    p = frame.theme.palette
    menu = tk.Menu(inside or frame, tearoff=False)
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
