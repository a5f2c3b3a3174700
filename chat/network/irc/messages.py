"""What is said: PRIVMSG, NOTICE, TAGMSG.

Source: Modern IRC, "Sending Messages".
"""

from __future__ import annotations

from chat.domain.events import NO_TAGS, Acted, Noticed, Said, Tagged
from chat.domain.refused import Refused
from chat.domain.terms import Words, each_target, said
from chat.network.irc import batches, isupport
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.client import IrcClient
from chat.network.irc.rows import command
from chat.network.irc.speaking import Kind, client_tags, fits, speak
from chat.wire import Message


def _speak_to_all(client: IrcClient, message: Message, text: str, kind: Kind) -> None:
    tags = client_tags(client, message) if message.tags else NO_TAGS
    label = message.tags.get("label", "") if message.tags else ""
    if "," not in message.params[0] and kind is not Noticed:
        speak(client, message.params[0], text, kind, tags, label)
        return
    targets = message.params[0].split(",")
    if len(targets) > isupport.TARGETS_AT_MOST:
        client.numeric(n.ERR_TOOMANYTARGETS, targets[isupport.TARGETS_AT_MOST], isupport.TARGETS_AT_MOST)
        return
    for target in dict.fromkeys(targets):
        if kind is Noticed:
            # Nothing is ever answered to a NOTICE by itself (RFC 2812 section 3.3.2).
            try:
                speak(client, target, text, kind, tags, label)
            except Refused:
                continue
        else:
            with client.refusing(message.command):
                speak(client, target, text, kind, tags, label)


@command(
    "PRIVMSG", "TARGET,... TEXT", "say something", words=Words(), lines=each_target, work=said, speech=True
)
def _privmsg(client: IrcClient, message: Message) -> None:
    if message.tags and batches.piece(client, message):
        return
    if not message.params or not message.params[0]:
        client.numeric(n.ERR_NORECIPIENT, "PRIVMSG")
    elif len(message.params) < 2 or not message.params[1]:
        client.numeric(n.ERR_NOTEXTTOSEND)
    elif not fits(client, message):
        client.numeric(n.ERR_INPUTTOOLONG)
    else:
        text = message.params[1]
        if text.startswith("\x01ACTION "):
            _speak_to_all(client, message, text[8:].rstrip("\x01"), Acted)
        else:
            _speak_to_all(client, message, text, Said)


@command(
    "NOTICE",
    "TARGET,... TEXT",
    "say something that no program answers",
    words=Words(),
    lines=each_target,
    work=said,
    speech=True,
)
def _notice(client: IrcClient, message: Message) -> None:
    if message.tags and batches.piece(client, message):
        return
    if len(message.params) > 1 and message.params[1] and fits(client, message):
        _speak_to_all(client, message, message.params[1], Noticed)


@command(
    "TAGMSG",
    "TARGET,...",
    "send client tags, such as typing or a reaction",
    minimum=1,
    words=Words(),
    lines=each_target,
    work=said,
)
def _tagmsg(client: IrcClient, message: Message) -> None:
    if not client.caps & Cap.MESSAGE_TAGS:
        client.numeric(n.ERR_UNKNOWNCOMMAND, "TAGMSG")
    elif client_tags(client, message):
        _speak_to_all(client, message, "", Tagged)
