"""IRC messages with tags, between bytes and :class:`Message`; no I/O, shared by server and client.

Sources: Modern IRC, "Message Format" (https://modern.ircdocs.horse/#message-format), which is RFC 1459
section 2.3 as it is spoken, and the IRCv3 specifications "Message Tags" and "server-time".
"""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

__all__ = [
    "LAST_MOMENT",
    "MAX_CLIENT_TAG_DATA",
    "MAX_LINE_BYTES",
    "MAX_TAG_BYTES",
    "LineTooLong",
    "MalformedLine",
    "Message",
    "NoCommand",
    "TagsTooLong",
    "UnsafeBytes",
    "check_client_line",
    "escape_tag_value",
    "format_server_time",
    "format_tags",
    "parse",
    "parse_server_time",
    "split_source",
    "unescape_tag_value",
]

MAX_LINE_BYTES = 512
"""Bytes of a message without its tags, CR and LF included (Modern IRC, "Message Format")."""

MAX_TAG_BYTES = 8191
"""Bytes of a message's tags with the ``@`` and the space after them (Message Tags, "Size limit")."""

MAX_CLIENT_TAG_DATA = 4094
"""Bytes of tags that a client may send, without the ``@`` and the space (Message Tags, "Size limit")."""

_NO_TAGS: Mapping[str, str] = MappingProxyType({})

# Numbers: CPython finds bytes of length 1 in bytes only after an exception (measured: 0.1 against 0.014 microseconds).
_NUL, _CR, _LF = b"\0\r\n"


class MalformedLine(ValueError):
    """A line that is no IRC message; the text is a sentence that can be shown to whoever sent it."""


class NoCommand(MalformedLine):
    """The line is empty, or has nothing after its tags and source.

    RFC 1459 has empty lines ignored in silence.
    """


class UnsafeBytes(MalformedLine):
    """NUL, CR or LF inside the line, which no part of a message may contain."""


class LineTooLong(MalformedLine):
    """The message without its tags is over `MAX_LINE_BYTES`: ERR_INPUTTOOLONG (417)."""


class TagsTooLong(MalformedLine):
    """The tags are over their limit: ERR_INPUTTOOLONG (417)."""


class Message(NamedTuple):
    """One IRC message: what is said, by whom, with which tags.

    `command` is upper case if it came from `parse`, `source` is ``nick!user@host`` or a server's name, and
    tag values are unescaped, a tag without a value being ``""``. `params` holds the trailing parameter
    last, without its colon.
    """

    command: str
    params: tuple[str, ...] = ()
    source: str | None = None
    tags: Mapping[str, str] = _NO_TAGS

    def encode(self, limit: int | None = None, *, trailing: bool = False) -> bytes:
        """The message as bytes, CR and LF included.

        The last parameter gets its colon when it needs one, or always with `trailing`. With `limit` (bytes,
        CR and LF included, tags not counted; usually `MAX_LINE_BYTES`) the last parameter is cut at a
        character's boundary.

        Raises ValueError if a middle parameter is empty, has a space or starts with a colon, if anything
        holds CR, LF, NUL or a lone surrogate, if the tags are over `MAX_TAG_BYTES`, or if `limit` leaves no
        room for what may not be cut.
        """
        words = [self.command, *self.params]
        if self.source is not None:
            words.insert(0, ":" + _word(self.source, "source"))
        _word(self.command, "command")
        if self.params:
            for middle in self.params[:-1]:
                _word(middle, "middle parameter")
            last = self.params[-1]
            if trailing or not last or last[0] == ":" or " " in last:
                words[-1] = ":" + last
        text = " ".join(words)
        tags = format_tags(self.tags).encode() if self.tags else b""
        if "\r" in text or "\n" in text or "\0" in text:
            raise UnsafeBytes("A message cannot contain NUL, CR or LF.")
        if text[0] == "@":
            raise ValueError("A command cannot start with '@': it would be read as tags.")
        if len(tags) > MAX_TAG_BYTES:
            raise TagsTooLong(f"The tags take {len(tags)} bytes; at most {MAX_TAG_BYTES} are allowed.")
        line = text.encode()
        if limit is not None and len(line) > limit - 2:
            fixed = len(line) - len(self.params[-1].encode()) if self.params else len(line)
            if fixed > limit - 2:
                raise LineTooLong(f"The message does not fit {limit} bytes, even cut.")
            line = line[: limit - 2].decode(errors="ignore").encode()
        return tags + line + b"\r\n"


def _word(text: str, what: str) -> str:
    """`text`, if it can stand between spaces; else ValueError."""
    if not text or " " in text or text[0] == ":":
        raise ValueError(f"A {what} cannot be empty, contain a space or start with a colon.")
    return text


def parse(line: bytes) -> Message:
    """Read one line, given without its CR and LF.

    Lenient where Modern IRC asks for it: runs of spaces count as one, spaces at the end vanish, an empty
    trailing parameter is kept. Invalid UTF-8 is replaced by U+FFFD. Empty tag keys are skipped; of equal
    keys the last counts.

    Raises `NoCommand`, `UnsafeBytes` or `TagsTooLong` (over `MAX_TAG_BYTES`), all of them `MalformedLine`.
    The limits that hold for clients only are `check_client_line`'s.
    """
    if _NUL in line or _CR in line or _LF in line:
        raise UnsafeBytes("A message cannot contain NUL, CR or LF.")
    text = line.decode("utf-8", "replace")
    tags = _NO_TAGS
    source = None
    if text.startswith(("@", ":")):
        if text[0] == "@":
            if (size := _tag_bytes(line)) > MAX_TAG_BYTES:
                raise TagsTooLong(f"The tags take {size} bytes; at most {MAX_TAG_BYTES} are allowed.")
            raw, _, text = text.partition(" ")
            tags = _parse_tags(raw[1:])
            text = text.lstrip(" ")
        if text.startswith(":"):
            raw, _, text = text.partition(" ")
            source = raw[1:] or None
            text = text.lstrip(" ")
    head, colon, last = text.partition(" :")
    words = head.split(" ")
    if "" in words:
        words = [word for word in words if word]
        if not words:
            raise NoCommand("The line has no command.")
    command = words[0]
    if colon:
        words.append(last)
    # Upper-casing beyond ASCII would turn other commands into known ones ("ſ" into "S").
    return Message(command.upper() if command.isascii() else command, tuple(words[1:]), source, tags)


def check_client_line(line: bytes) -> None:
    """Hold a client's line (without CR and LF) to what the specifications let clients send.

    Raises `TagsTooLong` over `MAX_CLIENT_TAG_DATA`, `LineTooLong` if the rest is over `MAX_LINE_BYTES`:
    both are answered with ERR_INPUTTOOLONG.
    """
    tags = 0
    if line.startswith(b"@"):
        tags = _tag_bytes(line)
        # The "@" and the space are not counted as data.
        if tags - 2 > MAX_CLIENT_TAG_DATA:
            raise TagsTooLong(f"The tags take {tags - 2} bytes; at most {MAX_CLIENT_TAG_DATA} are allowed.")
    size = len(line) - tags + 2
    if size > MAX_LINE_BYTES:
        raise LineTooLong(f"The line takes {size} bytes with its end; at most {MAX_LINE_BYTES} are allowed.")


def _tag_bytes(line: bytes) -> int:
    """How many bytes the tags take, with the ``@`` and the space, of a line that starts with ``@``."""
    return (line.find(b" ") + 1) or len(line)


_ESCAPES = {";": "\\:", " ": "\\s", "\\": "\\\\", "\r": "\\r", "\n": "\\n"}
_ESCAPE_TABLE = str.maketrans(_ESCAPES)
_UNESCAPES = {escaped: plain for plain, escaped in _ESCAPES.items()}
_ESCAPED = re.compile(r"\\.?", re.DOTALL)
_UNSAFE_IN_KEY = re.compile(r"[ ;=\0\r\n]")


def escape_tag_value(value: str) -> str:
    """`value` as it stands in a tag (Message Tags, "Escaping values")."""
    return value.translate(_ESCAPE_TABLE)


def unescape_tag_value(raw: str) -> str:
    """What `raw` means: an unknown escape loses its backslash, as does one that ends the value."""
    if "\\" not in raw:
        return raw
    return _ESCAPED.sub(lambda found: _UNESCAPES.get(found[0], found[0][1:]), raw)


def format_tags(tags: Mapping[str, str]) -> str:
    """``"@a=b;c "`` with the space, or ``""`` for no tags.

    Raises ValueError for a key or value that cannot be sent.
    """
    if not tags:
        return ""
    parts = []
    for key, value in tags.items():
        if not key or _UNSAFE_IN_KEY.search(key):
            raise ValueError("A tag's key cannot be empty or contain a space, ';', '=', NUL, CR or LF.")
        if "\0" in value:
            raise UnsafeBytes("A tag's value cannot contain NUL.")
        parts.append(f"{key}={escape_tag_value(value)}" if value else key)
    return f"@{';'.join(parts)} "


def _parse_tags(raw: str) -> Mapping[str, str]:
    tags = {}
    for part in raw.split(";"):
        key, _, value = part.partition("=")
        if key:
            tags[key] = unescape_tag_value(value)
    return tags or _NO_TAGS


def split_source(source: str) -> tuple[str, str, str]:
    """``nick!user@host`` in its three parts; a part that is missing is ``""``, a server's name counts as
    nick.
    """
    rest, _, host = source.rpartition("@") if "@" in source else (source, "", "")
    nick, _, user = rest.partition("!")
    return nick, user, host


@lru_cache(maxsize=256)
def _second(whole: int) -> str:
    # One busy second serves thousands of messages; a replayed page of history spans some hundred seconds.
    moment = datetime.fromtimestamp(whole, UTC)
    return moment.isoformat()[:19]


def format_server_time(seconds: float) -> str:
    """Seconds since the epoch as ``YYYY-MM-DDThh:mm:ss.sssZ`` in UTC, rounded to the millisecond
    (server-time).

    Raises ValueError, OverflowError or OSError outside the years 1 to 9999.
    """
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{_second(whole)}.{milliseconds:03d}Z"


_SERVER_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z", re.ASCII
)  # up to nanoseconds: what servers in the field send


LAST_MOMENT = 253_402_300_799.999
"""Seconds since the epoch of the last millisecond that a server-time value can name: the end of the year 9999."""


def parse_server_time(text: str) -> float:
    """Seconds since the epoch of a server-time value; a leap second (``:60``) counts as the next second's
    start.

    Raises ValueError for anything else, and for what would be rounded beyond `LAST_MOMENT`.
    """
    found = _SERVER_TIME.fullmatch(text)
    if found is None:
        raise ValueError("A server time looks like 2026-01-31T23:59:59.999Z.")
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    leap = second == 60
    moment = datetime(year, month, day, hour, minute, second - leap, tzinfo=UTC)
    seconds = timegm(moment.timetuple()) + leap + float(f"0.{found[7] or 0}")
    if round(seconds * 1000) > round(LAST_MOMENT * 1000):
        raise ValueError("A server time ends with the year 9999.")
    return seconds
