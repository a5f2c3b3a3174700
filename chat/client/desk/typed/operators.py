"""Rows of the table of commands for operators of the server, and the server's time."""

from __future__ import annotations

from chat.client.desk.typed.table import (
    UserInterface,
    command,
    server_has,
    when_answered,
    when_done,
    with_secret,
)
from chat.client.link import moderation
from chat.domain.durations import is_duration

BANS_SHOWN = 100
"""Bans listed, the newest ones, before "and N more"."""


@command("time", "", "what time it is at the server")
def _time(desk: UserInterface, arguments: list[str]) -> None:
    answer = desk.connection.ask(moderation.time_question()).addCallback(moderation.read_time)
    when_answered(desk, answer, lambda place, text: desk.note(text, place))


@command("oper", "NAME [PASSWORD]", "become an operator of the server, with an operator's account")
def _oper(desk: UserInterface, arguments: list[str]) -> None:
    name = arguments[0]
    with_secret(
        desk,
        arguments[1:],
        f"Password of {name}",
        lambda password: desk.connection.command("OPER", name, password),
    )


@command("kill", "NAME [REASON]", "disconnect somebody (operators of the server)")
def _kill(desk: UserInterface, arguments: list[str]) -> None:
    answer = desk.connection.order("KILL", *arguments)
    when_done(desk, answer.addCallback(moderation.read_kill, arguments[0]))


@command(
    "serverban",
    "WHOM [DURATION] [REASON]",
    "keep a name, account, address or network out of the server; 12h, 7d, forever (operators)",
    "kline",
)
def _server_ban(desk: UserInterface, arguments: list[str]) -> None:
    whom, *reason = arguments
    duration = [reason.pop(0)] if reason and is_duration(reason[0]) else []
    desk.connection.command("KLINE", *duration, whom, *([" ".join(reason)] if reason else []))


@command("serverunban", "WHOM", "let an account, address or network into the server again", "unkline")
def _server_unban(desk: UserInterface, arguments: list[str]) -> None:
    desk.connection.command("UNKLINE", arguments[0])


@command("serverbans", "", "who is kept out of the server (operators)", "klines")
def _server_bans(desk: UserInterface, arguments: list[str]) -> None:
    def show(place: str, bans: list[str]) -> None:
        for ban in bans[-BANS_SHOWN:]:
            desk.note(f"  {ban}", place)
        if len(bans) > BANS_SHOWN:
            desk.note(f"  and {len(bans) - BANS_SHOWN} older ones", place)
        if not bans:
            desk.note("Nobody is banned from this server.", place)

    answer = desk.connection.ask(moderation.server_bans_question())
    when_answered(desk, answer.addCallback(moderation.read_server_bans), show)


@command("announce", "TEXT", "tell everybody something (operators of the server)")
def _announce(desk: UserInterface, arguments: list[str]) -> None:
    if server_has(desk, "ANNOUNCE"):
        when_done(desk, desk.connection.announce(arguments[0]))
