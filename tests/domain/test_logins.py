"""Logging in and out, registering, and messages for those who are away: what every dialect goes through."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from chat.domain.accounts import Account
from chat.domain.directory import Directory
from chat.domain.events import IdentityChanged, Whispered
from chat.domain.journal import MemoryJournal
from chat.domain.logins import REGISTRATIONS, Logins
from chat.domain.mailbox import MAILBOX_EACH, NoMailbox
from chat.domain.names import RoomName, check_name
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from chat.domain.registry import GIVEN_UP
from tests.domain.doubles import MemoryAccounts, MemoryMailbox
from tests.domain.people import connect, session_of
from tests.storage.by_hand import Ear, Silent

PASSWORD = "opensesame"


class Hall:
    """A directory with accounts and a mailbox, all in memory."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.accounts = MemoryAccounts(self.clock.seconds)
        self.directory = Directory(
            MemoryJournal(self.clock.seconds), Silent(), self.clock.seconds, accounts=self.accounts
        )
        self.mailbox = MemoryMailbox()
        self.logins = Logins(self.directory, self.accounts, self.mailbox)

    def person(self, name: str | None = None) -> Person:
        """Somebody, with a name or without one as yet."""
        session = connect(self.directory, Ear())
        if name is not None:
            self.directory.enter(session, check_name(name))
        return session.person

    def ask(self, method: str, person: Person, *arguments: Any) -> Any:
        """Ask something that is answered at once."""
        answers: list[Any] = []
        getattr(self.logins, method)(session_of(person), *arguments, answers.append)
        (answer,) = answers
        return answer


@pytest.fixture
def hall() -> Hall:
    """A hall with the account ann."""
    hall = Hall()
    hall.accounts.add("ann", PASSWORD)
    return hall


def told(person: Person) -> list[Any]:
    """What somebody was told."""
    reader = session_of(person).reader
    assert isinstance(reader, Ear)
    return reader.told


def test_registering_logs_in_and_tells_others(hall: Hall) -> None:
    bob = hall.person("Bob")
    assert isinstance(hall.ask("register", bob, check_name("Bob"), PASSWORD), Account)
    assert bob.account == "Bob"
    assert bob.identity.account == "Bob"
    assert any(isinstance(event, IdentityChanged) for event in told(bob))


def test_only_so_many_accounts_come_from_one_address(hall: Hall) -> None:
    for number in range(REGISTRATIONS):
        person = hall.person(f"n{number}x")
        assert isinstance(hall.ask("register", person, person.name, PASSWORD), Account)
    person = hall.person("late")
    refused = hall.ask("register", person, person.name, PASSWORD)
    assert refused.why is Why.LIMIT
    assert "60 minutes" in refused.sentence
    session_of(person).address = "127.0.0.1"
    assert isinstance(hall.ask("register", person, person.name, PASSWORD), Account)


def test_a_name_that_somebody_else_has_cannot_be_registered(hall: Hall) -> None:
    hall.person("carl")
    assert hall.ask("register", hall.person("bob"), check_name("Carl"), PASSWORD).why is Why.NAME_TAKEN
    assert hall.ask("register", hall.person("dora"), check_name("ann"), PASSWORD).why is Why.ACCOUNT_EXISTS


def test_who_is_logged_in_registers_no_second_account(hall: Hall) -> None:
    person = hall.person()
    hall.ask("log_in", person, "ann", PASSWORD)
    assert hall.ask("register", person, check_name("other"), PASSWORD).why is Why.LOGGED_IN


def test_logging_in_before_there_is_a_name(hall: Hall) -> None:
    person = hall.person()
    account = hall.ask("log_in", person, "ANN", PASSWORD)
    assert person.account == "ann"
    assert told(person) == []
    hall.logins.take_name(session_of(person), account, check_name(account.name))
    assert hall.directory.find("ann") is person


def test_logging_in_under_another_name_takes_the_accounts(hall: Hall) -> None:
    person = hall.person("guest")
    account = hall.ask("log_in", person, "ann", PASSWORD)
    hall.logins.take_name(session_of(person), account, check_name(account.name))
    assert person.shown == "ann"
    hall.logins.take_name(session_of(person), account, check_name(account.name))
    assert person.shown == "ann"


def test_a_wrong_password_changes_nothing(hall: Hall) -> None:
    person = hall.person("bob")
    assert hall.ask("log_in", person, "ann", "wrong").why is Why.LOGIN_FAILED
    assert person.account is None


def test_an_answer_for_somebody_who_has_gone_changes_nothing(hall: Hall) -> None:
    person = hall.person("bob")
    session = session_of(person)
    hall.directory.leave(session, "")
    hall.logins.log_in(session, "ann", PASSWORD, lambda answer: None)
    assert person.account is None
    assert hall.directory.present("ann") is None


def test_logging_out(hall: Hall) -> None:
    person = hall.person("bob")
    with pytest.raises(Refused):
        hall.logins.log_out(session_of(person))
    hall.ask("log_in", person, "ann", PASSWORD)
    hall.logins.log_out(session_of(person))
    assert person.account is None
    assert person.identity.account is None


def test_only_who_is_logged_in_changes_or_gives_up_an_account(hall: Hall) -> None:
    person = hall.person("bob")
    assert hall.ask("set_password", person, "something").why is Why.NOT_LOGGED_IN
    assert hall.ask("unregister", person, PASSWORD).why is Why.NOT_LOGGED_IN
    hall.ask("log_in", person, "ann", PASSWORD)
    assert isinstance(hall.ask("set_password", person, "something"), Account)
    assert hall.ask("unregister", person, PASSWORD).why is Why.LOGIN_FAILED
    assert isinstance(hall.ask("unregister", person, "something"), Account)
    assert person.account is None
    hall.person("ann")


def test_the_rooms_of_an_account_that_is_gone_are_given_up(hall: Hall) -> None:
    person = hall.person()
    account = hall.ask("log_in", person, "ann", PASSWORD)
    hall.logins.take_name(session_of(person), account, check_name("ann"))
    hall.directory.join(session_of(person), RoomName("#room", "#room"))
    room = hall.directory.room("#room")
    assert room.founder == "ann"
    assert hall.directory.registry.founded("ann") == 1
    hall.ask("unregister", person, PASSWORD)
    assert room.founder == GIVEN_UP
    assert hall.directory.registry.founded("ann") == 0


def test_somebody_under_another_name_is_found_by_account(hall: Hall) -> None:
    person = hall.person("sunny")
    account = hall.accounts.find("ann")
    assert account is not None
    assert hall.logins.connected(account) is None
    hall.ask("log_in", person, "ann", PASSWORD)
    assert hall.logins.connected(account) is person


def test_a_message_waits_until_its_reader_is_there(hall: Hall) -> None:
    account = hall.accounts.find("ann")
    assert account is not None
    receipts: list[bool] = []
    bob = hall.person("bob")
    event = hall.logins.leave_message(session_of(bob), account, "hello", receipt=receipts.append)
    assert receipts == [True]
    assert event.author == bob.identity
    assert hall.directory.stats.private_messages.total == 1
    person = hall.person()
    calls: list[str] = []
    hall.logins.deliver(session_of(person), lambda: calls.append("guest"))
    hall.ask("log_in", person, "ann", PASSWORD)
    hall.logins.take_name(session_of(person), account, check_name("ann"))
    hall.logins.deliver(session_of(person), lambda: calls.append("ann"))
    (whispered,) = [event for event in told(person) if isinstance(event, Whispered)]
    assert (whispered.text, whispered.msgid) == ("hello", event.msgid)
    assert whispered.recipient == person.identity
    assert calls == ["guest", "ann"]
    assert hall.mailbox.waiting(account) == 0


def test_messages_of_ignored_people_are_thrown_away(hall: Hall) -> None:
    account = hall.accounts.find("ann")
    assert account is not None
    hall.logins.leave_message(session_of(hall.person("bob")), account, "hello")
    person = hall.person()
    hall.ask("log_in", person, "ann", PASSWORD)
    person.ignored = frozenset(["bob"])
    hall.logins.take_name(session_of(person), account, check_name("ann"))
    hall.logins.deliver(session_of(person))
    assert not any(isinstance(event, Whispered) for event in told(person))
    assert hall.mailbox.waiting(account) == 0


def test_a_mailbox_is_bounded(hall: Hall) -> None:
    account = hall.accounts.find("ann")
    assert account is not None
    bob = hall.person("bob")
    for _ in range(MAILBOX_EACH):
        hall.logins.leave_message(session_of(bob), account, "x")
    with pytest.raises(Refused) as refusal:
        hall.logins.leave_message(session_of(bob), account, "x")
    assert refusal.value.why is Why.MAILBOX_FULL


def test_without_a_mailbox_whoever_is_away_is_nobody(hall: Hall) -> None:
    account = hall.accounts.find("ann")
    assert account is not None
    hall.logins.mailbox = mailbox = NoMailbox()
    with pytest.raises(Refused) as refusal:
        hall.logins.leave_message(session_of(hall.person("bob")), account, "x")
    assert refusal.value.why is Why.NO_SUCH_USER
    answers: list[Any] = []
    mailbox.fetch(account, answers.append)
    mailbox.delivered(account, [])
    assert answers == [[]]
    assert mailbox.waiting(account) == 0
