"""Search: words, filters, and what the index has not seen yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.domain.events import Said
from chat.domain.history import Search
from chat.storage.history import delete_event
from chat.storage.reader import Reader, TookTooLong
from chat.storage.schema import DATABASE, prepare
from chat.storage.search import index_step, indexed_up_to, match_expression
from chat.storage.writer import Database, Entry, EventWriter

from .by_hand import START, Talk, somebody

ROOMS = ("#room", "#other")


class Library:
    """A database with something said in it."""

    def __init__(self, folder: Path) -> None:
        prepare(folder / DATABASE)
        self.database = Database(folder / DATABASE)
        self.reader = Reader(folder / DATABASE)
        self._writer = EventWriter(self.database)
        self._talk = Talk()

    def say(self, text: str, author: str = "ann", room: str = "#room") -> Said:
        """Store what somebody says."""
        event = self._talk.said(text, room, somebody(author))
        self._writer.store([Entry(event, room)])
        return event

    def index(self) -> None:
        """Bring the index up to date."""
        while self.database.write(index_step):
            pass

    def find(self, *words: str, **more: object) -> list[str]:
        """The texts that a search finds."""
        found = self.reader.search(Search(words, **({"rooms": ROOMS} | more)))  # type: ignore[arg-type]
        return [event.text for event in found if isinstance(event, Said)]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """An empty library."""
    return Library(tmp_path)


@pytest.fixture(params=["indexed", "not indexed", "half indexed"])
def full(request: pytest.FixtureRequest, library: Library) -> Library:
    """The same library, whether or not the index has seen it."""
    library.say("the quick brown fox")
    library.say("a lazy dog", "bob")
    if request.param == "half indexed":
        library.index()
    library.say("the fox and the dog", "bob", "#other")
    library.say("secret fox", "carl", "#closed")
    if request.param == "indexed":
        library.index()
    return library


def test_all_words_have_to_occur(full: Library) -> None:
    assert full.find("fox") == ["the quick brown fox", "the fox and the dog"]
    assert full.find("fox", "dog") == ["the fox and the dog"]
    assert full.find("fox", "cat") == []


def test_case_makes_no_difference(full: Library) -> None:
    assert full.find("FOX", "Quick") == ["the quick brown fox"]


def test_filters(full: Library) -> None:
    assert full.find("dog", author="bob") == ["a lazy dog", "the fox and the dog"]
    assert full.find("fox", author="bob") == ["the fox and the dog"]
    assert full.find("fox", rooms=("#room",)) == ["the quick brown fox"]
    assert full.find("dog", before=START + 3) == ["a lazy dog"]
    assert full.find("dog", after=START + 3) == ["the fox and the dog"]
    assert full.find(author="bob") == ["a lazy dog", "the fox and the dog"]


def test_rooms_that_a_person_is_not_in_are_not_searched(full: Library) -> None:
    assert "secret fox" not in full.find("fox")
    assert full.find("fox", rooms=()) == []


def test_the_newest_are_found_first(full: Library) -> None:
    assert full.find("fox", limit=1) == ["the fox and the dog"]
    assert full.find("fox", limit=0) == []


@pytest.mark.parametrize(
    "word",
    ['"', "fox OR dog", "NEAR(", "fo*x*", "-", "(", "AND", "text:", "' OR 1=1 --", "%", "_", "\\", "", "*"],
)
def test_no_word_is_an_operator(full: Library, word: str) -> None:
    assert full.find(word, "cat") == []


def test_percent_and_underscore_mean_themselves(library: Library) -> None:
    library.say("100% sure")
    library.say("100 sure")
    library.say("snake_case")
    library.say("snakeXcase")
    assert library.find("100%") == ["100% sure"]
    assert library.find("snake_case") == ["snake_case"]


def test_a_star_at_the_end_means_starts_with(library: Library) -> None:
    library.say("elephants")
    library.index()
    assert library.find("elephant") == []
    assert library.find("elephant*") == ["elephants"]


def test_accents_make_no_difference_to_the_index(library: Library) -> None:
    library.say("café in Zürich")
    library.index()
    assert library.find("cafe", "zurich") == ["café in Zürich"]


def test_nothing_but_signs_finds_what_is_not_indexed_only(library: Library) -> None:
    assert match_expression(["!!!"]) == ""
    library.say("what!!!")
    library.index()
    assert library.find("!!!") == []


def test_the_index_follows_in_steps(library: Library) -> None:
    for number in range(5):
        library.say(f"word{number}")
    more = [library.database.write(lambda connection: index_step(connection, 2)) for _ in range(4)]
    assert more == [True, True, False, False]
    assert library.database.write(indexed_up_to) == 5
    assert library.find("word4") == ["word4"]


@pytest.mark.parametrize("indexed", [True, False])
def test_what_is_deleted_is_found_no_more(library: Library, indexed: bool) -> None:
    event = library.say("embarrassing words")
    library.say("other words")
    if indexed:
        library.index()
    gone = library.database.write(lambda connection: delete_event(connection, "#room", event.msgid))
    library.index()
    assert isinstance(gone, Said)
    assert gone.text == "embarrassing words"
    assert library.find("words") == ["other words"]
    assert library.find("embarrassing") == []
    # The index agrees with the events.
    library.database.write(
        lambda c: c.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
    )


def test_a_number_of_a_deleted_event_is_not_given_to_another(library: Library) -> None:
    event = library.say("one")
    library.index()
    library.database.write(lambda connection: delete_event(connection, "#room", event.msgid))
    library.say("two")
    library.index()
    assert library.find("two") == ["two"]


def test_a_search_that_takes_too_long_is_given_up(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.storage.reader.STEPS", 1)
    library.say("hello")
    with pytest.raises(TookTooLong):
        library.reader.search(Search(("hello",), ROOMS), seconds=-1.0)
    monkeypatch.undo()
    assert library.find("hello") == ["hello"]
