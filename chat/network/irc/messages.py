"""What is said: PRIVMSG, NOTICE, TAGMSG.

Sources: Modern IRC, "Sending Messages"; IRCv3 "message-tags", "echo-message" and "labeled-response".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from chat.domain.directory import Speech
from chat.domain.events import NO_TAGS, Acted, ClientTags, Event, Noticed, Said, Tagged
from chat.domain.refused import Refused
from chat.network.irc import isupport
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.responses import Echo
from chat.network.irc.rows import command
from chat.wire import MAX_LINE_BYTES, Message

if TYPE_CHECKING:
    from chat.network.irc.session import IrcDialect

SURELY_FITS = 200
"""Characters that leave room for the longest source and target: names have 128 bytes at most, rooms 64."""

Kind = type[Said | Acted | Noticed | Tagged]


def client_tags(session: IrcDialect, message: Message) -> ClientTags:
    """The tags that are passed on: those that start with `+`."""
    if not message.tags or not session.caps & Cap.MESSAGE_TAGS:
        return NO_TAGS
    return {key: value for key, value in message.tags.items() if key.startswith("+")} or NO_TAGS


def speak(session: IrcDialect, target: str, text: str, kind: Kind, tags: ClientTags) -> None:
    """Say something to a room or a person, and acknowledge it when it is stored. Raises `Refused`."""
    directory = session.directory
    user = session.user
    event: Event
    echo = session.expect_receipt()
    try:
        if target.startswith("#"):
            event = _to_room(session, target, text, kind, tags, echo)
        else:
            person = directory.find(target)
            receipt = echo.stored if echo is not None else None
            event = directory.whisper(user, person, text, kind, tags, receipt)
            if person.away is not None and kind is not Noticed and kind is not Tagged:
                session.numeric(n.RPL_AWAY, person.shown, person.away)
    except Refused:
        if echo is not None:
            echo.dropped()
        raise
    if echo is not None:
        data = session.rendering.render(event) if session.caps & Cap.ECHO_MESSAGE else b""
        sentence = "The message was passed on, but could not be stored"
        echo.says(data, f":{session.server_name} FAIL PRIVMSG NOT_STORED {target} :{sentence}\r\n".encode())


def _to_room(
    session: IrcDialect, target: str, text: str, kind: Kind, tags: ClientTags, echo: Echo | None
) -> Event:
    directory = session.directory
    room = directory.room(target)
    if kind is not Tagged:
        receipt = echo.stored if echo is not None else None
        return directory.say(session.user, room, text, cast("Speech", kind), tags, receipt)
    event = directory.tag(session.user, room, tags)
    if echo is not None:
        # Tags alone are passed on, and never stored.
        echo.stored(True)
    return event


def _speak_to_all(session: IrcDialect, message: Message, text: str, kind: Kind) -> None:
    tags = client_tags(session, message) if message.tags else NO_TAGS
    if "," not in message.params[0] and kind is not Noticed:
        speak(session, message.params[0], text, kind, tags)
        return
    targets = message.params[0].split(",")
    if len(targets) > isupport.TARGETS_AT_MOST:
        session.numeric(n.ERR_TOOMANYTARGETS, message.params[0][:100], isupport.TARGETS_AT_MOST)
        return
    for target in targets:
        if kind is Noticed:
            # Nothing is ever answered to a NOTICE by itself (RFC 2812 section 3.3.2).
            try:
                speak(session, target, text, kind, tags)
            except Refused:
                continue
        else:
            with session.refusing(message.command):
                speak(session, target, text, kind, tags)


def _fits(session: IrcDialect, message: Message) -> bool:
    # What does not fit the line that others get would be cut short: it is refused, so that its author knows.
    target, text = message.params[:2]
    if len(text) < SURELY_FITS and text.isascii():
        return True
    sent = f":{session.user.identity.mask} {message.command} {target} :{text}\r\n"
    return len(sent.encode()) <= MAX_LINE_BYTES


@command("PRIVMSG", "TARGET,... TEXT", "say something")
def _privmsg(session: IrcDialect, message: Message) -> None:
    if not message.params or not message.params[0]:
        session.numeric(n.ERR_NORECIPIENT, "PRIVMSG")
    elif len(message.params) < 2 or not message.params[1]:
        session.numeric(n.ERR_NOTEXTTOSEND)
    elif not _fits(session, message):
        session.numeric(n.ERR_INPUTTOOLONG)
    elif not session.muted():
        text = message.params[1]
        if text.startswith("\x01ACTION "):
            _speak_to_all(session, message, text[8:].rstrip("\x01"), Acted)
        else:
            _speak_to_all(session, message, text, Said)


@command("NOTICE", "TARGET,... TEXT", "say something that no program answers")
def _notice(session: IrcDialect, message: Message) -> None:
    if len(message.params) > 1 and message.params[1] and _fits(session, message) and not session.muted():
        _speak_to_all(session, message, message.params[1], Noticed)


@command("TAGMSG", "TARGET,...", "send client tags, such as typing or a reaction", minimum=1)
def _tagmsg(session: IrcDialect, message: Message) -> None:
    if not session.caps & Cap.MESSAGE_TAGS:
        session.numeric(n.ERR_UNKNOWNCOMMAND, "TAGMSG")
    elif client_tags(session, message) and not session.muted():
        _speak_to_all(session, message, "", Tagged)
