"""Search: words, filters, and what the index has not seen yet."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.domain.events import Said
from chat.domain.history import Search, fits
from chat.storage.history import delete_event
from chat.storage.reader import Reader, TookTooLong
from chat.storage.schema import DATABASE, MIGRATIONS, connect, migrate, prepare
from chat.storage.search import index_step, indexed_up_to
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


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize(
    ("said", "word", "found"),
    [
        ("snake_case", "snake_case", True),
        ("snakeXcase", "snake_case", False),
        ("100% sure", "100%", True),
        ("elephants", "elephant", False),
        ("elephants", "elephant*", True),
        ("caf\u00e9 in Z\u00fcrich", "cafe", True),
        ("cafe", "caf\u00c9", True),
        ("\u00e4pfel", "apfel", True),
        ("apfel", "\u00c4PFEL", True),
        ("stra\u00dfe", "STRASSE", True),
        ("\uff21\uff22\uff23", "abc", True),
        ("\u4f60\u597d\u4e16\u754c", "\u4e16\u754c", True),
        ("\u4e16\u754c", "\u754c\u4e16", False),
        ("\u4e16", "\u4e16\u754c", False),
        ("\u304c\u3093\u3070\u308b", "\u3070\u308b", True),
        ("\uc548\ub155\ud558\uc138\uc694", "\uc548\ub155", True),
        ("\u043f\u0440\u0438\u0432\u0435\u0442", "\u041f\u0420\u0418\u0412\u0415\u0422", True),
        ("party \U0001f389!", "\U0001f389", True),
        ("party \U0001f389\U0001f389", "\U0001f389", True),
        ("love \u2764\ufe0f", "\u2764", True),
        ("\U0001fae0 melts", "\U0001fae0", True),
        ("I like C++", "C++", True),
        ("I like C", "C++", False),
        ("what!!!", "!!!", False),
        ("co\u00adoperate", "cooperate", True),
    ],
)
def test_a_word_is_found_or_not_whether_the_index_has_seen_it_or_not(
    library: Library, said: str, word: str, found: bool, indexed: bool
) -> None:
    event = library.say(said)
    if indexed:
        library.index()
    assert library.find(word) == ([said] if found else [])
    assert fits(event, Search((word,), ROOMS)) is found, "and so it is in memory"


WORDS = st.text(
    st.sampled_from("aA\u00e9\u00df\u0130 \u4e16\u754c\u304c\U0001f389\ufe0f\u200d_-*\"'$+1%"), max_size=8
)


@given(
    said=st.lists(WORDS, min_size=1, max_size=4),
    words=st.lists(WORDS.filter(str.strip), min_size=1, max_size=2),
)
@settings(max_examples=60, deadline=None)
def test_the_index_what_it_has_not_seen_and_memory_give_one_answer(said: list[str], words: list[str]) -> None:
    with TemporaryDirectory() as folder:
        library = Library(Path(folder))
        events = [library.say(text) for text in said]
        before = library.find(*words)
        library.index()
        assert library.find(*words) == before
        assert [event.text for event in events if fits(event, Search(tuple(words), ROOMS))] == before


def test_the_index_of_an_earlier_release_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    connection = connect(path)
    migrate(connection, MIGRATIONS[:5])
    connection.close()
    library = Library(tmp_path)
    library.say("\u4e16\u754c")
    library.index()
    assert library.find("\u754c") == ["\u4e16\u754c"]


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
