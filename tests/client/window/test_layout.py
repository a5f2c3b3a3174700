"""How lines of a page look."""

from chat.client.desk.pages import Line, Sort
from chat.client.link.events import Delivery, Kind, Outgoing
from chat.client.window.layout import Paragraph, key_of, paragraphs

NOON = 1_800_000_000.0


def shown(found: list[Paragraph]) -> list[str]:
    return ["".join(piece.text for piece in paragraph) for paragraph in found]


def styled(found: list[Paragraph], style: str) -> list[str]:
    return [piece.text for paragraph in found for piece in paragraph if style in piece.styles]


def say(text: str, author: str = "ann", after: float = 0.0, **more: object) -> Line:
    return Line(Sort.SAY, text, NOON + after, author, **more)  # type: ignore[arg-type]


def test_a_first_message_stands_under_day_time_and_name() -> None:
    found = paragraphs(say("hello"), None, "bob", False)
    assert len(found) == 3
    assert shown(found)[0] == styled(found, "day")[0]
    assert shown(found)[1].endswith("\tann")
    assert shown(found)[2] == "\thello"


def test_messages_of_one_person_share_a_name_for_a_while() -> None:
    first = say("one")
    assert shown(paragraphs(say("two", after=10), first, "bob", False)) == ["\ttwo"]
    assert len(paragraphs(say("two", after=301), first, "bob", False)) == 2
    assert len(paragraphs(say("two", author="carl", after=10), first, "bob", False)) == 2


def test_what_is_new_is_marked() -> None:
    found = paragraphs(say("two", after=10), say("one"), "bob", True)
    assert styled(found, "new") == ["New"]
    assert len(found) == 3


def test_links_and_our_own_name_stand_out() -> None:
    found = paragraphs(say("bob: see https://example.org/x.", mention=True), None, "bob", False)
    assert styled(found, "link") == ["https://example.org/x"]
    assert styled(found, "me") == ["bob"]
    assert "mention" in found[-1][-1].styles


def test_our_own_is_pending_then_said_or_failed_with_a_sentence() -> None:
    message = Outgoing("#lobby", "hello", Kind.SAY, NOON)
    line = Line(Sort.SAY, "hello", NOON, "bob", own=True, message=message)
    assert styled(paragraphs(line, None, "bob", False), "pending") == ["hello"]
    keys = {key_of(line, False)}
    message.state = Delivery.ACKNOWLEDGED
    assert styled(paragraphs(line, None, "bob", False), "pending") == []
    keys.add(key_of(line, False))
    message.state, message.sentence = Delivery.FAILED, "You are not in #lobby."
    assert styled(paragraphs(line, None, "bob", False), "failed") == ["\tNot sent: You are not in #lobby."]
    keys.add(key_of(line, False))
    assert len(keys) == 3


def test_every_kind_of_line_shows_its_text_and_says_how_to_stand() -> None:
    for sort in Sort:
        found = paragraphs(Line(sort, "some text", NOON, "ann"), None, "bob", False)
        assert any("some text" in text for text in shown(found))
        assert all(paragraph[-1].styles for paragraph in found)


def test_columns_stay_columns() -> None:
    found = paragraphs(Line(Sort.NOTE, "  /me TEXT      say what you do", NOON), None, "bob", False)
    assert styled(found, "mono") == ["  /me TEXT      say what you do"]
