"""Rows of the table of commands for being here on several devices, or on none."""

from __future__ import annotations

from chat.commands.speaker import Speaker
from chat.commands.table import command
from chat.domain import devices
from chat.domain.refused import Refused, Why


@command("devices", "[drop] [NUMBER]", "which devices you are here with; drop ends one")
def _devices(speaker: Speaker, arguments: list[str]) -> None:
    if not arguments:
        for line in devices.listed(speaker.directory, speaker.session):
            speaker.reply(line)
    elif arguments[0].lower() == "drop" and len(arguments) > 1:
        speaker.reply(devices.drop(speaker.directory, speaker.session, arguments[1]))
    else:
        raise Refused(Why.NO_SUCH_DEVICE, "/devices lists your devices, /devices drop NUMBER ends one.")


@command("stay", "[on, off]", "stay in your rooms, shown as away, when no device of yours is connected")
def _stay(speaker: Speaker, arguments: list[str]) -> None:
    word = arguments[0].lower() if arguments else ""
    if word in ("on", "off"):
        speaker.directory.stay(speaker.person, word == "on")
    elif word:
        raise Refused(Why.LIMIT, "/stay on or /stay off")
    if speaker.person.stays:
        speaker.reply("You stay in your rooms when no device of yours is connected. /stay off ends that.")
    else:
        speaker.reply(
            "When your last device has gone, you leave your rooms until you come back. /stay on: you stay."
        )
