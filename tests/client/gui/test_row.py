"""Rows of choosers."""

from chat.client.gui.row import Row, matching, same

ROWS = [
    Row("", "ROOMS"),
    Row("1", "#kitchen", hint="room"),
    Row("2", "chen", hint="in #lobby"),
    Row("3", "ben"),
]


def test_all_words_have_to_occur() -> None:
    assert [row.key for row in matching(ROWS, "chen")] == ["2", "1"]
    assert [row.key for row in matching(ROWS, "CHEN lobby")] == ["2"]
    assert matching(ROWS, "nobody") == []


def test_without_words_all_but_the_headings_are_there() -> None:
    assert [row.key for row in matching(ROWS, " ")] == ["1", "2", "3"]


def test_a_room_is_found_with_and_without_its_sign() -> None:
    assert matching(ROWS, "kit")[0].key == matching(ROWS, "#kit")[0].key == "1"


def test_a_room_is_the_same_with_and_without_its_sign() -> None:
    assert same("#Lobby", "lobby")
    assert not same("#lobby", "lob")
