"""Who had a name before."""

from chat.domain import whowas
from chat.domain.events import Identity
from chat.domain.names import check_name
from chat.domain.whowas import Whowas
from tests.domain.people import Town, session_of


def test_the_latest_comes_first_and_each_name_is_bounded() -> None:
    departed = Whowas()
    for number in range(whowas.EACH_AT_MOST + 5):
        departed.add(Identity(number, "Bob", "bob", f"host{number}"), number)
    found = departed.find("bOB")
    assert [entry.time for entry in found] == list(range(whowas.EACH_AT_MOST + 4, 4, -1))
    assert departed.find("ann") == []


def test_names_are_bounded(monkeypatch: object) -> None:
    departed = Whowas()
    for number in range(whowas.NAMES_AT_MOST + 1):
        departed.add(Identity(number, f"n{number}", "u", "h"), number)
    assert departed.find("n0") == []
    assert departed.find("n1") != []


def test_leaving_and_renaming_are_departures() -> None:
    town = Town()
    bob = town.person("bob")
    town.directory.rename(session_of(bob), check_name("rob"))
    town.directory.quit(bob, "")
    assert [entry.who.name for entry in town.directory.departed.find("bob")] == ["bob"]
    assert [entry.who.name for entry in town.directory.departed.find("rob")] == ["rob"]
