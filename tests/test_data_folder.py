"""The data folder and the secrets in it: for their owner alone, with sentences for what cannot be."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from chat.data_folder import check_data_folder, prepare_data_folder, secret_key
from chat.listening.endpoints import CannotStart
from chat.storage.folder import default_data_folder

not_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


def test_the_data_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder = prepare_data_folder(tmp_path / "a" / "b")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == []
    assert prepare_data_folder(folder) == folder


@pytest.mark.parametrize("taken", ["file", "below a file"])
def test_a_data_folder_that_cannot_be_is_explained(tmp_path: Path, taken: str) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" if taken == "file" else tmp_path / "file" / "state"
    with pytest.raises(CannotStart) as caught:
        prepare_data_folder(path)
    assert str(caught.value).startswith(f"The data folder {path} cannot be written: ")
    assert str(caught.value).endswith("Choose another one with --data.")


@not_root
def test_a_data_folder_without_rights_is_explained(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CannotStart, match="Permission denied"):
        prepare_data_folder(tmp_path)


def test_the_default_is_a_folder_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_data_folder() == tmp_path / "twistd-chat"


def test_a_secret_that_cannot_be_read_or_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir()
    with pytest.raises(CannotStart, match="key cannot be read or made: Is a directory"):
        secret_key(tmp_path, "key")
    with pytest.raises(CannotStart, match="No such file"):
        secret_key(tmp_path / "missing", "key")


# looking without touching


def test_a_folder_that_could_be_made_is_fine_and_is_not_made(tmp_path: Path) -> None:
    check_data_folder(tmp_path / "a" / "b")
    check_data_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_could_not_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match=r"file is not a folder\. Choose another one with --data\."):
        check_data_folder(tmp_path / "file" / "state")
