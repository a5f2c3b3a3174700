"""Accounts in memory, and what holds for all accounts."""

from __future__ import annotations

from typing import Any

import pytest

from chat.domain.accounts import ATTEMPTS_PER_ADDRESS, Account, Attempts, check_password, person_key
from chat.domain.events import Identity
from chat.domain.names import check_name
from chat.domain.refused import Refused, Why
from tests.domain.doubles import MemoryAccounts


@pytest.fixture
def accounts() -> MemoryAccounts:
    """One account."""
    accounts = MemoryAccounts(lambda: 0.0)
    accounts.add("Ann", "opensesame", operator=True)
    return accounts


def ask(method: Any, *arguments: Any) -> Any:
    """Call a method that answers through its last argument."""
    answers: list[Any] = []
    method(*arguments, answers.append)
    (answer,) = answers
    return answer


def test_names_are_found_whatever_their_case(accounts: MemoryAccounts) -> None:
    account = accounts.find("aNN")
    assert account is not None
    assert (account.name, account.operator) == ("Ann", True)
    assert accounts.find("bob") is None
    assert list(accounts.all()) == [account]


def test_the_life_of_an_account(accounts: MemoryAccounts) -> None:
    account = ask(accounts.register, check_name("bob"), "opensesame")
    assert isinstance(account, Account)
    assert ask(accounts.register, check_name("BOB"), "opensesame").why is Why.ACCOUNT_EXISTS
    assert ask(accounts.register, check_name("b0b"), "opensesame").why is Why.ACCOUNT_EXISTS
    assert ask(accounts.authenticate, "bob", "opensesame", "192.0.2.1") == account
    changed = ask(accounts.set_password, account, "other one")
    assert isinstance(changed, Account)
    assert changed.credential != account.credential, "another password is another credential"
    account = changed
    assert ask(accounts.set_password, account, "x").why is Why.BAD_PASSWORD
    assert ask(accounts.authenticate, "bob", "opensesame", "192.0.2.1").why is Why.LOGIN_FAILED
    assert ask(accounts.remove, account) == account
    assert accounts.find("bob") is None
    assert accounts.owner(check_name("b0b")) is None


def test_unknown_names_and_wrong_passwords_are_answered_alike(accounts: MemoryAccounts) -> None:
    answers = [ask(accounts.authenticate, name, "wrong", "192.0.2.1") for name in ("ann", "nobody")]
    assert len({(answer.why, answer.sentence) for answer in answers}) == 1


def test_removing_an_account_keeps_the_looks_of_another(accounts: MemoryAccounts) -> None:
    account = accounts.find("ann")
    assert account is not None
    accounts.put(account._replace(folded="other"))
    accounts.drop("ann")
    assert accounts.owner(check_name("Ann")) is not None
    accounts.drop("nobody")


@pytest.mark.parametrize("password", ["", "xy", "x" * 1001, "ü" * 501])
def test_passwords_have_bounds(password: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_password(password)
    assert refusal.value.why is Why.BAD_PASSWORD


def test_attempts_are_counted_for_a_person_and_address() -> None:
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    for _ in range(3):
        attempts.check("ann", "192.0.2.1")
    for name in ("ann", "ANN"):
        with pytest.raises(Refused, match="60 seconds"):
            attempts.check(name, "192.0.2.1")
    attempts.check("ann", "192.0.2.2")
    attempts.check("bob", "192.0.2.1")
    attempts.worked("ann", "192.0.2.1")
    attempts.check("ann", "192.0.2.1")
    now[0] = 60.0
    for _ in range(3):
        attempts.check("ann", "192.0.2.1")


def test_one_address_does_not_try_all_accounts() -> None:
    attempts = Attempts(lambda: 0.0)
    for number in range(ATTEMPTS_PER_ADDRESS):
        attempts.check(f"n{number}", "192.0.2.1")
    with pytest.raises(Refused):
        attempts.check("another", "192.0.2.1")
    attempts.check("another", "198.51.100.1")
    for number in range(2 * ATTEMPTS_PER_ADDRESS):
        attempts.check(f"n{number}", "127.0.0.1")


def test_a_guest_and_an_account_are_told_apart() -> None:
    guest = Identity(7, "ann", "u", "h")
    assert person_key(guest) == "*7"
    assert person_key(guest._replace(account="Ann")) == "ann"
