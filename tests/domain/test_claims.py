"""Who may use a name: accounts and look-alikes."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chat.domain.directory import Directory
from chat.domain.journal import MemoryJournal
from chat.domain.names import check_name
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from tests.domain.doubles import MemoryAccounts
from tests.domain.people import connect, session_of
from tests.storage.by_hand import Ear, Silent


class Door:
    """A directory in which people take names."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.accounts = MemoryAccounts(self.clock.seconds)
        self.directory = Directory(
            MemoryJournal(self.clock.seconds), Silent(), self.clock.seconds, accounts=self.accounts
        )

    def enter(self, name: str, account: str | None = None) -> Person:
        """Somebody takes a name."""
        session = connect(self.directory, Ear(), account=account)
        self.directory.enter(session, check_name(name))
        return session.person

    def refusal(self, name: str, account: str | None = None) -> str:
        """Somebody is refused a name, and told why."""
        with pytest.raises(Refused) as refusal:
            self.enter(name, account)
        assert refusal.value.why is Why.NAME_TAKEN
        return refusal.value.sentence


@pytest.fixture
def door() -> Door:
    """An empty directory with the accounts ann and bill."""
    door = Door()
    door.accounts.add("ann", "opensesame")
    door.accounts.add("bill", "opensesame")
    return door


def test_the_name_of_an_account_is_for_its_owner(door: Door) -> None:
    sentence = door.refusal("Ann")
    assert "taken" in sentence
    assert "belongs to an account" in sentence
    door.refusal("ann", "bill")
    assert door.enter("Ann", "ann").shown == "Ann"


def test_so_is_what_looks_like_it(door: Door) -> None:
    assert "looks like" in door.refusal("bi11")
    assert door.enter("bi11", "bill").shown == "bi11"


def test_a_free_name_is_free(door: Door) -> None:
    guest = door.enter("carl")
    member = door.enter("dora", "ann")
    assert [door.directory.find(name) for name in ("carl", "dora")] == [guest, member]


def test_nobody_takes_the_name_of_an_account_by_renaming(door: Door) -> None:
    person = door.enter("carl")
    with pytest.raises(Refused):
        door.directory.rename(session_of(person), check_name("ann"))
    person.account = "ann"
    door.directory.rename(session_of(person), check_name("ann"))
    assert person.shown == "ann"


def test_who_was_there_before_it_was_registered_makes_way_for_the_owner(door: Door) -> None:
    early = door.enter("zoe")
    door.accounts.add("zoe", "opensesame")
    owner = door.enter("zoe", "zoe")
    assert door.directory.find("zoe") is owner
    assert early.shown == "guest1"


def test_other_names_are_not_taken_from_anybody(door: Door) -> None:
    holder = door.enter("carl")
    assert door.refusal("carl", "ann") == "The name carl is taken"
    assert door.directory.find("carl") is holder
