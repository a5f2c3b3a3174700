"""The data folder: where it is if nobody says, and the secrets in it, each in a file for its owner alone."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import platformdirs

SECRET_BYTES = 32
"""Length of a key that is made here."""


def default_data_folder() -> Path:
    """The per-user state folder."""
    return Path(platformdirs.user_state_dir("twistd-chat"))


def secret_bytes() -> bytes:
    """A new key."""
    return secrets.token_bytes(SECRET_BYTES)


def kept_secret(path: Path, make: Callable[[], bytes] = secret_bytes) -> bytes:
    """What a file holds; made if it is not there, or empty. Raises `OSError`."""
    try:
        kept = path.read_bytes()
    except FileNotFoundError:
        kept = b""
    if not kept:
        write_secret(path, make(), replace=path.exists())
        kept = path.read_bytes()
    return kept


def write_secret(path: Path, content: bytes, replace: bool) -> None:
    """Put a file for its owner alone in its place; without `replace` one that is there stays. Raises `OSError`.

    It appears under its name when it is whole and on disk, so that neither a crash nor a second server that starts at
    the same moment leaves half of it, and it never exists with a wider mode.
    """
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
            return
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        except OSError:
            # A file system without hard links.
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
