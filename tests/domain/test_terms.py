"""What commands cost, by how many people have a part in them."""

from __future__ import annotations

import pytest

from chat.commands.table import TABLE
from chat.domain.person import Person
from chat.domain.terms import (
    HASH,
    LINE,
    ROOM,
    SAID,
    TOLD,
    Terms,
    each_target,
    every_person,
    every_room,
    names_of_rooms,
    said,
    told_everywhere,
    told_in_rooms,
)
from chat.network.irc.families import ROWS
from chat.network.irc.unfinished import Exchange
from tests.domain.things import House


class Asking:
    """Who gives a command."""

    room = None
    exchange: Exchange | None = None

    def __init__(self, house: House, person: Person) -> None:
        self.directory = house.directory
        self.person = person


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def bob(house: House) -> Asking:
    """In two rooms, one of them with ten others; in a third there is somebody else."""
    user = house.person("bob", "#a", "#b")
    for number in range(10):
        house.person(f"p{number}", "#a")
    house.person("carol", "#c")
    return Asking(house, user)


def test_terms_without_more_cost_a_line(bob: Asking) -> None:
    assert Terms().cost(bob, ()) == (1.0, LINE, 0.0)


def test_of_a_sasl_login_only_the_response_costs_and_what_its_step_does(bob: Asking) -> None:
    terms = ROWS["AUTHENTICATE"].terms
    assert terms.cost(bob, ["PLAIN"]).apart == 0.0
    bob.exchange = Exchange(lambda response: None, HASH)
    assert [terms.cost(bob, [data]).apart for data in ("*", "x" * 400, "eA==")] == [0.0, 0.0, HASH]


@pytest.mark.parametrize("name", ["PASSWORD", "UNREGISTER", "REGISTER", "OPER"])
def test_what_hashes_a_password_costs_that(bob: Asking, name: str) -> None:
    assert ROWS[name].terms.cost(bob, ["one", "two"]).apart == HASH


def test_as_many_lines_as_targets(bob: Asking) -> None:
    assert [each_target(bob, [text]) for text in ("#a", "#a,#b", "#a,#a,carol", "")] == [1, 2, 2, 1]
    assert each_target(bob, []) == 1


def test_saying_something_costs_little_for_each_reader(bob: Asking) -> None:
    assert said(bob, ["#a"]) == pytest.approx(2 * LINE + 11 * SAID)
    assert said(bob, ["#A,carol"]) == pytest.approx(3 * LINE + 11 * SAID)
    assert said(bob, []) == LINE


def test_what_everybody_learns_costs_for_each_of_them(bob: Asking) -> None:
    assert told_everywhere(bob) == pytest.approx(3 * LINE + 12 * TOLD)


def test_rooms_of_a_list_cost_each(bob: Asking) -> None:
    assert told_in_rooms(bob, ["#a,#nowhere"]) == pytest.approx(LINE + 2 * ROOM + 11 * TOLD)
    assert told_in_rooms(bob, ["0"]) > told_everywhere(bob), "leaving all of them"
    assert names_of_rooms(bob, ["#a,#c"]) > names_of_rooms(bob, ["#c"])


def test_looking_at_everything_costs_for_everything(house: House, bob: Asking) -> None:
    rooms, people = every_room(bob, ()), every_person(bob, ())
    house.person("dave", "#new")
    assert every_room(bob, ()) > rooms
    assert every_person(bob, ()) > people


def test_no_list_is_too_long_to_be_counted(bob: Asking) -> None:
    assert each_target(bob, [",".join(map(str, range(100_000)))]) < 100


@pytest.mark.parametrize("arguments", [(), ("",), ("#a", "+b"), ("#a", "x", "y"), (",,,",), ("\x00",)])
def test_every_command_costs_something_whatever_its_arguments(
    bob: Asking, arguments: tuple[str, ...]
) -> None:
    terms = {**{name: row.terms for name, row in ROWS.items()}, **TABLE.terms}
    costs = {name: columns.cost(bob, arguments) for name, columns in terms.items()}
    assert [
        name for name, cost in costs.items() if cost.work < LINE or cost.lines < 0 or cost.apart < 0
    ] == []
