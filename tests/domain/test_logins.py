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
from chat.domain.refused import Refused, Why
from chat.domain.registry import GIVEN_UP
from chat.domain.user import User
from tests.domain.doubles import MemoryAccounts, MemoryMailbox
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

    def user(self, name: str | None = None) -> User:
        """Somebody, with a name or without one as yet."""
        user = User(self.directory.new_session(), Ear(), "test", "192.0.2.1", "host", 0.0)
        if name is not None:
            self.directory.enter(user, check_name(name))
        return user

    def ask(self, method: str, *arguments: Any) -> Any:
        """Ask something that is answered at once."""
        answers: list[Any] = []
        getattr(self.logins, method)(*arguments, answers.append)
        (answer,) = answers
        return answer


@pytest.fixture
def hall() -> Hall:
    """A hall with the account ann."""
    hall = Hall()
    hall.accounts.add("ann", PASSWORD)
    return hall


def told(user: User) -> list[Any]:
    """What somebody was told."""
    assert isinstance(user.reader, Ear)
    return user.reader.told


def test_registering_logs_in_and_tells_others(hall: Hall) -> None:
    bob = hall.user("Bob")
    assert isinstance(hall.ask("register", bob, check_name("Bob"), PASSWORD), Account)
    assert bob.account == "Bob"
    assert bob.identity.account == "Bob"
    assert any(isinstance(event, IdentityChanged) for event in told(bob))


def test_only_so_many_accounts_come_from_one_address(hall: Hall) -> None:
    for number in range(REGISTRATIONS):
        user = hall.user(f"n{number}x")
        assert isinstance(hall.ask("register", user, user.name, PASSWORD), Account)
    user = hall.user("late")
    refused = hall.ask("register", user, user.name, PASSWORD)
    assert refused.why is Why.LIMIT
    assert "60 minutes" in refused.sentence
    user.address = "127.0.0.1"
    assert isinstance(hall.ask("register", user, user.name, PASSWORD), Account)


def test_a_name_that_somebody_else_has_cannot_be_registered(hall: Hall) -> None:
    hall.user("carl")
    assert hall.ask("register", hall.user("bob"), check_name("Carl"), PASSWORD).why is Why.NAME_TAKEN
    assert hall.ask("register", hall.user("dora"), check_name("ann"), PASSWORD).why is Why.ACCOUNT_EXISTS


def test_who_is_logged_in_registers_no_second_account(hall: Hall) -> None:
    user = hall.user()
    hall.ask("log_in", user, "ann", PASSWORD)
    assert hall.ask("register", user, check_name("other"), PASSWORD).why is Why.LOGGED_IN


def test_logging_in_before_there_is_a_name(hall: Hall) -> None:
    user = hall.user()
    account = hall.ask("log_in", user, "ANN", PASSWORD)
    assert user.account == "ann"
    assert told(user) == []
    hall.logins.take_name(user, account, check_name(account.name))
    assert hall.directory.find("ann") is user


def test_logging_in_under_another_name_takes_the_accounts(hall: Hall) -> None:
    user = hall.user("guest")
    account = hall.ask("log_in", user, "ann", PASSWORD)
    hall.logins.take_name(user, account, check_name(account.name))
    assert user.shown == "ann"
    hall.logins.take_name(user, account, check_name(account.name))
    assert user.shown == "ann"


def test_a_wrong_password_changes_nothing(hall: Hall) -> None:
    user = hall.user("bob")
    assert hall.ask("log_in", user, "ann", "wrong").why is Why.LOGIN_FAILED
    assert user.account is None


def test_an_answer_for_somebody_who_has_gone_changes_nothing(hall: Hall) -> None:
    user = hall.user("bob")
    user.gone = True
    hall.ask("log_in", user, "ann", PASSWORD)
    assert user.account is None


def test_logging_out(hall: Hall) -> None:
    user = hall.user("bob")
    with pytest.raises(Refused):
        hall.logins.log_out(user)
    hall.ask("log_in", user, "ann", PASSWORD)
    hall.logins.log_out(user)
    assert user.account is None
    assert user.identity.account is None


def test_only_who_is_logged_in_changes_or_gives_up_an_account(hall: Hall) -> None:
    user = hall.user("bob")
    assert hall.ask("set_password", user, "something").why is Why.NOT_LOGGED_IN
    assert hall.ask("unregister", user, PASSWORD).why is Why.NOT_LOGGED_IN
    hall.ask("log_in", user, "ann", PASSWORD)
    assert isinstance(hall.ask("set_password", user, "something"), Account)
    assert hall.ask("unregister", user, PASSWORD).why is Why.LOGIN_FAILED
    assert isinstance(hall.ask("unregister", user, "something"), Account)
    assert user.account is None
    hall.user("ann")


def test_the_rooms_of_an_account_that_is_gone_are_given_up(hall: Hall) -> None:
    user = hall.user()
    account = hall.ask("log_in", user, "ann", PASSWORD)
    hall.logins.take_name(user, account, check_name("ann"))
    room = hall.directory.join(user, RoomName("#room", "#room")).room
    assert room.founder == "ann"
    assert hall.directory.registry.founded("ann") == 1
    hall.ask("unregister", user, PASSWORD)
    assert room.founder == GIVEN_UP
    assert hall.directory.registry.founded("ann") == 0


def test_somebody_under_another_name_is_found_by_account(hall: Hall) -> None:
    user = hall.user("sunny")
    account = hall.accounts.find("ann")
    assert account is not None
    assert hall.logins.present(account) is None
    hall.ask("log_in", user, "ann", PASSWORD)
    assert hall.logins.present(account) is user


def test_a_message_waits_until_its_reader_is_there(hall: Hall) -> None:
    account = hall.accounts.find("ann")
    assert account is not None
    receipts: list[bool] = []
    bob = hall.user("bob")
    event = hall.logins.leave_message(bob, account, "hello", receipt=receipts.append)
    assert receipts == [True]
    assert event.author == bob.identity
    assert hall.directory.stats.private_messages.total == 1
    user = hall.user()
    calls: list[str] = []
    hall.logins.deliver(user, lambda: calls.append("guest"))
    hall.ask("log_in", user, "ann", PASSWORD)
    hall.logins.take_name(user, account, check_name("ann"))
    hall.logins.deliver(user, lambda: calls.append("ann"))
    (whispered,) = [event for event in told(user) if isinstance(event, Whispered)]
    assert (whispered.text, whispered.msgid) == ("hello", event.msgid)
    assert whispered.recipient == user.identity
    assert calls == ["guest", "ann"]
    assert hall.mailbox.waiting(account) == 0


def test_messages_of_ignored_people_are_thrown_away(hall: Hall) -> None:
    account = hall.accounts.find("ann")
    assert account is not None
    hall.logins.leave_message(hall.user("bob"), account, "hello")
    user = hall.user()
    hall.ask("log_in", user, "ann", PASSWORD)
    user.ignored = frozenset(["bob"])
    hall.logins.take_name(user, account, check_name("ann"))
    hall.logins.deliver(user)
    assert not any(isinstance(event, Whispered) for event in told(user))
    assert hall.mailbox.waiting(account) == 0


def test_a_mailbox_is_bounded(hall: Hall) -> None:
    account = hall.accounts.find("ann")
    assert account is not None
    bob = hall.user("bob")
    for _ in range(MAILBOX_EACH):
        hall.logins.leave_message(bob, account, "x")
    with pytest.raises(Refused) as refusal:
        hall.logins.leave_message(bob, account, "x")
    assert refusal.value.why is Why.MAILBOX_FULL


def test_without_a_mailbox_whoever_is_away_is_nobody(hall: Hall) -> None:
    account = hall.accounts.find("ann")
    assert account is not None
    hall.logins.mailbox = mailbox = NoMailbox()
    with pytest.raises(Refused) as refusal:
        hall.logins.leave_message(hall.user("bob"), account, "x")
    assert refusal.value.why is Why.NO_SUCH_USER
    answers: list[Any] = []
    mailbox.fetch(account, answers.append)
    mailbox.delivered(account, [])
    assert answers == [[]]
    assert mailbox.waiting(account) == 0
