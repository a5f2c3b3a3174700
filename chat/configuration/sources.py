"""Where values of options come from: the command line, the environment, and a file in TOML.

Command line wins over environment, environment over file, file over default. TOML: https://toml.io/en/v1.0.0.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from chat.configuration.option import Option, secret_in

FILE_BYTES = 256 * 1024
"""Largest configuration file: a hundred times what all options take."""


@dataclass(frozen=True)
class Given:
    """What one place says about an option."""

    texts: list[str]
    where: str
    """Names the place, for sentences: `--name`, `CHAT_NAME`, `chat.toml, line 3: name`."""
    folder: Path | None = None
    """Where relative paths start, if not in the current folder."""


Source = Mapping[str, Given]
"""What one place says, by the names of options."""


def from_command_line(values: Mapping[str, list[str]]) -> dict[str, Given]:
    """What was typed."""
    return {name: Given(texts, f"--{name}") for name, texts in values.items()}


def from_environment(options: Iterable[Option], environment: Mapping[str, str]) -> dict[str, Given]:
    """What the environment says; several values of one option stand apart by white space."""
    found = {}
    for option in options:
        value = environment.get(option.variable)
        if value is not None and not option.secret:
            texts = value.split() if option.several else [value]
            found[option.name] = Given(texts, option.variable)
    return found


def unknown_variables(options: Iterable[Option], environment: Mapping[str, str]) -> list[str]:
    """Names in the environment that look like options and are none: misspelt ones, or somebody else's."""
    known = {option.variable for option in options if not option.secret}
    return sorted(name for name in environment if name.startswith("CHAT_") and name not in known)


def from_file(options: Iterable[Option], path: Path) -> dict[str, Given]:
    """What a file says; raises ValueError with a sentence that names the line."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES + 1)
    except OSError as error:
        raise ValueError(f"The --config file {path} cannot be read: {error.strerror}.") from None
    if len(data) > FILE_BYTES:
        raise ValueError(f"The --config file {path} is too large: at most {FILE_BYTES} bytes are read.")
    try:
        written = data.decode()
        table = tomllib.loads(written)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(f"{path}, line {line}: this is not UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(_syntax_sentence(path, str(error), written)) from None
    known = {option.name: option for option in options}
    found = {}
    for key, value in table.items():
        where = f"{path}, line {_line_of(key, written)}: {key}"
        if key not in known:
            raise ValueError(f"{where} is no option.{_did_you_mean(key, known)}")
        found[key] = Given(_texts(known[key], value, where), where, path.parent)
    return found


def _syntax_sentence(path: Path, error: str, written: str) -> str:
    # tomllib says "What is wrong (at line 3, column 5)", or "(at end of document)".
    at = re.search(r" \(at line (\d+), column \d+\)$", error)
    line = int(at[1]) if at else written.count("\n") + 1
    what = error.partition(" (at ")[0]
    return f"{path}, line {line}: this is not TOML: {what}."


def _line_of(key: str, written: str) -> int:
    """The line in which a key of the top level, or a table of this name, begins."""
    pattern = rf"""^[ \t]*\[{{0,2}}[ \t]*["']?{re.escape(key)}["']?[ \t]*[=.\]]"""
    found = re.search(pattern, written, re.MULTILINE)
    return written[: found.start() if found else 0].count("\n") + 1


def _did_you_mean(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key.replace("_", "-"), list(known), 1)
    return f" Did you mean {near[0]}?" if near else " `twistd chat --help` lists all of them."


def _texts(option: Option, value: Any, where: str) -> list[str]:
    if isinstance(value, list) and option.several:
        return [text for one in value for text in _texts(option, one, where)]
    if isinstance(value, bool):
        return ["on" if value else "off"]
    if isinstance(value, str | int | float):
        return [str(value)]
    takes = "text, or a list of texts" if option.several else "one text or number"
    raise ValueError(f"{where} takes {takes}.")


def resolved(options: Iterable[Option], sources: Iterable[Source]) -> dict[str, Any]:
    """The value of every option, from the first source that knows it, or its default.

    Of a secret and the file that has it, the one counts that the earlier source gives. Raises ValueError with a
    sentence.
    """
    sources = list(sources)
    values: dict[str, Any] = {}
    for option in options:
        given = next((source[option.name] for source in sources if option.name in source), None)
        if given is None or (option.several and not given.texts):
            values[option.name] = (
                [option.read(text) for text in option.default or ()] if option.several else option.default
            )
        else:
            values[option.name] = option.values(given.texts, given.where, given.folder)
        if option.secret:
            values[option.name] = _secret(option, sources, values[option.name])
    return values


def _secret(option: Option, sources: list[Source], value: Any) -> Any:
    file = option.file
    for source in sources:
        if option.name in source and file.name in source:
            raise ValueError(
                f"{source[option.name].where} and {source[file.name].where} both give a {option.name}: leave one out."
            )
        if option.name in source:
            return value
        if file.name in source:
            given = source[file.name]
            path = file.values(given.texts, given.where, given.folder)
            return secret_in(path, f"{given.where}:")
    return value
