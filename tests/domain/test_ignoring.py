"""Whom somebody does not want to hear."""

import pytest

from chat.domain.ignoring import ignore, unignore
from chat.domain.refused import Refused
from chat.domain.user import IGNORES_AT_MOST
from tests.domain.people import Town


def test_names_are_ignored_and_heard_again_whatever_their_case() -> None:
    ann = Town().person("ann")
    ignore(ann, "BOB")
    assert ann.ignored == {"bob"}
    with pytest.raises(Refused, match="do not ignore"):
        unignore(ann, "carol")
    unignore(ann, "Bob")
    assert ann.ignored == frozenset()


def test_the_list_is_bounded() -> None:
    ann = Town().person("ann")
    for number in range(IGNORES_AT_MOST):
        ignore(ann, f"n{number}")
    with pytest.raises(Refused, match="100"):
        ignore(ann, "one-more")
