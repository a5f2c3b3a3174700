"""Events as rows and back: what is stored comes out as it went in."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.domain.events import (
    Acted,
    AwayChanged,
    Identity,
    IdentityChanged,
    Joined,
    Kicked,
    Left,
    LogEvent,
    ModeChanged,
    Noticed,
    Quit,
    Renamed,
    Said,
    Tagged,
    TopicChanged,
)
from chat.domain.mode_lines import for_later
from chat.storage.reader import Reader
from chat.storage.rows import columns
from chat.storage.schema import DATABASE, prepare
from chat.storage.writer import Database, Entry, EventWriter

from .by_hand import somebody

# What becomes UTF-8: a lone surrogate cannot, and the wire never lets one in.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=10)
ACCOUNTS = st.none() | NAMES.filter(lambda name: name[0] != "*")
"""No name of an account has a `*`: with one stands what is left of an account that is gone."""
PEOPLE = st.builds(Identity, st.just(0), NAMES, NAMES, NAMES, ACCOUNTS, st.just(""), st.booleans())
TAGS = st.dictionaries(NAMES.map("+{}".format), TEXT, max_size=3)
ROOM = "#room"


def events(msgid: str, time: float) -> st.SearchStrategy[LogEvent]:
    """Any event that is stored."""
    head = (st.just(msgid), st.just(time), PEOPLE)
    speech = [st.builds(kind, *head, st.just(ROOM), TEXT, TAGS) for kind in (Said, Acted, Noticed)]
    return st.one_of(
        *speech,
        st.builds(Tagged, *head, st.just(ROOM), TAGS.map(lambda tags: tags | {"+draft/react": "x"})),
        st.builds(Joined, *head, st.just(ROOM)),
        st.builds(Left, *head, st.just(ROOM), TEXT),
        st.builds(Kicked, *head, st.just(ROOM), PEOPLE, TEXT),
        st.builds(TopicChanged, *head, st.just(ROOM), TEXT),
        st.builds(ModeChanged, *head, st.just(ROOM), st.lists(TEXT, max_size=3).map(tuple)),
        st.builds(Quit, *head, TEXT, st.just({ROOM: 0})),
        st.builds(Renamed, *head, NAMES, st.just({ROOM: 0})),
    )


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_what_is_stored_comes_out_as_it_went_in(
    data: st.DataObject, database: tuple[EventWriter, Reader]
) -> None:
    writer, reader = database
    number = data.draw(st.integers(0, 2**40))
    event = data.draw(events(f"{number:028x}", float(number)))
    try:
        writer.store([Entry(event, ROOM)])
        found = reader.find(ROOM, event.msgid)
        assert found == for_later(event)
        assert type(found) is type(event)
    finally:
        writer._database.write(lambda connection: connection.execute("DELETE FROM events"))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> tuple[EventWriter, Reader]:
    """A database with both its ends."""
    path: Path = tmp_path_factory.mktemp("rows") / DATABASE
    prepare(path)
    return EventWriter(Database(path)), Reader(path)


@pytest.mark.parametrize(
    "event",
    [
        AwayChanged("1", 1.0, somebody(), "tea", {}),
        IdentityChanged("1", 1.0, somebody(), somebody("bob"), {}),
        Tagged("1", 1.0, somebody(), ROOM, {"+typing": "active"}),
    ],
)
def test_what_nobody_looks_up_later_is_not_stored(event: LogEvent) -> None:
    assert columns(event) is None


def test_a_key_is_not_stored() -> None:
    stored = columns(ModeChanged("1", 1.0, somebody(), ROOM, ("+lk", "5", "sesame")))
    assert stored is not None
    assert "sesame" not in str(stored)
    assert '"5"' in str(stored)
