"""The rows of the table of commands that are about rights in rooms: who is in charge, who is kept out, modes."""

from __future__ import annotations

from chat.commands.speaker import Speaker, advice, here, room_meant
from chat.commands.table import command
from chat.commands.terms import told_here
from chat.domain import moderation, modes
from chat.domain.bans import room_mask
from chat.domain.masks import normal
from chat.domain.mode_lines import LISTS, Change, read
from chat.domain.modes import EXPLAINED, FLAGS
from chat.domain.refused import Refused, Why
from chat.domain.room import Room
from chat.domain.terms import Words


def _change(speaker: Speaker, room: Room, changes: list[Change]) -> None:
    problems = modes.apply(speaker.directory, speaker.session, room, changes)
    # `+zz` is refused twice, which is what IRC clients expect; people need to read it once.
    for sentence in dict.fromkeys(map(advice, problems)):
        speaker.reply(sentence)


@command("kick", "NAME [REASON]", "put somebody out of this room", words=Words(1, spare=True), work=told_here)
def _kick(speaker: Speaker, arguments: list[str]) -> None:
    room = here(speaker)
    target = speaker.directory.find(arguments[0])
    reason = arguments[1] if len(arguments) > 1 else ""
    moderation.kick(speaker.directory, speaker.session, room, target, reason)


@command("invite", "NAME [ROOM]", "ask somebody into this room, or another", words=Words())
def _invite(speaker: Speaker, arguments: list[str]) -> None:
    room = room_meant(speaker, *arguments[1:])
    target = speaker.directory.find(arguments[0])
    moderation.invite(speaker.directory, speaker.session, room, target)
    speaker.reply(f"{target.shown} was asked into {room.name}.")


@command("op", "NAME", "make somebody an operator of this room", work=told_here)
def _op(speaker: Speaker, arguments: list[str]) -> None:
    _change(speaker, here(speaker), [Change(True, "o", arguments[0])])


@command("deop", "NAME", "make an operator of this room a member like others", work=told_here)
def _deop(speaker: Speaker, arguments: list[str]) -> None:
    _change(speaker, here(speaker), [Change(False, "o", arguments[0])])


@command("voice", "NAME", "let somebody speak in this room when it is moderated (+m)", work=told_here)
def _voice(speaker: Speaker, arguments: list[str]) -> None:
    _change(speaker, here(speaker), [Change(True, "v", arguments[0])])


@command("devoice", "NAME", "take voice away again", work=told_here)
def _devoice(speaker: Speaker, arguments: list[str]) -> None:
    _change(speaker, here(speaker), [Change(False, "v", arguments[0])])


@command(
    "ban",
    "[NAME]",
    "keep a name, or a mask like *!*@host, out of this room; alone: who is banned",
    words=Words(),
    work=told_here,
)
def _ban(speaker: Speaker, arguments: list[str]) -> None:
    room = here(speaker)
    if not arguments:
        masks = [entry.mask for entry in room.masks("b")]
        speaker.reply(
            f"Banned from {room.name}: {', '.join(masks)}" if masks else f"Nobody is banned from {room.name}."
        )
        return
    _change(speaker, room, [Change(True, "b", room_mask(arguments[0]))])


@command("unban", "NAME", "let a name or a mask in again", words=Words(), work=told_here)
def _unban(speaker: Speaker, arguments: list[str]) -> None:
    room = here(speaker)
    mask = normal(arguments[0])
    if not any(entry.mask == mask for entry in room.masks("b")):
        raise Refused(Why.NOT_BANNED, f"{mask} is not banned from {room.name}. /ban lists who is.")
    _change(speaker, room, [Change(False, "b", mask)])


@command(
    "mode",
    "[CHANGES]",
    "see or change this room's modes; /help mode tells what they mean",
    more=EXPLAINED,
    words=Words(),
    work=told_here,
)
def _mode(speaker: Speaker, arguments: list[str]) -> None:
    room = here(speaker)
    if not arguments:
        speaker.reply(f"Modes of {room.name}: {' '.join(modes.state(room, True))}")
        for letter in sorted(room.flags):
            speaker.reply(f"  {letter}: {FLAGS[letter]}")
        return
    changes = [change for change in read(arguments[0].split()) if not modes.is_query(change)]
    for change in changes:
        if change.add and change.letter in LISTS and change.argument:
            room_mask(change.argument)
    _change(speaker, room, changes)
