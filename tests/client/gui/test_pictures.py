"""Pictures with round corners."""

import struct
import zlib

from chat.client.gui.pictures import MAX_SIZE, rounded


def pixels(data: bytes) -> tuple[int, int, bytes]:
    """Width, height and RGBA of one of our own PNG files."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, body, size = 8, b"", (0, 0)
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        chunk = data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + chunk)
        if kind == b"IHDR":
            size = struct.unpack(">II", chunk[:8])
        if kind == b"IDAT":
            body += chunk
        at += 12 + length
    rows = zlib.decompress(body)
    width, height = size
    step = width * 4 + 1
    assert all(rows[y * step] == 0 for y in range(height))
    return width, height, b"".join(rows[y * step + 1 : (y + 1) * step] for y in range(height))


def test_a_disc_is_full_in_the_middle_and_empty_in_the_corners() -> None:
    width, height, rgba = pixels(rounded(9, 9, 4.5, "#102030"))
    assert (width, height) == (9, 9)
    middle = (4 * 9 + 4) * 4
    assert rgba[middle : middle + 4] == bytes.fromhex("102030ff")
    for corner in (0, 8, 72, 80):
        assert rgba[corner * 4 + 3] == 0


def test_its_edge_is_smooth_and_it_is_the_same_from_all_sides() -> None:
    width, _, rgba = pixels(rounded(16, 16, 8, "#ffffff"))
    opacity = [rgba[i * 4 + 3] for i in range(256)]
    assert any(0 < value < 255 for value in opacity)
    assert opacity == opacity[::-1]
    assert opacity == [opacity[x * width + y] for y in range(16) for x in range(16)]


def test_size_is_bounded() -> None:
    assert pixels(rounded(10_000, 0, 3, "#000000"))[:2] == (MAX_SIZE, 1)
