"""Messages that are repeated after a drop are said once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.domain import repeats as module
from chat.domain.events import Identity, Said
from chat.domain.journal import Receipt, Stamps
from chat.domain.repeats import REPEAT_SECONDS, Repeatable, Repeats, repeat_key

LABEL = "0123456789abcdef.7"


class Room:
    """Says things, and remembers what was said and who waits for it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.repeats = Repeats(lambda: self.now)
        self.said: list[Said] = []
        self.waiting: list[Receipt] = []
        self.stored_again: list[str] = []
        self.receipts: list[tuple[str, bool]] = []
        self._stamps = Stamps(lambda: self.now)

    def say(self, text: str, key: str | None = "key", name: str = "") -> Repeatable:
        """Somebody says something under a key."""

        def really(receipt: Receipt | None) -> Said:
            msgid, time = self._stamps.next()
            event = Said(msgid, time, Identity(1, "ann", "u", "h"), "#room", text)
            self.said.append(event)
            if receipt is not None:
                self.waiting.append(receipt)
            return event

        def again(event: Repeatable, receipt: Receipt) -> None:
            self.stored_again.append(event.text)
            self.waiting.append(receipt)

        return self.repeats.once(
            key, lambda stored: self.receipts.append((name or text, stored)), really, again
        )

    def disk(self, stored: bool) -> None:
        """The disk answers."""
        waiting, self.waiting = self.waiting, []
        for receipt in waiting:
            receipt(stored)


def test_what_has_no_key_is_said_each_time() -> None:
    room = Room()
    room.say("a", None)
    room.say("a", None)
    room.disk(True)
    assert len(room.said) == 2
    assert room.receipts == [("a", True), ("a", True)]


def test_a_repetition_of_what_is_stored_is_acknowledged_at_once() -> None:
    room = Room()
    first = room.say("a")
    room.disk(True)
    assert room.say("a", name="again") is first
    assert len(room.said) == 1
    assert room.receipts == [("a", True), ("again", True)]


def test_a_repetition_of_what_is_being_stored_waits_with_it() -> None:
    room = Room()
    first = room.say("a")
    assert room.say("a", name="again") is first
    assert room.receipts == []
    room.disk(True)
    assert room.receipts == [("a", True), ("again", True)]


def test_a_repetition_of_what_could_not_be_stored_is_stored_without_being_said() -> None:
    room = Room()
    first = room.say("a")
    room.disk(False)
    assert room.say("a", name="again") is first
    assert room.say("a", name="and again") is first
    assert (len(room.said), room.stored_again) == (1, ["a"])
    room.disk(True)
    assert room.receipts == [("a", False), ("again", True), ("and again", True)]


def test_an_acknowledgement_that_comes_at_once_is_no_special_case() -> None:
    room = Room()
    event = Said("1", room.now, Identity(1, "ann", "u", "h"), "#room", "a")

    def say(receipt: Receipt | None) -> Said:
        assert receipt is not None
        receipt(True)
        return event

    told: list[bool] = []
    for _ in range(2):
        assert room.repeats.once("key", told.append, say, lambda *_: None) is event
    assert told == [True, True]


def test_nobody_has_to_wait_for_a_receipt() -> None:
    room = Room()
    events = [
        room.repeats.once("key", None, lambda r: room.say("a", None), lambda *_: None) for _ in range(2)
    ]
    assert events[0] is events[1]


def test_other_keys_are_other_messages() -> None:
    room = Room()
    assert room.say("a", "one") is not room.say("a", "two")


def test_keys_are_forgotten_after_a_while() -> None:
    room = Room()
    room.say("a", "old")
    room.disk(True)
    room.now += REPEAT_SECONDS + 1
    room.say("b", "new")
    room.say("a", "old")
    assert [event.text for event in room.said] == ["a", "b", "a"]


def test_only_so_many_keys_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 3)
    room = Room()
    for number in range(5):
        room.say(str(number), f"key{number}")
    assert len(room.repeats._entries) == 3
    room.say("4", "key4")
    assert len(room.said) == 5


def test_what_was_loaded_after_a_restart_is_recognised() -> None:
    room = Room()
    event = Said("1", room.now, Identity(0, "ann", "u", "h"), "#room", "a")
    room.repeats.load([("key", event)])
    assert room.say("a") is event
    assert room.receipts == [("a", True)]


def test_a_key_is_a_person_and_a_label_that_nobody_else_has() -> None:
    ann = Identity(1, "Ann", "u", "cloak")
    key = repeat_key(ann, LABEL, "#room")
    assert key is not None
    assert repeat_key(ann._replace(session=9, name="aNN"), LABEL, "#room") == key
    assert repeat_key(ann._replace(host="other"), LABEL, "#room") != key
    assert repeat_key(ann._replace(name="bob"), LABEL, "#room") != key
    account = ann._replace(account="ann")
    again = account._replace(name="x", host="y")
    assert repeat_key(account, LABEL, "#room") == repeat_key(again, LABEL, "#ROOM")
    assert repeat_key(account, LABEL, "#room") != repeat_key(account, LABEL, "#other"), "one for each target"
    assert repeat_key(account, LABEL, "#room") != key


@pytest.mark.parametrize(
    "label",
    [
        None,
        "",
        "1",
        "17",
        "0123456789abcdef",
        "0123456789abcde.1",
        "0123456789ABCDEF.1",
        LABEL + "x",
        "." * 20,
    ],
)
def test_other_labels_say_nothing_about_other_connections(label: str | None) -> None:
    assert repeat_key(Identity(1, "ann", "u", "h"), label, "#room") is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["say", "stored", "failed"])), max_size=40))
def test_however_often_it_is_repeated_it_is_said_once_and_each_is_answered_once(
    steps: list[tuple[str, str]],
) -> None:
    room = Room()
    asked = 0
    for key, step in steps:
        if step == "say":
            room.say(key, key, f"{asked}")
            asked += 1
        else:
            room.disk(step == "stored")
    room.disk(True)
    texts = [event.text for event in room.said]
    assert len(texts) == len(set(texts))
    assert sorted(name for name, _ in room.receipts) == sorted(str(number) for number in range(asked))
