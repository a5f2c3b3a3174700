"""Who may use a name: accounts, look-alikes, holds and ghosts."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chat.domain import claims as module
from chat.domain.claims import HOLD_SECONDS, RETAKE_SECONDS, Claims
from chat.domain.directory import Directory
from chat.domain.journal import MemoryJournal
from chat.domain.names import check_name
from chat.domain.refused import Refused, Why
from chat.domain.user import User
from tests.domain.doubles import MemoryAccounts
from tests.storage.by_hand import Ear, Silent


class Door:
    """A directory in which people take names."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.accounts = MemoryAccounts(self.clock.seconds)
        self.directory = Directory(
            MemoryJournal(self.clock.seconds), Silent(), self.clock.seconds, accounts=self.accounts
        )
        self.claims: Claims = self.directory.claims

    def enter(self, name: str, account: str | None = None) -> User:
        """Somebody takes a name."""
        user = User(self.directory.new_session(), Ear(), "test", "192.0.2.1", "host", 0.0)
        user.account = account
        self.directory.enter(user, check_name(name))
        return user

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
    assert "/login ann" in sentence
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
    user = door.enter("carl")
    with pytest.raises(Refused):
        door.directory.rename(user, check_name("ann"))
    user.account = "ann"
    door.directory.rename(user, check_name("ann"))
    assert user.shown == "ann"


def test_a_name_that_dropped_is_held_for_its_owner(door: Door) -> None:
    user = door.enter("sunny", "ann")
    door.claims.hold(user)
    door.directory.quit(user, "")
    assert "held for 120 seconds" in door.refusal("Sunny")
    door.refusal("sunny", "bill")
    door.directory.quit(door.enter("sunny", "ann"), "")
    door.clock.advance(HOLD_SECONDS)
    door.enter("sunny")


def test_the_name_of_a_guest_is_not_held(door: Door) -> None:
    user = door.enter("sunny")
    door.claims.hold(user)
    door.directory.quit(user, "")
    other = door.enter("sunny")
    assert door.directory.find("sunny") is other


def test_the_owner_takes_the_name_back_from_a_ghost(door: Door) -> None:
    ghost = door.enter("ann", "ann")
    owner = door.enter("ann", "ann")
    assert door.directory.find("ann") is owner
    assert ghost.name is None
    assert isinstance(ghost.reader, Ear)
    assert "took this name back" in (ghost.reader.ended or "")


def test_the_owner_takes_it_from_whoever_was_there_before_it_was_registered(door: Door) -> None:
    early = door.enter("zoe")
    door.accounts.add("zoe", "opensesame")
    owner = door.enter("zoe", "zoe")
    assert door.directory.find("zoe") is owner
    assert early.name is None


def test_other_names_are_not_taken_from_anybody(door: Door) -> None:
    holder = door.enter("carl")
    assert door.refusal("carl", "ann") == "The name carl is taken"
    assert door.directory.find("carl") is holder


def test_two_devices_do_not_put_each_other_out_for_ever(door: Door) -> None:
    door.enter("ann", "ann")
    second = door.enter("ann", "ann")
    door.refusal("ann", "ann")
    assert door.directory.find("ann") is second
    door.clock.advance(RETAKE_SECONDS)
    third = door.enter("ann", "ann")
    assert door.directory.find("ann") is third


def test_what_is_remembered_is_bounded(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HELD_AT_MOST", 3)
    for number in range(6):
        name = f"n{number}x"
        door.accounts.add(name, "opensesame")
        door.enter(name, name)
        user = door.enter(name, name)
        door.claims.hold(user)
        door.directory.quit(user, "")
    assert len(door.claims._held) == 3
    assert len(door.claims._taken) == 3
