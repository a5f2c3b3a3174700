"""Lines of a page as rows of a terminal: wrapped at words, in columns, coloured."""

from __future__ import annotations

import re
from typing import TypeAlias

from prompt_toolkit.utils import get_cwidth

from chat.client.desk.looks import LINK, clock, day, name_number, reactions
from chat.client.desk.pages import Line, Page, Sort
from chat.client.link.events import Delivery
from chat.client.link.translate import name_in_text

Fragment: TypeAlias = tuple[str, str]
Row: TypeAlias = list[Fragment]

NAME_COLUMN = 12
"""Columns for names, right-aligned; longer ones push the text."""
WIDE = 70
"""Columns from which on names have a column of their own."""
NARROW = 36
"""Columns below which times are left out."""

_COLOURS = "#e23131 #b06519 #7b7b12 #4c8513 #148a14 #14894e #138585 #1e78d3 #6767e9 #9b50e6 #ce1dce #df2281"
NAME_COLOURS = _COLOURS.split()
"""All of the relative luminance 0.185 (WCAG 2), so that each can be read on black (4.7:1) and on white (4.5:1)."""

STYLE = {
    "time": "#808080",
    "event": "#808080",
    "note": "#808080",
    "error": "#e23131",
    "rule": "#808080",
    "pending": "#808080 italic",
    "mention": "bold reverse",
    "me": "bold",
    "own": "bold",
    "link": "underline",
    "status": "reverse",
    "status.alert": "reverse bold",
    "status.current": "reverse bold underline",
    "status.mention": "reverse bold",
    "title": "bold underline",
    "prompt": "bold",
    "people": "",
    "people.away": "#808080",
}
"""Styles by class name. Besides the names' colours only what every theme has: attributes, and a grey that can be read
on black and on white.
"""


def name_style(name: str) -> str:
    """The colour of a name: always the same for it."""
    return NAME_COLOURS[name_number(name)] + " bold"


# What terminals, and what draws on them, take for different widths: joiners and selectors make one picture of several
# characters in some, and skin tones change one; in others they do not.
_DISPUTED = re.compile("[\u200d\ufe0e\ufe0f]|(?<=\\S)[\U0001f3fb-\U0001f3ff]")


def steady(text: str) -> str:
    """`text` without what makes its width depend on the terminal, which would leave remains of other text behind.

    A family of three is three people side by side, a heart is one column wide.
    """
    return text if text.isascii() else _DISPUTED.sub("", text)


def wrap(fragments: Row, width: int, indent: int = 0, head: int = 0) -> list[Row]:
    """Rows of at most `width` columns, cut at spaces where possible; all but the first begin with `indent` spaces.

    The first row is not cut within its first `head` characters.
    """
    styles: list[str] = []
    text = ""
    for style, part in fragments:
        styles += [style] * len(part)
        text += part
    rows: list[Row] = []
    start = 0
    while True:
        room = max(width - (indent if rows else 0), 1)
        end, used, space, before = start, 0, -1, 0
        while end < len(text):
            used += get_cwidth(text[end])
            if used > room:
                break
            if text[end] == " " and end >= head:
                space, before = end, used - 1
            end += 1
        else:
            rows.append(_row(text, styles, start, len(text), indent if rows else 0))
            return rows
        if text[end] == " ":
            space, before = end, used - 1
        # A word longer than half a row is cut rather than leaving the row half empty; of a character that does not
        # fit even alone, there is one a row.
        if space > start and (used - before) * 2 <= room + 3:
            rows.append(_row(text, styles, start, space, indent if rows else 0))
            start = space + 1
        else:
            end = max(end, start + 1)
            rows.append(_row(text, styles, start, end, indent if rows else 0))
            start = end


def _row(text: str, styles: list[str], start: int, end: int, indent: int) -> Row:
    row: Row = [("", " " * indent)] if indent else []
    index = start
    while index < end:
        run = index
        while run < end and styles[run] == styles[index]:
            run += 1
        row.append((styles[index], text[index:run]))
        index = run
    return row


def rule(text: str, width: int) -> Row:
    """A line across the page with a text in it."""
    label = f" {text} "
    left = max((width - get_cwidth(label)) // 2, 1)
    right = max(width - get_cwidth(label) - left, 1)
    return [("class:rule", "─" * left + label + "─" * right)]


def _text(line: Line, me: str) -> Row:
    """A line's text, with links and our own name made visible."""
    if line.message is not None and line.message.state is Delivery.PENDING:
        return [("class:pending", line.text)]
    marks = [(found.start(), found.end(), "class:link") for found in LINK.finditer(line.text)]
    if line.mention and me:
        marks += [
            (found.start(), found.end(), "class:mention") for found in name_in_text(me).finditer(line.text)
        ]
    row: Row = []
    at = 0
    for start, end, style in sorted(marks):
        if start >= at:
            row += [("", line.text[at:start]), (style, line.text[start:end])]
            at = end
    row.append(("", line.text[at:]))
    return [fragment for fragment in row if fragment[1]]


def _quotation(line: Line) -> Row:
    return [("class:event", f"↪ {line.quoted} ")] if line.quoted else []


def _reactions(line: Line) -> Row:
    return [("class:event", f"  {reactions(line.reactions)}")] if line.reactions else []


def _name(line: Line) -> Fragment:
    if line.message is not None and line.message.state is Delivery.PENDING:
        return "class:pending", line.author
    return ("class:own" if line.own else name_style(line.author)), line.author


def rows_of(line: Line, width: int, me: str) -> list[Row]:
    """A line as rows, from its cache if nothing has changed."""
    state = line.message.state if line.message is not None else None
    key = (width, me, state)
    if line.cache is None or line.cache[0] != key:
        line.cache = (key, _render(line, width, me))
    rows: list[Row] = line.cache[1]
    return rows


def _render(line: Line, width: int, me: str) -> list[Row]:
    if line.sort is Sort.RULE:
        return (
            [rule(line.text, width)]
            if get_cwidth(line.text) + 4 <= width
            else wrap([("class:rule", line.text)], width)
        )
    head: Row = []
    if width >= NARROW:
        moment = line.time if line.message is None else line.message.time
        head.append(("class:time", f"{clock(moment)} " if moment is not None else " " * 6))
    column = NAME_COLUMN if width >= WIDE else 0
    style, name = _name(line)
    match line.sort:
        case Sort.SAY:
            pad = " " * max(column - get_cwidth(name), 0)
            head += [("", pad), (style, name), ("class:time", " │ " if column else ": ")]
            body = [*_quotation(line), *_text(line, me), *_reactions(line)]
        case Sort.NOTICE:
            pad = " " * max(column - get_cwidth(name) - 2, 0)
            head += [
                ("", pad),
                ("class:time", "-"),
                (style, name),
                ("class:time", "- │ " if column else "- "),
            ]
            body = _text(line, me)
        case Sort.ACT:
            head += [("", " " * max(column - 1, 0)), (style, "*"), ("class:time", " │ " if column else " ")]
            body = [(style, f"{name} "), *_text(line, me), *_reactions(line)]
        case Sort.CAME | Sort.WENT | Sort.EVENT:
            mark = {Sort.CAME: "→", Sort.WENT: "←"}.get(line.sort, "·")
            head += [("class:event", " " * max(column - 1, 0) + mark + (" │ " if column else " "))]
            body = [("class:event", line.text)]
        case Sort.ERROR:
            body = [("class:error", f"! {line.text}")]
        case _:
            # What the program says, long lists among it, has the whole width.
            body = [("class:note", line.text)]
    indent = min(sum(get_cwidth(text) for _, text in head), width // 2)
    if column == 0:
        indent = min(indent, 6 if width >= NARROW else 1)
    head, body = ([(style, steady(text)) for style, text in row] for row in (head, body))
    rows = wrap(head + body, width, indent, sum(len(text) for _, text in head))
    if line.message is not None and line.message.state is Delivery.FAILED:
        rows += wrap([("class:error", f"{' ' * indent}not sent: {line.message.sentence}")], width, indent)
    return rows


def screen(page: Page, width: int, height: int, me: str) -> list[Row]:
    """The rows of a page that are to be seen, last at the bottom; keeps `page.scroll` within what there is,
    and on the same row when others come, go or become longer."""
    lines = list(page.lines)
    found: list[Row] = []
    owners: list[tuple[Line, int]] = []
    """Of each row in `found`, the line that it belongs to, and how many rows of that are below it."""
    anchor = page.anchor if page.scroll else None
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        rows = rows_of(line, width, me)[::-1]
        if line is page.selected:
            rows = [[(f"{style} reverse", text) for style, text in row] for row in rows]
        if line is page.marker:
            rows.append(rule("new", width))
        before = next((lines[i].time for i in range(index - 1, -1, -1) if lines[i].time is not None), None)
        if line.time is not None and (before is None or day(before) != day(line.time)):
            rows.append(rule(day(line.time), width))
        if anchor is not None and line is anchor[0]:
            page.scroll = len(found) + min(anchor[1], len(rows) - 1)
            anchor = None
        found += rows
        owners += [(line, below) for below in range(len(rows))]
        if anchor is None and len(found) >= height + page.scroll:
            break
    page.scroll = max(min(page.scroll, len(found) - height), 0)
    page.anchor = owners[page.scroll] if page.scroll else None
    return found[page.scroll : page.scroll + height][::-1]
