"""Long text in pieces."""

from hypothesis import given
from hypothesis import strategies as st

from chat.client.link.outbox import SHORTEST, split_text


def test_short_text_stays_whole() -> None:
    assert split_text("hello there", 100) == ["hello there"]


def test_cuts_at_spaces() -> None:
    assert split_text("one two three four five six", 16) == ["one two three", "four five six"]


def test_a_space_that_ends_a_full_piece_is_a_cut() -> None:
    assert split_text("a" * 16 + " b", 16) == ["a" * 16, "b"]


def test_long_words_are_cut_between_characters() -> None:
    assert split_text("ü" * 20, 17) == ["ü" * 8, "ü" * 8, "ü" * 4]


def test_what_fits_a_piece_by_itself_is_never_cut() -> None:
    link = "https://example.org/" + "x" * 75
    assert split_text(f"look at {link} please", 100) == ["look at", link, "please"]


def test_lines_become_pieces_and_empty_ones_vanish() -> None:
    assert split_text("one\r\n\n  two\rthree\n", 100) == ["one", "  two", "three"]


def test_nothing_gives_nothing() -> None:
    assert split_text(" \n ", 100) == []


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 60))
def test_pieces_fit_and_nothing_but_space_is_lost(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert all(0 < len(piece.encode()) <= max(limit, SHORTEST) for piece in pieces)
    assert not any("\n" in piece or "\r" in piece or "\0" in piece for piece in pieces)
    kept = "".join("".join(pieces).split())
    assert kept == "".join(text.replace("\0", "").split())
