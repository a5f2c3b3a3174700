"""Small pictures with smooth edges, drawn here because Tk's own shapes have jagged ones: discs and pills, as PNG."""

from __future__ import annotations

import struct
import zlib

MAX_SIZE = 512
"""Pixels of a side."""


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, rgba: bytes) -> bytes:
    """A PNG file (ISO/IEC 15948) of these pixels, four bytes each, row after row."""
    rows = b"".join(b"\0" + rgba[y * width * 4 : (y + 1) * width * 4] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(rows)),
            _chunk(b"IEND", b""),
        ]
    )


def colour_bytes(colour: str) -> bytes:
    """The three bytes of ``#rrggbb``."""
    return bytes.fromhex(colour.removeprefix("#"))


def rounded(width: int, height: int, radius: float, colour: str) -> bytes:
    """A filled rectangle with round corners on nothing; with half its height as radius it is a pill, or a disc.

    A pixel on the edge is as opaque as the part of it that lies inside, taken from its distance to the curve.
    """
    width, height = min(max(width, 1), MAX_SIZE), min(max(height, 1), MAX_SIZE)
    radius = min(radius, width / 2, height / 2)
    body = colour_bytes(colour)
    full = (body + b"\xff") * width
    pixels = bytearray()
    for y in range(height):
        dy = max(radius - (y + 0.5), (y + 0.5) - (height - radius), 0.0)
        if not dy:
            pixels += full
            continue
        row = bytearray(full)
        for x in range(min(round(radius + 0.5), width)):
            dx = max(radius - (x + 0.5), 0.0)
            inside = radius - (dx * dx + dy * dy) ** 0.5 + 0.5
            row[x * 4 + 3] = row[(width - 1 - x) * 4 + 3] = round(255 * min(max(inside, 0.0), 1.0))
        pixels += row
    return png(width, height, bytes(pixels))
