"""Lines of a page as paragraphs of styled pieces: grouped by author, with days, what is new, links and our own name."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from chat.client.desk.looks import LINK, clock, day, name_number, reactions
from chat.client.desk.pages import Line, Sort
from chat.client.link.events import Delivery
from chat.client.link.translate import name_in_text

GROUP_SECONDS = 300.0
"""Messages of one person within this time stand under one name."""


class Piece(NamedTuple):
    """Text and its styles; the last style of the first piece of a paragraph is the paragraph's own."""

    text: str
    styles: tuple[str, ...]


Paragraph: TypeAlias = list[Piece]


def key_of(line: Line, marked: bool) -> tuple[object, ...]:
    """What a line's looks depend on besides its neighbours: when it is another, the line is to be drawn anew."""
    state = line.message.state if line.message is not None else None
    return (line.text, state, marked, line.quoted, reactions(line.reactions))


def same_group(line: Line, before: Line | None) -> bool:
    """Whether a message stands under the name that the one before it stands under."""
    return (
        before is not None
        and line.sort is Sort.SAY is before.sort
        and line.author == before.author
        and line.own == before.own
        and 0 <= moment(line) - moment(before) < GROUP_SECONDS
        and day(moment(line)) == day(moment(before))
    )


def moment(line: Line) -> float:
    """When a line happened, 0.0 if that is not known."""
    if line.message is not None:
        return line.message.time
    return line.time or 0.0


def msgid_of(line: Line) -> str:
    """The server's id of a message, ``""`` if it has none."""
    return line.msgid or (line.message.msgid if line.message is not None else "")


def text_pieces(line: Line, me: str, style: str) -> list[Piece]:
    """A line's text, with links and our own name made visible."""
    marks = [(found.start(), found.end(), "link") for found in LINK.finditer(line.text)]
    if line.mention and me:
        marks += [(found.start(), found.end(), "me") for found in name_in_text(me).finditer(line.text)]
    pieces = []
    at = 0
    for start, end, mark in sorted(marks):
        if start >= at:
            pieces += [Piece(line.text[at:start], (style,)), Piece(line.text[start:end], (style, mark))]
            at = end
    pieces.append(Piece(line.text[at:], (style,)))
    return [piece for piece in pieces if piece.text]


def _name(line: Line) -> Piece:
    return Piece(line.author, ("name", "own" if line.own else f"name{name_number(line.author)}"))


def paragraphs(line: Line, before: Line | None, me: str, marked: bool) -> list[Paragraph]:
    """How a line looks after the one before it; `marked`: it is the first that is new."""
    found: list[Paragraph] = []
    when = moment(line)
    if when and (before is None or not moment(before) or day(moment(before)) != day(when)):
        found.append([Piece(day(when), ("day",))])
        before = None
    if marked:
        found.append([Piece("New", ("new",))])
        before = None
    found += _body(line, before, me, when)
    if line.reactions:
        found.append([Piece(f"\t{reactions(line.reactions)}", ("reactions",))])
    if line.message is not None and line.message.state is Delivery.FAILED:
        found.append([Piece(f"\tNot sent: {line.message.sentence}", ("failed",))])
    return found


def _body(line: Line, before: Line | None, me: str, when: float) -> list[Paragraph]:
    time = Piece(clock(when) if when else "", ("time",))
    pending = line.message is not None and line.message.state is Delivery.PENDING
    style = "pending" if pending else "text"
    ground = ("mention",) if line.mention else ()
    above = ("mention_head",) if line.mention else ()
    match line.sort:
        case Sort.SAY:
            grouped = same_group(line, before)
            minute = Piece(
                "" if before is not None and clock(moment(before)) == clock(when) else time.text, ("time",)
            )
            text: Paragraph = [
                minute._replace(text=(minute.text if grouped else "") + "\t"),
                *text_pieces(line, me, style),
            ]
            text = [Piece(piece.text, (*piece.styles, "say", *ground)) for piece in text]
            quotation = [[Piece(f"\t↪ {line.quoted}", ("quotation",))]] if line.quoted else []
            if grouped:
                return [*quotation, text]
            return [
                [
                    Piece(f"{time.text}\t", ("time", "head", *above)),
                    Piece(line.author, (*_name(line).styles, "head", *above)),
                ],
                *quotation,
                text,
            ]
        case Sort.NOTICE:
            head = [
                Piece(time.text + "\t", ("time", "head")),
                _with(_name(line), "head"),
                Piece("  notice", ("time", "head")),
            ]
            return [
                head,
                [Piece("\t", ("say",)), *(_with(piece, "say") for piece in text_pieces(line, me, style))],
            ]
        case Sort.ACT:
            body = [
                Piece(time.text + "\t", ("time",)),
                _name(line),
                Piece(" ", (style,)),
                *text_pieces(line, me, style),
            ]
            return [[Piece(piece.text, (*piece.styles, "act", *ground)) for piece in body]]
        case Sort.CAME | Sort.WENT | Sort.EVENT:
            arrow = {Sort.CAME: "→ ", Sort.WENT: "← "}.get(line.sort, "")
            event = [
                Piece(f"{time.text}\t", ("time",)),
                Piece(arrow, ("event",)),
                *text_pieces(line, me, "event"),
            ]
            return [[_with(piece, "happening") for piece in event if piece.text]]
        case Sort.ERROR:
            return [
                [
                    Piece(f"{time.text}\t", ("time", "note")),
                    *(_with(piece, "note") for piece in text_pieces(line, me, "error")),
                ]
            ]
        case Sort.RULE:
            return [[Piece(line.text, ("day",))]]
    # The program speaks, in a quiet colour. Lists come in columns.
    style = "mono" if "   " in line.text or line.text.startswith("  ") else "told"
    return [
        [
            Piece(f"{time.text}\t", ("time", "note")),
            *(_with(piece, "note") for piece in text_pieces(line, me, style)),
        ]
    ]


def _with(piece: Piece, style: str) -> Piece:
    return Piece(piece.text, (*piece.styles, style))
