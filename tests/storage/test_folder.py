"""Secrets in the data folder: made once, whole, and for their owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from chat.storage.folder import SECRET_BYTES, kept_secret, write_secret


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key = kept_secret(tmp_path / "key")
    assert len(key) == SECRET_BYTES
    assert kept_secret(tmp_path / "key") == key
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert kept_secret(tmp_path / "other") != key


def test_a_secret_that_was_cut_off_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "key").touch()
    assert len(kept_secret(tmp_path / "key")) == SECRET_BYTES
    assert kept_secret(tmp_path / "key") == (tmp_path / "key").read_bytes()


def test_what_fails_while_it_is_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        kept_secret(tmp_path / "key")
    assert list(tmp_path.iterdir()) == []


def test_one_that_is_there_is_replaced_only_if_that_is_meant(tmp_path: Path) -> None:
    write_secret(tmp_path / "key", b"first", replace=False)
    write_secret(tmp_path / "key", b"second", replace=False)
    assert (tmp_path / "key").read_bytes() == b"first"
    write_secret(tmp_path / "key", b"third", replace=True)
    assert (tmp_path / "key").read_bytes() == b"third"
