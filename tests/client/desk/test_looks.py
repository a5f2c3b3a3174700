"""Names, links and times."""

from chat.client.desk.looks import LINK, NAME_COLOURS, name_number


def test_a_name_always_has_the_same_colour() -> None:
    assert name_number("Ann") == name_number("ann")
    assert {name_number(f"name{number}") for number in range(500)} == set(range(NAME_COLOURS))


def test_a_link_ends_before_the_sentence_does() -> None:
    text = "(see https://example.org/a?b=c#d). Or http://x.y/z, or ftp://no"
    assert LINK.findall(text) == ["https://example.org/a?b=c#d", "http://x.y/z"]
