"""Which keys do what in the window, for the help and for binding."""

from __future__ import annotations

HELP = (
    ("Ctrl-K", "go anywhere: rooms, people"),
    ("Alt-Up, Alt-Down", "previous, next conversation"),
    ("Alt-A", "next conversation with something unread"),
    ("Alt-1 … Alt-9", "conversation by its place in the list"),
    ("Ctrl-J", "join a room"),
    ("Ctrl-W", "leave this conversation"),
    ("Ctrl-F", "search"),
    ("Ctrl-R", "answer the last message; the right button offers more"),
    ("Ctrl-Shift-C", "copy all of this conversation"),
    ("Ctrl-L", "open a link of this conversation"),
    ("Ctrl-P", "show or hide who is here"),
    ("Ctrl-B", "show or hide the rooms"),
    ("Tab", "complete a command, room or name"),
    ("Up, Down", "what you typed before"),
    ("Shift-Enter", "a new line in the same message"),
    ("PageUp, PageDown", "look further up and down; Ctrl-End: newest"),
    ("F6, Shift-F6", "rooms, conversation, people, input"),
    ("Escape", "back to the input"),
    ("Ctrl-+, Ctrl--, Ctrl-0", "size of text"),
    ("Ctrl-D", "light or dark"),
    ("Ctrl-,", "preferences"),
    ("F1", "this help"),
    ("Ctrl-Q", "leave"),
)
"""Keys, and what they do."""

SEQUENCES = {
    "<Control-k>": "switch",
    "<Alt-Up>": "previous",
    "<Alt-Down>": "next",
    "<Alt-a>": "unread",
    "<Control-j>": "join",
    "<Control-w>": "close_page",
    "<Control-f>": "search",
    "<Control-l>": "links",
    "<Control-r>": "answer",
    "<Control-C>": "copy_all",
    "<Control-End>": "newest",
    "<F6>": "next_pane",
    "<Shift-F6>": "previous_pane",
    "<Escape>": "to_input",
    "<Control-comma>": "preferences_dialog",
    "<F1>": "help",
    "<Control-q>": "quit",
}
"""Tk's names for keys, and the method of `Actions` that each calls."""

LOOKS = {
    "<Control-p>": "toggle_people",
    "<Control-b>": "toggle_rooms",
    "<Control-plus>": "larger",
    "<Control-equal>": "larger",
    "<Control-KP_Add>": "larger",
    "<Control-minus>": "smaller",
    "<Control-KP_Subtract>": "smaller",
    "<Control-Key-0>": "usual_size",
    "<Control-d>": "toggle_theme",
}
"""The same for `Appearance`."""
