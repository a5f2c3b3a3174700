"""Passwords of accounts in the desktop's keyring, where there is one (the `keyring` extra); never in a file of ours.

The functions wait for the desktop, which may ask the person to unlock it: call them in a thread.
"""

from __future__ import annotations

from typing import Any

SERVICE = "twistd-chat"


def _backend() -> Any:
    """What keeps secrets on this desktop; None if nothing does, or only in plain text."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        backend = keyring.get_keyring()
        trusted = type(backend).__module__.startswith("keyring.backends.") and backend.priority > 0
    except (KeyringError, RuntimeError, OSError):
        return None
    return backend if trusted else None


def _guarded(act: str, *arguments: str) -> Any:
    backend = _backend()
    if backend is None:
        return None
    from keyring.errors import KeyringError

    try:
        return getattr(backend, act)(*arguments)
    except (KeyringError, RuntimeError, OSError):
        # Locked, and the person does not want it to be opened; or there is no desktop any more.
        return None


def available() -> bool:
    """Whether passwords can be kept."""
    return _backend() is not None


def find(server: str, account: str) -> str:
    """The password of an account on a server, ``""`` for none."""
    return str(_guarded("get_password", f"{SERVICE} {server}", account) or "")


def keep(server: str, account: str, password: str) -> None:
    """Keep a password, as far as that is possible."""
    _guarded("set_password", f"{SERVICE} {server}", account, password)


def forget(server: str, account: str) -> None:
    """Keep it no longer."""
    _guarded("delete_password", f"{SERVICE} {server}", account)
