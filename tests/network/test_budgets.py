"""Whose command is done when."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chat.domain.terms import HASH
from chat.network.budgets import (
    ADDRESS_BUDGET,
    AT_ONCE,
    BEYOND,
    BUDGET,
    BUDGET_RATE,
    MICROSECONDS,
    QUICK,
    SHARE,
    STRANGER_BUDGET,
    Budgets,
)

LONG_AGO = 1000.0


class Somebody:
    """A connection that writes down when its turn has come."""

    def __init__(self, turns: Budgets, done: list[str], name: str, address: str | None = None) -> None:
        self.address_key = address
        self.used_until = turns.stranger()
        self.turns = turns
        self.done = done
        self.name = name

    def asks(self, work: float) -> None:
        """Do something that costs so much, when it may be done."""
        if not self.turns.must_wait(self, work):
            self.go_on()

    def go_on(self) -> None:
        """It is done."""
        self.done.append(self.name)


def settle(clock: Clock, seconds: float = LONG_AGO) -> None:
    """Let time pass, and everything be done that waits."""
    clock.pump([0.05] * 400)
    clock.advance(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns(clock: Clock) -> Budgets:
    return Budgets(clock)


@pytest.fixture
def done() -> list[str]:
    return []


def test_what_is_cheap_is_done_at_once(turns: Budgets, done: list[str]) -> None:
    bob = Somebody(turns, done, "bob")
    for _ in range(5):
        bob.asks(100)
    assert done == ["bob"] * 5
    assert len(turns) == 0


def test_more_than_fits_waits_and_is_done_when_there_is_time(
    clock: Clock, turns: Budgets, done: list[str]
) -> None:
    people = [Somebody(turns, done, str(number)) for number in range(4)]
    for person in people:
        person.asks(AT_ONCE)
    assert len(done) < len(people), "the others have their turn between"
    clock.pump([0.01] * 10)
    assert sorted(done) == ["0", "1", "2", "3"]
    assert len(turns) == 0
    assert clock.getDelayedCalls() == [], "nothing runs when nothing waits"


def test_commands_take_no_more_than_their_share(clock: Clock, turns: Budgets, done: list[str]) -> None:
    for number in range(200):
        Somebody(turns, done, str(number)).asks(AT_ONCE)
    at_first = len(done)
    clock.pump([0.01] * 100)
    assert len(done) - at_first == pytest.approx(SHARE * MICROSECONDS / AT_ONCE, abs=2)


def test_who_has_used_little_comes_first(clock: Clock, turns: Budgets, done: list[str]) -> None:
    greedy, modest = Somebody(turns, done, "greedy"), Somebody(turns, done, "modest")
    clock.advance(LONG_AGO)
    greedy.asks(2 * AT_ONCE)
    greedy.asks(AT_ONCE)
    modest.asks(100)
    clock.pump([0.01] * 10)
    assert done == ["greedy", "modest", "greedy"]


def test_what_is_quick_comes_before_what_is_long(clock: Clock, turns: Budgets, done: list[str]) -> None:
    people = [Somebody(turns, done, name) for name in ("first", "long", "quick")]
    for person, work in zip(people, (3 * AT_ONCE, QUICK + 1, QUICK), strict=True):
        person.asks(work)
    settle(clock)
    assert done == ["first", "quick", "long"]


def test_what_is_done_elsewhere_counts_for_the_budget_alone(
    clock: Clock, turns: Budgets, done: list[str]
) -> None:
    bob, carol = Somebody(turns, done, "bob"), Somebody(turns, done, "carol")
    for _ in range(3):
        assert not turns.must_wait(bob, 40, HASH)
    assert not turns.must_wait(carol, 40), "nobody else waits for it"
    while not turns.is_beyond(bob):
        turns.must_wait(bob, 40, HASH)
    assert turns.must_wait(bob, 40)


def test_those_who_wait_longer_do_not_come_before_who_has_used_less(
    clock: Clock, turns: Budgets, done: list[str]
) -> None:
    newcomer = Somebody(turns, done, "newcomer", "192.0.2.200")
    for number in range(1000):
        address = f"192.0.2.{number % 10}"
        Somebody(turns, done, "guess", address).asks(HASH)
    clock.pump([0.05] * 20)
    done.clear()
    newcomer.asks(HASH)
    newcomer.asks(QUICK)
    clock.pump([0.05] * 3)
    assert done.count("newcomer") == 2


def test_who_was_here_comes_before_a_stranger(clock: Clock, turns: Budgets, done: list[str]) -> None:
    known = Somebody(turns, done, "known")
    clock.advance(LONG_AGO)
    Somebody(turns, done, "first").asks(3 * AT_ONCE)
    Somebody(turns, done, "stranger").asks(AT_ONCE)
    known.asks(AT_ONCE)
    clock.pump([0.01] * 20)
    assert done == ["first", "known", "stranger"]


def test_beyond_the_budget_is_a_smaller_share(clock: Clock, turns: Budgets, done: list[str]) -> None:
    greedy = [Somebody(turns, done, "greedy") for _ in range(150)]
    for person in greedy:
        person.asks(2 * BUDGET)
        person.asks(AT_ONCE)
    settle(clock, 0)
    # What is left are the commands of AT_ONCE, asked for beyond the budget, and slowly done.
    assert len(turns) > 0
    done.clear()
    clock.pump([0.01] * 100)
    assert len(done) <= BEYOND * MICROSECONDS / AT_ONCE + 1


def test_who_is_beyond_waits_for_all_others(clock: Clock, turns: Budgets, done: list[str]) -> None:
    greedy, modest = Somebody(turns, done, "greedy"), Somebody(turns, done, "modest")
    clock.advance(LONG_AGO)
    greedy.asks(BUDGET)
    greedy.asks(1)
    modest.asks(100)
    clock.pump([0.1] * 20)
    assert done == ["greedy", "modest", "greedy"]


def test_a_budget_comes_back_with_time(clock: Clock, turns: Budgets, done: list[str]) -> None:
    bob = Somebody(turns, done, "bob")
    bob.asks(2 * BUDGET)
    settle(clock, 2 * BUDGET / BUDGET_RATE)
    bob.asks(100)
    assert done == ["bob", "bob"]
    assert len(turns) == 0


def test_connections_of_an_address_share_a_budget(clock: Clock, turns: Budgets, done: list[str]) -> None:
    for number in range(int(ADDRESS_BUDGET / STRANGER_BUDGET) + 1):
        Somebody(turns, done, str(number), "192.0.2.1").asks(STRANGER_BUDGET)
    clock.pump([0.05] * 20)
    done.clear()
    Somebody(turns, done, "same address", "192.0.2.1").asks(AT_ONCE)
    Somebody(turns, done, "another", "192.0.2.2").asks(AT_ONCE)
    assert done == ["another"]


def test_people_of_this_machine_share_none(clock: Clock, turns: Budgets, done: list[str]) -> None:
    for number in range(50):
        Somebody(turns, done, str(number)).asks(STRANGER_BUDGET)
    settle(clock, 0)
    done.clear()
    Somebody(turns, done, "here").asks(AT_ONCE)
    assert done == ["here"]


def test_addresses_are_forgotten(clock: Clock, turns: Budgets) -> None:
    for number in range(1000):
        turns.must_wait(Somebody(turns, [], "", f"address {number}"), 1)
    clock.advance(LONG_AGO)
    for number in range(1000):
        turns.must_wait(Somebody(turns, [], "", f"other {number}"), 1)
    assert turns.addresses() <= 1001
