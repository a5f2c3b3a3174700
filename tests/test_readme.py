"""The README says what the program says."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.commands.table import COMMANDS

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- commands -->\n", "<!-- /commands -->"


def command_table() -> str:
    """The table of commands as it has to stand in the README."""
    rows = ["| Command | What it does |", "|---|---|"]
    for row in COMMANDS.values():
        also = "".join(f", `/{alias}`" for alias in row.aliases)
        typed = f"/{row.name} {row.usage}".rstrip()
        rows.append(f"| `{typed}`{also} | {row.help} |".replace("*!*@", "\\*!\\*@"))
    return "\n".join(rows) + "\n"


def test_the_table_of_commands_is_made_from_the_rows() -> None:
    text = README.read_text()
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)] == command_table()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_explained_in_one_line(name: str) -> None:
    assert COMMANDS[name].help
    assert "\n" not in COMMANDS[name].help


def test_its_pictures_are_there() -> None:
    text = README.read_text()
    pictures = [part.split(")")[0] for part in text.split("](")[1:] if part.startswith("static/")]
    assert pictures
    for picture in pictures:
        assert (README.parent / picture).is_file(), picture
