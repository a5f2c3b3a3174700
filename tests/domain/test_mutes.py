"""Mutes: on whom they are, how long, and how they end."""

from __future__ import annotations

import pytest

from chat.domain import mutes as module
from chat.domain.banning import mute
from chat.domain.mutes import Mutes
from chat.domain.names import check_name
from chat.domain.person import Person
from tests.domain.people import Ear, Town, connect, session_of


def come(town: Town, name: str, address: str = "192.0.2.1", account: str | None = None) -> Person:
    """Somebody comes in."""
    session = connect(town.directory, Ear(), address, account)
    town.directory.enter(session, check_name(name))
    return session.person


def muted(town: Town, person: Person) -> bool:
    """Whether somebody is muted."""
    return town.directory.mutes.sentence(person) is not None


def test_a_mute_is_told_with_its_time_and_reason_and_ends() -> None:
    town = Town()
    bob = come(town, "bob")
    assert (
        mute(town.directory, "the operator", bob, 60, "noise")
        == "The operator has muted you for 60 seconds (noise)."
    )
    town.now += 59
    assert town.directory.mutes.sentence(bob) == "The operator has muted you for 1 second (noise)."
    town.now += 1
    assert not muted(town, bob)
    assert bob.mute is None


def test_a_mute_outlasts_a_reconnect_from_the_address_under_any_name() -> None:
    town = Town()
    bob = come(town, "bob")
    mute(town.directory, "the operator", bob, 60, "")
    town.directory.quit(bob, "")
    assert muted(town, come(town, "robert"))
    assert not muted(town, come(town, "carol", "192.0.2.2"))
    town.now += 60
    assert not muted(town, come(town, "bob"))


def test_a_mute_belongs_to_the_account_wherever_it_comes_from() -> None:
    town = Town()
    bob, phone = come(town, "bob", account="bob"), come(town, "bob2", "198.51.100.1", account="bob")
    mute(town.directory, "the operator", bob, 60, "")
    assert muted(town, phone)
    guest = come(town, "visitor", "198.51.100.2")
    assert not muted(town, guest)
    town.directory.change_identity(session_of(guest), account="Bob")
    assert muted(town, guest)


def test_whoever_is_there_already_from_the_same_address_goes_on_speaking() -> None:
    town = Town()
    bob, ann = come(town, "bob"), come(town, "ann")
    mute(town.directory, "the operator", bob, 60, "")
    assert not muted(town, ann)
    town.directory.change_identity(session_of(ann), account="ann")
    assert not muted(town, ann)


def test_people_behind_a_relay_do_not_mute_each_other() -> None:
    town = Town()
    bob = come(town, "bob", "127.0.0.1")
    mute(town.directory, "the operator", bob, 60, "")
    town.directory.quit(bob, "")
    assert not muted(town, come(town, "ann", "127.0.0.1"))
    assert muted(town, come(town, "Bob", "local"))


def test_a_new_name_does_not_end_it_behind_a_relay_as_long_as_one_stays() -> None:
    town = Town()
    bob = come(town, "bob", "127.0.0.1")
    mute(town.directory, "the operator", bob, 60, "")
    town.directory.rename(session_of(bob), check_name("robert"))
    assert muted(town, bob)
    town.directory.quit(bob, "")
    assert muted(town, come(town, "robert", "127.0.0.1"))


def test_ending_it_ends_it_everywhere() -> None:
    town = Town()
    bob = come(town, "bob", account="bob")
    mute(town.directory, "the operator", bob, 600, "")
    later = [come(town, "rob"), come(town, "phone", "198.51.100.1", account="bob")]
    assert all(muted(town, person) for person in later)
    mute(town.directory, "the operator", later[0], 0, "")
    assert not any(muted(town, person) for person in [bob, *later])
    town.directory.quit(bob, "")
    assert not muted(town, come(town, "bob", account="bob"))
    assert len(town.directory.mutes) == 0


def test_the_operators_last_word_counts_for_all_who_have_the_mute() -> None:
    town = Town()
    bob = come(town, "bob")
    mute(town.directory, "the operator", bob, 600, "long")
    other = come(town, "rob")
    mute(town.directory, "the operator", bob, 60, "short")
    town.now += 60
    assert not muted(town, bob)
    assert not muted(town, other)
    assert not muted(town, come(town, "rob2"))


def test_neighbours_are_muted_and_freed_one_by_one() -> None:
    town = Town()
    bob, ann = come(town, "bob"), come(town, "ann")
    mute(town.directory, "the operator", bob, 600, "bob")
    mute(town.directory, "the operator", ann, 60, "ann")
    assert "(bob)" in (town.directory.mutes.sentence(bob) or "")
    mute(town.directory, "the operator", ann, 0, "")
    assert muted(town, bob)
    assert not muted(town, ann)
    assert muted(town, come(town, "rob"))


def test_the_operator_frees_a_muted_account_that_came_before_it_was_muted() -> None:
    town = Town()
    bob, phone = come(town, "bob", account="bob"), come(town, "phone", "198.51.100.1", account="bob")
    mute(town.directory, "the operator", bob, 60, "")
    town.directory.mutes.flooded(phone, 600, "too much")
    mute(town.directory, "the operator", phone, 0, "")
    assert not muted(town, bob)
    assert not muted(town, phone)
    assert not muted(town, come(town, "tablet", "198.51.100.9", account="bob"))


def test_a_mute_for_flooding_waits_for_the_next_connection_but_touches_nobody_who_is_here() -> None:
    town = Town()
    bob, ann = come(town, "bob"), come(town, "ann")
    told = town.directory.mutes.flooded(bob, 60, "too much")
    assert told == "You are muted for 60 seconds: too much. What you send until then is not passed on."
    assert not muted(town, ann)
    town.now += 20
    # The old connection may not be known to have ended.
    assert muted(town, come(town, "bob2"))
    town.directory.quit(bob, "")
    back = come(town, "bob")
    assert town.directory.mutes.sentence(back) == told.replace("60", "40")
    town.now += 40
    assert not muted(town, back)


def test_flooding_does_not_shorten_what_the_operator_said() -> None:
    town = Town()
    bob = come(town, "bob")
    mute(town.directory, "the operator", bob, 600, "noise")
    town.directory.mutes.flooded(bob, 60, "too much")
    town.now += 100
    assert "noise" in (town.directory.mutes.sentence(bob) or "")


def test_a_mute_that_is_over_when_they_go_is_not_kept() -> None:
    town = Town()
    bob = come(town, "bob")
    town.directory.mutes.flooded(bob, 60, "too much")
    town.now += 60
    town.directory.quit(bob, "")
    assert not muted(town, come(town, "bob"))
    assert len(town.directory.mutes) == 0


def test_memory_is_bounded_and_what_is_over_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MUTES_AT_MOST", 3)
    town = Town()
    people = [come(town, f"p{n}", f"192.0.2.{n}") for n in range(5)]
    for person in people:
        mute(town.directory, "the operator", person, 60, "")
    assert len(town.directory.mutes) == 3
    assert all(muted(town, person) for person in people)
    town.now += 61
    mute(town.directory, "the operator", people[0], 60, "")
    assert len(town.directory.mutes) == 1


def test_nobody_is_muted_to_begin_with() -> None:
    town = Town()
    mutes = Mutes(town.clock)
    bob = come(town, "bob")
    mutes.end(bob)
    assert mutes.sentence(bob) is None
