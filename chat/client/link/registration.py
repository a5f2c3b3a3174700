"""From the first byte to being somebody: capabilities, login, and a name that the server takes.

Sources: Modern IRC, "Connection Setup"; IRCv3 "Capability Negotiation" and "SASL".
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator

from chat.client.link.events import Needed
from chat.client.link.features import Features
from chat.client.link.reconnect import Permanent, is_ban
from chat.client.link.replies import sentence
from chat.client.link.wants import Wants
from chat.wire import MAX_LINE_BYTES, Message

CAP_VERSION = "302"
SASL_CHUNK = 400
"""Characters of an AUTHENTICATE line (IRCv3 "SASL")."""
OTHER_NAMES = 8
"""Names that are tried when the one wanted is taken: bob_, bob__, bob2, bob3..."""

_REGISTERED = re.compile(r"\baccount\b|\bregistered\b|\bidentify\b", re.IGNORECASE)
_NAME_IN_USE = frozenset({"433", "436", "437"})
_LOGIN_FAILED = frozenset({"902", "904", "905", "906", "908"})


class Registration:
    """One attempt to register. `receive` it every message until `done`; it raises `Permanent` where trying again would
    not help.
    """

    def __init__(
        self,
        features: Features,
        send: Callable[[Message], None],
        wants: Wants,
        tell: Callable[[str], None],
    ) -> None:
        """`tell` gets sentences about what was not as the person wanted it."""
        self.name = wants.name
        """The name asked for last, and at the end the one that we have."""
        self.done = False
        """The server has welcomed us."""
        self.complaint = ""
        """The last thing that the server complained about, ``""`` for nothing."""
        self.why_not = ""
        """Why the name wanted cannot be had, as the server says."""
        self._wanted_name = wants.name
        self._server_password = wants.server_password
        self._features = features
        self._send = send
        self._account = wants.account or wants.name
        self._password = wants.password
        self._tell = tell
        self._requests = 0
        self._names = self._other_names()
        self._negotiating = True

    def begin(self) -> None:
        """Say who we are and ask what there is, all at once: a server without CAP answers the rest."""
        if self._server_password is not None:
            self._send(Message("PASS", (self._server_password,)))
        self._send(Message("CAP", ("LS", CAP_VERSION)))
        self._send(Message("NICK", (self.name,)))
        user = "".join(c for c in self.name if c.isascii() and c.isalnum())[:10] or "user"
        self._send(Message("USER", (user, "0", "*", self.name)))

    def receive(self, message: Message) -> None:
        """Take a step."""
        # A server that says nothing with a refusal is no worse than one that says why.
        params = message.params or ("",)
        match message.command:
            case "CAP" if len(params) > 2:
                self._cap(params[1].upper(), params)
            case "AUTHENTICATE":
                self._authenticate()
            case "903":
                self._end()
            case "001" if params[0]:
                self.name = params[0]
                self.done = True
            case "432":
                self._name_refused(params)
            case command if command in _NAME_IN_USE:
                self._name_taken(params)
            case command if command in _LOGIN_FAILED:
                why = f"The server did not take account and password: {sentence(params[-1])}"
                raise Permanent(why, Needed.PASSWORD)
            case "464":
                why = (
                    "The server lets nobody in without its password."
                    if self._server_password is None
                    else "That is not the server's password."
                )
                raise Permanent(why, Needed.SERVER_PASSWORD)
            case "465" | "466":
                raise Permanent(f"The server has banned this connection: {sentence(params[-1])}")
            case "ERROR" | "FAIL":
                self.complaint = sentence(params[-1])
                if message.command == "ERROR" and is_ban(params[-1]):
                    raise Permanent(f"The server has banned this connection: {self.complaint}")

    def _cap(self, subcommand: str, params: tuple[str, ...]) -> None:
        if subcommand == "LS":
            self._features.offer(params[-1])
            if len(params) == 3:
                self._request()
        elif subcommand in ("ACK", "NAK") and self._negotiating:
            if subcommand == "ACK":
                self._features.acknowledge(params[-1])
            self._requests -= 1
            if self._requests == 0:
                self._log_in()

    def _request(self) -> None:
        without = () if self._password is not None else ("sasl",)
        for line in request_lines(self._features.wanted(without)):
            self._requests += 1
            self._send(line)
        if not self._requests:
            self._log_in()

    def _log_in(self) -> None:
        if self._password is None:
            self._end()
        elif "sasl" not in self._features.enabled:
            self._tell("This server has no accounts: you are not logged in.")
            self._end()
        else:
            self._send(Message("AUTHENTICATE", ("PLAIN",)))

    def _authenticate(self) -> None:
        for line in sasl_plain(self._account, self._password or ""):
            self._send(line)

    def _end(self) -> None:
        if self._negotiating:
            self._negotiating = False
            self._send(Message("CAP", ("END",)))

    def _other_names(self) -> Iterator[str]:
        stem = self._wanted_name
        for number in range(OTHER_NAMES):
            ending = "_" * (number + 1) if number < 2 else str(number)
            yield stem[: max(self._features.name_length - len(ending), 1)] + ending

    def _name_taken(self, params: tuple[str, ...]) -> None:
        self.why_not = self.why_not or params[-1].rstrip(".")
        try:
            self.name = next(self._names)
        except StopIteration:
            why = f"The name {self._wanted_name} is taken, and so are others like it."
            raise Permanent(why, Needed.NAME) from None
        self._send(Message("NICK", (self.name,)))

    def _name_refused(self, params: tuple[str, ...]) -> None:
        why = sentence(params[-1]) if len(params) > 1 else "it is not valid."
        if self.name == self._wanted_name:
            why = f"The server does not take the name {self.name}: {why} Choose another one."
            raise Permanent(why, Needed.NAME)
        self._name_taken(params)


def is_registered(why: str) -> bool:
    """Whether the reason for which a name cannot be had is that it is somebody's account."""
    return _REGISTERED.search(why) is not None


def sasl_plain(account: str, password: str) -> Iterator[Message]:
    """The answer to ``AUTHENTICATE +`` (RFC 4616), in chunks; one that is full is followed by another."""
    secret = f"{account}\0{account}\0{password}".encode("utf-8", "replace")
    text = base64.b64encode(secret).decode()
    while text:
        yield Message("AUTHENTICATE", (text[:SASL_CHUNK],))
        if len(text) == SASL_CHUNK:
            yield Message("AUTHENTICATE", ("+",))
        text = text[SASL_CHUNK:]


def request_lines(names: list[str]) -> Iterator[Message]:
    """CAP REQ for all of these, in as many lines as it takes."""
    line: list[str] = []
    size = 0
    for name in names:
        if size + len(name) + 1 > MAX_LINE_BYTES - 20:
            yield Message("CAP", ("REQ", " ".join(line)))
            line, size = [], 0
        line.append(name)
        size += len(name) + 1
    if line:
        yield Message("CAP", ("REQ", " ".join(line)))
