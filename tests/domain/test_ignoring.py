"""Whom somebody does not want to hear."""

import pytest

from chat.domain import ignoring
from chat.domain.person import IGNORES_AT_MOST
from chat.domain.refused import Refused, Why
from tests.domain.things import House


def test_ignoring_has_a_bound_and_an_end() -> None:
    house = House()
    bob = house.person("bob")
    for n in range(IGNORES_AT_MOST):
        ignoring.ignore(house.directory, bob, f"n{n}")
    with pytest.raises(Refused, match="take one off") as refused:
        ignoring.ignore(house.directory, bob, "more")
    assert refused.value.why is Why.LIMIT
    ignoring.ignore(house.directory, bob, "n1")
    with pytest.raises(Refused, match="You do not ignore more"):
        ignoring.unignore(house.directory, bob, "more")


def test_a_name_is_ignored_whatever_its_case_and_readers_follow() -> None:
    house = House()
    bob = house.person("bob")
    ignoring.ignore(house.directory, bob, "Carol")
    assert bob.ignored == {"carol"}
    ignoring.unignore(house.directory, bob, "CAROL")
    assert bob.ignored == frozenset()
    assert house.readers[bob].changes == 2
