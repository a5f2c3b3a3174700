"""What people type after a slash: the table of commands (name, arguments, who may, help line, what it does).

A row is all there is to a command: how many arguments it needs is checked once, in `run`, and `/help` and the README's
table are made from the rows. What a command says, it says through the `Speaker` interface, so that any dialect for
people can offer it.
"""

from __future__ import annotations

import time

from chat.domain import ignoring, moderation, rights
from chat.domain.directory import Directory
from chat.domain.events import Acted, Said
from chat.domain.names import NameRefused, RoomRefused, check_name, check_room, fold, room_from_typed
from chat.domain.refused import Refused, Why
from chat.domain.room import Room
from chat.domain.user import User
from chat.slash import Misunderstood
from chat.speaker import TABLE, Speaker, advice, command, here, room_meant
from chat.wording import duration, listed

NAMES_SHOWN = 200
"""Names listed before "and N more"."""
ROOMS_SHOWN = 100
"""Rooms listed before "and N more"."""


COMMANDS = TABLE.rows
"""The rows by name, in the order in which `/help` shows them."""


def run(speaker: Speaker, line: str) -> None:
    """Do what a line that starts with a slash says; whatever is wrong with it is replied."""
    try:
        row, arguments = TABLE.understand(line)
        row.run(speaker, arguments)
    except Misunderstood as misunderstood:
        speaker.reply(str(misunderstood))
    except Refused as refused:
        speaker.reply(advice(refused))
    except (NameRefused, RoomRefused) as refused_name:
        speaker.reply(f"That does not work: {refused_name}.")


def say(speaker: Speaker, text: str, kind: type[Said | Acted] = Said) -> None:
    """Say something in the room that this person is in, unless they may not."""
    sentence = speaker.muted()
    if sentence is not None:
        speaker.reply(sentence)
    elif speaker.room is None:
        speaker.reply("You are in no room: nobody would hear you. /join #lobby, or /rooms for a list.")
    else:
        speaker.directory.say(speaker.user, speaker.room, text, kind)


def whisper(speaker: Speaker, target: User, text: str) -> None:
    """Send a private message and show the sender what was sent."""
    sentence = speaker.muted()
    if sentence is not None:
        speaker.reply(sentence)
        return
    speaker.directory.whisper(speaker.user, target, text)
    speaker.reply(f"[pm to {target.shown}] {text}")
    if target.away is not None:
        speaker.reply(f"{target.shown} is away: {target.away}")


def write_to(speaker: Speaker, name: str, text: str) -> None:
    """Send a private message to whoever has this name, or to the account with it, here or not."""
    account = speaker.logins.accounts.find(name)
    if account is None or fold(name) in speaker.directory.users:
        whisper(speaker, speaker.directory.find(name), text)
        return
    present = speaker.logins.present(account)
    if present is not None:
        whisper(speaker, present, text)
        return
    sentence = speaker.muted()
    if sentence is not None:
        speaker.reply(sentence)
        return
    answered = speaker.wait()

    def kept(stored: bool) -> None:
        if stored:
            speaker.reply(f"[pm to {account.name}] {text}")
            speaker.reply(f"{account.name} is not here, and gets it at the next login.")
        else:
            speaker.reply(f"{account.name} is not here, and your message could not be kept. Try again later.")
        answered()

    try:
        speaker.logins.leave_message(speaker.user, account, text, receipt=kept)
    except Refused:
        answered()
        raise


def names_in(room: Room) -> list[str]:
    """Who is in a room, with `@` for its operators and `+` for those with voice, by name."""
    people = sorted(room.members.values(), key=lambda m: fold(m.user.shown))
    return [rights.signs(member) + member.user.shown for member in people]


@command("help", "[COMMAND]", "list the commands, or explain one", "?")
def _help(speaker: Speaker, arguments: list[str]) -> None:
    for line in TABLE.explain(*arguments):
        speaker.reply(line)


@command("me", "TEXT", "say what you do: * you wave")
def _me(speaker: Speaker, arguments: list[str]) -> None:
    say(speaker, arguments[0], Acted)


@command("pm", "NAME TEXT", "say something to one person alone", "msg", "w")
def _pm(speaker: Speaker, arguments: list[str]) -> None:
    write_to(speaker, *arguments)


@command("reply", "TEXT", "answer the last private message", "r")
def _reply(speaker: Speaker, arguments: list[str]) -> None:
    if speaker.user.correspondent is None:
        speaker.reply("Nobody has written to you yet. /pm NAME TEXT writes to somebody.")
        return
    write_to(speaker, speaker.user.correspondent, arguments[0])


@command("users", "[ROOM]", "who is in this room, or in another", "who", "names")
def _users(speaker: Speaker, arguments: list[str]) -> None:
    room = room_meant(speaker, *arguments)
    if not rights.may_see(speaker.user, room):
        raise Refused(Why.NO_SUCH_ROOM, f"No such room: {room.name}", room.name)
    names = names_in(room)
    speaker.reply(f"{len(names)} in {room.name}: {listed(names, NAMES_SHOWN)}")


@command("join", "ROOM [KEY]", "go into a room, or make it; a locked one needs its key")
def _join(speaker: Speaker, arguments: list[str]) -> None:
    name = check_room(room_from_typed(arguments[0]))
    room = speaker.directory.rooms.get(name.folded)
    if room is not None and room in speaker.user.memberships:
        speaker.focus(room)
        speaker.reply(f"You talk in {room.name}.")
        return
    speaker.directory.join(speaker.user, name, arguments[1] if len(arguments) > 1 else "")


@command("part", "[ROOM]", "leave this room, or another")
def _part(speaker: Speaker, arguments: list[str]) -> None:
    if not arguments:
        speaker.directory.part(speaker.user, here(speaker))
        return
    name = room_from_typed(arguments[0])
    room = speaker.directory.rooms.get(fold(name))
    if room is None or room not in speaker.user.memberships:
        rooms = [room.name for room in speaker.user.memberships]
        where = f"You are in {listed(rooms, ROOMS_SHOWN)}." if rooms else "You are in no room."
        raise Refused(Why.NOT_IN_ROOM, f"You are not in {name}. {where}", name)
    speaker.directory.part(speaker.user, room)


@command("rooms", "", "which rooms there are", "list")
def _rooms(speaker: Speaker, arguments: list[str]) -> None:
    rooms = [room for room in speaker.directory.rooms.values() if rights.may_see(speaker.user, room)]
    rooms.sort(key=lambda room: (-len(room.members), room.folded))
    for room in rooms[:ROOMS_SHOWN]:
        mark = "*" if room is speaker.room else " "
        topic = f"  {room.topic.text}" if room.topic is not None else ""
        speaker.reply(f"{mark} {room.name}  {len(room.members)} here{topic}")
    if len(rooms) > ROOMS_SHOWN:
        speaker.reply(f"  and {len(rooms) - ROOMS_SHOWN} more")


@command("topic", "[TEXT]", "what this room is about, or say what it is about")
def _topic(speaker: Speaker, arguments: list[str]) -> None:
    room = here(speaker)
    if arguments:
        moderation.set_topic(speaker.directory, speaker.user, room, arguments[0])
    elif room.topic is None:
        speaker.reply(f"{room.name} has no topic. /topic TEXT gives it one.")
    else:
        speaker.reply(f"Topic of {room.name}: {room.topic.text} (set by {room.topic.author.name})")


@command("nick", "NAME", "take another name", "name")
def _nick(speaker: Speaker, arguments: list[str]) -> None:
    name = check_name(arguments[0])
    if name == speaker.user.name:
        speaker.reply("That is your name already.")
    else:
        speaker.directory.rename(speaker.user, name)


@command("whois", "NAME", "who somebody is")
def _whois(speaker: Speaker, arguments: list[str]) -> None:
    user = speaker.directory.find(arguments[0])
    shared = [room.name for room in user.memberships if rights.may_see(speaker.user, room)]
    idle = speaker.directory.clock() - user.last_active
    here = speaker.directory.clock() - user.entered_at
    account = f", account {user.account}" if user.account else ""
    speaker.reply(f"{user.shown} ({user.username}@{user.host}{account}), {user.dialect}")
    speaker.reply(f"  here for {duration(here)}, idle for {duration(idle)}")
    if shared:
        speaker.reply(f"  in {listed(shared, ROOMS_SHOWN)}")
    if user.away is not None:
        speaker.reply(f"  away: {user.away}")


@command("away", "[TEXT]", "say that you are away; without a text: back again")
def _away(speaker: Speaker, arguments: list[str]) -> None:
    speaker.directory.set_away(speaker.user, arguments[0] if arguments else None)
    speaker.reply("You are marked as away." if arguments else "You are back.")


@command("ignore", "[NAME]", "hide what somebody says; -NAME shows it again")
def _ignore(speaker: Speaker, arguments: list[str]) -> None:
    if not arguments:
        names = sorted(speaker.user.ignored)
        speaker.reply(f"You ignore: {', '.join(names)}" if names else "You ignore nobody.")
    elif arguments[0].startswith("-"):
        ignoring.unignore(speaker.user, arguments[0][1:])
        speaker.reply(f"You hear {arguments[0][1:]} again.")
    else:
        try:
            check_name(arguments[0])
        except NameRefused as refused:
            # Nobody has a reserved name; whoever fears that somebody might can ignore it all the same.
            if refused.rule != "reserved":
                raise
        ignoring.ignore(speaker.user, arguments[0])
        speaker.reply(f"You ignore {arguments[0]}. /ignore -{arguments[0]} undoes it.")


@command("stats", "", "figures of the server")
def _stats(speaker: Speaker, arguments: list[str]) -> None:
    for label, figure in figures(speaker.directory):
        speaker.reply(f"{label}: {figure}")


@command("time", "", "what time it is at the server")
def _time(speaker: Speaker, arguments: list[str]) -> None:
    now = time.localtime(speaker.directory.clock())
    speaker.reply(f"It is {time.strftime('%Y-%m-%d %H:%M:%S %Z', now)}.")


@command("exit", "[TEXT]", "leave", "quit")
def _exit(speaker: Speaker, arguments: list[str]) -> None:
    speaker.leave(arguments[0] if arguments else "")


def figures(directory: Directory) -> list[tuple[str, str]]:
    """What `/stats` shows: labels and figures, for any dialect."""
    stats = directory.stats
    rows = [
        ("users online", str(stats.users)),
        ("peak users", str(stats.peak_users)),
        ("rooms", str(len(directory.rooms))),
        ("messages", str(stats.messages.total)),
        ("messages in the last minute", str(stats.messages.last_minute())),
        ("private messages", str(stats.private_messages.total)),
        ("private messages in the last minute", str(stats.private_messages.last_minute())),
        ("uptime", duration(stats.uptime)),
    ]
    rows += [(f"connections by {dialect}", str(count)) for dialect, count in sorted(stats.dialects.items())]
    for part in stats.parts:
        rows += part()
    return rows


# They add their rows to the table above.
from chat import commands_accounts, commands_history, commands_rooms, commands_operators  # noqa: E402, F401, I001

__all__ = ["COMMANDS", "Speaker", "figures", "run", "say", "whisper", "write_to"]
