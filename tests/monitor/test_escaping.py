from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.monitor.escaping import shortened, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, ünïcödé, 日本語", "plain text, ünïcödé, 日本語"),
        ("two\nlines\r\n", r"two\nlines\r\n"),
        ("tab\there", r"tab\there"),
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("c1 \x9b31m", r"c1 \x9b31m"),
        ("reversed \u202eoof", r"reversed \u202eoof"),
        ("para\u2029graph", r"para\u2029graph"),
        ("lone \ud800", r"lone \ud800"),
        ("hidden \U000e0041", r"hidden \U000e0041"),
        (r"C:\new\table", r"C:\new\table"),
        ("family 👩\u200d👧", "family 👩\u200d👧"),
        ("wide\u3000space", "wide\u3000space"),
    ],
)
def test_characters_that_act_are_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_nothing_that_acts_is_left(text: str) -> None:
    out = visible(text)
    left = {unicodedata.category(c) for c in out if c not in "\u200c\u200d"}
    assert left.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    assert visible(out) == out
    out.encode("utf-8")


def test_long_text_is_cut_and_says_so() -> None:
    assert shortened("abc", 3) == "abc"
    assert shortened("abcdef", 3) == "abc… (3 more characters)"
