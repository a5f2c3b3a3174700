"""Who is told when a name comes and goes."""

import pytest

from chat.domain.events import Identity, PersonEvent
from chat.domain.names import check_name
from chat.domain.person import Person
from chat.domain.refused import Refused
from chat.domain.watches import WATCHED_AT_MOST, Watches
from tests.domain.people import Town, session_of


class Watcher:
    """Writes down what it is told."""

    def __init__(self, person: Person) -> None:
        self.session = session_of(person)
        self.news: list[str] = []

    def came(self, who: Identity) -> None:
        self.news.append(f"+{who.name}")

    def went(self, name: str) -> None:
        self.news.append(f"-{name}")

    def saw(self, event: PersonEvent) -> None:
        self.news.append(type(event).__name__)


def test_coming_going_and_renaming_are_told() -> None:
    town = Town()
    watcher = Watcher(town.person("ann"))
    watches = town.directory.watches
    watches.add(watcher, "BOB")
    watches.add(watcher, "rob")
    bob = town.person("bob")
    town.directory.rename(session_of(bob), check_name("rob"))
    town.directory.rename(session_of(bob), check_name("ROB"))
    town.directory.quit(bob, "")
    assert watcher.news == ["+bob", "-bob", "+rob", "-ROB"]


def test_changes_are_told_unless_a_room_is_shared() -> None:
    town = Town()
    ann = town.person("ann")
    watcher = Watcher(ann)
    town.directory.watches.add(watcher, "bob")
    bob = town.person("bob", "#room")
    town.directory.set_away(session_of(bob), "tea")
    town.directory.change_identity(session_of(bob), realname="Bob")
    assert watcher.news == ["+bob", "AwayChanged", "IdentityChanged"]
    ann.rooms.update(bob.rooms)
    town.directory.set_away(session_of(bob), None)
    assert len(watcher.news) == 3


def test_lists_are_bounded_dropped_and_cleared() -> None:
    town = Town()
    watcher = Watcher(town.person("ann"))
    watches = Watches()
    for number in range(WATCHED_AT_MOST):
        watches.add(watcher, f"n{number}")
    with pytest.raises(Refused, match="limit"):
        watches.add(watcher, "one-more")
    watches.add(watcher, "N0")
    watches.drop(watcher, "n0")
    watches.drop(watcher, "never-watched")
    assert len(watches.of(watcher)) == WATCHED_AT_MOST - 1
    watches.clear(watcher)
    assert watches.of(watcher) == []
    watches.came(Identity(9, "n1", "u", "h"))
    assert watcher.news == []
