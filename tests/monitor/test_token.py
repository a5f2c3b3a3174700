from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from chat.listening.endpoints import CannotStart
from chat.monitor import token


def test_a_token_is_made_once_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    first = token.load(tmp_path)
    assert len(first) >= 40
    assert token.load(tmp_path) == first
    assert stat.S_IMODE((tmp_path / token.FILE_NAME).stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == [token.FILE_NAME]


def test_two_folders_have_two_tokens(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert token.load(tmp_path / "a") != token.load(tmp_path / "b")


def test_a_mode_that_lets_others_read_is_put_right(tmp_path: Path) -> None:
    made = token.load(tmp_path)
    path = tmp_path / token.FILE_NAME
    path.chmod(0o644)
    assert token.load(tmp_path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: object, target: object) -> None:
        raise PermissionError("no hard links here")

    monkeypatch.setattr(os, "link", refuse)
    assert token.load(tmp_path) == token.load(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [token.FILE_NAME]


def test_the_server_that_comes_second_takes_the_first_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.link

    def late(source: str, target: Path) -> None:
        target.write_text("made-by-the-other-server\n")
        real(source, target)

    monkeypatch.setattr(os, "link", late)
    assert token.load(tmp_path) == "made-by-the-other-server"


@pytest.mark.parametrize("content", ["\n", "short", "has spaces in it, really", "ünïcödé-is-not-allowed"])
def test_a_file_without_a_usable_token_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / token.FILE_NAME).write_text(content)
    with pytest.raises(CannotStart, match="Delete it and start again"):
        token.load(tmp_path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"cannot be kept in .*No such file or directory"):
        token.load(tmp_path / "missing")


@pytest.mark.parametrize(
    ("given", "why"),
    [("x" * 15, "has 15 characters"), ("x" * 257, "has 257"), ("spaces are not fine", "letters, digits")],
)
def test_an_operators_token_is_checked(given: str, why: str) -> None:
    with pytest.raises(CannotStart, match=why):
        token.checked(given)


def test_a_good_one_is_taken_as_it_is() -> None:
    assert token.checked("abcDEF0123.-_~xy") == "abcDEF0123.-_~xy"
