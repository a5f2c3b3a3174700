"""Tables of commands: from a typed line to its row."""

from __future__ import annotations

import pytest

from chat.slash import Misunderstood, Table


@pytest.fixture
def table() -> Table[list[str]]:
    table: Table[list[str]] = Table()

    @table.command("tell", "NAME TEXT [MORE]", "tell somebody something", "t")
    def _tell(told: list[str], arguments: list[str]) -> None:
        told.extend(arguments)

    @table.command("stop", "", "stop")
    def _stop(told: list[str], arguments: list[str]) -> None:
        told.append("stopped")

    return table


@pytest.mark.parametrize(
    ("line", "name", "arguments"),
    [
        ("/tell bob hi", "tell", ["bob", "hi"]),
        ("/T bob  hi  there you all ", "tell", ["bob", "hi", "there you all"]),
        ("/stop", "stop", []),
        ("/stop it", "stop", []),
    ],
)
def test_a_line_and_its_row(table: Table[list[str]], line: str, name: str, arguments: list[str]) -> None:
    row, found = table.understand(line)
    assert (row.name, found) == (name, arguments)


def test_a_row_runs_with_whoever_typed_it(table: Table[list[str]]) -> None:
    told: list[str] = []
    row, arguments = table.understand("/t bob hi")
    row.run(told, arguments)
    assert told == ["bob", "hi"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/tel bob", "Unknown command: /tel. Did you mean /tell? /help lists all commands."),
        ("/xyzzy", "Unknown command: /xyzzy. /help lists all commands."),
        ("/", "Unknown command: /. /help lists all commands."),
        ("/tell bob", "Usage: /tell NAME TEXT [MORE]"),
    ],
)
def test_what_fits_no_row_is_explained(table: Table[list[str]], line: str, sentence: str) -> None:
    with pytest.raises(Misunderstood) as misunderstood:
        table.understand(line)
    assert str(misunderstood.value) == sentence


def test_rows_keep_their_order_and_count_their_arguments(table: Table[list[str]]) -> None:
    assert list(table.rows) == ["tell", "stop"]
    assert (table.rows["tell"].minimum, table.rows["tell"].arguments) == (2, 3)
    assert table.by_word["t"] is table.rows["tell"]


def test_help_about_everything_and_about_one_command(table: Table[list[str]]) -> None:
    assert table.explain()[1:] == [
        "  /tell NAME TEXT [MORE]   tell somebody something",
        "  /stop                    stop",
    ]
    for word in ("tell", "/T"):
        assert table.explain(word) == ["/tell NAME TEXT [MORE] - tell somebody something (also /t)"]
    assert table.explain("stop") == ["/stop - stop"]
    with pytest.raises(Misunderstood, match="There is no command /xyzzy"):
        table.explain("/xyzzy")
