"""The message of the day, and what the operator is told of a file that cannot be shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.listening.endpoints import CannotStart
from chat.motd import MOTD_BYTES, read_motd


def test_the_motd_is_a_file_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "motd"
    path.write_bytes("Tea at five.\r\nCaf\u00e9 \n".encode() + b"\xff\n")
    assert read_motd(str(path)) == ["Tea at five.", "Caf\u00e9 ", "\ufffd"]


@pytest.mark.parametrize("what", ["missing", "folder", "large"])
def test_a_motd_that_cannot_be_shown_is_explained(tmp_path: Path, what: str) -> None:
    path = tmp_path if what == "folder" else tmp_path / "motd"
    if what == "large":
        path.write_bytes(b"x" * (MOTD_BYTES + 1))
    with pytest.raises(CannotStart) as caught:
        read_motd(str(path))
    reason = {
        "missing": "cannot be read: No such file or directory.",
        "folder": "cannot be read: Is a directory.",
        "large": f"has {MOTD_BYTES + 1} bytes; at most {MOTD_BYTES} can be shown.",
    }
    assert str(caught.value) == f"The --motd file {path} {reason[what]}"


def test_without_a_file_there_is_none() -> None:
    assert read_motd(None) == []
