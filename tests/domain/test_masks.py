"""Masks: their normal form, and whom they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.domain.events import Identity
from chat.domain.masks import glob, matches, normal, silences

BOB = Identity(1, "Bob", "bobby", "a1.cloak", "robert")
GUEST = Identity(2, "bob_", "user", "localhost")


@pytest.mark.parametrize(
    ("typed", "mask"),
    [
        ("bob", "bob!*@*"),
        ("bob!*@*", "bob!*@*"),
        ("*@host", "*!*@host"),
        ("bobby@host", "*!bobby@host"),
        ("bob!bobby", "bob!bobby@*"),
        ("!@", "*!*@*"),
        ("a:robert", "a:robert"),
        ("A:robert", "a:robert"),
        ("m:bob", "m:bob!*@*"),
        ("m:a:robert", "m:a:robert"),
    ],
)
def test_masks_have_one_form(typed: str, mask: str) -> None:
    assert normal(typed) == mask
    assert normal(mask) == mask


@pytest.mark.parametrize(
    ("mask", "text", "fits"),
    [
        ("bob", "BOB", True),
        ("b?b", "bob", True),
        ("b?b", "boob", False),
        ("b*b", "bb", True),
        ("*", "", True),
        ("b**b", "boooob", True),
        ("b.b", "bob", False),
        ("[bob]", "[BOB]", True),
        ("straße*", "STRASSE 1", True),
    ],
)
def test_wildcards(mask: str, text: str, fits: bool) -> None:
    assert glob(mask, text) is fits


def test_many_stars_take_no_time() -> None:
    assert not glob("*a" * 40 + "b", "a" * 200)


@pytest.mark.parametrize(
    ("mask", "bob", "guest"),
    [
        ("bob!*@*", True, False),
        ("BOB*!*@*", True, True),
        ("*!*@*.cloak", True, False),
        ("a:Robert", True, False),
        ("a:*", True, False),
        ("m:bob!*@*", False, False),
    ],
)
def test_bans_mean_masks_and_accounts(mask: str, bob: bool, guest: bool) -> None:
    assert matches(mask, BOB) is bob
    assert matches(mask, GUEST) is guest


def test_a_mute_forbids_speech_alone_and_a_ban_does_too() -> None:
    assert silences("m:bob!*@*", BOB)
    assert silences("bob!*@*", BOB)
    assert silences("m:a:robert", BOB)
    assert not silences("m:bob!*@*", GUEST)


def by_the_book(mask: str, text: str) -> bool:
    """What a mask means: each beginning of the mask against each beginning of the text."""
    row = [True] + [False] * len(text)
    for sign in mask:
        above, row = row, [row[0] and sign == "*"]
        for index, letter in enumerate(text):
            if sign == "*":
                row.append(above[index + 1] or row[index])
            else:
                row.append(above[index] and sign in ("?", letter))
    return row[-1]


@given(st.text("ab*?.", max_size=12), st.text("ab.\n", max_size=12))
def test_stars_and_question_marks_mean_what_they_do_by_the_book(mask: str, text: str) -> None:
    assert glob(mask, text) == by_the_book(mask, text)
