"""What history means, whoever keeps it: ranges, surroundings, conversations, markers, and history in memory."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.domain import conversations as module
from chat.domain.conversations import CONVERSATION_EVENTS, MARKERS_EACH, Conversations, Markers
from chat.domain.events import Identity, Joined, LogEvent, ModeChanged, Said, Tagged, Whispered
from chat.domain.history import (
    LOOK_BACK,
    PAGE_AT_MOST,
    Conversation,
    Correspondent,
    Range,
    Search,
    after_moment,
    at_message,
    before_moment,
    fits,
    in_between,
    is_kept,
    is_speech,
    select,
    surround,
)
from chat.domain.log import KEEP, Log
from chat.domain.memory_history import MemoryHistory
from chat.domain.readers import Cursor
from chat.domain.refused import Refused, Why
from chat.domain.room import Room
from tests.domain.people import session_of
from tests.storage.by_hand import START, Talk, World, somebody


def texts(events: Any) -> str:
    """What was said, as one word of letters."""
    assert not isinstance(events, Refused), events
    return "".join(getattr(event, "text", "-") for event in events)


@pytest.fixture
def talk() -> Talk:
    """Makes events."""
    return Talk()


@pytest.fixture
def letters(talk: Talk) -> list[Said]:
    """Ten events."""
    return [talk.said(letter) for letter in "abcdefghij"]


def test_ranges_have_exclusive_bounds(letters: list[Said]) -> None:
    third, seventh = at_message(letters[2].msgid), at_message(letters[6].msgid)
    assert texts(select(letters, Range("#room", third, seventh, 10))) == "def"
    assert texts(select(letters, Range("#room", None, third, 10))) == "ab"
    assert texts(select(letters, Range("#room", seventh, None, 10, newest=False))) == "hij"
    assert texts(select(letters, Range("#room", None, None, 2))) == "ij"
    assert texts(select(letters, Range("#room", None, None, 2, newest=False))) == "ab"
    assert texts(select(letters, Range("#room", None, None, 0))) == ""


def test_moments_are_exact_to_the_millisecond(letters: list[Said]) -> None:
    moment = letters[4].time
    assert texts(select(letters, Range("#room", None, before_moment(moment), 1))) == "d"
    assert texts(select(letters, Range("#room", after_moment(moment), None, 1, newest=False))) == "f"
    assert texts(select(letters, Range("#room", before_moment(moment), None, 1, newest=False))) == "e"
    assert before_moment(-5.0) == before_moment(0.0)


def test_no_page_is_longer_than_the_bound(talk: Talk) -> None:
    many = [talk.said("a") for _ in range(PAGE_AT_MOST + 1)]
    assert len(select(many, Range("#room", None, None, 10**6))) == PAGE_AT_MOST
    assert len(surround(many, at_message(many[0].msgid), 10**6, True)) == PAGE_AT_MOST


@given(st.integers(0, 9), st.integers(0, 12))
def test_surroundings_hold_the_mark_and_are_as_long_as_asked(at: int, limit: int) -> None:
    talk = Talk()
    letters = [talk.said(letter) for letter in "abcdefghij"]
    found = texts(surround(letters, at_message(letters[at].msgid), limit, True))
    assert len(found) <= limit
    assert found in "abcdefghij"
    assert not limit or letters[at].text in found


def test_reactions_are_kept_and_typing_is_not(talk: Talk) -> None:
    reaction = Tagged(*talk.stamp(), somebody(), "#room", {"+draft/react": "x"})
    typing = Tagged(*talk.stamp(), somebody(), "#room", {"+typing": "active"})
    said = talk.said("a")
    joined = Joined(*talk.stamp(), somebody(), "#room")
    assert select([reaction, typing, said, joined], Range("#room", None, None, 9)) == [said]
    everything = select([reaction, typing, said, joined], Range("#room", None, None, 9, speech=False))
    assert everything == [reaction, said, joined]
    assert not is_kept(Whispered("1", 1.0, somebody(), somebody(), "", Tagged, {"+typing": "active"}))
    assert not is_speech(Whispered("1", 1.0, somebody(), somebody(), "", Tagged))


def test_a_search_fits_what_it_says(talk: Talk) -> None:
    event = talk.said("Hello World", author=somebody("Ann"))
    rooms = ("#room",)
    assert fits(event, Search(("hello", "WORLD"), rooms))
    assert not fits(event, Search(("hello", "moon"), rooms))
    assert fits(event, Search((), rooms, author="ann"))
    assert not fits(event, Search((), rooms, author="bob"))
    assert fits(event, Search((), rooms, after=event.time, before=event.time + 1))
    assert not fits(event, Search((), rooms, after=event.time + 1))
    assert not fits(event, Search((), rooms, before=event.time))
    assert not fits(Joined("1", 1.0, somebody(), "#room"), Search((), rooms))


def test_rows_between_two_moments_in_either_direction() -> None:
    rows = [Correspondent(name, time) for name, time in (("c", 3.0), ("a", 1.0), ("b", 2.0))]
    assert [row.name for row in in_between(rows, 0.0, 9.0, 2)] == ["a", "b"]
    assert [row.name for row in in_between(rows, 9.0, 0.0, 2)] == ["b", "c"]
    assert [row.name for row in in_between(rows, 1.0, 3.0, 9)] == ["b"]


# conversations


def whisper(talk: Talk, author: Identity, recipient: Identity, text: str = "a") -> Whispered:
    """A private message."""
    return Whispered(*talk.stamp(), author, recipient, text)


def test_both_sides_of_a_conversation_have_it(talk: Talk) -> None:
    conversations = Conversations()
    ann, bob = somebody("Ann", "ann"), somebody("Bob", session=5)
    event = whisper(talk, ann, bob)
    conversations.add(event)
    assert list(conversations.events(Conversation("ann", "bob"))) == [event]
    assert list(conversations.events(Conversation("*5", "ann"))) == [event]
    assert conversations.newest("ann") == [Correspondent("Bob", event.time)]
    assert conversations.newest("*5") == [Correspondent("Ann", event.time)]


def test_a_message_to_oneself_is_there_once(talk: Talk) -> None:
    conversations = Conversations()
    ann = somebody("ann", "ann")
    conversations.add(whisper(talk, ann, ann))
    assert len(conversations.events(Conversation("ann", "ann"))) == 1


def test_whoever_takes_a_guests_name_later_finds_nothing(talk: Talk) -> None:
    conversations = Conversations()
    conversations.add(whisper(talk, somebody("ann", "ann"), somebody("bob", session=5)))
    assert not conversations.events(Conversation("*6", "ann"))
    assert not conversations.events(Conversation("bob", "ann"))


def test_typing_is_not_remembered(talk: Talk) -> None:
    conversations = Conversations()
    conversations.add(whisper(talk, somebody("ann", "ann"), somebody("bob"))._replace(kind=Tagged))
    assert not conversations.events(Conversation("ann", "bob"))


def test_conversations_are_bounded_each_and_in_all(talk: Talk) -> None:
    conversations = Conversations(each=3, in_all=10)
    for number in range(9):
        for partner in ("b", "c", "d", "e"):
            conversations.add(whisper(talk, somebody("ann", "ann"), somebody(partner, partner), str(number)))
    kept = [conversations.events(Conversation("ann", partner)) for partner in "bcde"]
    assert all(len(events) <= 3 for events in kept)
    assert conversations._count <= 10
    assert conversations._count == sum(len(events) for events in conversations._events.values())
    assert texts(conversations.events(Conversation("ann", "e")))[-1] == "8"
    only_each = Conversations(each=3)
    for number in range(9):
        only_each.add(whisper(talk, somebody("ann", "ann"), somebody("bob", "bob"), str(number)))
    assert texts(only_each.events(Conversation("ann", "bob"))) == "678"
    assert CONVERSATION_EVENTS > 3


def test_a_message_is_taken_out_on_both_sides(talk: Talk) -> None:
    conversations = Conversations()
    ann, bob = somebody("ann", "ann"), somebody("bob", "bob")
    event = whisper(talk, ann, bob)
    conversations.add(event)
    assert conversations.remove(Conversation("ann", "bob"), event.msgid) == event
    assert not conversations.events(Conversation("bob", "ann"))
    assert conversations.remove(Conversation("ann", "bob"), event.msgid) is None
    conversations.forget("ann")
    conversations.forget("ann")


# markers


def test_markers_only_move_forward() -> None:
    markers = Markers()
    assert markers.get("ann", "#room") is None
    assert markers.put("ann", "#room", 5.0) == 5.0
    assert markers.put("ann", "#room", 3.0) == 5.0
    assert markers.put("ann", "#room", 7.0) == 7.0


def test_markers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GUESTS_WITH_MARKERS", 2)
    markers = Markers()
    for number in range(MARKERS_EACH + 1):
        markers.put("ann", f"#{number}", 1.0)
    assert markers.get("ann", "#0") is None
    assert markers.get("ann", "#1") == 1.0
    for number in range(3):
        markers.put(f"*{number}", "#room", 1.0)
    assert [markers.get(f"*{number}", "#room") for number in range(3)] == [None, 1.0, 1.0]


# history in memory


class Shelf:
    """A room with a log, and a history in memory on it."""

    def __init__(self) -> None:
        self.room = Room("#room", "#room", START)
        self.history = MemoryHistory(lambda folded: self.room.log if folded == "#room" else None)

    def ask(self, method: str, *arguments: Any) -> Any:
        """Ask something that is answered at once."""
        answers: list[Any] = []
        getattr(self.history, method)(*arguments, answers.append)
        (answer,) = answers
        return answer


@pytest.fixture
def shelf(letters: list[Said]) -> Shelf:
    """A history of ten events."""
    shelf = Shelf()
    for event in letters:
        shelf.room.log.append(event)
    return shelf


def test_memory_answers_like_a_disk(shelf: Shelf, letters: list[Said], talk: Talk) -> None:
    assert texts(shelf.ask("page", Range("#room", None, None, 3))) == "hij"
    assert texts(shelf.ask("page", Range("#nowhere", None, None, 3))) == ""
    assert texts(shelf.ask("around", "#room", at_message(letters[4].msgid), 3, True)) == "def"
    assert texts(shelf.ask("search", Search(("c",), ("#room", "#nowhere")))) == "c"
    assert shelf.ask("find", "#room", letters[4].msgid) == letters[4]
    assert shelf.ask("find", "#room", "nonsense").why is Why.NO_SUCH_MESSAGE
    rows = shelf.ask("targets", "*1", [shelf.room], 0.0, START + 100, 10)
    assert rows == [Correspondent("#room", letters[-1].time)]


def test_what_is_redacted_in_memory_is_gone(shelf: Shelf, letters: list[Said], talk: Talk) -> None:
    assert shelf.ask("redact", "#room", letters[4].msgid) == letters[4]
    assert texts(shelf.ask("page", Range("#room", None, None, 10, True, False))) == "abcdfghij"
    assert shelf.ask("redact", "#room", letters[4].msgid).why is Why.NO_SUCH_MESSAGE
    assert shelf.ask("redact", "#nowhere", letters[4].msgid).why is Why.NO_SUCH_MESSAGE
    event = whisper(talk, somebody("ann", "ann"), somebody("bob", "bob"))
    shelf.history.whispered(event)
    assert shelf.ask("redact", Conversation("bob", "ann"), event.msgid) == event
    shelf.history.set_marker("*1", "#room", 1.0)
    shelf.history.forget("*1")
    assert shelf.history.marker("*1", "#room") is None


def test_a_replay_is_what_was_there_before_one_joined(shelf: Shelf, tmp_path: Any) -> None:
    world = World(tmp_path)
    person = world.enter("ann")
    cursor = Cursor(session_of(person), shelf.room, shelf.room.log.end + 1)
    shelf.room.log.append(Joined("~", START, person.identity, "#room"))
    assert texts(shelf.ask("replay", cursor, 3)) == "hij"
    assert texts(shelf.ask("replay", cursor, 100)) == "abcdefghij"


def test_who_looks_back_sees_no_key_and_the_log_keeps_it(
    shelf: Shelf, letters: list[Said], tmp_path: Any
) -> None:
    ann = World(tmp_path).enter("ann")
    event = ModeChanged("~", START, ann.identity, "#room", ("+k", "sesame"))
    shelf.room.log.append(event)
    hidden = event._replace(change=("+k", "*"))
    cursor = Cursor(session_of(ann), shelf.room, shelf.room.log.end + 1)
    assert shelf.ask("page", Range("#room", None, None, 1, speech=False)) == [hidden]
    assert shelf.ask("around", "#room", at_message("~"), 1, False) == [hidden]
    assert texts(shelf.ask("replay", cursor, 1)) == "j"
    assert shelf.room.log.last(1) == [event]


def test_comings_and_goings_push_nothing_out_of_a_replay(shelf: Shelf, tmp_path: Any) -> None:
    person = World(tmp_path).enter("ann")
    log = shelf.room.log
    for number in range(20):
        log.append(Joined(f"~{number:04}", START, person.identity, "#room"))
    cursor = Cursor(session_of(person), shelf.room, log.end + 1)
    assert texts(shelf.ask("replay", cursor, 3)) == "hij"
    assert shelf.ask("replay", cursor, 0) == []


def test_a_replay_looks_back_only_so_far(shelf: Shelf, tmp_path: Any) -> None:
    person = World(tmp_path).enter("ann")
    log = shelf.room.log
    for number in range(LOOK_BACK - 1):
        log.append(Joined(f"~{number:04}", START, person.identity, "#room"))
    cursor = Cursor(session_of(person), shelf.room, log.end + 1)
    assert texts(shelf.ask("replay", cursor, 20)) == "j"


# the log


def test_a_log_takes_what_storage_remembers_before_its_first_event(talk: Talk) -> None:
    old: list[LogEvent] = [talk.said(letter) for letter in "abc"]
    log = Log("#room")
    position = log.append(talk.said("d"))
    log.preload([*old, log.entries[0]])
    assert texts(log.entries) == "abcd"
    assert (log.base, log.end, position) == (-3, 1, 0)
    assert log.read(position).events == log.entries[3:]
    assert texts(log.read(-2).events) == "bcd"
    log.preload(old)
    assert texts(log.entries) == "abcd"


def test_a_preloaded_log_is_trimmed_like_any_other(talk: Talk) -> None:
    log = Log("#room")
    log.preload([talk.said("a") for _ in range(KEEP)])
    for _ in range(10):
        talk.time += 100
        for _ in range(100):
            log.append(talk.said("b"))
    assert log.base + len(log.entries) == log.end == 1000
    assert len(log.entries) < 2 * KEEP
