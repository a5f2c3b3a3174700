"""Rows of a table of options, and what they make of text."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.configuration.option import Option, choice, limit, with_files, word


def test_a_name_in_the_environment_is_that_of_the_option() -> None:
    assert Option(name="message-rate", what="").variable == "CHAT_MESSAGE_RATE"


def test_every_secret_has_an_option_for_its_file() -> None:
    table = with_files(Option(name="a", what=""), Option(name="key", what="", secret=True, live=True))
    assert [option.name for option in table] == ["a", "key", "key-file"]
    assert table[2].path
    assert table[2].live
    assert not table[2].secret


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (word, "chat.test", "chat.test"),
        (choice("a", "b"), "b", "b"),
        (limit(int), "7", 7),
        (limit(float), "0.5", 0.5),
    ],
)
def test_what_can_be_taken_is_a_value(read: object, text: str, value: object) -> None:
    assert callable(read)
    assert read(text) == value


def test_what_is_wrong_follows_where_it_stands() -> None:
    option = Option(name="rate", what="", read=limit(int))
    with pytest.raises(
        ValueError, match=r"^chat\.toml, line 3: rate takes a whole number, 0 .*, not '1\.5'\.$"
    ):
        option.values(["1.5"], "chat.toml, line 3: rate")


def test_paths_start_where_they_were_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    option = Option(name="motd", what="", path=True)
    assert option.values(["x"], "", Path("/etc/chat")) == "/etc/chat/x"
    assert option.values(["/abs"], "", Path("/etc/chat")) == "/abs"
    monkeypatch.chdir(tmp_path)
    assert option.values(["x"], "") == str(tmp_path / "x")
