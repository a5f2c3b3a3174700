"""Who wants to know when a name comes and goes."""

import pytest

from chat.domain.events import AwayChanged, Identity, PersonEvent
from chat.domain.refused import Refused, Why
from chat.domain.user import User
from chat.domain.watches import WATCHED_AT_MOST, Watches
from tests.domain.hall import Hall

BOB = Identity(2, "Bob", "u", "h")


class Watcher:
    """Remembers what it is told."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.news: list[str] = []

    def came(self, who: Identity) -> None:
        """Somebody is here."""
        self.news.append(f"+{who.name}")

    def went(self, name: str) -> None:
        """Somebody is here no more."""
        self.news.append(f"-{name}")

    def saw(self, event: PersonEvent) -> None:
        """Somebody changed."""
        self.news.append(f"={event.author.name}")


@pytest.fixture
def ann(hall: Hall) -> Watcher:
    """Somebody who watches, in #a."""
    return Watcher(hall.person("ann", "#a"))


def test_coming_and_going_whatever_the_case(ann: Watcher) -> None:
    watches = Watches()
    watches.add(ann, "BOB")
    watches.add(ann, "bob")
    assert watches.of(ann) == ["BOB"]
    watches.came(BOB)
    watches.went("bob")
    watches.came(BOB._replace(name="eve"))
    assert ann.news == ["+Bob", "-bob"]


def test_what_was_taken_off_is_watched_no_more(ann: Watcher) -> None:
    watches = Watches()
    for name in ("bob", "eve", "gus"):
        watches.add(ann, name)
    watches.drop(ann, "BOB")
    watches.drop(ann, "nobody")
    assert watches.of(ann) == ["eve", "gus"]
    watches.clear(ann)
    watches.clear(ann)
    for name in ("bob", "eve", "gus"):
        watches.went(name)
    assert ann.news == []
    assert watches._watchers == {}
    assert watches._lists == {}


def test_the_list_is_bounded(ann: Watcher) -> None:
    watches = Watches()
    for number in range(WATCHED_AT_MOST):
        watches.add(ann, f"n{number}")
    watches.add(ann, "N0")
    with pytest.raises(Refused) as caught:
        watches.add(ann, "more")
    assert caught.value.why is Why.LIST_FULL
    watches.went("more")
    assert ann.news == []


def test_changes_are_told_to_those_who_do_not_see_them_in_a_room(hall: Hall, ann: Watcher) -> None:
    watches = hall.directory.watches
    near, far = hall.person("near", "#a"), hall.person("far", "#b")
    for name in ("near", "far", "ann"):
        watches.add(ann, name)
    for user in (near, far, ann.user):
        watches.changed(user, AwayChanged("1", 0.0, user.identity, "out", {}))
    assert ann.news == ["=far"]
