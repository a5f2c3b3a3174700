"""Names that were used a while ago."""

import pytest

from chat.domain import whowas as module
from chat.domain.events import Identity
from chat.domain.whowas import EACH_AT_MOST, Whowas

ANN = Identity(1, "Ann", "u", "h")


def test_the_latest_first_whatever_the_case() -> None:
    whowas = Whowas()
    whowas.add(ANN, 1.0)
    whowas.add(ANN._replace(name="ann"), 2.0)
    assert [(row.who.name, row.time) for row in whowas.find("ANN")] == [("ann", 2.0), ("Ann", 1.0)]
    assert whowas.find("bob") == []


def test_each_name_is_remembered_a_few_times() -> None:
    whowas = Whowas()
    for time in range(EACH_AT_MOST + 2):
        whowas.add(ANN, float(time))
    assert [row.time for row in whowas.find("ann")] == [float(t) for t in range(EACH_AT_MOST + 1, 1, -1)]


def test_names_that_were_given_up_long_ago_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NAMES_AT_MOST", 2)
    whowas = Whowas()
    for name in ("one", "two", "one", "three"):
        whowas.add(ANN._replace(name=name), 1.0)
    assert [bool(whowas.find(name)) for name in ("one", "two", "three")] == [True, False, True]
