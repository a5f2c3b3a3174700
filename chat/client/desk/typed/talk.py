"""The commands that people type after a slash into a client of ours."""

from __future__ import annotations

from chat.client.desk.looks import date
from chat.client.desk.pages import Line
from chat.client.desk.typed.table import (
    TABLE,
    UserInterface,
    command,
    say,
    when_answered,
)
from chat.client.link.events import ConnectionState, Kind
from chat.client.link.queries import RoomListing, Whois
from chat.domain.names import room_from_typed
from chat.domain.wording import duration, listed

HISTORY_SHOWN = 50
"""Messages that `/history` fetches without a number."""
ROOMS_SHOWN = 100
"""Rooms listed before "and N more"."""
NAMES_SHOWN = 200
"""Names listed before "and N more"."""


@command("help", "[COMMAND]", "list the commands, or explain one", "?")
def _help(desk: UserInterface, arguments: list[str]) -> None:
    for line in TABLE.explain(*arguments):
        desk.note(line)


@command("me", "TEXT", "say what you do: * you wave")
def _me(desk: UserInterface, arguments: list[str]) -> None:
    if desk.place:
        say(desk, desk.place, arguments[0], Kind.ACT)
    else:
        desk.note("You are in no room: nobody would see it. /join #lobby, or /rooms for a list.", error=True)


@command(
    "pm", "NAME [TEXT]", "say something to one person alone, or open a private chat", "msg", "w", "query"
)
def _pm(desk: UserInterface, arguments: list[str]) -> None:
    place = arguments[0]
    if desk.connection.is_room(place):
        desk.note(f"{place} is a room. /join {place} goes there.", error=True)
        return
    desk.open(place)
    if len(arguments) > 1:
        say(desk, place, arguments[1])


@command("reply", "TEXT", "answer the last private message", "r")
def _reply(desk: UserInterface, arguments: list[str]) -> None:
    if desk.correspondent:
        say(desk, desk.correspondent, arguments[0])
    else:
        desk.note("Nobody has written to you yet. /pm NAME TEXT writes to somebody.", error=True)


@command("undo", "", "take back your last message here, or the one that is pointed at", "redact")
def _undo(desk: UserInterface, arguments: list[str]) -> None:
    if not desk.connection.features.take_back:
        desk.note("On this server nothing can be taken back.", error=True)
    elif line := _subject(desk, own=True):
        desk.connection.take_back(desk.place, list(line.msgids))


@command("answer", "TEXT", "answer the last message here, or the one that is pointed at", "re")
def _answer(desk: UserInterface, arguments: list[str]) -> None:
    if line := _subject(desk, own=False):
        desk.said(desk.connection.say(desk.place, arguments[0], reply_to=line.msgids[0]))


@command("react", "EMOJI", "react to the last message here, or to the one that is pointed at")
def _react(desk: UserInterface, arguments: list[str]) -> None:
    if not desk.connection.features.reactions:
        desk.note("On this server there are no reactions.", error=True)
    elif line := _subject(desk, own=False):
        desk.connection.react(desk.place, line.msgids[0], arguments[0])


def _subject(desk: UserInterface, own: bool) -> Line | None:
    line = desk.subject(own) if desk.place else None
    if line is None:
        desk.note(
            "There is nothing of yours here to take back." if own else "There is no message here.", error=True
        )
    return line


@command("join", "ROOM [KEY]", "go into a room, or make it", "j")
def _join(desk: UserInterface, arguments: list[str]) -> None:
    room = arguments[0] if desk.connection.is_room(arguments[0]) else room_from_typed(arguments[0])
    known = desk.connection.rooms.get(desk.connection.fold(room))
    if known is not None and known.joined:
        desk.open(known.name)
        return
    desk.head_for(room.rpartition(",")[2])
    desk.connection.join(room, *arguments[1:2])
    if desk.connection.state is not ConnectionState.ONLINE:
        desk.note(f"You join {room} as soon as you are connected.")


@command("part", "[ROOM]", "leave this room, or another", "close")
def _part(desk: UserInterface, arguments: list[str]) -> None:
    place = arguments[0] if arguments else desk.place
    if not place:
        desk.note("There is nothing to leave here. /exit ends the program.", error=True)
    elif desk.connection.is_room(place):
        if desk.connection.fold(place) in desk.connection.rooms:
            desk.connection.part(place)
        desk.close(place)
    else:
        desk.close(place)


@command("nick", "NAME", "take another name", "name")
def _nick(desk: UserInterface, arguments: list[str]) -> None:
    desk.connection.rename(arguments[0])
    if desk.connection.state is ConnectionState.ENDED:
        desk.connect_again()


@command("topic", "[TEXT]", "what this room is about, or say what it is about")
def _topic(desk: UserInterface, arguments: list[str]) -> None:
    room = desk.connection.rooms.get(desk.connection.fold(desk.place)) if desk.place else None
    if room is None:
        desk.note("You are in no room. /join #lobby, or /rooms for a list.", error=True)
    elif arguments:
        desk.connection.set_topic(room.name, arguments[0])
    elif room.topic:
        desk.note(f"Topic of {room.name}: {room.topic}")
    else:
        desk.note(f"{room.name} has no topic. /topic TEXT gives it one.")


@command("users", "", "who is in this room", "who", "names")
def _users(desk: UserInterface, arguments: list[str]) -> None:
    room = desk.connection.rooms.get(desk.connection.fold(desk.place)) if desk.place else None
    if room is None:
        desk.note("You are in no room. /join #lobby, or /rooms for a list.", error=True)
        return
    names = [f"{p.modes[:1]}{p.name}{' (away)' if p.away else ''}" for p in room.sorted_people()]
    desk.note(f"{len(names)} in {room.name}: {listed(names, NAMES_SHOWN)}")


@command("rooms", "", "which rooms there are", "list")
def _rooms(desk: UserInterface, arguments: list[str]) -> None:
    def show(place: str, rooms: list[RoomListing]) -> None:
        if not rooms:
            desk.note("There are no rooms. /join NAME makes one.", place)
        for room in rooms[:ROOMS_SHOWN]:
            topic = f"  {room.topic}" if room.topic else ""
            mark = "*" if desk.connection.fold(room.name) in desk.connection.rooms else " "
            desk.note(f"{mark} {room.name}  {room.people} here{topic}", place)
        if len(rooms) > ROOMS_SHOWN:
            desk.note(f"  and {len(rooms) - ROOMS_SHOWN} more", place)

    when_answered(desk, desk.connection.list_rooms(), show)


@command("whois", "NAME", "who somebody is")
def _whois(desk: UserInterface, arguments: list[str]) -> None:
    def show(place: str, found: Whois) -> None:
        account = f", account {found.account}" if found.account else ""
        real = f" - {found.realname}" if found.realname and found.realname != found.name else ""
        desk.note(f"{found.name} ({found.mask}{account}){real}", place)
        if found.since is not None and found.idle is not None:
            desk.note(f"  here since {date(found.since)}, idle for {duration(found.idle)}", place)
        if found.rooms:
            desk.note(f"  in {listed(list(found.rooms), ROOMS_SHOWN)}", place)
        if found.away:
            desk.note(f"  away: {found.away}", place)
        for line in found.lines:
            desk.note(f"  {line}", place)

    when_answered(desk, desk.connection.whois(arguments[0]), show)


@command("away", "[TEXT]", "say that you are away; without a text: back again")
def _away(desk: UserInterface, arguments: list[str]) -> None:
    desk.connection.set_away(arguments[0] if arguments else None)


@command("ignore", "[NAME]", "hide what somebody says; -NAME shows it again")
def _ignore(desk: UserInterface, arguments: list[str]) -> None:
    connection = desk.connection
    if not arguments:
        names = sorted(connection.ignored)
        desk.note(f"You ignore: {', '.join(names)}" if names else "You ignore nobody.")
    elif arguments[0].startswith("-"):
        connection.unignore(arguments[0][1:])
        desk.note(f"You hear {arguments[0][1:]} again.")
    else:
        connection.ignore(arguments[0])
        desk.note(f"You ignore {arguments[0]}. /ignore -{arguments[0]} undoes it.")


@command("stats", "", "figures of the server")
def _stats(desk: UserInterface, arguments: list[str]) -> None:
    def show(place: str, lines: list[str]) -> None:
        for line in lines:
            desk.note(line, place)

    when_answered(desk, desk.connection.stats(), show)


@command("search", "[WORDS]", "find what was said; from:NAME in:ROOM after:DATE before:DATE narrow it down")
def _search(desk: UserInterface, arguments: list[str]) -> None:
    words = arguments[0] if arguments else ""
    when_answered(desk, desk.connection.search(words), lambda place, messages: desk.found(words, messages))


@command("history", "[N]", f"what was said here before, N more messages ({HISTORY_SHOWN})")
def _history(desk: UserInterface, arguments: list[str]) -> None:
    if not desk.place:
        desk.note("There is no history here. Go to a room first.", error=True)
        return
    count = HISTORY_SHOWN
    if arguments:
        if not arguments[0].isascii() or not arguments[0].isdigit() or not 0 < int(arguments[0][:9]) <= 1000:
            desk.note("/history takes a number from 1 to 1000.", error=True)
            return
        count = int(arguments[0])
    place = desk.place
    when_answered(
        desk,
        desk.connection.history(place, desk.oldest(place), count),
        lambda _, events: desk.earlier(place, events),
    )


@command("quote", "LINE", "send an IRC command as it is", "raw")
def _quote(desk: UserInterface, arguments: list[str]) -> None:
    head, colon, last = arguments[0].partition(" :")
    words = head.split()
    if words:
        desk.connection.command(words[0], *words[1:], *([last] if colon else []))


@command("clear", "", "empty this screen")
def _clear(desk: UserInterface, arguments: list[str]) -> None:
    desk.clear()


@command("connect", "", "connect again, at once")
def _connect(desk: UserInterface, arguments: list[str]) -> None:
    match desk.connection.state:
        case ConnectionState.WAITING:
            desk.connection.retry_now()
        case ConnectionState.ONLINE | ConnectionState.CONNECTING:
            desk.note(desk.connection.state.value.capitalize() + " already.")
        case _:
            desk.connect_again()


@command("exit", "[TEXT]", "leave", "quit")
def _exit(desk: UserInterface, arguments: list[str]) -> None:
    desk.leave(arguments[0] if arguments else "")
