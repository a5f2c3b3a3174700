"""Private messages for accounts that are away: kept, sealed, delivered once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chat.domain.accounts import Account
from chat.domain.events import Acted, Whispered
from chat.domain.mailbox import MAILBOX_DAYS, MAILBOX_EACH
from chat.domain.names import check_name
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from chat.domain.repeats import repeat_key
from chat.storage.mailbox import DAY, KEY_BYTES, Seal
from chat.storage.store import DAILY_SECONDS, MAIL_KEY
from tests.domain.people import session_of

from .by_hand import Ear, World, somebody


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A server with an account that is away."""
    world = World(tmp_path)
    world.storage.accounts.register(check_name("ann"), "opensesame", lambda answer: None)
    world.settle()
    return world


def ann(world: World) -> Account:
    """The account that is away."""
    account = world.storage.accounts.find("ann")
    assert account is not None
    return account


def write(world: World, *texts: str, author: str = "bob", **more: Any) -> list[bool]:
    """Somebody writes to ann; return the receipts."""
    receipts: list[bool] = []
    person = world.directory.people.get(author) or world.enter(author)
    for text in texts:
        world.clock.advance(1)
        world.logins.leave_message(session_of(person), ann(world), text, receipt=receipts.append, **more)
    world.settle()
    return receipts


def come(world: World) -> tuple[Person, list[Whispered]]:
    """Ann comes; return what she is told."""
    person = world.enter("ann", "ann")
    world.logins.deliver(session_of(person))
    world.settle()
    ear = session_of(person).reader
    assert isinstance(ear, Ear)
    return person, [event for event in ear.told if isinstance(event, Whispered)]


def test_a_message_waits_for_its_reader_across_a_restart(world: World) -> None:
    came = world.now()
    assert write(world, "hello", "are you there?") == [True, True]
    world.crash()
    later = world.restart()
    person, told = come(later)
    assert [event.text for event in told] == ["hello", "are you there?"]
    assert [event.author.name for event in told] == ["bob", "bob"]
    assert [event.time - came for event in told] == pytest.approx([1, 2])
    assert person.correspondent == "bob"


def test_it_is_delivered_once(world: World) -> None:
    write(world, "hello")
    person, told = come(world)
    assert len(told) == 1
    world.directory.quit(person, "")
    assert come(world)[1] == []
    world.crash()
    assert come(world.restart())[1] == []


def test_kinds_and_tags_are_kept(world: World) -> None:
    write(world, "waves", kind=Acted, tags={"+draft/reply": "1"})
    _, (event,) = come(world)
    assert event.kind is Acted
    assert event.tags == {"+draft/reply": "1"}


def test_a_copied_database_gives_nothing_away(world: World) -> None:
    write(world, "attack at dawn")
    for path in world.folder.iterdir():
        assert b"attack" not in path.read_bytes(), path
    assert (world.folder / MAIL_KEY).stat().st_mode & 0o777 == 0o600


def test_without_the_key_nothing_can_be_read(world: World) -> None:
    write(world, "attack at dawn")
    world.crash()
    (world.folder / MAIL_KEY).unlink()
    later = world.restart()
    assert come(later)[1] == []


def test_a_seal_is_for_one_account_and_message(world: World) -> None:
    seal = Seal(bytes(KEY_BYTES))
    event = Whispered("7", 1.0, somebody("bob"), somebody("ann"), "hello")
    sealed = seal.close("ann", event)
    account = ann(world)
    opened = seal.open(account, "7", 1.0, sealed)
    assert opened is not None
    assert opened.text == "hello"
    assert seal.open(account._replace(folded="eve"), "7", 1.0, sealed) is None
    assert seal.open(account, "8", 1.0, sealed) is None
    assert seal.open(account, "7", 1.0, sealed[:-1] + bytes((sealed[-1] ^ 1,))) is None
    assert seal.open(account, "7", 1.0, b"") is None
    assert Seal(b"x" * KEY_BYTES).open(account, "7", 1.0, sealed) is None


def test_a_key_of_another_length_is_none() -> None:
    with pytest.raises(ValueError, match=str(KEY_BYTES)):
        Seal(b"short")


def test_only_so_many_are_kept(world: World) -> None:
    write(world, *["x"] * MAILBOX_EACH)
    with pytest.raises(Refused) as refusal:
        write(world, "one too many")
    assert refusal.value.why is Why.MAILBOX_FULL
    assert len(come(world)[1]) == MAILBOX_EACH
    world.directory.quit(world.directory.find("ann"), "")
    assert write(world, "room again") == [True]


def test_the_count_survives_a_restart(world: World) -> None:
    write(world, *["x"] * MAILBOX_EACH)
    world.crash()
    with pytest.raises(Refused):
        write(world.restart(), "one too many")


def test_what_nobody_fetches_is_forgotten(world: World) -> None:
    write(world, "old")
    world.clock.advance(MAILBOX_DAYS * DAY)
    write(world, "new")
    world.storage.startService()
    world.wait(2)
    world.clock.advance(DAILY_SECONDS)
    world.wait(2)
    assert world.storage.mailbox.waiting(ann(world)) == 1
    assert [event.text for event in come(world)[1]] == ["new"]


def test_a_reader_who_takes_nothing_gets_it_next_time(world: World) -> None:
    write(world, "a", "b")
    person = world.enter("ann", "ann")
    reader = session_of(person).reader
    assert isinstance(reader, Ear)
    reader.takes = False
    world.logins.deliver(session_of(person))
    world.settle()
    world.directory.quit(person, "")
    assert [event.text for event in come(world)[1]] == ["a", "b"]


def test_a_reader_who_is_gone_gets_it_next_time(world: World) -> None:
    write(world, "a")
    person = world.enter("ann", "ann")
    world.logins.deliver(session_of(person))
    world.directory.leave(session_of(person), "")
    world.directory.quit(person, "")
    world.settle()
    assert [event.text for event in come(world)[1]] == ["a"]


def test_what_the_disk_does_not_take_is_told_to_the_sender(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(world.storage._database, "write", broken)
    assert write(world, "hello") == [False]
    monkeypatch.undo()
    assert come(world)[1] == []


def test_a_kept_message_repeated_after_a_crash_is_kept_once(world: World) -> None:
    bob = world.enter("bob")
    key = repeat_key(bob.identity, "0123456789abcdef.1", "ann")
    event = world.logins.leave_message(session_of(bob), ann(world), "hello", repeat=key)
    world.settle()
    world.crash()
    later = world.restart()
    told: list[bool] = []

    def refuse(*_: Any) -> Any:
        raise AssertionError("kept twice")

    again = later.directory.repeats.once(key, told.append, refuse, refuse)
    assert (again.msgid, again.text) == (event.msgid, "hello")
    assert told == [True]
    assert len(come(later)[1]) == 1


def test_with_history_off_nothing_is_kept(tmp_path: Path) -> None:
    world = World(tmp_path, history=False)
    world.storage.accounts.register(check_name("ann"), "opensesame", lambda answer: None)
    world.settle()
    with pytest.raises(Refused) as refusal:
        write(world, "hello")
    assert refusal.value.why is Why.NO_SUCH_USER
    assert come(world)[1] == []
