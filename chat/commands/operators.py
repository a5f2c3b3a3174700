"""The rows of the table of commands for operators of the server: become one, disconnect, keep out, announce."""

from __future__ import annotations

from chat.commands.speaker import Speaker
from chat.commands.table import command
from chat.commands.terms import hashing
from chat.domain import banning, operating
from chat.domain.accounts import Account, Answer
from chat.domain.durations import is_duration, parse_duration
from chat.domain.refused import Refused
from chat.domain.terms import Words, every_person

BANS_SHOWN = 100
"""Bans listed, the newest ones, before "and N more"."""


@command(
    "oper",
    "NAME [PASSWORD]",
    "become an operator of the server, with an operator's account",
    apart=hashing(1),
)
def _oper(speaker: Speaker, arguments: list[str]) -> None:
    name = arguments[0]

    def use(password: str) -> None:
        answered = speaker.wait()

        def checked(answer: Answer[Account]) -> None:
            if speaker.session.alive:
                if isinstance(answer, Refused):
                    speaker.refused(answer)
                elif not operating.may_operate(speaker.directory, answer):
                    speaker.reply(f"{answer.name} is no operator of this server.")
                else:
                    operating.promote(speaker.directory, speaker.person, answer)
                    speaker.reply(
                        "You are an operator of this server: /kill, /serverban and /announce are yours."
                    )
            answered()

        speaker.logins.authenticate(speaker.session, name, password, checked)

    if len(arguments) > 1:
        use(arguments[1])
    else:
        speaker.ask_secret(f"Password for {name}", use)


@command(
    "kill",
    "NAME [REASON]",
    "disconnect somebody (operators of the server)",
    operator=True,
    words=Words(1, spare=True),
)
def _kill(speaker: Speaker, arguments: list[str]) -> None:
    target = speaker.directory.find(arguments[0])
    operating.kill(speaker.directory, speaker.person, target, arguments[1] if len(arguments) > 1 else "")
    speaker.reply(f"{arguments[0]} was disconnected.")


@command(
    "serverban",
    "WHOM [DURATION] [REASON]",
    "keep a name, account, address or network out of the server; 12h, 7d, forever (operators)",
    "kline",
    operator=True,
)
def _server_ban(speaker: Speaker, arguments: list[str]) -> None:
    seconds: float | None = banning.DEFAULT_SECONDS
    reason = arguments[1:]
    if reason and is_duration(reason[0]):
        seconds = parse_duration(reason.pop(0))
    speaker.reply(banning.ban(speaker.directory, speaker.person, arguments[0], seconds, " ".join(reason)))


@command("serverunban", "WHOM", "let an account, address or network into the server again", "unkline")
def _server_unban(speaker: Speaker, arguments: list[str]) -> None:
    speaker.reply(banning.unban(speaker.directory, speaker.person, arguments[0]))


@command("serverbans", "", "who is kept out of the server (operators)", "klines", operator=True)
def _server_bans(speaker: Speaker, arguments: list[str]) -> None:
    bans = speaker.directory.bans.listed(speaker.directory.clock())
    for ban in bans[-BANS_SHOWN:]:
        speaker.reply(f"  {banning.line(ban)}")
    if len(bans) > BANS_SHOWN:
        speaker.reply(f"  and {len(bans) - BANS_SHOWN} older ones (python -m chat admin bans lists all)")
    if not bans:
        speaker.reply("Nobody is banned from this server.")


@command(
    "announce",
    "TEXT",
    "tell everybody something (operators of the server)",
    operator=True,
    words=Words(),
    work=every_person,
)
def _announce(speaker: Speaker, arguments: list[str]) -> None:
    operating.announce(speaker.directory, speaker.person, arguments[0])
