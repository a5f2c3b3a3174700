"""Rows of the table of commands for the server: its figures, its time, and leaving it."""

from __future__ import annotations

import time

from chat.commands.speaker import Speaker
from chat.commands.table import command
from chat.domain.figures import figures
from chat.domain.rights import heard
from chat.domain.terms import Words, told_everywhere


@command("stats", "", "figures of the server")
def _stats(speaker: Speaker, arguments: list[str]) -> None:
    for label, figure in figures(speaker.directory):
        speaker.reply(f"{label}: {figure}")


@command("time", "", "what time it is at the server")
def _time(speaker: Speaker, arguments: list[str]) -> None:
    now = time.localtime(speaker.directory.clock())
    speaker.reply(f"It is {time.strftime('%Y-%m-%d %H:%M:%S %Z', now)}.")


@command("exit", "[TEXT]", "leave", "quit", words=Words(0, spare=True), work=told_everywhere)
def _exit(speaker: Speaker, arguments: list[str]) -> None:
    speaker.leave(heard(speaker.person, speaker.person.rooms, arguments[0]) if arguments else "")
