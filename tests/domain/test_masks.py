"""Masks: which they mean, in which form they are kept, and that none takes for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.domain.events import Identity
from chat.domain.masks import glob, matches, normal, silences

BOB = Identity(1, "Bob", "user", "some.host.example", "Robert")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("bob", "bob!*@*"),
        ("b*b", "b*b!*@*"),
        ("*@host", "*!*@host"),
        ("user@host", "*!user@host"),
        ("@host", "*!*@host"),
        ("user@", "*!user@*"),
        ("bob!user", "bob!user@*"),
        ("bob!user@host", "bob!user@host"),
        ("!@", "*!*@*"),
        ("bob!", "bob!*@*"),
        ("", "*!*@*"),
        ("a:Robert", "a:Robert"),
        ("A:Robert", "a:Robert"),
        ("m:bob", "m:bob!*@*"),
        ("M:a:Robert", "m:a:Robert"),
    ],
)
def test_the_form_in_which_masks_are_kept(text: str, kept: str) -> None:
    assert normal(text) == kept
    assert normal(kept) == kept


@pytest.mark.parametrize(
    "mask", ["bob", "BOB!*@*", "*@some.host.*", "b?b", "*!user@*", "a:robert", "a:R*", "*", "?*?"]
)
def test_masks_that_mean_somebody(mask: str) -> None:
    assert matches(normal(mask), BOB)
    assert silences(normal(mask), BOB)


@pytest.mark.parametrize("mask", ["bo", "bobb", "b?", "*@some", "a:bob", "a:", "[b]ob", ".ob", "b.b"])
def test_masks_that_mean_somebody_else(mask: str) -> None:
    assert not matches(normal(mask), BOB)
    assert not silences(normal(mask), BOB)


def test_a_mute_forbids_speech_alone() -> None:
    assert not matches(normal("m:bob"), BOB)
    assert silences(normal("m:bob"), BOB)
    assert silences(normal("m:a:robert"), BOB)
    assert not silences(normal("m:eve"), BOB)


def test_who_has_no_account_is_meant_by_no_account() -> None:
    assert not matches("a:*", BOB._replace(account=None))


def fits(mask: str, text: str) -> bool:
    """What a mask means, by the book: each prefix of the mask against each prefix of the text."""
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
def test_stars_and_question_marks(mask: str, text: str) -> None:
    assert glob(mask, text) == fits(mask, text)


@given(st.text(max_size=20))
def test_any_text_fits_itself_and_the_star(text: str) -> None:
    assert glob("*", text)
    assert glob("".join("?" if sign in "*?" else sign for sign in text), text)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("mask", ["*a" * 60 + "*b", "*a?" * 40 + "b", "**" * 80 + "b", "a*" * 80 + "b"])
def test_no_mask_takes_for_ever(mask: str) -> None:
    assert not glob(mask, "a" * 300)
