"""The IRC dialect of one connection: its lines run through the table of commands, its events become IRC lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from twisted.logger import Logger

from chat.domain.accounts import Answer
from chat.domain.events import (
    Acted,
    AwayChanged,
    Event,
    IdentityChanged,
    Kicked,
    LogEvent,
    Noticed,
    Said,
)
from chat.domain.refused import Refused
from chat.domain.room import Membership
from chat.network.irc import channels, messages, modes, queries, registration, server
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import RENDERED, Cap
from chat.network.irc.numerics import Numeric
from chat.network.irc.refusals import answer
from chat.network.irc.rendering import Rendering, shared_rendering
from chat.network.irc.responses import Echo, Response, new_reference, with_tag
from chat.network.irc.rows import ROWS
from chat.network.plain_rendering import clock_time
from chat.wire import (
    LineTooLong,
    MalformedLine,
    Message,
    NoCommand,
    TagsTooLong,
    check_client_line,
    escape_tag_value,
    parse,
)

if TYPE_CHECKING:
    from chat.network.listener import ChatProtocol

FAMILIES = (channels, messages, modes, queries, registration, server)
"""The modules that fill the table of commands."""
PING_SECONDS = 90.0
"""Silence after which a client is asked whether it is there."""
DEAD_SECONDS = 150.0
"""Silence after which a client is taken for gone."""
RESPONSES_AT_MOST = 64
"""Responses that may wait for the disk before the connection's commands wait too."""
FREE = frozenset((b"PING", b"PONG", b"CAP", b"AUTHENTICATE", b"QUIT"))
"""Commands that cost nothing of the message rate: nobody sees them, and some are answers to the server."""


class IrcDialect:
    """One IRC client: the listener's `Dialect`.

    @ivar caps: the capabilities that the client has enabled, as bits of `capabilities.Cap`.
    @ivar registration: what is known of a client that is not registered yet; None from then on.
    @ivar rendering: how this client gets events that are no room's.
    """

    __slots__ = (
        "_pinged",
        "_response",
        "_waiting",
        "caps",
        "connection",
        "directory",
        "outlet",
        "registration",
        "rendering",
        "user",
    )

    name = "irc"
    log = Logger()

    def __init__(self, connection: ChatProtocol) -> None:
        self.connection = connection
        self.directory = connection.factory.directory
        self.outlet = connection.outlet
        self.user = connection.make_user(self)
        self.caps = 0
        self.registration: registration.Registration | None = registration.Registration()
        self.rendering = shared_rendering(0)
        self._response: Response | None = None
        self._waiting: deque[Response] | None = None
        self._pinged = False

    # what the listener calls

    def line(self, line: bytes) -> None:
        """A line that a program sent."""
        self._pinged = False
        try:
            check_client_line(line)
            message = parse(line)
            if not line.isascii():
                line.decode()
        except NoCommand:
            return
        except (LineTooLong, TagsTooLong):
            self.numeric(n.ERR_INPUTTOOLONG)
            return
        except UnicodeDecodeError:
            self.fail(message.command, "INVALID_UTF8", "", "Your line is not UTF-8 and was not passed on")
            return
        except MalformedLine as error:
            self.tell_sentence(str(error))
            return
        label = message.tags.get("label", "") if self.caps & Cap.LABELED_RESPONSE else ""
        if not label and not self._waiting:
            self._run(message)
            if self._response is not None:
                self._end_response(self._response)
            return
        response = self._response = Response(escape_tag_value(label))
        self._run(message)
        self._end_response(response)

    def _run(self, message: Message) -> None:
        row = ROWS.get(message.command)
        if self.registration is not None and (row is None or not row.early):
            self.numeric(n.ERR_NOTREGISTERED)
        elif row is None:
            self.numeric(n.ERR_UNKNOWNCOMMAND, message.command)
        elif len(message.params) < row.minimum:
            self.numeric(n.ERR_NEEDMOREPARAMS, row.name)
        elif row.operator and "o" not in self.user.modes:
            self.numeric(n.ERR_NOPRIVILEGES)
        else:
            try:
                row.run(self, message)
            except Refused as refused:
                answer(self, message.command, refused)

    def free_of_charge(self, line: bytes) -> bool:
        """Whether a line costs nothing of the message rate."""
        if self.registration is not None:
            return True
        words = line[:64].split(b" ", 3)
        word = words[0].upper()
        # Clients ask for a room's modes and bans whenever they join one.
        return word in FREE or (word == b"MODE" and (len(words) == 2 or words[2:] in ([b"b"], [b"+b"])))

    def tell_sentence(self, sentence: str) -> None:
        """A sentence of the server, as a NOTICE."""
        self.send(f":{self.server_name} NOTICE {self.user.shown} :{sentence}\r\n".encode())

    def gap(self, membership: Membership, missed: int) -> bytes:
        """What a reader is told who was too slow for a room."""
        room = membership.room.name
        return f":{self.server_name} NOTICE {room} :You missed {missed} messages of {room}\r\n".encode()

    def too_long(self, length: int) -> None:
        """Say why the connection ends."""
        self.numeric(n.ERR_INPUTTOOLONG)
        self._error("A line may not be longer than 10 KB")

    def input_ended(self) -> None:
        """End of input."""
        self.leave("End of input")

    def silent_for(self, seconds: float) -> None:
        """Ping a client that is silent, and give up on one that does not answer."""
        if self.registration is not None:
            return
        if seconds >= DEAD_SECONDS:
            self.leave(f"Ping timeout: {DEAD_SECONDS:.0f} seconds")
        elif seconds >= PING_SECONDS and not self._pinged:
            self._pinged = True
            self.outlet.put(f"PING :{self.server_name}\r\n".encode())

    # what the domain calls

    def tell(self, event: Event) -> bool:
        """Something for this person alone, or something that this person did."""
        if event.author.session == self.user.session:
            if isinstance(event, AwayChanged):
                return True
            if isinstance(event, IdentityChanged) and event.author.realname == event.after.realname:
                return True
        return self.send(self.rendering.render(event))

    def entered(self, membership: Membership, event: Event) -> None:
        """In a room: its topic, who is there, and what was said last."""
        membership.rendering = self.rendering
        self.send(self.rendering.render(event))
        channels.welcome(self, membership.room)
        name = membership.room.name
        answered = self.connection.answering()

        def replayed(answer: Answer[list[LogEvent]]) -> None:
            if not isinstance(answer, Refused) and not self.user.gone:
                self.replay(name, answer)
            answered()

        self.directory.history.replay(membership, self.connection.factory.settings.replay, replayed)

    def left(self, membership: Membership, event: Event) -> None:
        """Out of a room."""
        if isinstance(event, Kicked) or event.author.session == self.user.session:
            self.send(self.rendering.render(event))

    def ignoring_changed(self) -> None:
        """Whom this person ignores has changed."""
        self._choose_renderings()

    def disconnect(self, sentence: str) -> None:
        """Say why the connection ends, and end it."""
        self._error(sentence)
        self.connection.finish(sentence)

    # what commands call

    @property
    def server_name(self) -> str:
        """The server, as source of its lines."""
        return self.connection.factory.settings.name

    def send(self, data: bytes) -> bool:
        """Lines for this client: now, or in the response that is being put together."""
        if self._response is None:
            return self.outlet.put(data) if data else True
        self._response.parts.append(data)
        return True

    def numeric(self, row: Numeric, *arguments: object) -> None:
        """Send a numeric reply."""
        self.send(self.line_of(row, *arguments))

    def line_of(self, row: Numeric, *arguments: object) -> bytes:
        """A numeric reply as bytes, at most 512 of them."""
        text = f":{self.server_name} {row.code} {self.nick} {row.text(arguments)}"
        data = text.encode()
        if len(data) > 510:
            data = data[:510].decode("utf-8", "ignore").encode()
        return data + b"\r\n"

    @property
    def nick(self) -> str:
        """What the server calls this client in replies; `*` before it has a name."""
        if self.registration is not None and self.registration.name is not None:
            return self.registration.name.shown
        return self.user.shown

    def fail(self, command: str, code: str, context: str, sentence: str, kind: str = "FAIL") -> None:
        """A standard reply (IRCv3 "standard-replies"): FAIL, WARN or NOTE."""
        words = f"{kind} {command} {code} {context}".rstrip()
        self.send(f":{self.server_name} {words} :{sentence}\r\n".encode())

    def enable(self, caps: int) -> None:
        """Have these capabilities, and no others, from here on."""
        changed = (self.caps ^ caps) & RENDERED
        self.caps = caps
        if changed:
            self._choose_renderings()

    def _choose_renderings(self) -> None:
        ignored = self.user.ignored
        if ignored:
            self.rendering = Rendering(self.caps & RENDERED, ignored)
        else:
            self.rendering = shared_rendering(self.caps)
        for membership in self.user.memberships.values():
            membership.rendering = self.rendering

    @contextmanager
    def refusing(self, command: str) -> Iterator[None]:
        """Answer a refusal of one of several things that a command does, and go on with the next."""
        try:
            yield
        except Refused as refused:
            answer(self, command, refused)

    def muted(self) -> bool:
        """Tell a muted person so; whether he or she may not speak at the moment."""
        sentence = self.connection.muted()
        if sentence is not None:
            self.tell_sentence(sentence)
        return sentence is not None

    def expect_receipt(self) -> Echo | None:
        """What holds back the acknowledgement of a message until it is stored; None if the client wants none."""
        response = self._response
        if response is None:
            if not self.caps & Cap.ECHO_MESSAGE:
                return None
            response = self._response = Response("")
        elif not response.label and not self.caps & Cap.ECHO_MESSAGE:
            return None
        return Echo(response, self._settled)

    def _end_response(self, response: Response) -> None:
        self._response = None
        response.open = False
        if response.complete and not self._waiting:
            self._put_response(response)
            return
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(response)
        if len(self._waiting) == RESPONSES_AT_MOST:
            self.connection.hold(True)

    def _settled(self) -> None:
        waiting = self._waiting
        if not waiting or not waiting[0].complete:
            return
        if len(waiting) >= RESPONSES_AT_MOST:
            self.connection.hold(False)
        while waiting and waiting[0].complete:
            self._put_response(waiting.popleft())
        if len(waiting) >= RESPONSES_AT_MOST:
            self.connection.hold(True)
        if not waiting:
            self._waiting = None

    def _put_response(self, response: Response) -> None:
        data = response.data(self.server_name)
        if data:
            self.outlet.put(data)

    def batch(self, kind: str, arguments: str, data: bytes) -> None:
        """Send lines as a batch (IRCv3 "batch") of this kind."""
        reference = new_reference()
        begin = f":{self.server_name} BATCH +{reference} {kind} {arguments}".rstrip()
        end = f":{self.server_name} BATCH -{reference}\r\n"
        lines = with_tag(data, b"batch=" + reference.encode())
        self.send(f"{begin}\r\n".encode() + lines + end.encode())

    def replay(self, target: str, past: list[LogEvent]) -> None:
        """Show what was said in a room before this client came in.

        As a batch for clients that know batches, with its time for those that know server-time, and with the time
        in front of the text for the others.
        """
        spoken = [event for event in past if isinstance(event, Said | Acted | Noticed)]
        if not spoken:
            return
        if not self.caps & Cap.SERVER_TIME:
            now = self.directory.clock()
            spoken = [e._replace(text=f"[{clock_time(e.time, now)}] {e.text}") for e in spoken]
        data = b"".join(map(self.rendering.render, spoken))
        if self.caps & Cap.BATCH and self.caps & Cap.SERVER_TIME:
            self.batch("chathistory", target, data)
        else:
            self.send(data)

    def leave(self, reason: str) -> None:
        """Say goodbye and close; others see `reason`."""
        self._error(reason)
        self.connection.finish(reason)
        self.directory.quit(self.user, reason)

    def _error(self, sentence: str) -> None:
        # Straight out: nothing that is sent after the connection began to close would be taken.
        self.outlet.put(f"ERROR :{sentence}\r\n".encode())


__all__ = ["IrcDialect"]
