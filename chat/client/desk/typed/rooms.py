"""Rows of the table of commands about rights in rooms: who is in charge, who is kept out, modes."""

from __future__ import annotations

from chat.client.desk.typed.table import UserInterface, command, room_here, when_answered
from chat.client.link import moderation
from chat.domain.bans import room_mask
from chat.domain.masks import normal
from chat.domain.modes import EXPLAINED


@command("invite", "NAME", "ask somebody into this room")
def _invite(desk: UserInterface, arguments: list[str]) -> None:
    if room := room_here(desk):
        desk.connection.command("INVITE", arguments[0], room)


@command("kick", "NAME [REASON]", "put somebody out of this room")
def _kick(desk: UserInterface, arguments: list[str]) -> None:
    if room := room_here(desk):
        desk.connection.command("KICK", room, *arguments)


def _change(desk: UserInterface, *changes: str) -> None:
    if room := room_here(desk):
        desk.connection.command("MODE", room, *changes)


@command("op", "NAME", "make somebody an operator of this room")
def _op(desk: UserInterface, arguments: list[str]) -> None:
    _change(desk, "+o", arguments[0])


@command("deop", "NAME", "make an operator of this room a member like others")
def _deop(desk: UserInterface, arguments: list[str]) -> None:
    _change(desk, "-o", arguments[0])


@command("voice", "NAME", "let somebody speak in this room when it is moderated (+m)")
def _voice(desk: UserInterface, arguments: list[str]) -> None:
    _change(desk, "+v", arguments[0])


@command("devoice", "NAME", "take voice away again")
def _devoice(desk: UserInterface, arguments: list[str]) -> None:
    _change(desk, "-v", arguments[0])


@command("ban", "[NAME]", "keep a name, or a mask like *!*@host, out of this room; alone: who is banned")
def _ban(desk: UserInterface, arguments: list[str]) -> None:
    if arguments:
        _change(desk, "+b", room_mask(arguments[0]))
    elif room := room_here(desk):

        def show(place: str, masks: list[str]) -> None:
            who = f"Banned from {room}: {', '.join(masks)}" if masks else f"Nobody is banned from {room}."
            desk.note(who, place)

        question = moderation.bans_question(room)
        when_answered(desk, desk.connection.ask(question).addCallback(moderation.read_bans), show)


@command("unban", "NAME", "let a name or a mask in again")
def _unban(desk: UserInterface, arguments: list[str]) -> None:
    room = room_here(desk)
    if not room:
        return
    mask, fold = normal(arguments[0]), desk.connection.fold

    def lift(place: str, masks: list[str]) -> None:
        known = next((one for one in masks if fold(one) == fold(mask)), None)
        if known is None:
            desk.note(f"{mask} is not banned from {room}. /ban lists who is.", place, error=True)
        else:
            desk.connection.command("MODE", room, "-b", known)

    # A server says nothing about a mask that is not in its list.
    when_answered(
        desk, desk.connection.ask(moderation.bans_question(room)).addCallback(moderation.read_bans), lift
    )


@command(
    "mode", "[CHANGES]", "see or change this room's modes; /help mode tells what they mean", more=EXPLAINED
)
def _mode(desk: UserInterface, arguments: list[str]) -> None:
    if arguments:
        _change(desk, *arguments[0].split())
    elif room := room_here(desk):
        question = moderation.modes_question(room)
        when_answered(
            desk,
            desk.connection.ask(question).addCallback(moderation.read_modes),
            lambda place, modes: desk.note(f"Modes of {room}: {modes}", place),
        )
