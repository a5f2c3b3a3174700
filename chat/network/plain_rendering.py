"""Events as people on `nc` and `telnet` read them: plain text lines, safe for any terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from chat.domain.events import (
    Acted,
    Announced,
    AwayChanged,
    Event,
    IdentityChanged,
    Invited,
    Joined,
    Kicked,
    Left,
    LogEvent,
    ModeChanged,
    Noticed,
    Quit,
    Redacted,
    Renamed,
    Said,
    Tagged,
    TopicChanged,
    Whispered,
)
from chat.domain.names import fold
from chat.domain.text import printable, strip_formatting
from chat.network.endings import telling

QUARTER = 900
"""Seconds within which no day begins, in any zone: zones are whole quarters of an hour from UTC."""
LATE_SECONDS = 60.0
"""Age from which on a private message is shown with its time."""

Line = Callable[[Any], str]


def safe_line(text: str) -> str:
    """A line as it may go to any terminal: everything that a person on a plain connection is sent passes here."""
    return text if text.isprintable() else printable(strip_formatting(text))


def _lines(start: str, text: str) -> str:
    return start + text.replace("\n", "\n" + start)


def _said(event: Said) -> str:
    return "" if event.text.startswith("\x01") else _lines(f"<{event.author.name}> ", event.text)


def _noticed(event: Noticed) -> str:
    return "" if event.text.startswith("\x01") else _lines(f"-{event.author.name}- ", event.text)


def _with_reason(sentence: str, reason: str) -> str:
    shown = safe_line(reason).strip()
    return f"{sentence} ({shown})" if shown else sentence


def _whispered(event: Whispered) -> str:
    if event.kind is Tagged or event.text.startswith("\x01"):
        return ""
    if event.recipient.name[1:2] == "#":
        return _lines(f"[{event.recipient.name}] <{event.author.name}> ", event.text)
    who = f"* {event.author.name} " if event.kind is Acted else ""
    return _lines(f"[pm from {event.author.name}] {who}", event.text)


def _announced(event: Announced) -> str:
    # With a person as author it is a WALLOPS, which must not pass for the server's own word.
    return f"*** {event.author.name}: {event.text}" if event.author.username else f"*** {event.text}"


def sent_line(event: Whispered) -> str:
    """A private message as its author reads it, "" for what people have no use for."""
    if event.kind is Tagged or event.text.startswith("\x01"):
        return ""
    mark = f"[pm to {event.recipient.name}]"
    if event.kind is Acted:
        mark += f" * {event.author.name}"
    return _lines(f"{mark} ", event.text)


def _topic(event: TopicChanged) -> str:
    if not event.topic:
        return f"* {event.author.name} removed the topic"
    return f"* {event.author.name} changed the topic to: {event.topic}"


_LINES: dict[type, Line] = {
    Said: _said,
    Acted: lambda e: _lines(f"* {e.author.name} ", e.text),
    Noticed: _noticed,
    Tagged: lambda e: "",
    Joined: lambda e: f"* {e.author.name} joined",
    Left: lambda e: _with_reason(f"* {e.author.name} left", e.reason),
    Quit: lambda e: _with_reason(f"* {e.author.name} left", telling(e.reason)),
    Kicked: lambda e: _with_reason(f"* {e.author.name} put {e.target.name} out", e.reason),
    TopicChanged: _topic,
    ModeChanged: lambda e: f"* {e.author.name} set the mode {' '.join(e.change)}",
    Renamed: lambda e: f"* {e.author.name} is now {e.name}",
    AwayChanged: lambda e: "",
    IdentityChanged: lambda e: "",
    Whispered: _whispered,
    Invited: lambda e: f"* {e.author.name} invites {e.recipient.name} to {e.room}: /join {e.room}",
    Redacted: lambda e: f"* {e.author.name} took a message back",
    Announced: _announced,
}


def line_of(event: Event) -> str:
    """The text of an event, without a line end; "" for what people have no use for. Safe for any terminal.

    There is a line feed between lines.
    """
    text = _LINES[type(event)](event)
    if text.isprintable():
        return text
    # Speech alone has lines: a topic with a line feed must not begin one that looks like somebody else's.
    lines = text.split("\n") if isinstance(event, Said | Acted | Noticed | Whispered) else [text]
    return "\n".join(map(safe_line, lines))


def clock_time(seconds: float, now: float) -> str:
    """The server's local time, with the date if it is not today."""
    return _minute(int(seconds // 60), int(now // QUARTER))


@lru_cache(maxsize=1024)
def _minute(minute: int, quarter_now: int) -> str:
    then = time.localtime(minute * 60)
    today = time.localtime(quarter_now * QUARTER)
    same_day = (then.tm_year, then.tm_yday) == (today.tm_year, today.tm_yday)
    return time.strftime("%H:%M" if same_day else "%Y-%m-%d %H:%M", then)


class PlainRendering:
    """How one kind of plain reader gets room events, with its own line end.

    `other_room` is the name of a room that is not the one in which the reader talks, shown before its lines; `ignored`
    are folded names whose speech is hidden.
    """

    __slots__ = ("_end", "_ignored", "_prefix")

    def __init__(self, line_end: bytes, other_room: str = "", ignored: frozenset[str] = frozenset()) -> None:
        self._end = line_end.decode()
        self._prefix = f"[{other_room}] " if other_room else ""
        self._ignored = ignored

    def render(self, event: LogEvent) -> bytes:
        """The bytes of one event, or b"" if this reader does not see it."""
        if (
            self._ignored
            and isinstance(event, Said | Acted | Noticed)
            and fold(event.author.name) in self._ignored
        ):
            return b""
        text = line_of(event)
        if not text:
            return b""
        if "\n" in text:
            return "".join(f"{self._prefix}{line}{self._end}" for line in text.split("\n")).encode()
        return f"{self._prefix}{text}{self._end}".encode("utf-8", "replace")


@lru_cache(maxsize=4096)
def shared_rendering(line_end: bytes, other_room: str = "") -> PlainRendering:
    """The one rendering object for all readers of a kind, so that what is rendered for one serves all."""
    return PlainRendering(line_end, other_room)
