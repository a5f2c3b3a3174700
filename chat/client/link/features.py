"""What one server offers: capabilities (IRCv3) and the tokens of RPL_ISUPPORT, with what clients make of them.

Sources: Modern IRC, "RPL_ISUPPORT parameters"; IRCv3 "Capability Negotiation"; draft/chathistory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from chat.domain.names import fold
from chat.wire import MAX_LINE_BYTES

WANTED = frozenset(
    {
        "account-notify",
        "account-tag",
        "away-notify",
        "batch",
        "cap-notify",
        "chghost",
        "draft/chathistory",
        "draft/message-redaction",
        "echo-message",
        "extended-join",
        "invite-notify",
        "labeled-response",
        "message-tags",
        "multi-prefix",
        "sasl",
        "server-time",
        "setname",
        "soju.im/search",
        "standard-replies",
        "userhost-in-names",
    }
)
"""The capabilities that are asked for where they are offered."""

MAX_TOKENS = 512
"""Tokens of RPL_ISUPPORT, and capabilities, that are kept: servers in the field have fewer than 100."""

HISTORY_PAGE = 100
"""Messages asked for at once where the server names no limit of its own."""

_RFC1459 = str.maketrans("{}|^", "[]\\~")
_ESCAPED = re.compile(r"\\x([0-9A-Fa-f]{2})")


class Features:
    """Filled in as the server tells; until then the defaults of Modern IRC hold."""

    def __init__(self) -> None:
        self.offered: dict[str, str] = {}
        """Capability -> its value, as listed by the server."""
        self.enabled: set[str] = set()
        """Capabilities that the server has acknowledged."""
        self._tokens: dict[str, str] = {}

    def offer(self, capabilities: str) -> None:
        """Note a list of capabilities, from CAP LS or CAP NEW."""
        for item in capabilities.split():
            name, _, value = item.partition("=")
            if len(self.offered) < MAX_TOKENS:
                self.offered[name] = value

    def withdraw(self, capabilities: str) -> None:
        """Note that capabilities went away (CAP DEL)."""
        for name in capabilities.split():
            self.offered.pop(name, None)
            self.enabled.discard(name)

    def acknowledge(self, capabilities: str) -> None:
        """Note what the server has switched on, or off with a ``-`` (CAP ACK)."""
        for name in capabilities.split():
            if name.startswith("-"):
                self.enabled.discard(name[1:])
            elif len(self.enabled) < MAX_TOKENS:
                self.enabled.add(name)

    def wanted(self, without: Iterable[str] = ()) -> list[str]:
        """What should be asked for, sorted."""
        return sorted((WANTED & self.offered.keys()) - self.enabled - set(without))

    def support(self, tokens: Sequence[str]) -> None:
        """Note the tokens of one RPL_ISUPPORT line."""
        for token in tokens:
            name, _, value = token.partition("=")
            if name.startswith("-"):
                self._tokens.pop(name[1:], None)
            elif len(self._tokens) < MAX_TOKENS:
                self._tokens[name] = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)

    def _number(self, name: str, default: int) -> int:
        value = self._tokens.get(name, "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else default

    @property
    def labels(self) -> bool:
        """Whether answers carry the label of their question (labeled-response and what it needs)."""
        return {"labeled-response", "batch", "message-tags"} <= self.enabled

    @property
    def history(self) -> bool:
        """Whether the server can be asked for what was said."""
        return {"draft/chathistory", "batch", "server-time", "message-tags"} <= self.enabled

    @property
    def repeats(self) -> bool:
        """Whether a message that comes again with its label, on another connection, is said only once."""
        return self.labels and self._number("REPEAT", 0) > 0

    def has_command(self, name: str) -> bool:
        """Whether the server knows a command that stands in no specification."""
        return name in self._tokens.get("COMMANDS", "").split(",")

    @property
    def take_back(self) -> bool:
        """Whether what was said can be taken back."""
        return "draft/message-redaction" in self.enabled

    @property
    def reactions(self) -> bool:
        """Whether tags of clients reach others, and come back to us."""
        return {"message-tags", "echo-message"} <= self.enabled

    @property
    def search(self) -> bool:
        """Whether the server can be asked to search."""
        return {"soju.im/search", "batch"} <= self.enabled

    @property
    def history_page(self) -> int:
        """Messages of history that may be asked for at once; 0 means no limit, so that ours holds."""
        return min(self._number("CHATHISTORY", HISTORY_PAGE) or HISTORY_PAGE, HISTORY_PAGE)

    @property
    def line_bytes(self) -> int:
        """Bytes of a line without its tags, CR and LF included."""
        return min(max(self._number("LINELEN", MAX_LINE_BYTES), MAX_LINE_BYTES), 65_536)

    @property
    def name_length(self) -> int:
        """Characters of a name; 9 is what RFC 1459 promises, but servers without the token take more."""
        return max(self._number("NICKLEN", 30), 1)

    @property
    def room_prefixes(self) -> str:
        """The characters that a room's name can begin with."""
        return self._tokens.get("CHANTYPES", "#&")

    @property
    def prefixes(self) -> dict[str, str]:
        """Mode letter -> the sign before the names of those who have it, highest first."""
        letters, _, signs = self._tokens.get("PREFIX", "(ov)@+").partition(")")
        return dict(zip(letters[1:], signs, strict=False))

    @property
    def modes_with_argument(self) -> tuple[str, str]:
        """Room modes that always have an argument, and those that have one only when set."""
        kinds = [*self._tokens.get("CHANMODES", "b,k,l,imnpst").split(","), "", "", ""]
        return kinds[0] + kinds[1] + "".join(self.prefixes), kinds[2]

    def is_room(self, place: str) -> bool:
        """Whether this is a room's name."""
        return place[:1] != "" and place[0] in self.room_prefixes

    def room_of(self, target: str) -> str:
        """A room's name from a message's target, which may address only those with rights (STATUSMSG)."""
        bare = target.lstrip(self._tokens.get("STATUSMSG", ""))
        return bare if self.is_room(bare) else target

    def fold(self, name: str) -> str:
        """The key under which two names are the same here (CASEMAPPING)."""
        key = fold(name)
        if self._tokens.get("CASEMAPPING", "ascii").startswith("rfc1459"):
            key = key.translate(_RFC1459)
        return key
