"""Who has which name and account: what is counted is given back, by whatever way somebody goes."""

from __future__ import annotations

from chat.domain.names import check_name
from chat.domain.people import People
from chat.domain.person import Person
from tests.domain.people import START


def somebody(account: str | None = None) -> Person:
    """A person without a name."""
    person = Person(1, "host", START)
    person.account = account
    return person


def test_people_are_found_by_name_and_by_account() -> None:
    people, ann, bob = People(), somebody("Ann"), somebody()
    people.add(ann, check_name("ann-at-work"))
    people.add(bob, check_name("bob"))
    assert people.find("ANN-AT-WORK") is ann
    assert people.named == {"ann-at-work": ann, "bob": bob}
    assert people.accounts == {"ann": ann}


def test_another_account_is_counted_in_place_of_the_one_before() -> None:
    people, ann = People(), somebody("ann")
    people.add(ann, check_name("ann"))
    ann.account = "bob"
    people.account_changed(ann, "ann")
    assert list(people.accounts) == ["bob"]
    ann.account = None
    people.account_changed(ann, "bob")
    assert people.accounts == {}


def test_nothing_is_left_of_who_goes() -> None:
    people, ann = People(), somebody("ann")
    people.add(ann, check_name("раураӏ"))
    people.set_modes(ann, {"w", "i"})
    assert (ann.modes, list(people.with_modes)) == ("iw", [ann])
    people.remove(ann)
    assert (people.named, people.accounts, people.with_modes) == ({}, {}, {})
    people.check_free(check_name("paypal"), None)


def test_a_new_name_sets_the_old_one_and_its_look_free() -> None:
    people, ann = People(), somebody()
    people.add(ann, check_name("раураӏ"))
    people.rename(ann, check_name("ann"))
    assert people.named == {"ann": ann}
    people.check_free(check_name("paypal"), None)


def test_user_modes_are_given_and_taken() -> None:
    people, ann = People(), somebody()
    people.add(ann, check_name("ann"))
    people.set_modes(ann, {"i"})
    people.set_modes(ann, set())
    assert (ann.modes, people.with_modes) == ("", {})
