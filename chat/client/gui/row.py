"""One row of a list, as data: what sidebars and choosers show."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One row of a list."""

    key: str
    """What the row stands for; ``""`` makes it a heading, which cannot be chosen."""
    text: str
    mark: str = ""
    """What stands before it: one or two characters."""
    disc: int | None = None
    """Number of the name's colour for a disc behind the mark, None for no disc."""
    hint: str = ""
    """Small, on the right or, in tall lists, below."""
    unread: int = 0
    """A number in a pill on the right, 0 for none."""
    alert: bool = False
    """It is of something that is meant for us."""
    faint: bool = False
    bold: bool = False


def matching(rows: list[Row], words: str) -> list[Row]:
    """The rows in which all words occur; those whose text begins with them first. Headings are left out."""
    wanted = words.lower().split()
    found = [
        row for row in rows if row.key and all(word in f"{row.text} {row.hint}".lower() for word in wanted)
    ]
    first = words.lower().strip().lstrip("#")
    return sorted(found, key=lambda row: not row.text.lower().lstrip("#").startswith(first))


def same(one: str, other: str) -> bool:
    """Whether two names of people or rooms are the same, with ``#`` or without."""
    return one.lower().lstrip("#") == other.lower().lstrip("#")
