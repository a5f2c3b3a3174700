"""The rows of the table of commands that are about rights: of rooms' operators, and of the server's."""

from __future__ import annotations

from chat.domain import moderation, modes, operating
from chat.domain.accounts import Account, Answer
from chat.domain.masks import normal
from chat.domain.modes import FLAGS, Change
from chat.domain.refused import Refused, Why
from chat.domain.room import Room
from chat.speaker import Speaker, command, here, room_meant


def _change(speaker: Speaker, room: Room, changes: list[Change]) -> None:
    for refused in modes.apply(speaker.directory, speaker.user, room, changes):
        speaker.reply(refused.sentence)


@command("kick", "NAME [REASON]", "put somebody out of this room")
def _kick(speaker: Speaker, arguments: list[str]) -> None:
    room = here(speaker)
    target = speaker.directory.find(arguments[0])
    reason = arguments[1] if len(arguments) > 1 else ""
    moderation.kick(speaker.directory, speaker.user, room, target, reason)


@command("invite", "NAME [ROOM]", "ask somebody into this room, or another")
def _invite(speaker: Speaker, arguments: list[str]) -> None:
    room = room_meant(speaker, *arguments[1:])
    target = speaker.directory.find(arguments[0])
    moderation.invite(speaker.directory, speaker.user, room, target)
    speaker.reply(f"{target.shown} was asked into {room.name}.")


@command("op", "NAME", "make somebody an operator of this room")
def _op(speaker: Speaker, arguments: list[str]) -> None:
    _change(speaker, here(speaker), [Change(True, "o", arguments[0])])


@command("deop", "NAME", "make an operator of this room a member like others")
def _deop(speaker: Speaker, arguments: list[str]) -> None:
    _change(speaker, here(speaker), [Change(False, "o", arguments[0])])


@command("voice", "NAME", "let somebody speak in this room when it is moderated (+m)")
def _voice(speaker: Speaker, arguments: list[str]) -> None:
    _change(speaker, here(speaker), [Change(True, "v", arguments[0])])


@command("devoice", "NAME", "take voice away again")
def _devoice(speaker: Speaker, arguments: list[str]) -> None:
    _change(speaker, here(speaker), [Change(False, "v", arguments[0])])


@command("ban", "[NAME]", "keep a name, or a mask like *!*@host, out of this room; alone: who is banned")
def _ban(speaker: Speaker, arguments: list[str]) -> None:
    room = here(speaker)
    if not arguments:
        masks = [entry.mask for entry in room.masks("b")]
        speaker.reply(
            f"Banned from {room.name}: {', '.join(masks)}" if masks else f"Nobody is banned from {room.name}."
        )
        return
    _change(speaker, room, [Change(True, "b", normal(arguments[0]))])


@command("unban", "NAME", "let a name or a mask in again")
def _unban(speaker: Speaker, arguments: list[str]) -> None:
    room = here(speaker)
    mask = normal(arguments[0])
    if not any(entry.mask == mask for entry in room.masks("b")):
        raise Refused(Why.NO_SUCH_USER, f"{mask} is not banned from {room.name}. /ban lists who is.")
    _change(speaker, room, [Change(False, "b", mask)])


@command(
    "mode", "[CHANGES]", f"see or change this room's modes: {', '.join(FLAGS)}, k KEY, l NUMBER (+m, -k)"
)
def _mode(speaker: Speaker, arguments: list[str]) -> None:
    room = here(speaker)
    if not arguments:
        speaker.reply(f"Modes of {room.name}: {' '.join(modes.state(room, True))}")
        for letter in sorted(room.flags):
            speaker.reply(f"  {letter}: {FLAGS[letter]}")
        return
    changes = [change for change in modes.read(arguments[0].split()) if not modes.is_query(change)]
    _change(speaker, room, changes)


@command("oper", "NAME [PASSWORD]", "become an operator of the server, with an operator's account")
def _oper(speaker: Speaker, arguments: list[str]) -> None:
    name = arguments[0]

    def use(password: str) -> None:
        answered = speaker.wait()

        def checked(answer: Answer[Account]) -> None:
            if not speaker.user.gone:
                if isinstance(answer, Refused):
                    speaker.reply(answer.sentence)
                elif not answer.operator:
                    speaker.reply(f"{answer.name} is no operator of this server.")
                else:
                    operating.promote(speaker.directory, speaker.user)
                    speaker.reply("You are an operator of this server: /kill and /announce are yours.")
            answered()

        speaker.logins.accounts.authenticate(name, password, speaker.user.address, checked)

    if len(arguments) > 1:
        use(arguments[1])
    else:
        speaker.ask_secret("Password:", use)


@command("kill", "NAME [REASON]", "disconnect somebody (operators of the server)")
def _kill(speaker: Speaker, arguments: list[str]) -> None:
    operating.need_operator(speaker.user)
    target = speaker.directory.find(arguments[0])
    operating.kill(speaker.directory, speaker.user, target, arguments[1] if len(arguments) > 1 else "")
    speaker.reply(f"{arguments[0]} was disconnected.")


@command("announce", "TEXT", "tell everybody something (operators of the server)")
def _announce(speaker: Speaker, arguments: list[str]) -> None:
    operating.announce(speaker.directory, speaker.user, arguments[0])
