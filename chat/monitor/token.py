"""The access token: made once, kept in a file that nobody else can read."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from twisted.logger import Logger

from chat.listening.endpoints import CannotStart
from chat.storage.folder import kept_secret

FILE_NAME = "monitor-token"

MIN_LENGTH = 16
MAX_LENGTH = 256
"""At 16 characters even one drawn from hexadecimal digits alone has 64 bits; more than 256 help nobody."""

_ALLOWED = re.compile(r"[A-Za-z0-9._~-]+\Z")
_log = Logger()


def checked(token: str) -> str:
    """`token` if it may be used, which is to say that it is long enough and needs no quoting in a URL.

    Raises `CannotStart` if not.
    """
    if not MIN_LENGTH <= len(token) <= MAX_LENGTH:
        raise CannotStart(
            f"The monitor's token has {len(token)} characters; it needs {MIN_LENGTH} to {MAX_LENGTH}. "
            "Leave the option away to have one made."
        )
    if _ALLOWED.match(token) is None:
        raise CannotStart(
            "The monitor's token may hold only letters, digits and . _ ~ - because it stands in an address. "
            "Leave the option away to have one made."
        )
    return token


def load(folder: Path) -> str:
    """The token kept in `folder`, made if there is none.

    Raises `CannotStart` if the file cannot be read or written, or holds no usable token.
    """
    path = folder / FILE_NAME
    try:
        kept_secret(path, lambda: f"{secrets.token_urlsafe(32)}\n".encode())
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
            _log.warn(
                "{path} could be read by others on this machine; its mode is 0600 again. "
                "Delete it and start again to have a new token.",
                path=str(path),
            )
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as e:
        raise CannotStart(
            f"The monitor's token cannot be kept in {path} ({e.strerror}). "
            "Make the folder writable, or give another with --data, or a token with --monitor-token."
        ) from None
    try:
        return checked(text)
    except CannotStart:
        raise CannotStart(
            f"{path} does not hold a usable token. Delete it and start again to have a new one."
        ) from None
