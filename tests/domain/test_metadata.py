"""Facts about people and rooms, and who is told of them."""

import pytest

from chat.domain import metadata
from chat.domain.metadata import Target
from chat.domain.names import check_room
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from chat.domain.registry import record_of, restore
from chat.domain.room import Room
from tests.domain.people import START, Town, session_of


class Subscriber:
    """Writes down what it is told."""

    def __init__(self, town: Town, person: Person, *keys: str) -> None:
        self.session = session_of(person)
        self.news: list[tuple[str, str, str | None]] = []
        for key in keys:
            town.directory.metadata.subscribe(self, key)

    def metadata_changed(self, target: Target, key: str, value: str | None) -> None:
        name = target.name if isinstance(target, Room) else target.shown
        self.news.append((name, key, value))


def test_those_who_share_a_room_and_want_to_know_are_told() -> None:
    town = Town()
    ann = town.person("ann", "#room")
    near = Subscriber(town, town.person("near", "#room"), "color")
    deaf = Subscriber(town, town.person("deaf", "#room"), "avatar")
    far = Subscriber(town, town.person("far"), "color")
    town.directory.metadata.put(session_of(ann), ann, "color", "red")
    town.directory.metadata.put(session_of(ann), town.room("#room"), "color", "blue")
    town.directory.metadata.put(session_of(ann), ann, "color", None)
    assert near.news == [("ann", "color", "red"), ("#room", "color", "blue"), ("ann", "color", None)]
    assert deaf.news == far.news == []


def test_who_comes_in_is_introduced() -> None:
    town = Town()
    inside = Subscriber(town, town.person("inside", "#room"), "color")
    ann = town.person("ann")
    town.directory.metadata.put(session_of(ann), ann, "color", "red")
    assert inside.news == []
    town.directory.join(session_of(ann), check_room("#room"))
    assert inside.news == [("ann", "color", "red")]


def test_rights() -> None:
    town = Town()
    ann, bob = town.person("ann", "#room"), town.person("bob", "#room")
    out = town.person("out")
    room = town.room("#room")
    assert metadata.may_write(ann, ann)
    assert not metadata.may_write(ann, bob)
    assert metadata.may_write(ann, room)
    assert not metadata.may_write(bob, room)
    assert metadata.may_read(out, room)
    room.flags.add("s")
    assert not metadata.may_read(out, room)
    assert metadata.may_read(bob, room)
    assert metadata.may_read(out, ann)


def test_everything_is_bounded() -> None:
    town = Town()
    ann = town.person("ann")

    def why(key: str, value: str | None) -> Why:
        with pytest.raises(Refused) as caught:
            town.directory.metadata.put(session_of(ann), ann, key, value)
        return caught.value.why

    assert why("color", None) is Why.NOTHING_SAID
    assert why("color", "x" * (metadata.VALUE_BYTES + 1)) is Why.TOO_LONG
    for number in range(metadata.KEYS_AT_MOST):
        town.directory.metadata.put(session_of(ann), ann, f"k{number}", "v")
    assert why("one-more", "v") is Why.LIMIT
    town.directory.metadata.put(session_of(ann), ann, "k0", "other")
    who = Subscriber(town, ann, *(f"k{number}" for number in range(metadata.SUBSCRIPTIONS_AT_MOST)))
    with pytest.raises(Refused):
        town.directory.metadata.subscribe(who, "one-more")


@pytest.mark.parametrize(
    ("key", "good"),
    [
        ("display-name", True),
        ("a.b/c_d-9", True),
        ("", False),
        ("Upper", False),
        ("a b", False),
        ("x" * 61, False),
    ],
)
def test_keys(key: str, good: bool) -> None:
    assert metadata.is_key(key) is good


def test_subscriptions_end() -> None:
    town = Town()
    ann = town.person("ann", "#room")
    who = Subscriber(town, town.person("bob", "#room"), "color", "avatar")
    town.directory.metadata.unsubscribe(who, "color")
    town.directory.metadata.unsubscribe(who, "color")
    assert town.directory.metadata.keys_of(who) == ["avatar"]
    town.directory.metadata.forget(who)
    town.directory.metadata.put(session_of(ann), ann, "avatar", "https://example.org/a.png")
    assert who.news == []


def test_a_rooms_facts_are_kept_with_it() -> None:
    town = Town()
    ann = town.person("ann", "#room", account="ann")
    town.directory.metadata.put(session_of(ann), town.room("#room"), "color", "blue")
    again = Room("#room", "#room", START)
    restore(again, record_of(town.room("#room")))
    assert again.metadata == {"color": "blue"}
