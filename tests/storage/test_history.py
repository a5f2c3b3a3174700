"""History from disk and memory together, as the domain asks for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chat.domain.events import Said, Tagged
from chat.domain.history import Conversation, Range, Search, after_moment, at_message, before_moment
from chat.domain.log import KEEP
from chat.domain.names import RoomName
from chat.domain.person import Person
from chat.domain.readers import Cursor
from chat.domain.refused import Refused, Why
from chat.storage.threads import Overloaded
from tests.domain.people import session_of

from .by_hand import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty server."""
    world = World(tmp_path)
    world.settle()
    return world


def room_name(name: str = "#room") -> RoomName:
    """A room's name."""
    return RoomName(name, name)


def join(world: World, person: Person, name: str = "#room") -> Cursor:
    """Go into a room."""
    world.directory.join(session_of(person), room_name(name))
    return session_of(person).cursors[world.directory.room(name)]


def say(world: World, person: Person, *texts: str, name: str = "#room") -> list[Said]:
    """Say something, a second apart."""
    events = []
    for text in texts:
        world.clock.advance(1)
        event = world.directory.say(session_of(person), world.directory.room(name), text)
        assert isinstance(event, Said)
        events.append(event)
    return events


class Answer:
    """Collects what a question is answered with."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def __call__(self, answer: Any) -> None:
        self.values.append(answer)

    @property
    def value(self) -> Any:
        """The one answer."""
        assert len(self.values) == 1, self.values
        return self.values[0]

    @property
    def texts(self) -> list[str]:
        """What was said in it."""
        assert not isinstance(self.value, Refused), self.value
        return [event.text for event in self.value if isinstance(event, Said)]


def page(world: World, **what: Any) -> Answer:
    """Ask for a page."""
    answer = Answer()
    given = {"target": "#room", "after": None, "before": None, "limit": 100} | what
    world.directory.history.page(Range(**given), answer)
    return answer


def test_what_memory_holds_is_answered_at_once(world: World) -> None:
    ann = world.enter("ann")
    join(world, ann)
    say(world, ann, "a", "b", "c")
    assert page(world, limit=2).texts == ["b", "c"]


def test_what_is_after_a_message_in_memory_is_answered_at_once(world: World) -> None:
    ann = world.enter("ann")
    join(world, ann)
    first, *_ = say(world, ann, "a", "b", "c")
    assert page(world, after=at_message(first.msgid), newest=False).texts == ["b", "c"]


def test_what_came_before_a_restart_is_read_from_disk(world: World) -> None:
    ann = world.enter("ann")
    join(world, ann)
    a, b, _ = say(world, ann, "a", "b", "c")
    world.settle()
    world.crash()
    later = world.restart()
    join(later, later.enter("ann"))
    say(later, later.directory.find("ann"), "d")
    whole = page(later)
    assert whole.values == []
    later.settle()
    assert whole.texts == ["a", "b", "c", "d"]
    assert page(later, limit=1).texts == ["d"]
    between = page(later, after=at_message(a.msgid), before=before_moment(later.now()), newest=False)
    later.settle()
    assert between.texts == ["b", "c", "d"][: len(between.texts)]
    assert between.texts[:2] == ["b", "c"]
    older = page(later, before=at_message(b.msgid))
    later.settle()
    assert older.texts == ["a"]
    newer = page(later, after=after_moment(a.time), newest=False, limit=1)
    later.settle()
    assert newer.texts == ["b"]


def test_message_ids_grow_across_restarts(world: World) -> None:
    ann = world.enter("ann")
    join(world, ann)
    (before,) = say(world, ann, "a")
    world.settle()
    world.crash()
    later = world.restart()
    join(later, later.enter("ann"))
    (after,) = say(later, later.directory.find("ann"), "b")
    assert after.msgid > before.msgid


def test_a_question_waits_for_what_was_said_before_it(world: World) -> None:
    ann = world.enter("ann")
    join(world, ann)
    say(world, ann, "a")
    answer = page(world)
    assert answer.values == []
    world.settle()
    assert answer.texts == ["a"]


def test_what_a_broken_disk_did_not_take_is_there_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = world.enter("ann")
    join(world, ann)
    say(world, ann, "a")
    world.settle()

    def broken(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(world.storage._database, "write", broken)
    say(world, ann, "b")
    answer = page(world)
    world.settle()
    assert answer.texts == ["a", "b"]


def test_surroundings_of_a_message(world: World) -> None:
    ann = world.enter("ann")
    join(world, ann)
    events = say(world, ann, *"abcdefg")
    answer = Answer()
    world.directory.history.around("#room", at_message(events[3].msgid), 3, True, answer)
    world.settle()
    assert answer.texts == ["c", "d", "e"]


# replay


def test_who_joins_first_after_a_restart_sees_what_was_said_before(world: World) -> None:
    ann = world.enter("ann")
    join(world, ann)
    say(world, ann, "a", "b")
    world.settle()
    world.crash()
    later = world.restart()
    bob = join(later, later.enter("bob"))
    carl = join(later, later.enter("carl"))
    replays = [Answer(), Answer()]
    for cursor, answer in zip((bob, carl), replays, strict=True):
        later.directory.history.replay(cursor, 20, answer)
    later.settle()
    for answer in replays:
        assert answer.texts == ["a", "b"]
    dora = Answer()
    later.directory.history.replay(join(later, later.enter("dora")), 1, dora)
    assert dora.texts == ["b"]


def test_a_replay_of_the_lobby_needs_no_disk(world: World) -> None:
    ann = world.enter("ann")
    world.directory.join_lobby(session_of(ann))
    say(world, ann, "a", name="#lobby")
    world.settle()
    world.crash()
    later = world.restart()
    answer = Answer()
    bob = later.enter("bob")
    later.directory.join_lobby(session_of(bob))
    later.directory.history.replay(session_of(bob).cursors[later.directory.lobby], 20, answer)
    assert answer.texts == ["a"]


def test_a_replay_is_at_most_what_is_asked_for(world: World) -> None:
    ann = world.enter("ann")
    join(world, ann)
    say(world, ann, *(str(number) for number in range(KEEP + 50)))
    world.settle()
    world.crash()
    later = world.restart()
    cursor = join(later, later.enter("bob"))
    answer = Answer()
    later.directory.history.replay(cursor, 3, answer)
    later.settle()
    assert answer.texts == [str(number) for number in range(KEEP + 47, KEEP + 50)]


def test_a_room_that_was_empty_for_a_while_is_remembered(world: World) -> None:
    ann = world.enter("ann")
    join(world, ann)
    say(world, ann, "a")
    world.directory.part(session_of(ann), world.directory.room("#room"))
    answer = Answer()
    world.directory.history.replay(join(world, ann), 20, answer)
    world.settle()
    assert answer.texts == ["a"]


def test_without_a_disk_a_replay_is_what_memory_has(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = world.enter("ann")
    cursor = join(world, ann)

    def broken(*_: Any) -> None:
        raise OSError("cannot read")

    monkeypatch.setattr(world.storage._pages.reader, "page", broken)
    answer = Answer()
    world.directory.history.replay(cursor, 20, answer)
    world.settle()
    assert answer.value == []


# search, targets, single events


def test_search_finds_what_was_just_said(world: World) -> None:
    ann = world.enter("ann")
    join(world, ann)
    say(world, ann, "the answer is 42")
    answer = Answer()
    world.directory.history.search(Search(("answer",), ("#room",)), answer)
    world.settle()
    assert answer.texts == ["the answer is 42"]


def test_a_search_that_takes_too_long_is_refused_with_what_to_do(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.storage.reader.STEPS", 1)
    reader = world.storage._searches.reader
    plain = reader.search
    monkeypatch.setattr(reader, "search", lambda what: plain(what, seconds=-1.0))
    answer = Answer()
    world.directory.history.search(Search(("answer",), ("#lobby",)), answer)
    world.settle()
    assert isinstance(answer.value, Refused)
    assert "took too long" in answer.value.sentence


def test_a_disk_that_cannot_be_read_is_a_refusal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise OSError("cannot read")

    monkeypatch.setattr(world.storage._pages.reader, "page", broken)
    answer = page(world, target="#elsewhere")
    world.settle()
    assert answer.value.why is Why.STORAGE


def test_too_many_questions_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise Overloaded

    monkeypatch.setattr(world.storage._pages.reader, "page", full)
    answer = page(world, target="#elsewhere")
    world.settle()
    assert answer.value.why is Why.LIMIT


def test_targets_are_rooms_and_partners_with_something_new(world: World) -> None:
    ann, bob = world.enter("ann"), world.enter("bob")
    for name in ("#old", "#new"):
        join(world, ann, name)
    say(world, ann, "x", name="#old")
    world.settle()
    world.crash()
    later = world.restart()
    ann, bob = later.enter("ann"), later.enter("bob")
    for name in ("#old", "#new"):
        join(later, ann, name)
    say(later, ann, "y", name="#new")
    later.clock.advance(1)
    later.directory.whisper(session_of(bob), ann, "psst")
    answer = Answer()
    rooms = list(ann.rooms)
    later.directory.history.targets(f"*{ann.number}", rooms, 0.0, later.now() + 1, 10, answer)
    later.settle()
    assert [row.name for row in answer.value] == ["#old", "#new", "bob"]
    backwards = Answer()
    later.directory.history.targets(f"*{ann.number}", rooms, later.now() + 1, 0.0, 1, backwards)
    later.settle()
    assert [row.name for row in backwards.value] == ["bob"]


def test_one_event_is_found_in_memory_or_on_disk(world: World) -> None:
    ann = world.enter("ann")
    join(world, ann)
    (event,) = say(world, ann, "a")
    answer = Answer()
    world.directory.history.find("#room", event.msgid, answer)
    assert answer.value == event
    world.settle()
    world.crash()
    later = world.restart()
    for msgid, expected in ((event.msgid, "a"), ("nonsense", None)):
        answer = Answer()
        later.directory.history.find("#room", msgid, answer)
        later.settle()
        assert getattr(answer.value, "text", None) == expected


def test_what_is_redacted_is_gone_from_memory_and_disk(world: World) -> None:
    ann = world.enter("ann")
    join(world, ann)
    first, second = say(world, ann, "regret", "fine")
    answer = Answer()
    world.directory.history.redact("#room", first.msgid, answer)
    world.settle()
    assert answer.value.text == "regret"
    log = world.directory.room("#room").log
    assert not any(isinstance(event, Said) and event.text == "regret" for event in log.entries)
    assert Tagged(first.msgid, first.time, first.author, "#room", {}) in log.entries
    again = Answer()
    world.directory.history.redact("#room", first.msgid, again)
    world.settle()
    assert again.value.why is Why.NO_SUCH_MESSAGE
    world.crash()
    later = world.restart()
    remaining = page(later)
    later.settle()
    assert remaining.texts == ["fine"]
    assert second.msgid != first.msgid


# what people have read and whispered


def test_private_conversations_are_remembered_by_both_and_never_stored(world: World) -> None:
    ann, bob = world.enter("ann", "ann"), world.enter("bob")
    world.directory.whisper(session_of(ann), bob, "psst")
    world.settle()
    for owner, partner in (("ann", "bob"), (f"*{bob.number}", "ann")):
        answer = page(world, target=Conversation(owner, partner))
        assert [event.text for event in answer.value] == ["psst"]
    assert b"psst" not in b"".join(path.read_bytes() for path in world.folder.iterdir())


def test_a_guest_who_leaves_is_forgotten(world: World) -> None:
    ann, bob = world.enter("ann", "ann"), world.enter("bob")
    world.directory.whisper(session_of(ann), bob, "psst")
    world.directory.history.set_marker(f"*{bob.number}", "#room", 5.0)
    world.directory.quit(bob, "")
    assert page(world, target=Conversation(f"*{bob.number}", "ann")).value == []
    assert [event.text for event in page(world, target=Conversation("ann", "bob")).value] == ["psst"]
    assert world.directory.history.marker(f"*{bob.number}", "#room") is None


def test_read_markers_of_accounts_survive_a_restart_and_move_forward_only(world: World) -> None:
    history = world.directory.history
    assert history.set_marker("ann", "#room", 10.0) == 10.0
    assert history.set_marker("ann", "#room", 5.0) == 10.0
    assert history.set_marker("*7", "#room", 5.0) == 5.0
    world.settle()
    world.crash()
    later = world.restart()
    assert later.directory.history.marker("ann", "#room") == 10.0
    assert later.directory.history.marker("*7", "#room") is None
