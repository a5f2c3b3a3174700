"""What operators of the server do."""

import pytest
from twisted.logger import formatEvent

from chat.domain import operating
from chat.domain.events import Announced
from chat.domain.refused import Refused, Why
from tests.domain.people import ROOT, Town, ear
from tests.logs import observed


def test_only_operators_may() -> None:
    town = Town()
    ann, bob = town.person("ann"), town.person("bob")
    for act in (
        lambda: operating.kill(town.directory, ann, bob, ""),
        lambda: operating.announce(town.directory, ann, "hear, hear"),
        lambda: operating.wallops(town.directory, ann, "hear, hear"),
    ):
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.why is Why.NEEDS_OPERATOR


def test_killing_disconnects_with_a_reason() -> None:
    town = Town()
    ann, bob = town.person("ann"), town.person("bob")
    operating.promote(town.directory, ann, ROOT)
    operating.promote(town.directory, ann, ROOT)
    assert ann.modes == "o"
    operating.kill(town.directory, ann, bob, "spam")
    assert ear(bob).ended == ["Killed by ann: spam"]
    assert "bob" not in town.directory.people


def test_an_announcement_is_the_servers_and_reaches_everybody() -> None:
    town = Town()
    ann, bob = town.person("ann"), town.person("bob")
    operating.promote(town.directory, ann, ROOT)
    operating.announce(town.directory, ann, "tea at five")
    event = ear(bob).last()
    assert isinstance(event, Announced)
    assert (event.author, event.text) == (town.directory.server, "tea at five")


def test_wallops_are_the_operators_and_reach_those_who_want_them() -> None:
    town = Town()
    ann, bob, carol = town.person("ann"), town.person("bob"), town.person("carol")
    operating.promote(town.directory, ann, ROOT)
    bob.modes = "w"
    operating.wallops(town.directory, ann, "disk is full")
    event = ear(bob).last()
    assert isinstance(event, Announced)
    assert event.author == ann.identity
    assert ear(carol).told == []


def test_the_log_says_who_did_what() -> None:
    town = Town()
    ann, bob = town.person("ann"), town.person("bob")
    said: list[str] = []
    with observed(lambda event: said.append(formatEvent(event))):
        operating.promote(town.directory, ann, ROOT)
        operating.announce(town.directory, ann, "tea at five")
        operating.kill(town.directory, "the operator at ::1", bob, "")
    assert said == [
        "ann, account root, is an operator of the server",
        "ann announced: tea at five",
        "the operator at ::1 disconnected bob (no reason)",
    ]


def test_an_account_that_is_named_no_more_makes_no_operators_and_deposes_those_it_made() -> None:
    town = Town()
    ann, bob = town.person("ann"), town.person("bob")
    named = ROOT._replace(name="Named", folded="named", skeleton="named", operator=False)
    operating.name_operators(town.directory, frozenset({"named", "other"}))
    assert operating.may_operate(town.directory, named)
    operating.promote(town.directory, ann, named)
    operating.promote(town.directory, bob, ROOT)
    operating.name_operators(town.directory, frozenset({"other"}))
    assert not operating.may_operate(town.directory, named)
    assert (ann.modes, bob.modes) == ("", "o")
    event = ear(ann).last()
    assert isinstance(event, Announced)
    assert event.text == "You are no operator of this server any more."
