"""Lines as rows of a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.utils import get_cwidth

from chat.client.desk.looks import clock, day
from chat.client.desk.pages import Line, Page, Sort
from chat.client.link.events import Delivery, Kind, Outgoing
from chat.client.terminal.rows import NAME_COLOURS, Row, name_style, rows_of, screen, wrap

NOON = 1_800_000_000.0


def text(row: Row) -> str:
    return "".join(part for _, part in row)


def texts(rows: list[Row]) -> list[str]:
    return [text(row) for row in rows]


def test_wraps_at_words_with_an_indent() -> None:
    assert texts(wrap([("", "one two three four")], 9, 2)) == ["one two", "  three", "  four"]


def test_long_words_are_cut() -> None:
    assert texts(wrap([("", "a" * 10)], 4)) == ["aaaa", "aaaa", "aa"]


def test_wide_characters_count_twice() -> None:
    assert texts(wrap([("", "日本語日本語")], 7)) == ["日本語", "日本語"]


def test_styles_survive_wrapping() -> None:
    rows = wrap([("a", "one "), ("b", "two three")], 7)
    assert rows == [[("a", "one "), ("b", "two")], [("b", "three")]]


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    st.integers(2, 40),
    st.integers(0, 10),
)
def test_rows_fit_and_lose_nothing_but_spaces(content: str, width: int, indent: int) -> None:
    indent = min(indent, width - 2)
    rows = wrap([("", content)], width, indent)
    assert all(get_cwidth(text(row)) <= width for row in rows)
    assert "".join("".join(texts(rows)).split()) == "".join(content.split())


@pytest.mark.parametrize("width", [120, 80, 50, 20, 5, 1])
@pytest.mark.parametrize("sort", list(Sort))
def test_every_line_can_be_shown_at_every_width(sort: Sort, width: int) -> None:
    line = Line(sort, "some text https://example.org/x for bob " * 3, NOON, "ann", mention=True)
    rows = rows_of(line, width, "bob")
    assert rows
    assert width < 5 or all(get_cwidth(text(row)) <= width for row in rows)


def test_columns() -> None:
    line = Line(Sort.SAY, "hello", NOON, "ann")
    assert texts(rows_of(line, 80, "bob")) == [f"{clock(NOON)}          ann │ hello"]
    assert texts(rows_of(line, 50, "bob")) == [f"{clock(NOON)} ann: hello"]
    assert texts(rows_of(line, 30, "bob")) == ["ann: hello"]


def test_what_is_for_us_and_links_stand_out() -> None:
    line = Line(Sort.SAY, "bob: see https://example.org/x.", NOON, "ann", mention=True)
    [row] = rows_of(line, 80, "bob")
    assert ("class:mention", "bob") in row
    assert ("class:link", "https://example.org/x") in row


def test_a_message_is_dim_until_it_is_acknowledged_and_says_when_it_failed() -> None:
    message = Outgoing("#x", "hello", Kind.SAY, NOON)
    line = Line(Sort.SAY, "hello", NOON, "bob", own=True, message=message)
    assert ("class:pending", "hello") in rows_of(line, 80, "bob")[0]
    message.state = Delivery.ACKNOWLEDGED
    assert ("", "hello") in rows_of(line, 80, "bob")[0]
    message.state, message.sentence = Delivery.FAILED, "Nobody is there."
    assert "not sent: Nobody is there." in text(rows_of(line, 80, "bob")[1])


def test_rows_are_made_once() -> None:
    line = Line(Sort.SAY, "hello", NOON, "ann")
    assert rows_of(line, 80, "bob") is rows_of(line, 80, "bob")
    assert rows_of(line, 80, "bob") is not rows_of(line, 79, "bob")


def test_a_name_always_has_the_same_colour() -> None:
    assert name_style("Ann") == name_style("ann")
    assert len({name_style(f"name{number}") for number in range(100)}) == len(NAME_COLOURS)


def page_of(count: int) -> Page:
    page = Page("#x", "#x")
    for number in range(count):
        page.add(Line(Sort.NOTE, f"line {number}", NOON))
    return page


def test_a_screen_shows_the_end_and_the_day() -> None:
    shown = texts(screen(page_of(3), 60, 10, "bob"))
    assert day(NOON) in shown[0]
    assert [row[6:] for row in shown[1:]] == ["line 0", "line 1", "line 2"]
    assert [row[6:] for row in texts(screen(page_of(30), 60, 2, "bob"))] == ["line 28", "line 29"]


def test_scrolling_stops_at_the_beginning() -> None:
    page = page_of(30)
    page.scroll = 1000
    shown = texts(screen(page, 60, 5, "bob"))
    assert day(NOON) in shown[0]
    assert page.scroll == 26


def test_what_is_looked_at_stays_when_more_comes() -> None:
    page = page_of(30)
    screen(page, 60, 5, "bob")
    page.scroll = 3
    before = texts(screen(page, 60, 5, "bob"))
    page.add(Line(Sort.NOTE, "word " * 30, NOON))
    assert texts(screen(page, 60, 5, "bob")) == before


def test_a_rule_shows_what_is_new() -> None:
    page = page_of(3)
    page.marker = page.lines[2]
    assert "new" in texts(screen(page, 60, 10, "bob"))[3]
