"""Which part of a typed line is a password."""

import pytest

from chat.client.desk.typed.table import secret_in


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("/register pass word", "pass word"),
        ("/REGISTER  x", "x"),
        ("/login ann  secret", "secret"),
        ("/login ann", ""),
        ("/login", ""),
        ("/register ", ""),
    ],
)
def test_passwords(line: str, secret: str) -> None:
    start = secret_in(line)
    assert start is not None
    assert line[start:] == secret


@pytest.mark.parametrize("line", ["", "/", "login x y", "/pm ann secret", "//login a b", "/nothing x"])
def test_lines_without(line: str) -> None:
    assert secret_in(line) is None
