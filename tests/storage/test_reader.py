"""Questions to the database: pages, surroundings, single events."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chat.domain.events import Joined, LogEvent, Said
from chat.domain.history import PAGE_AT_MOST, Range, after_moment, before_moment
from chat.storage.reader import Reader
from chat.storage.schema import DATABASE, prepare
from chat.storage.writer import Database, Entry, EventWriter

from .by_hand import START, Talk, somebody


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An empty database."""
    prepare(tmp_path / DATABASE)
    return tmp_path / DATABASE


@pytest.fixture
def store(path: Path) -> Callable[..., None]:
    """Stores events for a room."""
    writer = EventWriter(Database(path))

    def put(*events: LogEvent, room: str = "#room") -> None:
        writer.store([Entry(event, room) for event in events])

    return put


def texts(page: list[LogEvent]) -> str:
    """What was said in a page, as one word of letters."""
    return "".join(event.text for event in page if isinstance(event, Said))


@pytest.fixture
def ten(store: Callable[..., None]) -> list[Said]:
    """Ten events, a second apart, with letters as texts."""
    talk = Talk()
    events = [talk.said(letter) for letter in "abcdefghij"]
    store(*events)
    store(*[talk.said(letter, "#other") for letter in "xyz"], room="#other")
    return events


@pytest.mark.parametrize(
    ("after", "before", "limit", "newest", "expected"),
    [
        (None, None, 3, True, "hij"),
        (None, None, 3, False, "abc"),
        (None, 4, 2, True, "cd"),
        (6, None, 2, False, "hi"),
        (6, None, 2, True, "ij"),
        (2, 6, 10, True, "def"),
        (2, 6, 2, False, "de"),
        (2, 6, 2, True, "ef"),
        (9, None, 5, False, ""),
        (None, 0, 5, True, ""),
        (None, None, 0, True, ""),
        (None, None, -3, True, ""),
    ],
)
def test_pages(
    path: Path,
    ten: list[Said],
    after: int | None,
    before: int | None,
    limit: int,
    newest: bool,
    expected: str,
) -> None:
    first, last = (None if number is None else ten[number].msgid for number in (after, before))
    assert texts(Reader(path).page(Range("#room", first, last, limit, newest))) == expected


def test_pages_by_moments_leave_the_whole_millisecond_out(path: Path, ten: list[Said]) -> None:
    reader = Reader(path)
    fifth = ten[4].time
    assert texts(reader.page(Range("#room", None, before_moment(fifth), 2))) == "cd"
    assert texts(reader.page(Range("#room", after_moment(fifth), None, 2, newest=False))) == "fg"
    assert texts(reader.page(Range("#room", after_moment(fifth - 0.001), None, 1, newest=False))) == "e"


def test_a_page_is_bounded_whatever_is_asked_for(path: Path, store: Callable[..., None]) -> None:
    talk = Talk()
    store(*[talk.said("a") for _ in range(PAGE_AT_MOST + 10)])
    assert len(Reader(path).page(Range("#room", None, None, 10**9))) == PAGE_AT_MOST


def test_only_speech_counts_unless_everything_is_asked_for(path: Path, store: Callable[..., None]) -> None:
    talk = Talk()
    store(talk.said("a"), Joined(*talk.stamp(), somebody(), "#room"), talk.said("b"))
    reader = Reader(path)
    assert [type(event) for event in reader.page(Range("#room", None, None, 2))] == [Said, Said]
    assert [type(event) for event in reader.page(Range("#room", None, None, 2, speech=False))] == [
        Joined,
        Said,
    ]


@pytest.mark.parametrize(
    ("at", "limit", "expected"), [(4, 1, "e"), (4, 3, "def"), (0, 4, "abcd"), (9, 4, "hij")]
)
def test_surroundings(path: Path, ten: list[Said], at: int, limit: int, expected: str) -> None:
    assert texts(Reader(path).around("#room", ten[at].msgid, limit, speech=True)) == expected


def test_a_room_of_which_nothing_is_stored_is_empty(path: Path) -> None:
    reader = Reader(path)
    assert reader.page(Range("#nowhere", None, None, 5)) == []
    assert reader.around("#nowhere", before_moment(START), 5, speech=True) == []
    assert reader.find("#nowhere", "1") is None
    assert reader.newest(["#nowhere"]) == {}


def test_an_event_is_found_in_its_own_room_alone(path: Path, ten: list[Said]) -> None:
    reader = Reader(path)
    found = reader.find("#room", ten[3].msgid)
    assert isinstance(found, Said)
    assert found.text == "d"
    assert reader.find("#other", ten[3].msgid) is None


def test_when_something_was_said_last(path: Path, store: Callable[..., None], ten: list[Said]) -> None:
    quiet = Talk(START + 100)
    store(Joined(*quiet.stamp(), somebody(), "#quiet"), room="#quiet")
    assert Reader(path).newest(["#room", "#quiet"]) == {"#room": ten[-1].time}


def test_what_was_said_belongs_to_nobody_who_is_connected(path: Path, ten: list[Said]) -> None:
    (event,) = Reader(path).page(Range("#room", None, None, 1))
    assert event.author == somebody(session=0)


def test_a_reader_sees_what_is_committed_after_it_began(path: Path, store: Callable[..., None]) -> None:
    reader = Reader(path)
    assert reader.page(Range("#room", None, None, 1)) == []
    store(Talk().said("a"))
    assert texts(reader.page(Range("#room", None, None, 1))) == "a"


STEPS = 1000
"""Instructions of SQLite's machine between two counts."""


def test_a_page_of_speech_costs_the_same_however_many_came_and_went(
    path: Path, store: Callable[..., None]
) -> None:
    talk = Talk()

    def came() -> list[LogEvent]:
        return [Joined(*talk.stamp(), somebody(), "#room") for _ in range(10_000)]

    first, before = talk.said("a"), came()
    store(first, *before, talk.said("b"), *came())
    reader = Reader(path)
    counts: list[None] = []
    reader.read(lambda connection: connection.set_progress_handler(lambda: counts.append(None), STEPS))
    assert texts(reader.page(Range("#room", None, None, 2))) == "ab"
    assert texts(reader.page(Range("#room", None, before[5].msgid, 2))) == "a"
    assert texts(reader.around("#room", before[5].msgid, 4, True)) == "ab"
    assert reader.newest(["#room"]) != {}
    assert len(counts) <= 1
