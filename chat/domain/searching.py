"""What a search compares: the words of a text, whatever their case, accents and width, and signs that stand for words.

Everything that searches asks this one tokenizer: the index on disk, what it has not seen yet, and memory. A word is a
run of letters, digits and marks. Each character of scripts that put no spaces between words is a word of its own, and
so is each symbol and emoji: `\u4e16\u754c` is found as two words in a row. Punctuation separates and is not looked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

_ACCENTS = re.compile("[\u0300-\u036f]")
# Thai, Lao, Tibetan, Myanmar, Khmer; Han, Kana, Hangul and their extensions.
_ALONE = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3040-\u318f\u31f0-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)


class _Characters(dict[int, str]):
    """What becomes of each character, found out when it is met first."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        category = unicodedata.category(character)
        if category in ("Cf", "Cs") or 0xFE00 <= point <= 0xFE0F:
            # Joiners and variation selectors: the same emoji is written with them and without.
            became = ""
        elif category[0] in "PZC":
            became = " " if category not in ("Co", "Cn") else f" {character} "
        elif category[0] == "S" or _ALONE.match(character):
            became = f" {character} "
        else:
            became = character
        self[point] = became
        return became


_CHARACTERS = _Characters()


def searchable(text: str) -> str:
    """The words of a text in the form in which they are compared, with one space between them."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", text)).casefold()
    return " ".join(text.lower().translate(_CHARACTERS).split())


class Wanted(NamedTuple):
    """A word as somebody typed it: the words that stand in a row for it, the last of which may go on (`beginning`)."""

    words: str
    beginning: bool

    def is_in(self, text: str) -> bool:
        """Whether a text, as `searchable` has it, contains this."""
        return f" {self.words}{'' if self.beginning else ' '}" in f" {text} "


def wanted(typed: Sequence[str]) -> list[Wanted]:
    """What to look for; `*` at the end of a word means "starts with". What has no letter and no symbol is left out."""
    found = [Wanted(searchable(word.rstrip("*")), word.endswith("*")) for word in typed]
    return [one for one in found if one.words]
