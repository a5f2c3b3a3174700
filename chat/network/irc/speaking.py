"""How what a client says gets to a room or a person, and how it is acknowledged once it is stored.

Sources: IRCv3 "message-tags", "echo-message" and "labeled-response".
"""

from __future__ import annotations

from typing import NamedTuple, cast

from chat.domain.accounts import Account
from chat.domain.directory import Speech
from chat.domain.events import NO_TAGS, Acted, ClientTags, Event, Noticed, Said, Tagged
from chat.domain.journal import Receipt
from chat.domain.names import fold
from chat.domain.refused import Refused, Why
from chat.domain.repeats import Repeatable, repeat_key
from chat.domain.rights import STATUS_SIGNS
from chat.domain.statusmsg import say_to_some
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.client import IrcClient
from chat.wire import MAX_LINE_BYTES, Message

SURELY_FITS = 200
"""Characters that leave room for the longest source and target: names have 128 bytes at most, rooms 64."""

Kind = type[Said | Acted | Noticed | Tagged]


def client_tags(client: IrcClient, message: Message) -> ClientTags:
    """The tags that are passed on: those that start with `+`."""
    if not message.tags or not client.caps & Cap.MESSAGE_TAGS:
        return NO_TAGS
    return {key: value for key, value in message.tags.items() if key.startswith("+")} or NO_TAGS


class Utterance(NamedTuple):
    """What a client says, to whomever. `receipt` is called when it is stored; `label` is what the client calls it."""

    client: IrcClient
    text: str
    kind: Kind
    tags: ClientTags
    label: str
    receipt: Receipt | None

    def key(self, target: str) -> str | None:
        """By what a repeat of it, to whom it was said, is recognised."""
        return repeat_key(self.client.person.identity, self.label, target) if self.label else None

    @property
    def speech(self) -> Speech:
        """The kind, of what has a text."""
        return cast("Speech", self.kind)


def speak(client: IrcClient, target: str, text: str, kind: Kind, tags: ClientTags, label: str = "") -> None:
    """Say something to a room or a person, and acknowledge it when it is stored. Raises `Refused`."""
    echo = client.expect_receipt()
    if echo is None and not label and kind is not Tagged and target.startswith("#"):
        # Most of what is said: nobody waits to hear that it is stored, and it repeats nothing.
        client.directory.say(client.session, client.directory.room(target), text, cast("Speech", kind), tags)
        return
    utterance = Utterance(client, text, kind, tags, label, echo.stored if echo is not None else None)
    try:
        event = _said(utterance, target)
    except Refused:
        if echo is not None:
            echo.dropped()
        raise
    if echo is not None:
        data = client.rendering.render(event) if client.caps & Cap.ECHO_MESSAGE else b""
        word = "NOTICE" if kind is Noticed else "PRIVMSG"
        sentence = "The message was passed on, but could not be stored"
        echo.says(data, f":{client.server_name} FAIL {word} STORAGE_FAILED {target} :{sentence}\r\n".encode())


def _said(said: Utterance, target: str) -> Event:
    if target.startswith("#"):
        return _to_room(said, target)
    if target[:1] in STATUS_SIGNS and target[1:2] == "#":
        directory = said.client.directory
        room = directory.room(target[1:], said.client.person)
        return say_to_some(
            directory, said.client.session, room, target[0], said.text, said.kind, said.tags, said.receipt
        )
    return _to_person(said, target)


def _to_room(said: Utterance, target: str) -> Event:
    client, text, kind, tags, label, receipt = said
    directory = client.directory
    session = client.session
    room = directory.room(target)
    if kind is Tagged:
        event = directory.tag(session, room, tags)
        if receipt is not None:
            # Tags alone are passed on; nobody waits for the disk.
            receipt(True)
        return event
    speech = said.speech
    if not label:
        return directory.say(session, room, text, speech, tags, receipt)
    key = said.key(target)
    return directory.repeats.once(
        key,
        receipt,
        lambda r: directory.say(session, room, text, speech, tags, r, key),
        lambda e, r: directory.journal.again(e, r, key),  # type: ignore[arg-type]
    )


def _to_person(said: Utterance, target: str) -> Event:
    client, text, kind, tags, _, receipt = said
    directory = client.directory
    account = None
    person = directory.people.get(fold(target))
    if person is None or not person.sessions:
        account = client.logins.accounts.find(target)
        person = client.logins.connected(account) if account is not None else None
    if person is None:
        if account is None or kind is Tagged:
            raise Refused(Why.NO_SUCH_USER, f"No such user: {target}", target)
        return _to_absent(said, target, account)

    def say(receipt: Receipt | None) -> Repeatable:
        return directory.whisper(client.session, person, text, kind, tags, receipt)

    event = directory.repeats.once(said.key(target), receipt, say, lambda event, receipt: receipt(True))
    if person.away is not None and kind is not Noticed and kind is not Tagged:
        client.numeric(n.RPL_AWAY, person.shown, person.away)
    return event


def _to_absent(said: Utterance, target: str, account: Account) -> Event:
    client = said.client
    logins = client.logins
    key = said.key(target)

    def keep(receipt: Receipt | None) -> Repeatable:
        return logins.leave_message(client.session, account, said.text, said.speech, said.tags, receipt, key)

    event = client.directory.repeats.once(
        key,
        said.receipt,
        keep,
        lambda event, receipt: logins.mailbox.keep(account, event, receipt, key),  # type: ignore[arg-type]
    )
    if said.kind is not Noticed:
        client.numeric(n.RPL_AWAY, account.name, "is not here; the message waits for them")
    return event


def fits(client: IrcClient, message: Message) -> bool:
    """Whether a message is no longer than the line that others get has room for.

    What does not fit would be cut short: it is refused, so that its author knows.
    """
    target, text = message.params[:2]
    if len(text) < SURELY_FITS and text.isascii():
        return True
    sent = f":{client.person.identity.mask} {message.command} {target} :{text}\r\n"
    return len(sent.encode()) <= MAX_LINE_BYTES
