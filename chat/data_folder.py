"""Making the folder in which a server keeps its state, and the secrets in it, with sentences for what cannot be."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from chat.listening.endpoints import CannotStart
from chat.storage.folder import kept_secret


def prepare_data_folder(path: Path) -> Path:
    """Make the folder for the state if need be, for its owner alone; raises `CannotStart` with a sentence."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / f".probe-{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise _not_writable(path, error.strerror) from None
    return path


def check_data_folder(path: Path) -> None:
    """Raise `CannotStart` if the folder could not be used, or not be made; nothing is made or written."""
    nearest = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    if not nearest.is_dir():
        raise _not_writable(path, f"{nearest} is not a folder")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise _not_writable(path, f"this user may not write in {nearest}")


def _not_writable(path: Path, why: str | None) -> CannotStart:
    return CannotStart(f"The data folder {path} cannot be written: {why}. Choose another one with --data.")


def secret_key(folder: Path, name: str) -> bytes:
    """A secret that is made once and kept in the data folder; raises `CannotStart` with a sentence."""
    try:
        return kept_secret(folder / name)
    except OSError as error:
        raise CannotStart(f"The file {folder / name} cannot be read or made: {error.strerror}.") from None
