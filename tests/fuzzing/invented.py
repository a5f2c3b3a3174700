"""Pieces that invented conversations are made of, and what has to hold after each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from twisted.logger import LogEvent, LogLevel, formatEvent

from chat.commands.table import COMMANDS
from chat.network.irc.families import ROWS
from tests.logs import observed

EXAMPLES = int(os.environ.get("CHAT_FUZZ_EXAMPLES", "60"))

fuzzing = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
"""How long each test goes on."""

ODD = st.sampled_from(
    [
        *(
            b"",
            b" ",
            b":",
            b"@",
            b"\0",
            b"\r",
            b"\xff",
            b"\xff\xfb\x01",
            b"\xff\xfa\x18\x01",
            b"\xff\xf0",
            b"\xff\xff",
        ),
        *(
            b"\x16\x03\x01\x02\x00\x01",
            b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2",
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c",
        ),
        *(
            b"GET / HTTP/1.1",
            b"\x1b[31m",
            "\u202e".encode(),
            "e\u0301\u0301".encode(),
            b"\xed\xa0\x80",
            b"\xc3\x28",
        ),
        *(
            b"#lobby",
            b"#room",
            b"#",
            b"ann",
            b"fuzz",
            b"*",
            b"$",
            b"0",
            b"-1",
            b"99999999999999999999",
            b"+b-b+o",
        ),
        *(b"timestamp=2026-01-01T00:00:00.000Z", b"msgid=x", b"*!*@*", b"password1", b"a" * 600),
    ]
)
"""Words that mean something to one protocol or another."""

WORD = ODD | st.binary(max_size=12)
TAGS = st.sampled_from(
    [
        b"",
        b"@label=1 ",
        b"@a;b=\\:\\s;c ",
        b"@+draft/react=x;label=2 ",
        b"@batch=x ",
        b"@" + b"t" * 4100 + b" ",
    ]
)
IRC_LINE = st.builds(
    lambda tags, command, words, text: tags + command + b"".join(b" " + word for word in words) + text,
    TAGS,
    st.sampled_from(sorted(name.encode() for name in ROWS)),
    st.lists(WORD, max_size=4),
    st.sampled_from([b"", b" :", b" :some text", b" :\x01ACTION x\x01"]),
)
PLAIN_LINE = st.builds(
    lambda command, words: b"/" + command + b"".join(b" " + word for word in words),
    st.sampled_from(sorted(name.encode() for name in COMMANDS)) | WORD,
    st.lists(WORD, max_size=4),
)
LINE_END = st.sampled_from([b"\n", b"\r\n", b"\r\n", b"", b"\n\n"])


@st.composite
def pieces(draw: st.DrawFn, line: st.SearchStrategy[bytes], first: bytes = b"") -> list[bytes]:
    """A conversation of such lines, cut anywhere."""
    lines = draw(st.lists(st.tuples(line | WORD, LINE_END), max_size=12))
    data = first + b"".join(one + end for one, end in lines)
    cuts = sorted(draw(st.sets(st.integers(0, len(data)), max_size=6)))
    return [data[start:end] for start, end in pairwise([0, *cuts, len(data)])]


@contextmanager
def no_faults() -> Iterator[None]:
    """Nothing is logged that tells of a fault."""
    events: list[LogEvent] = []
    with observed(events.append):
        yield
    faults = [
        formatEvent(event) + (event["log_failure"].getTraceback() if "log_failure" in event else "")
        for event in events
        if event.get("log_failure") is not None or event["log_level"] in (LogLevel.error, LogLevel.critical)
    ]
    assert faults == []
