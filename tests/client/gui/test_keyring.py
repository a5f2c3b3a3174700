"""Passwords in a keyring that the test plays."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator

import pytest

from chat.client.gui import keyring


class KeyringError(Exception):
    """What the library raises."""


class Backend:
    """Keeps secrets in memory; `locked` it does nothing but fail."""

    priority = 5.0

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def _open(self) -> None:
        if self.locked:
            raise KeyringError

    def get_password(self, service: str, name: str) -> str | None:
        self._open()
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, password: str) -> None:
        self._open()
        self.kept[service, name] = password

    def delete_password(self, service: str, name: str) -> None:
        self._open()
        if self.kept.pop((service, name), None) is None:
            raise KeyringError


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    made = Backend()
    Backend.__module__ = "keyring.backends.Test"
    library, errors = types.ModuleType("keyring"), types.ModuleType("keyring.errors")
    library.get_keyring = lambda: made  # type: ignore[attr-defined]
    errors.KeyringError = KeyringError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", library)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    yield made
    Backend.__module__ = __name__


def test_what_is_kept_is_found_and_can_be_forgotten(backend: Backend) -> None:
    assert keyring.available()
    assert keyring.find("chat.test", "zoe") == ""
    keyring.keep("chat.test", "zoe", "secret")
    assert keyring.find("chat.test", "zoe") == "secret"
    assert keyring.find("other.test", "zoe") == ""
    keyring.forget("chat.test", "zoe")
    keyring.forget("chat.test", "zoe")
    assert keyring.find("chat.test", "zoe") == ""


def test_a_locked_one_is_as_good_as_none(backend: Backend) -> None:
    backend.locked = True
    keyring.keep("chat.test", "zoe", "secret")
    assert keyring.find("chat.test", "zoe") == ""


def test_what_keeps_secrets_in_plain_text_is_not_used(backend: Backend) -> None:
    Backend.__module__ = "keyrings.alt.file"
    assert not keyring.available()
    keyring.keep("chat.test", "zoe", "secret")
    assert backend.kept == {}


def test_without_the_library_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert not keyring.available()
    assert keyring.find("chat.test", "zoe") == ""
    keyring.keep("chat.test", "zoe", "secret")
