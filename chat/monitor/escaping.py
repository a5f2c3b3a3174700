"""Text that others chose, made safe to put on one line of a log."""

from __future__ import annotations

import unicodedata

# Control, format (bidirectional overrides, zero-width), surrogate, line and paragraph separator.
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# The two joiners are format characters, too, but scripts and emoji are written with them and they do no harm.
_KEPT = frozenset("\u200c\u200d")


def visible(text: str) -> str:
    r"""`text` on one line, with each character that acts instead of showing written as `\x1b` or `\u202e`.

    A backslash stays as it is, for paths and patterns to be readable.
    """
    if text.isprintable():
        return text
    return "".join(_escape(c) if unicodedata.category(c) in _ESCAPED and c not in _KEPT else c for c in text)


def shortened(text: str, limit: int) -> str:
    """`text`, or its first `limit` characters and a note of how many more there were."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit} more characters)"


def _escape(character: str) -> str:
    code = ord(character)
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    if short is not None:
        return short
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
