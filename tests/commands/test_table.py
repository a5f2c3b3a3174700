"""The table of commands: what it says of itself, and when something typed is wrong."""

from __future__ import annotations

import pytest

from chat.commands.speaker import Speaker
from chat.commands.table import COMMANDS, FIRST
from chat.domain.modes import FLAGS
from chat.slash import Command
from tests.network.chatting import Client, Server, join_plain, make_server


@pytest.fixture
def server() -> Server:
    return make_server(max_per_address=0)


@pytest.fixture
def bob(server: Server) -> Client:
    return join_plain(server, "bob")


def test_every_row_has_a_help_line_and_is_explained(bob: Client) -> None:
    for row in COMMANDS.values():
        line, *more = bob.ask(f"/help /{row.name}")
        assert more[: len(row.more)] == list(row.more)
        assert line.startswith(f"/{row.name} {row.usage}".rstrip() + f" - {row.help}")
        assert all(f"/{alias}" in line for alias in row.aliases)


def test_help_begins_with_what_everybody_needs_and_fits_a_screen(bob: Client) -> None:
    lines = bob.ask("/help")
    assert {line.split()[0] for line in lines[1:-1]} == {f"/{name}" for name in FIRST}
    assert sum(-(-len(line) // 80) for line in lines) < 24


def test_the_subjects_hold_every_row(bob: Client) -> None:
    subjects = [word.strip(" ,") for word in bob.ask("/help")[-1].split("/help ")[1:]]
    found = {
        line.split()[0] for subject in subjects for line in bob.ask(f"/help {subject}") if line[:3] == "  /"
    }
    assert found | {"/help"} >= {f"/{name}" for name in COMMANDS}


def test_every_letter_of_a_mode_is_explained(bob: Client) -> None:
    lines = bob.ask("/help mode")[1:]
    assert all(
        any(line.startswith(f"  {letter} ") and meaning in line for line in lines)
        for letter, meaning in FLAGS.items()
    )


@pytest.mark.parametrize("word", ["/?", "/HELP", "/Help"])
def test_a_command_is_known_by_its_aliases_in_any_case(bob: Client, word: str) -> None:
    assert bob.ask(word) == bob.ask("/help")


def test_help_for_what_does_not_exist(bob: Client) -> None:
    assert bob.ask("/help frobnicate") == ["There is no command /frobnicate. /help lists all commands."]


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("/jion #a", "/join"),
        ("/usres", "/users"),
        ("/hlep", "/help"),
        ("/histroy", "/history"),
        ("/exti", "/exit"),
    ],
)
def test_an_unknown_command_names_the_nearest(bob: Client, typed: str, near: str) -> None:
    word = typed.split()[0]
    assert bob.ask(typed) == [f"Unknown command: {word}. Did you mean {near}? /help lists all commands."]


@pytest.mark.parametrize("typed", ["/xyzzy", "/", "/ ", "/%$"])
def test_an_unknown_command_that_is_near_to_none(bob: Client, typed: str) -> None:
    assert bob.ask(typed) == [f"Unknown command: {typed.strip()}. /help lists all commands."]


@pytest.mark.parametrize("row", [row for row in COMMANDS.values() if row.minimum])
def test_a_command_without_what_it_needs_says_how_it_is_used(bob: Client, row: Command[Speaker]) -> None:
    assert bob.ask(f"/{row.name}") == [f"Usage: /{row.name} {row.usage}"]
    assert bob.ask(f"/{row.name}   ") == [f"Usage: /{row.name} {row.usage}"]


def test_the_last_argument_takes_the_rest_of_the_line(server: Server, bob: Client) -> None:
    assert bob.ask("/pm   bob   a  b  c ") == ["[pm from bob] a  b  c", "[pm to bob] a  b  c"]


@pytest.mark.parametrize("typed", ["/part", "/users", "/topic", "/topic x", "/history"])
def test_what_needs_a_room_says_so(bob: Client, typed: str) -> None:
    bob.send("/part")
    assert bob.ask(typed) == ["You are in no room. /join #lobby, or /rooms for a list."]
