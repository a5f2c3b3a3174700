"""What a client is sent in answer to its commands: numerics, standard replies, batches, in order and labelled."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from chat.domain.logins import Logins
from chat.domain.person import Person
from chat.domain.refused import Refused
from chat.domain.session import Session
from chat.domain.text import within_bytes
from chat.network.irc.capabilities import Cap
from chat.network.irc.numerics import Filled, Numeric
from chat.network.irc.refusals import answer
from chat.network.irc.responses import Echo, Response, new_reference, with_tag
from chat.network.irc.unfinished import Registration
from chat.network.listener import ChatProtocol
from chat.wire import MAX_LINE_BYTES

RESPONSES_AT_MOST = 64
"""Responses that may wait for the disk before the connection's commands wait too."""
WAITING_AT_MOST = 4 * RESPONSES_AT_MOST
"""Responses behind which what others do waits, too; from there on it may overtake them."""
LABEL_CHARACTERS = 64
"""Longest label that is given back: what the specification allows."""


def _bounded(text: str) -> bytes:
    return within_bytes(text, MAX_LINE_BYTES - 2).encode() + b"\r\n"


class Responder:
    """How the commands of one client are answered, in their order."""

    __slots__ = (
        "_response",
        "_running",
        "_waiting",
        "caps",
        "connection",
        "directory",
        "outlet",
        "registration",
        "session",
    )

    registration: Registration | None
    """What is known of a client that is not registered yet; None from then on."""

    def __init__(self, connection: ChatProtocol) -> None:
        self.connection = connection
        self.directory = connection.factory.directory
        self.outlet = connection.outlet
        self.session: Session = connection.session
        self.caps = 0
        """The capabilities that the client has enabled, as bits of `capabilities.Cap`."""
        self._response: Response | None = None
        self._waiting: deque[Response] | None = None
        self._running = False

    @property
    def person(self) -> Person:
        """Whose session this is."""
        return self.session.person

    def begin(self, label: str) -> None:
        """A command begins; what is sent from here on answers it."""
        label = label if self.caps & Cap.LABELED_RESPONSE else ""
        if label or self._waiting:
            self._response = Response(label[:LABEL_CHARACTERS])
        self._running = True

    def end(self) -> None:
        """The command is done."""
        self._running = False
        if self._response is not None:
            response, self._response = self._response, None
            self._end_response(response)

    def tell_sentence(self, sentence: str) -> None:
        """A sentence of the server, as a NOTICE."""
        self.send_line(f":{self.server_name} NOTICE {self.person.shown} :{sentence}")

    @property
    def logins(self) -> Logins:
        """Logging in and registering."""
        return self.connection.factory.logins

    @property
    def server_name(self) -> str:
        """The server, as source of its lines."""
        return self.connection.factory.settings.name

    def send(self, data: bytes) -> bool:
        """Lines for this client: now, or in the response that is being put together."""
        if self._response is not None:
            self._response.parts.append(data)
        elif self._waiting and data and len(self._waiting) < WAITING_AT_MOST:
            # Nothing overtakes what was answered before it happened.
            self._end_response(Response.of(data))
        else:
            return self.outlet.put(data) if data else True
        return True

    def after_response(self, then: Callable[[], None]) -> bool:
        """Call something when all that was sent until now is on its way; False: it is, and nothing is called."""
        if self._response is None and self._waiting:
            self._end_response(Response.of(b""))
        response = self._response or (self._waiting[-1] if self._waiting else None)
        if response is None:
            return False
        response.afterwards.append(then)
        return True

    def send_line(self, text: str) -> None:
        """Send one line without tags; what is beyond the 512 bytes that a line may have is cut off."""
        self.send(_bounded(text))

    def numeric(self, row: Numeric, *arguments: object) -> None:
        """Send a numeric reply."""
        self.send(self.line_of(row, *arguments))

    def line_of(self, row: Numeric, *arguments: object) -> bytes:
        """A numeric reply as bytes, at most 512 of them."""
        code, text = row.filled(*arguments)
        return _bounded(f":{self.server_name} {code} {self.nick} {text}")

    def numerics(self, replies: Iterable[Filled]) -> None:
        """Send several numeric replies."""
        start, nick = f":{self.server_name}", self.nick
        self.send(b"".join([_bounded(f"{start} {code} {nick} {text}") for code, text in replies]))

    @property
    def nick(self) -> str:
        """What the server calls this client in replies; `*` before it is registered (Modern IRC, "Numeric Replies")."""
        return self.person.shown

    def fail(self, command: str, code: str, context: str, sentence: str, kind: str = "FAIL") -> None:
        """A standard reply (IRCv3 "standard-replies"): FAIL, WARN or NOTE."""
        words = f"{kind} {command} {code} {context}".rstrip()
        self.send_line(f":{self.server_name} {words} :{sentence}")

    @contextmanager
    def refusing(self, command: str) -> Iterator[None]:
        """Answer a refusal of one of several things that a command does, and go on with the next."""
        try:
            yield
        except Refused as refused:
            answer(self, command, refused)

    def muted(self) -> bool:
        """Tell a muted person so; whether he or she may not speak at the moment."""
        sentence = self.directory.mutes.sentence(self.person)
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
        return Echo(response, self.settled)

    def suspend(self) -> Suspended:
        """Have the rest of a command's answer come later: `with` the returned object, what is sent belongs to it.

        Nothing more is read from this client until then, so that its commands are answered in their order.
        """
        response = self._response
        if response is None:
            response = Response("")
            if self._running:
                self._response = response
            else:
                # Not the answer to a command: somebody else's doing.
                response.pending += 1
                self._end_response(response)
                response.pending -= 1
        return Suspended(self, response, self.connection.answering())

    def label(self, label: str) -> None:
        """What is sent from here on answers the command that had this label, not the one that is being done."""
        if label and self.caps & Cap.LABELED_RESPONSE:
            self._response = Response(label[:LABEL_CHARACTERS])

    def answer_later(self) -> None:
        """The command that is being done is answered by a later one: drop its label."""
        self._response = None

    def resume(self, response: Response | None) -> Response | None:
        """Have what is sent belong to this response; returns the one to which it belonged before."""
        before, self._response = self._response, response
        return before

    def _end_response(self, response: Response) -> None:
        response.open = False
        if response.complete and not self._waiting:
            self._put_response(response)
            return
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(response)
        if len(self._waiting) == RESPONSES_AT_MOST:
            self.connection.hold(True)

    def settled(self) -> None:
        """A part of a response that was waited for is there: send what is complete, in order."""
        waiting = self._waiting
        if not waiting or not waiting[0].complete:
            return
        held = len(waiting) >= RESPONSES_AT_MOST
        while waiting and waiting[0].complete:
            self._put_response(waiting.popleft())
        if not waiting:
            self._waiting = None
        if held and len(waiting) < RESPONSES_AT_MOST:
            self.connection.hold(False)

    def _put_response(self, response: Response) -> None:
        data = response.data(self.server_name)
        if data:
            self.outlet.put(data)
        for then in response.afterwards:
            then()

    def batch(self, kind: str, arguments: str, data: bytes) -> None:
        """Send lines as a batch (IRCv3 "batch") of this kind."""
        reference = new_reference()
        begin = f":{self.server_name} BATCH +{reference} {kind} {arguments}".rstrip()
        end = f":{self.server_name} BATCH -{reference}\r\n"
        lines = with_tag(data, b"batch=" + reference.encode())
        self.send(f"{begin}\r\n".encode() + lines + end.encode())


class Suspended:
    """The rest of an answer that comes later: a context in which what is sent belongs to the response."""

    __slots__ = ("_answered", "_before", "_response", "_session")

    def __init__(self, client: Responder, response: Response, answered: Callable[[], None]) -> None:
        self._session = client
        self._response = response
        self._answered = answered
        self._before: Response | None = None
        response.pending += 1

    def __enter__(self) -> None:
        self._before = self._session.resume(self._response)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, Refused):
            answer(self._session, "", error)
        self._response.pending -= 1
        self._session.resume(self._before)
        self._session.settled()
        self._answered()
        return isinstance(error, Refused)
