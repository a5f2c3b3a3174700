"""The machine's clock is set while people are here: what lasts some time lasts as long as ever, and dates follow it."""

from __future__ import annotations

import pytest

from chat.domain.directory import LINGER_SECONDS, Directory
from chat.domain.events import Said
from chat.domain.journal import MemoryJournal, Stamps
from chat.domain.names import check_name, check_room
from chat.domain.person import Person
from chat.domain.refused import Refused
from chat.domain.repeats import REPEAT_SECONDS
from chat.domain.room import Room
from tests.domain.doubles import MemoryAccounts
from tests.domain.people import START, Ear, connect, session_of

HOUR = 3600.0
JUMPS = [-24 * HOUR, -HOUR, HOUR, 24 * HOUR]


class Place:
    """A directory with two clocks: the machine's, which can be set, and one that only moves forward."""

    def __init__(self) -> None:
        self.wall = START
        self.passed = 500.0
        accounts = MemoryAccounts(lambda: self.passed)
        accounts.add("ann", "opensesame")
        self.directory = Directory(
            MemoryJournal(lambda: self.wall),
            self,
            lambda: self.wall,
            accounts=accounts,
            seconds=lambda: self.passed,
        )

    def dirty(self, room: Room, urgent: bool = True) -> None:
        """The delivery's part."""

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.wall += seconds
        self.passed += seconds

    def person(self, name: str, account: str | None = None) -> Person:
        """Somebody comes in."""
        session = connect(self.directory, Ear(), account=account)
        self.directory.enter(session, check_name(name))
        return session.person


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.mark.parametrize("jump", JUMPS)
def test_a_mute_lasts_as_long_as_it_was_given(place: Place, jump: float) -> None:
    bob = place.person("bob")
    place.directory.mutes.mute(bob, 60.0, "")
    place.wall += jump
    assert place.directory.mutes.sentence(bob) == "The operator has muted you for 60 seconds."
    place.wait(61)
    assert place.directory.mutes.sentence(bob) is None


@pytest.mark.parametrize("jump", JUMPS)
def test_somebody_is_waited_for_as_long_as_ever(place: Place, jump: float) -> None:
    zoe = place.person("zoe", "ann")
    place.directory.join(session_of(zoe), check_room("#tea"))
    place.directory.leave(session_of(zoe), "dropped")
    place.wall += jump
    place.wait(LINGER_SECONDS - 1)
    place.directory.expire()
    with pytest.raises(Refused):
        place.person("zoe")
    place.wait(2)
    place.directory.expire()
    assert place.person("zoe", "ann").rooms == {}


@pytest.mark.parametrize("jump", JUMPS)
def test_how_long_somebody_is_idle_and_the_server_up(place: Place, jump: float) -> None:
    bob = place.person("bob")
    place.wall += jump
    place.wait(5)
    assert place.directory.seconds() - bob.last_active == 5.0
    assert place.directory.stats.uptime == 5.0


@pytest.mark.parametrize("jump", JUMPS)
def test_a_repeat_is_recognised_as_long_as_ever(place: Place, jump: float) -> None:
    bob = place.person("bob")
    room = place.directory.join(session_of(bob), check_room("#tea")).room
    said: list[Said] = []

    def once() -> None:
        event = place.directory.repeats.once(
            "key",
            None,
            lambda receipt: place.directory.say(session_of(bob), room, "x", Said, receipt=receipt),
            lambda e, r: None,
        )
        said.append(event)  # type: ignore[arg-type]

    once()
    place.wall += jump
    place.wait(REPEAT_SECONDS - 1)
    place.directory.repeats.once("other", None, lambda r: said[0], lambda e, r: None)
    once()
    assert said[0] is said[1]


@pytest.mark.parametrize("jump", JUMPS)
def test_the_rates_of_the_last_minute_go_on(place: Place, jump: float) -> None:
    place.directory.stats.messages.add()
    place.wall += jump
    place.wait(30)
    place.directory.stats.messages.add()
    assert place.directory.stats.messages.last_minute() == 2
    place.wait(31)
    assert place.directory.stats.messages.last_minute() == 1


def test_dates_are_right_again_when_the_clock_is() -> None:
    now = START + 24 * HOUR
    stamps = Stamps(lambda: now)
    ahead, _ = stamps.next()
    now = START
    after, time = stamps.next()
    assert after > ahead, "ids never go back"
    assert time == START
    restarted, time = Stamps(lambda: START + 5, after).next()
    assert restarted > after
    assert time == START + 5
