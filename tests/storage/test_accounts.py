"""Accounts on disk: registering, logging in, and what a running server learns from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chat.domain.accounts import PASSWORD_LEAST, PASSWORD_MOST, Account, Proof
from chat.domain.certificates import CERTIFICATES_AT_MOST
from chat.domain.names import check_name
from chat.domain.refused import Refused, Why
from chat.storage import passwords
from chat.storage.accounts import add_verifier, find_account, find_verifier, insert_account, new_account
from chat.storage.passwords import hash_password, needs_rehash, password_fits
from chat.storage.store import ACCOUNTS_SECONDS
from chat.storage.writer import Database
from tests.domain.people import session_of

from .by_hand import World

HOME = "192.0.2.1"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty server."""
    world = World(tmp_path)
    world.settle()
    return world


def register(world: World, name: str, password: str = "opensesame") -> Account | Refused:
    """Make an account and wait for the answer."""
    answers: list[Account | Refused] = []
    world.storage.accounts.register(check_name(name), password, answers.append)
    world.settle()
    (answer,) = answers
    return answer


def log_in(world: World, name: str, password: str = "opensesame", address: str = HOME) -> Account | Refused:
    """Check a password and wait for the answer."""
    answers: list[Account | Refused] = []
    world.storage.accounts.authenticate(name, password, address, answers.append)
    world.settle()
    (answer,) = answers
    return answer


def why(answer: Account | Refused) -> Why:
    """Why something was refused."""
    assert isinstance(answer, Refused)
    return answer.why


def test_an_account_can_log_in_again_after_a_restart(world: World) -> None:
    account = register(world, "Ann")
    assert isinstance(account, Account)
    world.crash()
    later = world.restart()
    assert log_in(later, "aNN") == account
    assert why(log_in(later, "Ann", "wrong")) is Why.LOGIN_FAILED


def test_the_password_is_not_in_the_folder(world: World) -> None:
    register(world, "Ann", "correct horse")
    assert b"correct horse" not in b"".join(path.read_bytes() for path in world.folder.iterdir())


def test_the_parameters_stand_in_the_hash() -> None:
    hashed = hash_password("opensesame")
    assert hashed.startswith(f"$argon2id$v=19$m={passwords.MEMORY_KIB},t={passwords.TIME_COST},")
    assert hash_password("opensesame") != hashed
    assert password_fits(hashed, "opensesame")
    assert not password_fits(hashed, "opensesam")
    assert not needs_rehash(hashed)


def test_nobody_has_the_password_of_nobody() -> None:
    assert not password_fits(None, "a password that nobody has")
    assert not password_fits("no hash at all", "x")


def test_an_unknown_name_costs_a_hash_as_well(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str | None] = []

    def fits(stored: str | None, password: str) -> bool:
        checked.append(stored)
        return password_fits(stored, password)

    monkeypatch.setattr("chat.storage.accounts.password_fits", fits)
    known = register(world, "ann")
    assert isinstance(known, Account)
    answers = [log_in(world, "ann", "wrong"), log_in(world, "nobody", "wrong")]
    assert [why(answer) for answer in answers] == [Why.LOGIN_FAILED] * 2
    assert len(checked) == 2
    assert checked[1] is None
    assert len({answer.sentence for answer in answers if isinstance(answer, Refused)}) == 1


def test_three_attempts_a_minute_for_a_person_and_address(world: World) -> None:
    register(world, "ann")
    for _ in range(3):
        assert why(log_in(world, "ann", "wrong")) is Why.LOGIN_FAILED
    refused = log_in(world, "ANN")
    assert why(refused) is Why.LIMIT
    assert isinstance(refused, Refused)
    assert " seconds" in refused.sentence
    assert isinstance(log_in(world, "ann", address="198.51.100.9"), Account)
    world.clock.advance(61)
    assert isinstance(log_in(world, "ann"), Account)


def test_a_right_password_makes_a_clean_sheet(world: World) -> None:
    register(world, "ann")
    for _ in range(3):
        log_in(world, "ann", "wrong")
        log_in(world, "ann", "wrong")
        assert isinstance(log_in(world, "ann"), Account)


@pytest.mark.parametrize("twin", ["ANN", "аnn"], ids=["case", "Cyrillic"])
def test_a_name_and_its_look_alikes_are_registered_once(world: World, twin: str) -> None:
    register(world, "ann")
    name = check_name(twin) if twin.isascii() else check_name("Ann")
    assert world.storage.accounts.owner(name) is not None
    assert why(register(world, name.shown)) is Why.ACCOUNT_EXISTS


def test_ascii_look_alikes_of_accounts_are_taken(world: World) -> None:
    register(world, "bill")
    assert why(register(world, "bi11")) is Why.ACCOUNT_EXISTS


def test_two_who_register_at_once_do_not_both_get_it(world: World) -> None:
    answers: list[Any] = []
    for _ in range(2):
        world.storage.accounts.register(check_name("ann"), "opensesame", answers.append)
    world.settle()
    assert sorted(isinstance(answer, Account) for answer in answers) == [False, True]


@pytest.mark.parametrize("password", ["x" * (PASSWORD_LEAST - 1), "", "x" * (PASSWORD_MOST + 1)])
def test_passwords_have_bounds(world: World, password: str) -> None:
    assert why(register(world, "ann", password)) is Why.BAD_PASSWORD
    account = register(world, "ann")
    assert isinstance(account, Account)
    answers: list[Any] = []
    world.storage.accounts.set_password(account, password, answers.append)
    assert why(answers[0]) is Why.BAD_PASSWORD


def test_a_password_can_be_changed(world: World) -> None:
    account = register(world, "ann")
    assert isinstance(account, Account)
    answers: list[Any] = []
    world.storage.accounts.set_password(account, "something else", answers.append)
    world.settle()
    changed = account._replace(credential=answers[0].credential)
    assert answers == [changed]
    assert changed != account, "another password is another credential"
    assert why(log_in(world, "ann")) is Why.LOGIN_FAILED
    assert log_in(world, "ann", "something else") == changed


def test_a_hash_with_old_parameters_is_made_anew_at_the_next_login(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import PasswordHasher

    monkeypatch.setattr("chat.storage.passwords.hash_password", PasswordHasher(1, 8, 1).hash)
    register(world, "ann")
    monkeypatch.undo()
    assert isinstance(log_in(world, "ann"), Account)
    found = world.storage._database.write(lambda connection: find_account(connection, "ann"))
    assert found is not None
    assert not needs_rehash(found[1])
    assert isinstance(log_in(world, "ann"), Account)


def test_a_removed_account_is_gone_with_all_that_was_kept_for_it(world: World) -> None:
    account = register(world, "ann")
    assert isinstance(account, Account)
    world.directory.history.set_marker("ann", "#room", 5.0)
    world.logins.leave_message(session_of(world.enter("bob")), account, "for ann")
    world.settle()
    answers: list[Any] = []
    world.storage.accounts.remove(account, answers.append)
    world.settle()
    assert answers == [account]
    assert world.storage.accounts.find("ann") is None
    assert why(log_in(world, "ann")) is Why.LOGIN_FAILED
    counts = world.storage._database.write(
        lambda c: [
            c.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("accounts", "mail", "markers")
        ]
    )
    assert counts == [0, 0, 0]


def test_a_broken_disk_is_a_refusal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    account = register(world, "ann")
    assert isinstance(account, Account)

    def broken(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(world.storage._database, "write", broken)
    assert why(register(world, "bob")) is Why.STORAGE
    answers: list[Any] = []
    world.storage.accounts.set_password(account, "something else", answers.append)
    world.storage.accounts.remove(account, answers.append)
    world.settle()
    assert [why(answer) for answer in answers] == [Why.STORAGE] * 2
    monkeypatch.undo()
    assert isinstance(register(world, "bob"), Account)


def test_what_an_administrator_does_outside_is_known_soon(world: World) -> None:
    world.storage.startService()
    register(world, "ann")
    ann = world.enter("Ann", "ann")
    other = Database(world.storage.path)
    other.write(lambda c: insert_account(c, new_account("root", True, 1.0), hash_password("opensesame")))
    found = log_in(world, "root")
    assert isinstance(found, Account)
    assert found.operator
    other.write(lambda c: c.execute("DELETE FROM accounts WHERE folded = 'ann'"))
    other.write(lambda c: insert_account(c, new_account("zoe", False, 1.0), hash_password("opensesame")))
    world.wait(ACCOUNTS_SECONDS + 2)
    assert world.storage.accounts.find("ann") is None
    assert world.storage.accounts.find("zoe") is not None
    assert ann.account is None


# proofs and certificates


def proof_of(world: World, name: str) -> Proof:
    answers: list[Any] = []
    world.storage.accounts.find_proof(name, "192.0.2.1", answers.append)
    world.settle()
    (proof,) = answers
    assert isinstance(proof, Proof)
    return proof


def test_an_account_has_a_verifier_of_its_password_and_another_one_after_a_change(world: World) -> None:
    account = register(world, "ann")
    first = proof_of(world, "ANN")
    assert first.account == account == world.storage.accounts.proved(first, "192.0.2.1")
    answers: list[Any] = []
    world.storage.accounts.set_password(account, "another one", answers.append)
    world.settle()
    second = proof_of(world, "ann")
    assert second.verifier != first.verifier
    with pytest.raises(Refused):
        world.storage.accounts.proved(first, "192.0.2.1")


def test_a_name_without_an_account_is_answered_always_alike(world: World, tmp_path: Path) -> None:
    first = proof_of(world, "nobody")
    assert first.account is None
    assert proof_of(world, "nobody").verifier == first.verifier
    with pytest.raises(Refused):
        world.storage.accounts.proved(first, "192.0.2.1")


def test_a_password_from_before_gets_its_verifier_at_the_next_login(world: World) -> None:
    register(world, "ann")
    world.storage._database.write(lambda c: c.execute("UPDATE accounts SET scram = NULL"))
    assert proof_of(world, "ann").account is None
    assert isinstance(log_in(world, "ann"), Account)
    world.settle()
    assert proof_of(world, "ann").account is not None


def test_a_verifier_that_comes_after_another_password_is_not_kept(world: World) -> None:
    account = register(world, "ann")
    assert isinstance(account, Account)
    world.storage._database.write(lambda c: c.execute("UPDATE accounts SET password = 'other', scram = NULL"))
    world.storage._database.write(lambda c: add_verifier(c, account, "SCRAM-SHA-256$1:YQ==$YQ==:YQ=="))
    assert world.storage._database.write(lambda c: find_verifier(c, "ann")) is None


def test_certificates_open_one_account_each_and_go_with_it(world: World) -> None:
    accounts = world.storage.accounts
    ann, bob = register(world, "ann"), register(world, "bob")

    def ask(method: str, *arguments: Any) -> Any:
        answers: list[Any] = []
        getattr(accounts, method)(*arguments, answers.append)
        world.settle()
        return answers[0]

    assert why(ask("find_certificate", "f0")) is Why.LOGIN_FAILED
    assert ask("add_certificate", ann, "f0") == ann
    assert why(ask("add_certificate", bob, "f0")) is Why.ACCOUNT_EXISTS
    assert ask("find_certificate", "f0") == ann
    assert why(ask("drop_certificate", bob, "f0")) is Why.NO_SUCH_CERTIFICATE
    for number in range(1, CERTIFICATES_AT_MOST):
        assert ask("add_certificate", ann, f"f{number}") == ann
    assert why(ask("add_certificate", ann, "one more")) is Why.LIMIT
    assert ask("certificates", ann) == [f"f{number}" for number in range(CERTIFICATES_AT_MOST)]
    assert ask("drop_certificate", ann, "f1") == ann
    assert ask("remove", ann) == ann
    assert why(ask("find_certificate", "f0")) is Why.LOGIN_FAILED
    register(world, "ann")
    assert why(ask("find_certificate", "f0")) is Why.LOGIN_FAILED
