"""Rows of the table of commands for talking: to a room, to one person, and to an account that is not here."""

from __future__ import annotations

from chat.commands.speaker import Speaker, here
from chat.commands.table import command
from chat.commands.terms import said_here
from chat.domain.events import Acted, Said
from chat.domain.history import SPEECH
from chat.domain.names import fold
from chat.domain.person import Person
from chat.domain.redaction import redact
from chat.domain.refused import Refused
from chat.domain.terms import Words


def say(speaker: Speaker, text: str, kind: type[Said | Acted] = Said) -> None:
    """Say something in the room that this person is in."""
    if speaker.room is None:
        speaker.reply("You are in no room: nobody would hear you. /join #lobby, or /rooms for a list.")
    else:
        speaker.directory.say(speaker.session, speaker.room, text, kind)


def whisper(speaker: Speaker, target: Person, text: str) -> None:
    """Send a private message and show the sender what was sent."""
    speaker.directory.whisper(speaker.session, target, text)
    speaker.reply(f"[pm to {target.shown}] {text}")
    if target.away is not None:
        speaker.reply(f"{target.shown} is away: {target.away}")


def write_to(speaker: Speaker, name: str, text: str) -> None:
    """Send a private message to whoever has this name, or to the account with it, here or not."""
    person = speaker.directory.people.get(fold(name))
    account = speaker.logins.accounts.find(name if person is None else person.account or name)
    if account is not None and (person is None or not person.sessions):
        person = speaker.logins.connected(account)
    if person is not None or account is None:
        whisper(speaker, person or speaker.directory.find(name), text)
        return
    answered = speaker.wait()

    def kept(stored: bool) -> None:
        if stored:
            speaker.reply(f"[pm to {account.name}] {text}")
            speaker.reply(f"{account.name} is not here, and gets it at the next login.")
        else:
            speaker.reply(f"{account.name} is not here, and your message could not be kept. Try again later.")
        answered()

    try:
        speaker.logins.leave_message(speaker.session, account, text, receipt=kept)
    except Refused:
        answered()
        raise


@command("me", "TEXT", "say what you do: * you wave", words=Words(), work=said_here, speech=True)
def _me(speaker: Speaker, arguments: list[str]) -> None:
    say(speaker, arguments[0], Acted)


@command("pm", "NAME TEXT", "say something to one person alone", "msg", "w", words=Words(), speech=True)
def _pm(speaker: Speaker, arguments: list[str]) -> None:
    write_to(speaker, *arguments)


@command("reply", "TEXT", "answer the last private message", "r", words=Words(), speech=True)
def _reply(speaker: Speaker, arguments: list[str]) -> None:
    if speaker.person.correspondent is None:
        speaker.reply("Nobody has written to you yet. /pm NAME TEXT writes to somebody.")
        return
    write_to(speaker, speaker.person.correspondent, arguments[0])


@command("undo", "", "take back what you said last here", "redact")
def _undo(speaker: Speaker, arguments: list[str]) -> None:
    room = here(speaker)
    ours = {session.number for session in speaker.person.sessions}
    said = (
        event
        for event in reversed(room.log.entries)
        if isinstance(event, SPEECH) and event.author.session in ours
    )
    last = next(said, None)
    if last is None:
        speaker.reply("There is nothing of yours here to take back.")
        return
    answered = speaker.wait()

    def done(refused: Refused | None) -> None:
        if refused is not None and speaker.session.alive:
            speaker.refused(refused)
        answered()

    redact(speaker.directory, speaker.session, room.name, last.msgid, "", done)
