"""Being here on several devices, or on none: DEVICES, STAY.

Both stand in no specification; a client that does not know them can send them raw (`/quote STAY ON`).
"""

from __future__ import annotations

from chat.domain import devices
from chat.domain.refused import Refused
from chat.network.irc.client import IrcClient
from chat.network.irc.rows import command
from chat.wire import Message


@command("DEVICES", "[DROP NUMBER]", "which devices you are here with; DROP ends one")
def _devices(client: IrcClient, message: Message) -> None:
    word = message.params[0].upper() if message.params else ""
    if not word:
        for line in devices.listed(client.directory, client.session):
            client.tell_sentence(line)
        return
    try:
        number = message.params[1] if word == "DROP" and len(message.params) > 1 else word
        client.tell_sentence(devices.drop(client.directory, client.session, number))
    except Refused as refused:
        client.fail("DEVICES", "INVALID_PARAMS", word, refused.sentence)


@command("STAY", "[ON, OFF]", "stay in your rooms, shown as away, when no device of yours is connected")
def _stay(client: IrcClient, message: Message) -> None:
    word = message.params[0].upper() if message.params else ""
    if word in ("ON", "OFF"):
        try:
            client.directory.stay(client.person, word == "ON")
        except Refused as refused:
            client.fail("STAY", "ACCOUNT_REQUIRED", "", refused.sentence)
            return
    elif word:
        client.fail("STAY", "INVALID_PARAMS", word, "STAY takes ON or OFF")
        return
    client.tell_sentence(
        f"You {'stay' if client.person.stays else 'do not stay'} when no device is connected."
    )
