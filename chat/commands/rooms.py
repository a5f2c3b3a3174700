"""Rows of the table of commands for rooms: who is there, going in and out, and what a room is about."""

from __future__ import annotations

from chat.commands.speaker import Speaker, here, room_meant
from chat.commands.table import command
from chat.commands.terms import names_here, told_here
from chat.domain import moderation, rights
from chat.domain.names import check_room, fold, room_from_typed
from chat.domain.refused import Refused, Why
from chat.domain.room import Room
from chat.domain.terms import Words, every_room, told_in_rooms
from chat.domain.wording import listed

NAMES_SHOWN = 200
"""Names listed before "and N more"."""
ROOMS_SHOWN = 100
"""Rooms listed before "and N more"."""


def names_in(room: Room) -> list[str]:
    """Who is in a room, with `@` for its operators and `+` for those with voice, by name."""
    people = sorted(room.members.values(), key=lambda m: fold(m.person.shown))
    return [rights.signs(member) + member.person.shown for member in people]


@command("users", "[ROOM]", "who is in this room, or in another", "who", "names", work=names_here)
def _users(speaker: Speaker, arguments: list[str]) -> None:
    room = room_meant(speaker, *arguments)
    names = names_in(room)
    speaker.reply(f"{len(names)} in {room.name}: {listed(names, NAMES_SHOWN)}")


@command("join", "ROOM [KEY]", "go into a room, or make it; a locked one needs its key", work=told_in_rooms)
def _join(speaker: Speaker, arguments: list[str]) -> None:
    name = check_room(room_from_typed(arguments[0]))
    room = speaker.directory.rooms.get(name.folded)
    if room is not None and room in speaker.person.rooms:
        speaker.focus(room)
        speaker.reply(f"You talk in {room.name}.")
        return
    speaker.directory.join(speaker.session, name, arguments[1] if len(arguments) > 1 else "")


@command("part", "[ROOM]", "leave this room, or another", work=told_here)
def _part(speaker: Speaker, arguments: list[str]) -> None:
    if not arguments:
        speaker.directory.part(speaker.session, here(speaker))
        return
    name = room_from_typed(arguments[0])
    room = speaker.directory.rooms.get(fold(name))
    if room is None or room not in speaker.person.rooms:
        rooms = [room.name for room in speaker.person.rooms]
        where = f"You are in {listed(rooms, ROOMS_SHOWN)}." if rooms else "You are in no room."
        raise Refused(Why.NOT_IN_ROOM, f"You are not in {name}. {where}", name)
    speaker.directory.part(speaker.session, room)


@command("rooms", "", "which rooms there are", "list", work=every_room)
def _rooms(speaker: Speaker, arguments: list[str]) -> None:
    rooms = [room for room in speaker.directory.rooms.values() if rights.may_see(speaker.person, room)]
    rooms.sort(key=lambda room: (-len(room.members), room.folded))
    for room in rooms[:ROOMS_SHOWN]:
        mark = "*" if room is speaker.room else " "
        topic = f"  {room.topic.text}" if room.topic is not None else ""
        speaker.reply(f"{mark} {room.name}  {len(room.members)} here{topic}")
    if len(rooms) > ROOMS_SHOWN:
        speaker.reply(f"  and {len(rooms) - ROOMS_SHOWN} more")


@command("topic", "[TEXT]", "what this room is about, or say what it is about", words=Words(), work=told_here)
def _topic(speaker: Speaker, arguments: list[str]) -> None:
    room = here(speaker)
    if arguments:
        moderation.set_topic(speaker.directory, speaker.session, room, arguments[0])
    elif room.topic is None:
        speaker.reply(f"{room.name} has no topic. /topic TEXT gives it one.")
    else:
        speaker.reply(f"Topic of {room.name}: {room.topic.text} (set by {room.topic.author.name})")
