"""How search results look."""

import time

from chat.client.link.events import Kind, Said
from chat.client.window.search import result_rows, when

NOON = time.mktime((2026, 11, 23, 12, 0, 0, 0, 0, -1))


def test_the_newest_comes_first_and_all_is_safe() -> None:
    messages = [
        Said("#lobby", "ann", "old", Kind.SAY, NOON - 60),
        Said("#lo\x07bby", "b\x1b[2Jen", "\x02new\x02 \x1b[31mtext", Kind.SAY, NOON),
    ]
    rows = result_rows(messages, "new", NOON)
    assert [(row.key, row.text) for row in rows] == [("1", "new text"), ("0", "old")]
    assert rows[0].hint == "ben in #lobby, 12:00"


def test_a_long_text_is_shown_from_shortly_before_what_was_searched_for() -> None:
    text = "a word " * 20 + "Needle and more"
    [row] = result_rows([Said("#lobby", "ann", text, Kind.SAY, NOON)], "from:ann needle", NOON)
    assert row.text.startswith("…")
    assert row.text.endswith("word Needle and more")
    assert len(row.text) < 40
    unbroken = "x" * 90 + "needle"
    [row] = result_rows([Said("#lobby", "ann", unbroken, Kind.SAY, NOON)], "needle", NOON)
    assert row.text == "…needle"


def test_days_and_years_are_told_only_where_they_differ() -> None:
    assert when(NOON, NOON + 60) == "12:00"
    assert when(NOON - 86_400, NOON) == "22 Nov 12:00"
    assert when(NOON - 365 * 86_400, NOON) == "23 Nov 2025 12:00"
