"""Long text cut into pieces that fit a server's lines."""

from __future__ import annotations

from chat.domain.text import within_bytes

SHORTEST = 16
"""Bytes that a piece may always have, so that splitting gets ahead whatever the room's name takes."""


def split_text(text: str, limit: int) -> list[str]:
    """Pieces of at most `limit` bytes, cut at spaces where a piece has one in its second half.

    Line ends make new pieces, empty lines vanish. Joined with spaces the pieces of a line are that line, but for
    spaces at the cuts; no visible character is cut in two.
    """
    limit = max(limit, SHORTEST)
    pieces = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n"):
        rest = line.rstrip()
        while rest:
            piece = within_bytes(rest, limit)
            if len(piece) < len(rest) and rest[len(piece)] != " ":
                space = piece.rfind(" ")
                if space > len(piece) // 2:
                    piece = piece[:space]
            rest = rest[len(piece) :].lstrip(" ")
            if piece := piece.rstrip(" "):
                pieces.append(piece)
    return pieces
