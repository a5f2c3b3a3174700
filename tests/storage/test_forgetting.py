"""An account that is gone leaves nothing to whoever registers its name anew: on disk, in memory, on its way there."""

from __future__ import annotations

import gc
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from chat.domain import modes
from chat.domain.accounts import Account
from chat.domain.events import Identity, Whispered
from chat.domain.history import Conversation, Range
from chat.domain.mode_lines import read as changes
from chat.domain.moderation import invite
from chat.domain.names import check_name, check_room
from chat.domain.operating import promote
from chat.domain.person import Person
from chat.domain.redaction import redact
from chat.domain.refused import Refused, Why
from chat.storage.admin import main as admin
from chat.storage.store import ACCOUNTS_SECONDS
from tests.domain.people import connect, session_of

from .by_hand import Ear, World

PASSWORD = "opensesame"
ACCOUNT = "zebedee"
"""Nobody's name but the account's, so that it is found wherever it is kept."""

TABLES = {
    "accounts": "the account itself",
    "authors": "who said what: without the account, when that is gone",
    "bans": "by account, on purpose: one that was banned is not to be made anew",
    "certificates": "by account",
    "events": "by author; a key for repeats, under a random label, for 15 minutes",
    "mail": "by account",
    "markers": "by account",
    "presences": "by account",
    "places": "nothing of accounts",
    "progress": "nothing of accounts",
    "rooms": "by founder",
    "words": "nothing of accounts",
}
"""Every table, and what it keeps of accounts. Whoever adds one says so here, and sees to it in `delete_account`."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    make(world)
    return world


def make(world: World, name: str = ACCOUNT, password: str = PASSWORD) -> Account:
    """Register an account."""
    answers: list[Any] = []
    world.storage.accounts.register(check_name(name), password, answers.append)
    world.settle()
    assert isinstance(answers[0], Account), answers
    return answers[0]


def come(world: World, name: str, password: str = PASSWORD) -> Person:
    """Somebody comes and logs in to the account."""
    session = session_of(world.enter(name))
    world.logins.log_in(session, ACCOUNT, password, lambda answer: None)
    world.settle()
    assert session.person.account == ACCOUNT
    return session.person


def live(world: World) -> Person:
    """Everything that can be kept of an account: a room, rights, a message, mail, a marker, a name, powers."""
    person, friend = come(world, "zeb"), world.enter("friend")
    room = world.directory.join(session_of(person), check_room("#den")).room
    world.directory.join(session_of(friend), check_room("#den"))
    modes.apply(world.directory, session_of(person), room, changes(["+i"]))
    world.directory.say(session_of(person), room, "mine")
    world.directory.whisper(session_of(friend), person, "between us")
    account = world.storage.accounts.find(ACCOUNT)
    assert account is not None
    promote(world.directory, person, account._replace(operator=True))
    world.directory.history.set_marker(ACCOUNT, "#den", 5.0)
    world.logins.leave_message(session_of(friend), account, "for later")
    world.settle()
    return person


def give_up(world: World, person: Person) -> None:
    answers: list[Any] = []
    world.logins.unregister(session_of(person), PASSWORD, answers.append)
    world.settle()
    assert isinstance(answers[0], Account), answers


def tables(world: World) -> set[str]:
    names = sqlite3.connect(world.storage.path).execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {name for (name,) in names if not name.startswith(("sqlite_", "words_"))}


def values(world: World) -> set[tuple[str, str]]:
    """Where the account's name stands on disk: table and column."""
    connection = sqlite3.connect(world.storage.path)
    found = set()
    for table in tables(world) - {"words"}:
        cursor = connection.execute(f"SELECT * FROM {table}")
        for row in cursor:
            for column, value in zip(cursor.description, row, strict=True):
                if isinstance(value, str) and ACCOUNT in value:
                    found.add((table, column[0]))
    return found


def remembered(world: World) -> list[object]:
    """Whatever in memory holds the account's name, reached from the directory, the logins and the storage."""
    seen: set[int] = set()
    holders: list[object] = []
    waiting: list[object] = [world.directory, world.logins, world.storage]
    while waiting:
        thing = waiting.pop()
        for other in gc.get_referents(thing):
            if other == ACCOUNT and isinstance(other, str):
                holders.append(thing)
            elif id(other) not in seen and not isinstance(other, type | str):
                seen.add(id(other))
                if isinstance(other, dict | list | tuple | set) or type(other).__module__.startswith(
                    ("chat.", "collections", "tests.storage.by_hand")
                ):
                    waiting.append(other)
    return holders


def test_every_table_is_considered(world: World) -> None:
    assert tables(world) == set(TABLES)


def test_nothing_on_disk_or_in_memory_has_the_name_of_an_account_that_was_given_up(world: World) -> None:
    person = live(world)
    assert {table for table, _ in values(world)} == {
        "accounts",
        "authors",
        "mail",
        "markers",
        "presences",
        "rooms",
    }
    assert remembered(world)
    give_up(world, person)
    assert values(world) == set()
    world.directory.quit(person, "")
    # Who was here a while ago, as they were then, and the friend's own half of the conversation.
    left = [holder for holder in remembered(world) if not isinstance(holder, Identity)]
    assert left == []


def test_whoever_registers_the_name_anew_gets_nothing(world: World) -> None:
    person = live(world)
    friend = world.directory.find("friend")
    entries = world.directory.rooms["#den"].log.entries
    said = next(event.msgid for event in entries if getattr(event, "text", "") == "mine")
    give_up(world, person)
    assert person.account is None, "who gave it up is a guest"
    assert "o" not in person.modes, "and no operator any more"
    world.directory.quit(person, "")
    make(world, password="other one")
    heir = come(world, "heir", "other one")
    pages: list[Any] = []
    world.directory.history.page(Range(Conversation(ACCOUNT, "friend"), None, None, 10), pages.append)
    assert pages == [[]]
    assert world.directory.history.marker(ACCOUNT, "#den") is None
    assert world.storage.mailbox.waiting(world.storage.accounts.find(ACCOUNT)) == 0  # type: ignore[arg-type]
    assert world.directory.present(ACCOUNT) is heir
    with pytest.raises(Refused) as refused:
        world.directory.join(session_of(heir), check_room("#den"))
    assert refused.value.why is Why.INVITE_ONLY, "the room keeps its modes"
    room = world.directory.rooms["#den"]
    room.members[friend].modes = "o"
    invite(world.directory, session_of(friend), room, heir)
    assert world.directory.join(session_of(heir), check_room("#den")).modes == "", "and is nobody's"
    told: list[Any] = []
    redact(world.directory, session_of(heir), "#den", said, "", told.append)
    world.settle()
    assert [refusal.why for refusal in told] == [Why.NEEDS_RIGHT]


def test_after_a_restart_the_words_of_a_former_owner_are_nobodys(world: World) -> None:
    person = live(world)
    give_up(world, person)
    world.crash()
    later = world.restart()
    make(later, password="other one")
    heir = come(later, "heir", "other one")
    later.directory.rooms.clear()
    pages: list[Any] = []
    later.directory.history.page(Range("#den", None, None, 10), pages.append)
    later.settle()
    said = next(event for event in pages[0] if event.text == "mine")
    assert said.author.account is None
    assert heir.account == ACCOUNT


def test_a_login_that_is_answered_after_the_account_is_gone_is_none(world: World) -> None:
    person, other = come(world, "zeb"), world.enter("other")
    answers: list[Any] = []
    account = world.storage.accounts.find(ACCOUNT)
    assert account is not None
    world.logins.log_in(session_of(other), ACCOUNT, PASSWORD, answers.append)
    hashing = world.executors["passwords"]
    work = hashing.waiting.popleft()
    # The password is read and found right, and before that is known the account is removed.
    outcome: list[Any] = []
    original = world.storage.accounts._may_be

    def gone_meanwhile(before: Account | None, read: Account) -> bool:
        world.storage.accounts.remove(account, outcome.append)
        world.writes.run()
        world.logins.account_gone(account, session_of(person))
        return original(before, read)

    world.storage.accounts._may_be = gone_meanwhile  # type: ignore[method-assign]
    work()
    world.settle()
    assert [answer.why for answer in answers] == [Why.LOGIN_FAILED]
    assert world.storage.accounts.find(ACCOUNT) is None
    assert other.account is None
    world.storage.accounts._may_be = original  # type: ignore[method-assign]
    make(world)


def test_mail_for_an_account_that_goes_meanwhile_is_not_kept_for_the_next(world: World) -> None:
    account = world.storage.accounts.find(ACCOUNT)
    assert account is not None
    friend = world.enter("friend")
    world.storage.accounts.remove(account, lambda answer: None)
    receipts: list[bool] = []
    world.logins.leave_message(session_of(friend), account, "for you alone", receipt=receipts.append)
    world.settle()
    assert receipts == [False]
    heir = make(world)
    letters: list[Any] = []
    world.storage.mailbox.fetch(heir, letters.append)
    world.settle()
    assert letters == [[]]
    assert world.storage.mailbox.waiting(heir) == 0


def change_outside(world: World, *words: str) -> None:
    assert admin([words[0], "--data", str(world.folder), *words[1:]]) == 0
    world.wait(ACCOUNTS_SECONDS + 2)


@pytest.mark.parametrize("words", [("operator", ACCOUNT, "--off"), ("remove", ACCOUNT)])
def test_rights_that_an_account_gave_end_with_them(world: World, words: tuple[str, ...]) -> None:
    world.storage.startService()
    assert admin(["operator", "--data", str(world.folder), ACCOUNT]) == 0
    world.wait(ACCOUNTS_SECONDS + 2)
    account = world.storage.accounts.find(ACCOUNT)
    assert account is not None
    carl = world.enter("carl")
    promote(world.directory, carl, account)
    change_outside(world, *words)
    assert carl.modes == ""
    assert world.directory.people["carl"] is carl, "a guest who said the password is a guest again"
    reader = session_of(carl).reader
    assert isinstance(reader, Ear)
    assert getattr(reader.told[-1], "text", "") == "You are no operator of this server any more."


def test_whoever_is_logged_in_to_an_account_that_is_removed_is_a_guest(world: World) -> None:
    world.storage.startService()
    person = come(world, "zeb")
    reader = session_of(person).reader
    change_outside(world, "remove", ACCOUNT)
    assert person.account is None
    assert isinstance(reader, Ear)
    assert [getattr(event, "text", "") for event in reader.told][-1] == (
        "Your account was removed: you are a guest."
    )


def test_another_password_ends_all_other_sessions(world: World) -> None:
    world.storage.startService()
    mine = session_of(come(world, "zeb"))
    thief, unfinished = session_of(world.enter("thief")), connect(world.directory, Ear())
    for session in (thief, unfinished):
        world.logins.log_in(session, ACCOUNT, PASSWORD, lambda answer: None)
        world.settle()
        assert session.person.account == ACCOUNT
    assert mine.person is thief.person
    world.logins.set_password(mine, "other one", lambda answer: None)
    world.settle()
    assert (mine.alive, thief.alive) == (True, False) or (
        isinstance(thief.reader, Ear) and thief.reader.ended
    )
    assert list(mine.person.sessions) == [mine]
    with pytest.raises(Refused) as refused:
        world.directory.enter(unfinished, check_name("unfinished"))
    assert refused.value.why is Why.LOGIN_FAILED, "nor may come in who had only logged in"
    world.wait(ACCOUNTS_SECONDS + 2)
    assert mine.person.account == ACCOUNT
    change_outside(world, "password", ACCOUNT, "--password", "a third one")
    assert mine.person.name is None, "and with another one by the operator, all of them end"


def test_mail_that_is_fetched_for_a_former_owner_is_not_handed_to_the_next(world: World) -> None:
    account = world.storage.accounts.find(ACCOUNT)
    assert account is not None
    world.logins.leave_message(session_of(world.enter("friend")), account, "for you alone")
    world.settle()
    person = come(world, "zeb")
    world.logins.deliver(session_of(person))
    reader = session_of(person).reader
    give_up_now = world.executors["pages"].waiting.popleft()
    give_up(world, person)
    make(world, password="other one")
    give_up_now()
    world.settle()
    assert isinstance(reader, Ear)
    assert not [event for event in reader.told if isinstance(event, Whispered)]
