"""Text made safe for somebody else's terminal, and cut to a size without breaking characters."""

from __future__ import annotations

import re
import unicodedata

__all__ = [
    "AWAY_BYTES",
    "REALNAME_BYTES",
    "REASON_BYTES",
    "TAB_WIDTH",
    "TOPIC_BYTES",
    "one_line",
    "printable",
    "strip_formatting",
    "within_bytes",
]

AWAY_BYTES = 200
"""Longest away message."""
REALNAME_BYTES = 150
"""Longest real name."""
REASON_BYTES = 300
"""Longest reason for leaving, putting somebody out, taking a message back: with the longest source, room and name of
ASCII letters around it, it fits a line of IRC."""
TOPIC_BYTES = 300
"""Longest topic, for the same reason."""

TAB_WIDTH = 4
"""Spaces that stand for a tab: nobody knows at which column a reader's line begins, so there are no stops."""

# ECMA-48 section 5.4 (control sequences), 5.6 (control strings) and 5.3 (the other escapes). A control string
# that never ends swallows the rest of the line, as a terminal would. U+0090 to U+009F are believed to start a
# string only in the full form of an OSC: as left-overs of wrongly decoded quotation marks they are common.
_UNSAFE = re.compile(
    r"""
    (?P<flag>\U0001F3F4[\U000E0020-\U000E007E]+\U000E007F)           # a region's flag (UTS #51, tag sequence)
    | (?P<tab>\t)
    | (?P<line>\r\n|[\n\v\f\r\x85\u2028\u2029])
    | (?P<lone>[\ud800-\udfff])
    | (?:\x1b\[|\x9b)[0-?]*[\ -/]*[@-~]?                             # CSI
    | \x1b[\]PX^_].*?(?:\x07|\x1b\\|\x9c|\Z)                         # OSC, DCS, SOS, PM, APC
    | \x9d[0-9]+;[^\x07\x1b\x9c\x9d]*(?:\x07|\x1b\\|\x9c)              # OSC in its one-character form
    | \x1b[\ -/]*[0-~]?                                              # any other escape
    | [\x00-\x1f\x7f-\x9f]                                           # C0, DEL, C1
    | [\u202a-\u202e\u2066-\u2069]                                   # bidi embeddings, overrides, isolates
    | [\xad\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb]  # invisible or deprecated
    | [\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f]
    """,
    re.VERBOSE | re.DOTALL,
)
_INSTEAD = {"tab": " " * TAB_WIDTH, "line": " ", "lone": "\ufffd"}

# One joiner means something between letters of scripts that join, and inside emoji: none of them is ASCII.
_IDLE_JOINERS = re.compile(
    r"(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])|(?<=[\u200c\u200d])[\u200c\u200d]+"
)


def _replace(found: re.Match[str]) -> str:
    kind = found.lastgroup
    if kind is None:
        return ""
    return _INSTEAD.get(kind) or found[0]


def printable(text: str) -> str:
    """`text` without anything that could move a terminal's cursor, change its state or reorder its line.

    Escape sequences vanish whole, controls and disturbing format characters vanish, a tab becomes
    `TAB_WIDTH` spaces, a line break one space, a lone surrogate U+FFFD. Joiners stay where scripts and
    emoji need them, as do variation selectors, direction marks, private-use and unassigned characters
    (tomorrow's emoji). The result is one line and is not changed by a second call.
    """
    # True means: no control, format, surrogate or separator character but the space.
    if text.isprintable():
        return text
    text = _UNSAFE.sub(_replace, text)
    if "\u200d" in text or "\u200c" in text:
        text = _IDLE_JOINERS.sub("", text)
    return text


_FORMATTING = re.compile(
    r"\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?"
    r"|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?"
    r"|[\x02\x0f\x11\x16\x1d\x1e\x1f]"
)


def strip_formatting(text: str) -> str:
    """`text` without IRC formatting codes, colours' digits included
    (https://modern.ircdocs.horse/formatting).

    For readers on plain terminals; call it before `printable`, which would leave a colour's digits
    standing.
    """
    return text if text.isprintable() else _FORMATTING.sub("", text)


_KEPT_FORMATTING = re.compile(r"([\x02-\x04\x0f\x11\x16\x1d-\x1f])")


def one_line(text: str, limit: int) -> str:
    """`text` as it enters the chat where it is not speech: topics, reasons, away messages, real names.

    One line of at most `limit` bytes that can do nothing to anybody's terminal. IRC formatting codes stay, because
    topics have colours; doors to terminals strip them.
    """
    if not text.isprintable():
        text = "".join(
            part if _KEPT_FORMATTING.fullmatch(part) else printable(part)
            for part in _KEPT_FORMATTING.split(text)
        )
    return within_bytes(text, limit)


def within_bytes(text: str, limit: int) -> str:
    """The longest start of `text` that takes at most `limit` bytes of UTF-8 and splits no visible
    character.

    A visible character is approximated: a base with its combining marks, selectors, joiners and modifiers,
    or a pair of regional indicators (after UAX #29). One that is over the limit by itself is cut between
    code points. Lone surrogates count three bytes.
    """
    if len(text) * 4 <= limit:
        return text
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= limit:
        return text
    end = max(limit, 0)
    while end and data[end] & 0xC0 == 0x80:
        end -= 1
    end = len(data[:end].decode("utf-8", "surrogatepass"))
    whole = end
    while whole and _belong_together(text, whole):
        whole -= 1
    return text[: whole or end]


def _belong_together(text: str, index: int) -> bool:
    """Whether the characters before and at `index` are seen as one."""
    after, before = text[index], text[index - 1]
    if after < "\u0300":
        return False
    if before == "\u200d" or after in "\u200c\u200d" or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    if "\U000e0020" <= after <= "\U000e007f" or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return True
    if _regional(after) and _regional(before):
        start = index
        while start and _regional(text[start - 1]):
            start -= 1
        return (index - start) % 2 == 1
    return False


def _regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
