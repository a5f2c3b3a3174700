"""The file with the message of the day, which everybody gets on coming in."""

from __future__ import annotations

from pathlib import Path

from chat.listening.endpoints import CannotStart

MOTD_BYTES = 64 * 1024
"""Largest message of the day: everybody gets it on coming in."""


def read_motd(path: str | None) -> list[str]:
    """The lines of the message of the day, none without a file; raises `CannotStart` with a sentence."""
    if path is None:
        return []
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise CannotStart(f"The --motd file {path} cannot be read: {error.strerror}.") from None
    if len(data) > MOTD_BYTES:
        raise CannotStart(f"The --motd file {path} has {len(data)} bytes; at most {MOTD_BYTES} can be shown.")
    return data.decode("utf-8", "replace").splitlines()
