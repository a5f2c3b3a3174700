"""Modes of rooms and of users: MODE.

Sources: Modern IRC, "MODE message"; IRCv3 "bot-mode".
"""

from __future__ import annotations

from collections.abc import Sequence

from chat.domain.mode_lines import LISTS, Change, read, written
from chat.domain.modes import apply, is_query, state
from chat.domain.names import fold
from chat.domain.room import Room
from chat.domain.terms import LINE, ROW, Asker, Words, told_in_rooms
from chat.network.irc import numerics as n
from chat.network.irc.client import IrcClient
from chat.network.irc.isupport import USER_MODES
from chat.network.irc.numerics import Numeric, Parameters
from chat.network.irc.refusals import answer
from chat.network.irc.rows import command
from chat.wire import Message

LIST_REPLIES: dict[str, tuple[Numeric, Numeric]] = {
    "b": (n.RPL_BANLIST, n.RPL_ENDOFBANLIST),
    "e": (n.RPL_EXCEPTLIST, n.RPL_ENDOFEXCEPTLIST),
    "I": (n.RPL_INVEXLIST, n.RPL_ENDOFINVEXLIST),
}


def _asks(arguments: Sequence[str]) -> bool:
    """Whether MODE changes nothing: clients ask for a room's modes and lists whenever they join it."""
    return len(arguments) < 2 or (len(arguments) == 2 and not set(arguments[1]) - set("+beI"))


def _mode_lines(asker: Asker, arguments: Sequence[str]) -> float:
    return 0.0 if _asks(arguments) else 1.0


def _mode_work(asker: Asker, arguments: Sequence[str]) -> float:
    room = asker.directory.rooms.get(fold(arguments[0])) if arguments else None
    if room is None:
        return LINE
    if _asks(arguments):
        return LINE + sum(
            ROW * len(room.masks(letter)) for letter in set("".join(arguments[1:])) & set(LISTS)
        )
    return told_in_rooms(asker, arguments)


@command(
    "MODE",
    "TARGET [CHANGES]",
    "see or change modes",
    minimum=1,
    words=Words(2),
    lines=_mode_lines,
    work=_mode_work,
)
def _mode(client: IrcClient, message: Message) -> None:
    target, *words = message.params
    if target.startswith("#"):
        _room_modes(client, client.directory.room(target, client.person), words)
    elif client.directory.people.get(fold(target)) is None:
        client.numeric(n.ERR_NOSUCHNICK, target)
    elif client.directory.people[fold(target)] is not client.person:
        client.numeric(n.ERR_USERSDONTMATCH)
    elif not words:
        client.numeric(n.RPL_UMODEIS, "+" + client.person.modes)
    else:
        _user_modes(client, words)


def _room_modes(client: IrcClient, room: Room, words: list[str]) -> None:
    if not words:
        inside = room in client.person.rooms
        client.numeric(n.RPL_CHANNELMODEIS, room.name, Parameters(" ".join(state(room, inside))))
        client.numeric(n.RPL_CREATIONTIME, room.name, int(room.created))
        return
    changes = read(words)
    for letter in dict.fromkeys(change.letter for change in changes if is_query(change)):
        _show_list(client, room, letter)
    changes = [change for change in changes if not is_query(change)]
    if changes:
        for refused in apply(client.directory, client.session, room, changes):
            answer(client, "MODE", refused)


def _show_list(client: IrcClient, room: Room, letter: str) -> None:
    row, end = LIST_REPLIES[letter]
    for mask in room.masks(letter):
        client.numeric(row, room.name, mask.mask, mask.setter, int(mask.time))
    client.numeric(end, room.name)


def _user_modes(client: IrcClient, words: list[str]) -> None:
    person = client.person
    done: list[Change] = []
    unknown = False
    for change in read(words[:1]):
        if change.letter not in USER_MODES:
            unknown = True
        elif change.add != (change.letter in person.modes) and not (change.letter == "o" and change.add):
            client.directory.set_modes(person, set(person.modes) ^ {change.letter})
            done.append(Change(change.add, change.letter))
    if unknown:
        client.numeric(n.ERR_UMODEUNKNOWNFLAG)
    if done:
        told(client, done)


def told(client: IrcClient, changes: list[Change]) -> None:
    """Tell a client how its user modes changed, and make the change known."""
    person = client.person
    if person.bot != ("B" in person.modes):
        person.bot = "B" in person.modes
        person.refresh()
    letters = written(changes)[0]
    client.send(f":{person.identity.mask} MODE {person.shown} {letters}\r\n".encode())


assert LIST_REPLIES.keys() == LISTS.keys()
