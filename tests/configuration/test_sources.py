"""The configuration file and the environment: values, and a sentence with the line for whatever is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.configuration.option import Option, limit
from chat.configuration.sources import FILE_BYTES, from_environment, from_file, resolved, unknown_variables

NAME = Option(name="name", what="", default="chat")
RATE = Option(name="message-rate", what="", default=2.0, read=limit(float))
LISTEN = Option(name="listen", what="", several=True, default=("tcp:1",))
HISTORY = Option(name="history", what="")
TABLE = (NAME, RATE, LISTEN, HISTORY)


def read(path: Path, text: str | bytes) -> dict[str, object]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return resolved(TABLE, [from_file(TABLE, path)])


def test_values_are_written_as_toml_has_them(tmp_path: Path) -> None:
    text = (
        '# hello\nname = "café"\nmessage-rate = 2.5\nlisten = [\n  "tcp:1",\n  "tcp:2",\n]\nhistory = false\n'
    )
    assert read(tmp_path / "c", text) == {
        "name": "café",
        "message-rate": 2.5,
        "listen": ["tcp:1", "tcp:2"],
        "history": "off",
    }


def test_one_of_several_needs_no_list_and_none_is_the_default(tmp_path: Path) -> None:
    assert read(tmp_path / "c", 'listen = "tcp:5"')["listen"] == ["tcp:5"]
    assert read(tmp_path / "c", "listen = []")["listen"] == ["tcp:1"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("\nnam = 1", "c, line 2: nam is no option. Did you mean name?"),
        ("message_rate = 1", "c, line 1: message_rate is no option. Did you mean message-rate?"),
        ("\n\nzzz = 1", "c, line 3: zzz is no option. `twistd chat --help` lists all of them."),
        ("name = 'x'\n[chat]\nname = 1", "c, line 2: chat is no option."),
        ("# message-rate = 1\n\nmessage-rate = 'x'", "c, line 3: message-rate takes a number"),
        ("'message-rate' = -1", "c, line 1: message-rate takes a number"),
        ("name = ['a', 'b']", "c, line 1: name takes one text or number."),
        ("name = 2020-01-01", "c, line 1: name takes one text or number."),
        ("listen = [{a = 1}]", "c, line 1: listen takes text, or a list of texts."),
        ("name = 'x'\nname = 'y'", "c, line 2: this is not TOML: Cannot overwrite a value."),
        ("\nname = ", "c, line 2: this is not TOML: Invalid value."),
        ('name = "x', "c, line 1: this is not TOML: Unterminated string."),
        (b"name = 'x'\n# \xff", "c, line 2: this is not UTF-8."),
        ("#" * (FILE_BYTES + 1), "c is too large"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)) as caught:
        read(tmp_path / "c", text)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=200))
def test_any_file_is_values_or_one_sentence(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    path.write_bytes(data)
    outcome: object
    try:
        outcome = set(resolved(TABLE, [from_file(TABLE, path)]))
    except ValueError as wrong:
        outcome = str(wrong)[-1:] in {".", "?"}
    assert outcome in (True, {option.name for option in TABLE})


def test_variables_are_values_and_white_space_stands_between_several() -> None:
    environment = {"CHAT_NAME": "x", "CHAT_LISTEN": "tcp:1  tcp:2\n", "NAME": "y"}
    values = resolved(TABLE, [from_environment(TABLE, environment)])
    assert (values["name"], values["listen"]) == ("x", ["tcp:1", "tcp:2"])


def test_variables_that_are_no_options_can_be_named() -> None:
    # Kubernetes makes some for a service that is called "chat": they are no fault of anybody's.
    environment = {"CHAT_NAME": "x", "CHAT_PORT": "tcp://10.0.0.1:80", "CHAT_NAEM": "y", "PATH": ""}
    assert unknown_variables(TABLE, environment) == ["CHAT_NAEM", "CHAT_PORT"]
