"""What the window shows of a desk, as plain data: sidebars, header, status, title."""

from __future__ import annotations

from typing import NamedTuple

from chat.client.desk.desk import Desk, safe
from chat.client.desk.looks import LINK, name_number
from chat.client.desk.pages import Page
from chat.client.gui.row import Row
from chat.client.link.events import ConnectionState

LAG_SHOWN = 1.0
"""Seconds from which on lag is a warning."""
LINKS_SHOWN = 100
"""Links of one conversation that are offered."""


class Status(NamedTuple):
    """The state of the connection: `mood` is good, warning, error or faint."""

    mood: str
    text: str


def page_key(page: Page) -> str:
    """What stands for a page in a list: never empty."""
    return f"place {page.place}" if page.place else f"title {page.title}"


def page_of(desk: Desk, key: str) -> Page | None:
    """The page that a key stands for."""
    return next((page for page in desk.pages.all if page_key(page) == key), None)


def initial(name: str) -> str:
    """What stands on somebody's disc."""
    return next((c.upper() for c in name if c.isalnum()), "?")


def _room_row(desk: Desk, page: Page) -> Row:
    room = desk.connection.rooms.get(desk.connection.fold(page.place))
    gone = room is None or not room.joined
    return Row(
        page_key(page),
        page.title.lstrip("#") or page.title,
        mark="#" if page.title.startswith("#") else page.title[:1],
        unread=page.unread,
        alert=page.mentioned,
        faint=gone and not page.unread,
        bold=bool(page.unread),
    )


def _person_row(page: Page) -> Row:
    return Row(
        page_key(page),
        page.title,
        mark=initial(page.title),
        disc=name_number(page.place),
        unread=page.unread,
        alert=bool(page.unread),
        bold=bool(page.unread),
    )


def sidebar(desk: Desk) -> list[Row]:
    """The rooms and private chats, and the server's own page."""
    rooms = [page for page in desk.pages.all if page.place and desk.connection.is_room(page.place)]
    private = [page for page in desk.pages.all if page.place and not desk.connection.is_room(page.place)]
    rows = [Row("", "ROOMS"), *(_room_row(desk, page) for page in rooms)]
    if private:
        rows += [Row("", "PEOPLE"), *(_person_row(page) for page in private)]
    rows.append(Row("", "SERVER"))
    title = safe(desk.connection.server) or "Messages of the server"
    rows += [
        Row(page_key(page), title if page is desk.pages.server else page.title, mark="≡")
        for page in desk.pages.all
        if not page.place
    ]
    return rows


def people(desk: Desk) -> list[Row]:
    """Who is in the room that is looked at."""
    place = desk.pages.current.place
    room = desk.connection.rooms.get(desk.connection.fold(place)) if place else None
    if room is None:
        return []
    me = desk.connection.fold(desk.connection.name)
    rows = []
    for person in room.sorted_people():
        name = safe(person.name)
        hints = [
            {"~": "owner", "&": "admin", "@": "op", "%": "half-op", "+": "voice"}.get(person.modes[:1], "")
        ]
        if person.away:
            hints.append("away")
        if desk.connection.fold(person.name) == me:
            hints.append("you")
        rows.append(
            Row(
                person.name,
                name,
                mark=initial(name),
                disc=name_number(person.name),
                hint=", ".join(filter(None, hints)),
                faint=person.away or not room.joined,
            )
        )
    return rows


def header(desk: Desk) -> tuple[str, str]:
    """Title and what stands below it."""
    page, connection = desk.pages.current, desk.connection
    if not page.place:
        if page is desk.pages.server:
            return safe(connection.server) or "Server", "What the server says"
        return page.title, ""
    room = connection.rooms.get(connection.fold(page.place))
    if room is None:
        private = not connection.is_room(page.place)
        return page.title, "Private: only the two of you read this" if private else "You are not in this room"
    return page.title, safe(room.topic) or "No topic yet: /topic TEXT sets one"


def status(desk: Desk) -> Status:
    """Where the connection stands, in a few words."""
    connection = desk.connection
    name = safe(connection.name)
    match connection.state:
        case ConnectionState.ONLINE:
            away = ", away" if connection.away is not None else ""
            who = f"Connected to {safe(connection.server) or 'the server'} as {name}{away}"
            lag = connection.lag
            if lag is None:
                return Status("good", who)
            if lag >= LAG_SHOWN:
                return Status("warning", f"{who}  ·  lag {lag:.1f} s")
            return Status("good", f"{who}  ·  {max(lag * 1000, 1):.0f} ms")
        case ConnectionState.CONNECTING:
            return Status("warning", "Connecting…")
        case ConnectionState.WAITING:
            return Status("warning", f"Reconnecting in {desk.retry_in} s")
        case ConnectionState.ENDED:
            return Status("error", "Not connected")
    return Status("faint", "Not connected")


def unsent(desk: Desk) -> str:
    """How many of our messages wait, ``""`` for none."""
    count = len(desk.connection.pending)
    return "" if not count else f"{count} message{'s' if count > 1 else ''} not sent yet"


def window_title(desk: Desk) -> str:
    """What the desktop shows of the window: what waits to be read, and where we are."""
    count = sum(page.unread for page in desk.pages.all)
    mark = "!" if any(page.mentioned for page in desk.pages.all) else ""
    where = desk.pages.current.title if desk.pages.current.place else "Chat"
    state = "" if desk.connection.state is ConnectionState.ONLINE else f" ({desk.connection.state.value})"
    return (f"({count}{mark}) " if count else "") + f"{where}{state} – {safe(desk.connection.name) or 'Chat'}"


def links(page: Page) -> list[str]:
    """The links of a page, newest first, each once."""
    found: dict[str, None] = {}
    for line in reversed(page.lines):
        for match in LINK.finditer(line.text):
            found.setdefault(match[0])
        if len(found) >= LINKS_SHOWN:
            break
    return list(found)[:LINKS_SHOWN]


def switcher(desk: Desk) -> list[Row]:
    """Where the quick switcher leads: what has something unread first, then everybody in our rooms."""
    pages = sorted(
        (page for page in desk.pages.all),
        key=lambda page: (not page.mentioned, not page.unread, not page.place),
    )
    rows = []
    for page in pages:
        row = (
            _room_row(desk, page) if page.place and desk.connection.is_room(page.place) else _person_row(page)
        )
        if not page.place:
            row = Row(page_key(page), safe(desk.connection.server) or page.title, mark="≡")
        hint = (
            {True: "room", False: "private chat"}[desk.connection.is_room(page.place)]
            if page.place
            else "server"
        )
        rows.append(row._replace(hint=hint, faint=False))
    known = {desk.connection.fold(page.place) for page in desk.pages.all} | {
        desk.connection.fold(desk.connection.name)
    }
    for room in desk.connection.rooms.values():
        for person in room.sorted_people():
            key = desk.connection.fold(person.name)
            if key not in known:
                known.add(key)
                name = safe(person.name)
                rows.append(
                    Row(
                        f"place {person.name}",
                        name,
                        initial(name),
                        name_number(person.name),
                        f"in {safe(room.name)}",
                    )
                )
    return rows
