"""People: the plain dialect for `nc` and `telnet`. The first line is the name, every further line is said."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TypeVar

from chat.commands import table, talk
from chat.commands.accounts import come_in
from chat.commands.speaker import advice
from chat.commands.terms import said_here
from chat.domain import missed
from chat.domain.accounts import PASSWORD_LEAST, Account, Answer
from chat.domain.directory import Directory
from chat.domain.events import (
    Event,
    Identity,
    Invited,
    Kicked,
    Left,
    LogEvent,
    Renamed,
    TopicChanged,
    Whispered,
)
from chat.domain.names import NameRefused, check_name
from chat.domain.person import Person
from chat.domain.readers import Cursor
from chat.domain.refused import Refused, Why
from chat.domain.replaying import wanted_replay
from chat.domain.room import Room
from chat.domain.session import Session
from chat.domain.terms import ASKING, HASH, Terms, Words
from chat.domain.text import printable
from chat.domain.wording import listed
from chat.network.dialect import LOOK_SECONDS
from chat.network.listener import ChatProtocol
from chat.network.plain_rendering import (
    LATE_SECONDS,
    PlainRendering,
    clock_time,
    line_of,
    safe_line,
    sent_line,
    shared_rendering,
)

T = TypeVar("T")

LINE_BYTES = 1024
"""Longest line of a person, without its line end: ssh-chat's limit, two terminal screens of text."""
SPEECH = Terms(words=Words(), work=said_here, speech=True)
"""The terms of a line without a slash."""
SECRET = Terms(apart=HASH)
"""The terms of a password that was asked for."""
OF_PASSWORDS = frozenset(
    {
        Why.NAME_TAKEN,
        Why.BAD_PASSWORD,
        Why.LOGIN_FAILED,
        Why.NOT_LOGGED_IN,
        Why.NEEDS_ACCOUNT,
        Why.ACCOUNT_EXISTS,
    }
)
"""After a refusal for these reasons the next thing that people type may be a password."""
WITHOUT_NAME = (
    "Type the name that the others are to see, and press Enter. Then every line that you type is said.",
    "/login NAME if the name is yours and has a password; /exit leaves. /help says more once you have a name.",
)
"""What is told who types a command where a name is asked for."""
NAMES_IN_WELCOME = 20
"""Names listed in the welcome before "and N more"."""
ROOMS_IN_WELCOME = 20
"""Rooms listed for who comes back, before "and N more"."""


class PlainDialect:
    """One person on a plain connection: the listener's `Dialect` and the commands' `Speaker`.

    `room` is the room that what is typed goes to; lines of other rooms are shown with the room's name before them.
    """

    __slots__ = (
        "_connection",
        "_doubts",
        "_held",
        "_secret",
        "_trusted",
        "directory",
        "logins",
        "outlet",
        "room",
        "session",
    )

    name = "plain"

    def __init__(self, connection: ChatProtocol) -> None:
        self._connection = connection
        self.directory: Directory = connection.factory.directory
        self.logins = connection.factory.logins
        self.outlet = connection.outlet
        self._secret: Callable[[str], None] | None = None
        """What gets the next line, which nobody is to see."""
        self._trusted = not connection.factory.settings.password
        """Whether this person has said the server's password, if there is one."""
        self._doubts = False
        """Whether the next line may be meant as a password: something about one was refused a moment ago."""
        self._held = ""
        """What was typed then, and is said only if this person says so."""
        self.room: Room | None = None
        self.session: Session = connection.session

    @property
    def person(self) -> Person:
        """Whose session this is."""
        return self.session.person

    @property
    def certificate_fingerprint(self) -> str | None:
        """Of the certificate that this person's program has shown."""
        return self._connection.certificate_fingerprint

    # what the listener calls

    def ask_name(self) -> None:
        """Greet a person who has said nothing yet."""
        self.reply(f"This is {self._connection.factory.settings.name}, a chat. What is your name?")

    def expects_name(self) -> bool:
        """Whether the next line is to be a name."""
        return self.person.name is None and self._secret is None

    def line(self, line: bytes) -> None:
        """A line that was typed: a name, a command, or something to say."""
        if len(line) > LINE_BYTES:
            self._do(ASKING, (), self._too_long, len(line))
        elif self._secret is not None:
            self._do(SECRET, (), self._take_secret, line)
        else:
            self._text(printable(line.decode("utf-8", "replace")))

    def _text(self, text: str) -> None:
        do = self._take_name if self.person.name is None else self._obey
        if _is_command(text):
            self._do(*table.terms_of(text.strip()), do, text)
        else:
            self._do(ASKING if self.person.name is None else SPEECH, (), do, text)

    def _do(self, terms: Terms, arguments: Sequence[str], do: Callable[[T], None], what: T) -> None:
        connection = self._connection
        if connection.is_free(terms) or not connection.must_wait(terms.cost(self, arguments), do, what):
            do(what)

    def _too_long(self, length: int) -> None:
        self.reply(
            f"Your line of {length} bytes was not sent: a line may have {LINE_BYTES}. Send it in parts."
        )

    def _obey(self, text: str) -> None:
        """Do or say what somebody typed who has a name."""
        held, self._held = self._held, ""
        doubts, self._doubts = self._doubts, False
        answer = text.strip().lower()
        if held and answer in ("y", "yes"):
            self._say(held)
        elif held and answer in ("", "n", "no"):
            self.reply("It was not said.")
        elif _is_command(text):
            table.run(self, text.strip())
        elif text.strip() and doubts:
            self._held = text
            where = self.room.name if self.room is not None else "others"
            self.reply(
                f"Say that to {where}? y does, n does not. A password is asked for by /login NAME, unseen."
            )
        else:
            self._say(text)

    def _say(self, text: str) -> None:
        sentence = self.muted()
        if sentence is not None:
            self.reply(sentence)
            return
        try:
            if text.strip():
                talk.say(self, (text[1:] if text.startswith("//") else text).rstrip())
        except Refused as refused:
            self.directory.stats.refuse(refused)
            self.reply(refused.sentence)

    def _take_name(self, text: str) -> None:
        text = text.strip()
        if not text:
            self.reply("Type a name and press Enter.")
            return
        if text.lower() in ("/exit", "/quit"):
            self.leave("")
            return
        if not self._trusted:
            self._ask_unseen("This server has a password:", lambda given: self._take_password(given, text))
            return
        word = text.lower().split()[0]
        if word == "/login":
            table.run(self, text)
            return
        if word in ("/nick", "/name") and text.partition(" ")[2].strip():
            text = text.partition(" ")[2].strip()
        elif text.startswith("/"):
            for line in WITHOUT_NAME:
                self.reply(line)
            return
        try:
            self.directory.enter(self.session, check_name(text))
        except NameRefused as refused:
            self.reply(f"That name cannot be used: {str(refused).rstrip('.')}. Type another one.")
            return
        except Refused as refused:
            if refused.why is Why.SERVER_BANNED:
                self.disconnect(refused.sentence)
            elif refused.why is not Why.NAME_TAKEN:
                self.reply(refused.sentence)
            elif (owner := self.directory.claims.accounts.owner(check_name(text))) is not None:
                self._ask_owner(
                    owner.name, f"The name {text} belongs to an account. Password, or another name:"
                )
            else:
                self.reply(f"{advice(refused).rstrip('.')}. Type another one.")
            return
        self.welcome()

    def _ask_owner(self, account: str, question: str) -> None:
        """Ask somebody who typed a name that is registered for its password, or for another name.

        Nobody's password becomes a name: what could be one is tried as that alone.
        """

        def take(given: str) -> None:
            text = given.strip()
            if len(text) < PASSWORD_LEAST or text.startswith("/"):
                self._take_name(printable(text))
            else:
                waiting.append(self.wait())
                self.logins.log_in(self.session, account, given, tried)

        def tried(answer: Answer[Account]) -> None:
            if self.session.alive:
                if not isinstance(answer, Refused):
                    come_in(self, answer)
                elif answer.why is Why.LOGIN_FAILED:
                    again = f"That is not the password of {account}. Type it again, or /nick NAME for another name:"
                    self._ask_owner(account, again)
                else:
                    self.reply(answer.sentence)
            for answered in waiting:
                answered()

        waiting: list[Callable[[], None]] = []
        self._ask_unseen(question, take)

    def _take_password(self, given: str, name: str) -> None:
        wanted = self._connection.factory.settings.password
        if not hmac.compare_digest(wanted.encode(), given.encode()):
            self.reply("That is not the password. Goodbye")
            self._connection.finish("Wrong password")
            return
        self._trusted = True
        self._take_name(name)

    def welcome(self) -> None:
        """This person has a name: show them in."""
        self._connection.named()
        self.directory.arrive(self.session)
        if self.person.rooms:
            return
        try:
            self.directory.join_lobby(self.session)
        except Refused as refused:
            self.reply(
                f"Welcome, {self.person.shown}! {refused.sentence} /rooms lists other rooms, /help the rest."
            )

    def ask_secret(self, question: str, answered: Callable[[str], None]) -> None:
        """Ask for a password that telnet does not show while it is typed.

        Who types nothing or a command instead is not answered for: a command that became a password would lock them
        out of their own account.
        """

        def take(given: str) -> None:
            if not given.strip():
                self.reply("Nothing was changed: no password was given. To give one, type the command again.")
            elif given.startswith("/"):
                self.reply(
                    "Nothing was changed: a line that starts with / is not taken for a password here. "
                    "Type the command again; its own line can have the password in it, too."
                )
            else:
                answered(given)

        self._ask_unseen(f"{question} (an empty line leaves it):", take)

    def _ask_unseen(self, question: str, answered: Callable[[str], None]) -> None:
        self._secret = answered
        self.reply(question)
        self._connection.hide_typing(True)

    def _take_secret(self, line: bytes) -> None:
        answered, self._secret = self._secret, None
        assert answered is not None
        self._connection.hide_typing(False)
        try:
            answered(line.decode("utf-8", "replace"))
        except Refused as refused:
            self.refused(refused)

    def wait(self) -> Callable[[], None]:
        """Read nothing more until an answer has come."""
        return self._connection.answering()

    def too_long(self, length: int) -> None:
        """Say why the connection ends."""
        self.reply("A line may not be longer than 10 KB. Goodbye.")

    def input_ended(self) -> None:
        """End of input (`nc -N`) is a goodbye."""
        self.leave("")

    def silent_for(self, seconds: float) -> float:
        """People may be silent for as long as they like; TCP keepalive finds dead connections."""
        return LOOK_SECONDS

    def gap(self, cursor: Cursor, missed: int) -> bytes:
        """What a reader is told who was too slow for a room."""
        where = "" if cursor.room is self.room else f" in {cursor.room.name}"
        return self._bytes(f"*** You missed {missed} messages{where} (/history shows the last ones)")

    # what the domain calls

    def tell(self, event: Event) -> bool:
        """Something for this person alone."""
        if isinstance(event, Renamed):
            return self._put(f"You are now {event.name}")
        if isinstance(event, TopicChanged):
            return self._put(f"The topic of {event.room} is now: {event.topic}")
        if isinstance(event, Invited) and event.recipient.session == self.person.number:
            return self._put(f"{event.author.name} invites you to {event.room}: /join {event.room}")
        if isinstance(event, Whispered) and self._is_mine(event):
            text = sent_line(event)
        else:
            text = line_of(event)
        at = self._when(event) if isinstance(event, Whispered) else ""
        return self._put(*(at + line for line in text.split("\n"))) if text else True

    def _is_mine(self, event: Whispered) -> bool:
        # Said on another device of the same person, to somebody else.
        return (
            event.author.account is not None
            and event.author.account == self.person.account
            and event.recipient.account != event.author.account
        )

    def _when(self, event: Whispered) -> str:
        # What waited for its reader says since when.
        now = self.directory.clock()
        return f"[{clock_time(event.time, now)}] " if now - event.time >= LATE_SECONDS else ""

    def entered(self, cursor: Cursor, event: Event) -> None:
        """Say where we are, who is here, and what was said last."""
        room = cursor.room
        self.focus(room)
        settings = self._connection.factory.settings
        if len(self.person.rooms) == 1 and room is self.directory.lobby:
            self.reply(f"Welcome, {self.person.shown}! You are in {room.name}. /help lists what you can do.")
            for line in settings.motd:
                self.reply(line)
        else:
            self.reply(f"You are in {room.name}.")
        self.reply(f"Here: {self._company(room)}")
        if room.topic is not None:
            self.reply(f"Topic: {room.topic.text}")
        cursor.hold()

        def answered(answer: Answer[list[LogEvent]]) -> None:
            if not isinstance(answer, Refused):
                for event in answer:
                    self.show(event)
            cursor.release()
            self.outlet.wake()

        self.directory.history.replay(cursor, wanted_replay(self.person, settings.replay), answered)

    def _company(self, room: Room) -> str:
        # Everybody who comes in gets this: naming a few must not cost a look at all of them.
        others = (member.shown for member in room.members if member is not self.person)
        names = list(islice(others, NAMES_IN_WELCOME))
        if not names:
            return "nobody else"
        more = len(room.members) - 1 - len(names)
        return ", ".join(names) + (f" and {more} more (/users lists all)" if more else "")

    def became(self, was: Identity, rooms: list[Room]) -> None:
        """Somebody else's session from here on: `arrived` says the rest."""
        self.room = None

    def arrived(self) -> None:
        """Say who this is, and where."""
        cursors = self.session.cursors
        lobby = self.directory.lobby
        self.focus(lobby if lobby in cursors else next(reversed(cursors)))
        assert self.room is not None
        rooms = listed([room.name for room in cursors], ROOMS_IN_WELCOME)
        others = len(self.person.sessions) - 1
        elsewhere = f", also on {others} other device{'s' * (others > 1)}" if others else ""
        self.reply(
            f"Welcome back, {self.person.shown}{elsewhere}. You are in {rooms}. You talk in {self.room.name}."
        )
        for cursor in list(cursors.values()):
            self._show_missed(cursor)
        for event in missed.in_private(self.directory, self.session):
            self.tell(event)

    def _show_missed(self, cursor: Cursor) -> None:
        cursor.hold()
        where = "" if cursor.room is self.room else cursor.room.name

        def answered(found: missed.Missed) -> None:
            if found.more:
                self.reply(f"{cursor.room.name}: {found.sentence}: /history shows them.")
            for event in found.events:
                if not isinstance(event, Whispered):
                    self.show(event, where)
            cursor.release()
            self.outlet.wake()

        count = self._connection.factory.settings.replay
        missed.of_room(self.directory, self.session, cursor.room, count, answered)

    def left(self, room: Room, event: Event) -> None:
        """Say so, and talk in the room that was entered last."""
        name = room.name
        if room is self.room:
            self.focus(next(reversed(self.person.rooms), None))
        if isinstance(event, Kicked):
            reason = f" ({safe_line(event.reason)})" if event.reason else ""
            self.reply(f"{event.author.name} put you out of {name}{reason}.")
        elif isinstance(event, Left):
            self.reply(f"You left {name}.")
        if self.room is not None:
            self.reply(f"You talk in {self.room.name}.")
        elif not self.person.rooms:
            self.reply("You are in no room. /join #lobby, or /rooms for a list.")

    def ignoring_changed(self) -> None:
        """Whom this person ignores has changed."""
        self._choose_renderings()

    def marker_moved(self, target: str, time: float) -> None:
        """How far this person has read elsewhere is of no use on a plain connection."""

    def disconnect(self, sentence: str) -> None:
        """Say why the connection ends, and end it."""
        self.reply(f"*** {sentence}")
        self._connection.finish(sentence)

    # what commands call

    def reply(self, text: str) -> None:
        """A line for this person."""
        self._put(text)

    tell_sentence = reply

    def refused(self, refused: Refused) -> None:
        """Say why something was not done; a password that comes next is not to be said to a room."""
        self.reply(advice(refused))
        self._doubts = refused.why in OF_PASSWORDS

    def show(self, event: LogEvent, room: str = "") -> None:
        """Show an event again, with its time, and its room if that is given."""
        text = line_of(event)
        if text and not self._hides(event):
            at = clock_time(event.time, self.directory.clock())
            where = f"{room} " if room else ""
            self._put(*(f"{where}[{at}] {line}" for line in text.split("\n")))

    def focus(self, room: Room | None) -> None:
        """What is typed goes to this room from here on."""
        self.room = room
        self._choose_renderings()

    def muted(self) -> str | None:
        """A sentence if this person may not speak at the moment."""
        return self.directory.mutes.sentence(self.person)

    def leave(self, reason: str) -> None:
        """Say goodbye and close."""
        self.reply("Goodbye")
        self._connection.finish(reason, farewell=True)

    # bytes

    def _hides(self, event: LogEvent) -> bool:
        return PlainRendering(b"", "", self.person.ignored).render(event) == b""

    def _choose_renderings(self) -> None:
        end = self._connection.line_end
        for room, cursor in self.session.cursors.items():
            other = "" if room is self.room else room.name
            if self.person.ignored:
                cursor.rendering = PlainRendering(end, other, self.person.ignored)
            else:
                cursor.rendering = shared_rendering(end, other)

    def _bytes(self, *lines: str) -> bytes:
        end = self._connection.line_end
        return b"".join(safe_line(line).encode("utf-8", "replace") + end for line in lines)

    def _put(self, *lines: str) -> bool:
        return self.outlet.put(self._bytes(*lines))


def _is_command(text: str) -> bool:
    return text.startswith("/") and not text.startswith("//")
