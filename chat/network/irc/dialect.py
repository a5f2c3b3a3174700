"""The IRC dialect of one connection: its lines run through the table of commands, its events become IRC lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twisted.logger import Logger

from chat.domain import missed
from chat.domain.accounts import Answer
from chat.domain.events import (
    AwayChanged,
    Event,
    Identity,
    IdentityChanged,
    Invited,
    Joined,
    Left,
    LogEvent,
    Renamed,
    Whispered,
)
from chat.domain.readers import Cursor
from chat.domain.refused import Refused
from chat.domain.replaying import wanted_replay
from chat.domain.room import Room
from chat.domain.terms import ASKING, Cost, Terms, Words
from chat.network.endings import CLOSED
from chat.network.irc import batches, channels, history, markers
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.client import IrcClient
from chat.network.irc.families import ROWS
from chat.network.irc.refusals import answer
from chat.network.listener import ChatProtocol
from chat.wire import (
    MAX_LINE_BYTES,
    LineTooLong,
    MalformedLine,
    Message,
    NoCommand,
    TagsTooLong,
    check_client_line,
    parse,
)

PING_SECONDS = 90.0
"""Silence after which a client is asked whether it is there."""
DEAD_SECONDS = 150.0
"""Silence after which a client is taken for gone."""
REGISTER_BYTES = 1536
"""Longest REGISTER: only the server reads it, and a password may be longer than a line of IRC."""
CERTAINLY_SHORT = MAX_LINE_BYTES - 2
"""A line without tags that is no longer than this need not be measured."""


class IrcDialect(IrcClient):
    """One IRC client: the listener's `Dialect`."""

    __slots__ = ("_pinged",)

    name = "irc"
    log = Logger()

    def __init__(self, connection: ChatProtocol) -> None:
        super().__init__(connection)
        self._pinged = False

    # what the listener calls

    def line(self, line: bytes) -> None:
        """A line that a program sent."""
        self._pinged = False
        try:
            if len(line) > CERTAINLY_SHORT or line.startswith(b"@"):
                self._check_length(line)
            message = parse(line)
            if not line.isascii():
                line.decode()
        except NoCommand:
            self.connection.must_wait(self._price(ASKING, ()), lambda line: None, None)
        except (LineTooLong, TagsTooLong):
            self._refuse(line, lambda: self.numeric(n.ERR_INPUTTOOLONG))
        except UnicodeDecodeError:
            sentence = "Your line is not UTF-8 and was not passed on"
            self._refuse(line, lambda: self.fail(message.command, "INVALID_UTF8", "", sentence))
        except MalformedLine as error:
            sentence = str(error)
            self._refuse(line, lambda: self.tell_sentence(sentence))
        else:
            if not self._must_wait(message):
                self.take(message)

    @staticmethod
    def _check_length(line: bytes) -> None:
        if line[:9].upper() == b"REGISTER " and len(line) <= REGISTER_BYTES:
            return
        check_client_line(line)

    def _refuse(self, line: bytes, answer: Callable[[], None]) -> None:
        """Answer a line that cannot be a command; it costs as one."""

        def refuse(label: str) -> None:
            self.begin(label)
            answer()
            batches.spoil(self)
            self.end()

        label = _label_of(line)
        if not self.connection.must_wait(self._price(ASKING, ()), refuse, label):
            refuse(label)

    def _price(self, terms: Terms, arguments: Sequence[str]) -> Cost:
        cost = terms.cost(self, arguments)
        # Nobody hears a client that is not registered: it has as many lines as it takes.
        return cost if self.registration is None else cost._replace(lines=0.0)

    def _must_wait(self, message: Message) -> bool:
        row = ROWS.get(message.command)
        terms = ASKING if row is None else row.terms
        connection = self.connection
        if connection.is_free(terms):
            return False
        if terms.speech and batches.is_piece(self, message):
            # The lines of a batch are one message, and bounded as such.
            return connection.must_wait(Cost(0.0), self.take, message)
        return connection.must_wait(self._price(terms, message.params), self.take, message)

    def take(self, message: Message) -> None:
        """Do what a message says, and answer it."""
        self.begin(message.tags.get("label", "") if message.tags else "")
        self._run(message)
        self.end()

    def _run(self, message: Message) -> None:
        row = ROWS.get(message.command)
        if self.registration is not None and (row is None or not row.early):
            self.numeric(n.ERR_NOTREGISTERED)
        elif row is None:
            self.numeric(n.ERR_UNKNOWNCOMMAND, message.command)
        elif len(message.params) < row.minimum:
            self.numeric(n.ERR_NEEDMOREPARAMS, row.name)
        elif row.terms.operator and "o" not in self.person.modes:
            self.numeric(n.ERR_NOPRIVILEGES)
        else:
            if self.person.mute is not None and row.terms.words is not None:
                params = self._without_words(row.terms.words, message)
                if params is None:
                    return
                message = message._replace(params=params)
            try:
                row.run(self, message)
            except Refused as refused:
                answer(self, message.command, refused)

    def _without_words(self, words: Words, message: Message) -> tuple[str, ...] | None:
        """The parameters without what somebody who is muted may not say; None if then nothing is to be done."""
        params = message.params
        sentence = self.directory.mutes.sentence(self.person)
        if sentence is None or len(params) <= words.first or batches.is_piece(self, message):
            return params
        if words.spare:
            return params[: words.first]
        self.tell_sentence(sentence)
        return None

    def gap(self, cursor: Cursor, missed: int) -> bytes:
        """What a reader is told who was too slow for a room."""
        room = cursor.room.name
        return f":{self.server_name} NOTICE {room} :You missed {missed} messages of {room}\r\n".encode()

    def too_long(self, length: int) -> None:
        """Say why the connection ends."""
        self.numeric(n.ERR_INPUTTOOLONG)
        self.say_error("A line may not be longer than 10 KB")

    def input_ended(self) -> None:
        """The client is gone without a QUIT."""
        self.leave(CLOSED)

    def silent_for(self, seconds: float) -> float:
        """Ping a client that is silent, and give up on one that does not answer."""
        if self.registration is not None:
            return PING_SECONDS
        if seconds < PING_SECONDS:
            return PING_SECONDS - seconds
        if seconds >= DEAD_SECONDS:
            self.leave(f"Ping timeout: {DEAD_SECONDS:.0f} seconds")
            return DEAD_SECONDS
        if not self._pinged:
            self._pinged = True
            self.outlet.put(f"PING :{self.server_name}\r\n".encode())
        return DEAD_SECONDS - seconds

    # what the domain calls

    def tell(self, event: Event) -> bool:
        """Something for this person alone, or something that this person did."""
        if event.author.session == self.session.number:
            if isinstance(event, AwayChanged):
                return True
            if isinstance(event, IdentityChanged) and event.author.realname == event.after.realname:
                return True
        elif isinstance(event, Invited) and self._is_news_of_others(event):
            return True
        if isinstance(event, Whispered) and not self.caps & Cap.SERVER_TIME:
            before = history.time_before(self, event)
            data = self.rendering.past(event, before) if before else self.rendering.render(event)
        else:
            data = self.rendering.render(event)
        if isinstance(event, Whispered):
            # To oneself, it is another thing than the echo, which carries the label.
            return self.outlet.put(data) if data else True
        return self.send(data)

    def _is_news_of_others(self, event: Invited) -> bool:
        # Operators of a room are told of invitations too, if they want to know.
        return event.recipient.session != self.person.number and not self.caps & Cap.INVITE_NOTIFY

    def marker_moved(self, target: str, time: float) -> None:
        """Another client of the same account has read on."""
        if self.caps & Cap.READ_MARKER:
            self.send(markers.line(self, target, time))

    def entered(self, cursor: Cursor, event: Event) -> None:
        """In a room: its topic, who is there, and what was said last."""
        self._show_room(cursor, event)
        if not self.caps & Cap.CHATHISTORY:
            self._replay(cursor)
        self._read_afterwards(cursor)

    def _show_room(self, cursor: Cursor, event: Event) -> None:
        cursor.rendering = self.connection.rendering_for(self.rendering)
        self.send(self.rendering.render(event))
        channels.welcome(self, cursor.room)

    def _read_afterwards(self, cursor: Cursor) -> None:
        """Nothing of a room comes before one's own JOIN of it, which may have to wait behind other answers."""

        def read() -> None:
            cursor.release()
            self.outlet.wake()

        if self.after_response(read):
            cursor.hold()

    def _show_missed(self, room: Room) -> None:
        resume = self.suspend()

        def answered(found: missed.Missed) -> None:
            with resume:
                if found.more:
                    self.send_line(f":{self.server_name} NOTICE {room.name} :{found.sentence}")
                history.replay(
                    self, room.name, [event for event in found.events if not isinstance(event, Whispered)]
                )

        missed.of_room(self.directory, self.session, room, self.connection.factory.settings.replay, answered)

    def _replay(self, cursor: Cursor) -> None:
        resume = self.suspend()

        def answered(answer: Answer[list[LogEvent]]) -> None:
            with resume:
                if not isinstance(answer, Refused):
                    history.replay(self, cursor.room.name, answer)

        count = wanted_replay(self.person, self.connection.factory.settings.replay)
        self.directory.history.replay(cursor, count, answered)

    def became(self, was: Identity, rooms: list[Room]) -> None:
        """Out of all rooms, and under another name."""
        now = self.directory.clock()
        for room in rooms:
            self.send(self.rendering.render(Left("", now, was, room.name)))
        self.send(self.rendering.render(Renamed("", now, was, self.person.shown, {})))

    def arrived(self) -> None:
        """In all rooms in which the person is."""
        for room, cursor in list(self.session.cursors.items()):
            joined_at = self.person.rooms[room].joined_at
            self._show_room(cursor, Joined("", joined_at, self.session.identity, room.name))
            if not self.caps & Cap.CHATHISTORY and not self.person.bot:
                self._show_missed(room)
            self._read_afterwards(cursor)
        if not self.caps & Cap.CHATHISTORY:
            for event in missed.in_private(self.directory, self.session):
                self.send(self.rendering.render(event))

    def left(self, room: Room, event: Event) -> None:
        """Out of a room."""
        self.send(self.rendering.render(event))

    def ignoring_changed(self) -> None:
        """Whom this person ignores has changed."""
        self.choose_renderings()

    def disconnect(self, sentence: str) -> None:
        """Say why the connection ends, and end it."""
        self.say_error(sentence)
        self.connection.finish(sentence)


def _label_of(line: bytes) -> str:
    """The label of a line that is refused as a whole, if its tags can be read."""
    if not line.startswith(b"@"):
        return ""
    tags = line.partition(b" ")[0]
    try:
        return parse(tags + b" X").tags.get("label", "")
    except MalformedLine:
        return ""


__all__ = ["IrcDialect"]
