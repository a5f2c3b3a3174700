"""What operators do: ban people who are here, accounts, addresses and networks, and let them in again."""

from __future__ import annotations

import pytest

from chat.domain import bans
from chat.domain.banning import ban, enforce, is_known, line, unban
from chat.domain.events import Quit
from chat.domain.names import check_name, check_room
from chat.domain.operating import promote
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from tests.domain.people import ROOT, Ear, Town, connect, ear, session_of

DAY = 86400.0


def come(town: Town, name: str, address: str, account: str | None = None, *rooms: str) -> Person:
    """Somebody comes in."""
    session = connect(town.directory, Ear(), address, account)
    town.directory.enter(session, check_name(name))
    for room in rooms:
        town.directory.join(session, check_room(room))
    return session.person


@pytest.fixture
def town() -> Town:
    """A server with accounts bob and root."""
    town = Town()
    for name in ("Bob", "root"):
        town.directory.claims.accounts.add(name, "sesame")  # type: ignore[attr-defined]
    return town


@pytest.fixture
def root(town: Town) -> Person:
    """An operator of the server, with an account."""
    person = come(town, "root", "203.0.113.9", "root")
    promote(town.directory, person, ROOT)
    return person


def whats(town: Town) -> list[str]:
    """What is banned."""
    return [one.what for one in town.directory.bans.listed(town.now)]


def test_only_operators_may(town: Town) -> None:
    eve = come(town, "eve", "192.0.2.1")
    for what in (lambda: ban(town.directory, eve, "bob", DAY, ""), lambda: unban(town.directory, eve, "bob")):
        with pytest.raises(Refused) as refused:
            what()
        assert refused.value.why is Why.NEEDS_OPERATOR


def test_somebody_who_is_here_is_banned_by_account_and_address(town: Town, root: Person) -> None:
    witness = come(town, "ann", "192.0.2.2", None, "#a")
    bob = come(town, "bob", "192.0.2.1", "Bob", "#a")
    come(town, "phone", "198.51.100.1", "bob")
    first, second = bob.sessions
    told = ban(town.directory, root, "BOB", DAY, "spam")
    assert told.startswith("The account Bob and 192.0.2.1 and 198.51.100.1 are banned until ")
    assert "1 disconnected" in told
    sentence = "The account Bob is banned from this server until 2027-01-16 08:00 UTC: spam"
    for session in (first, second):
        assert isinstance(session.reader, Ear)
        assert session.reader.ended == [sentence]
    assert ear(witness).ended == []
    quits = [event for event in town.room("#a").log.last(10) if isinstance(event, Quit)]
    assert [(event.author.name, event.reason) for event in quits] == [("bob", "Banned: spam")]
    assert set(town.directory.people) == {"root", "ann"}


def test_an_address_is_told_as_it_is(town: Town, root: Person) -> None:
    told = ban(town.directory, root, "fd00::1", None, "")
    assert told == "fd00::/64 is banned for good; nobody disconnected."


def test_a_full_list_still_puts_out_whom_it_took(
    town: Town, root: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bans, "BANS_AT_MOST", 1)
    bob = come(town, "bob", "192.0.2.1", "Bob")
    with pytest.raises(Refused, match="which is the limit"):
        ban(town.directory, root, "bob", DAY, "")
    assert whats(town) == ["Bob"]
    assert len(ear(bob).ended) == 1


def test_who_is_banned_does_not_come_in(town: Town, root: Person) -> None:
    ban(town.directory, root, "192.0.2.0/24", DAY, "spam")
    with pytest.raises(Refused, match="Your address is banned") as refused:
        come(town, "eve", "192.0.2.200")
    assert refused.value.why is Why.SERVER_BANNED
    town.now += DAY
    come(town, "eve", "192.0.2.200")


def test_no_name_and_no_place_waits_for_who_is_banned(town: Town, root: Person) -> None:
    bob = come(town, "bobby", "192.0.2.1", "Bob", "#a")
    town.directory.leave(session_of(bob), "dropped")
    assert bob.rooms
    ban(town.directory, root, "bob", 60, "")
    come(town, "bobby", "192.0.2.3")
    town.now += 60
    assert come(town, "bob", "192.0.2.1", "Bob").rooms == {}


@pytest.mark.parametrize(
    ("what", "banned"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("*@192.0.2.1", "192.0.2.1"),
        ("*!*@192.0.2.0/24", "192.0.2.0/24"),
        ("192.0.2.*", "192.0.2.0/24"),
        ("2001:db8::1", "2001:db8::/64"),
        ("bob", "Bob"),
    ],
)
def test_accounts_addresses_and_networks(town: Town, root: Person, what: str, banned: str) -> None:
    ban(town.directory, root, what, None, "")
    assert whats(town) == [banned]
    assert unban(town.directory, root, what) == f"{banned} may come in again."
    assert whats(town) == []


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("root", "cannot ban their own account"),
        ("ROOT", "cannot ban their own account"),
        ("203.0.113.9", "connected from 203.0.113.9 yourself"),
        ("203.0.113.0/24", "connected from 203.0.113.0/24 yourself"),
        ("127.0.0.1", "this machine itself"),
        ("nobody", "is not here, and is no account"),
        ("bob!*@192.0.2.1", "is a mask"),
        ("guest", "has no account and comes from this machine itself"),
        ("neighbour", "has no account and comes from 203.0.113.9, as you do yourself"),
    ],
)
def test_what_an_operator_cannot_ban(town: Town, root: Person, what: str, why: str) -> None:
    come(town, "guest", "127.0.0.1")
    come(town, "neighbour", "203.0.113.9")
    with pytest.raises(Refused, match=why):
        ban(town.directory, root, what, DAY, "")
    assert whats(town) == []
    assert len(town.directory.people) == 3


def test_an_operators_other_connection_is_themselves_too(town: Town, root: Person) -> None:
    assert come(town, "elsewhere", "192.0.2.1", "ROOT") is root
    with pytest.raises(Refused, match="own account"):
        ban(town.directory, root, "root", DAY, "")


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("127.0.0.1", "this machine itself"),
        ("local", "this machine itself"),
        ("203.0.113.9", "as you do yourself"),
    ],
)
def test_an_account_whose_address_cannot_be_banned_is_banned_alone(
    town: Town, root: Person, address: str, why: str
) -> None:
    come(town, "bob", address, "Bob")
    told = ban(town.directory, root, "bob", None, "")
    assert told.startswith(
        "The account Bob is banned for good; 1 disconnected. The address is not: bob comes from"
    )
    assert why in told
    assert whats(town) == ["Bob"]
    assert "root" in town.directory.people


def test_whoever_is_no_person_of_the_chat_may_ban_anybody(town: Town, root: Person) -> None:
    ban(town.directory, "the operator", "root", 60, "x")
    assert "root" not in town.directory.people
    assert line(town.directory.bans.listed(town.now)[0]) == (
        "203.0.113.9 until 2027-01-15 08:01 UTC, by the operator: x"
    )


def test_what_is_not_banned_cannot_be_lifted(town: Town, root: Person) -> None:
    with pytest.raises(Refused, match=r"bob is not banned.*/serverbans lists who is"):
        unban(town.directory, root, "bob")
    ban(town.directory, root, "bob", 60, "")
    town.now += 60
    with pytest.raises(Refused, match="is not banned"):
        unban(town.directory, root, "bob")


def test_enforcing_without_bans_ends_nobody(town: Town, root: Person) -> None:
    assert enforce(town.directory) == 0
    assert "root" in town.directory.people


def test_people_who_are_here_and_accounts_are_known(town: Town, root: Person) -> None:
    come(town, "7d", "192.0.2.1")
    assert [is_known(town.directory, name) for name in ("7D", "bob", "8d", "192.0.2.1")] == [
        True,
        True,
        False,
        False,
    ]
