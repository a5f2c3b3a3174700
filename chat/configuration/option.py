"""One row of a table of options: its name, what it means, and what values it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

Read = Callable[[str], Any]
"""Makes a value out of text; raises ValueError with the rest of a sentence that begins with the option's name."""

SECRET_BYTES = 4096
"""Longest file with a secret: one line, which nobody types."""


def text(given: str) -> str:
    """Any text."""
    return given


def word(given: str) -> str:
    """Text that can stand where a server's name stands in a line."""
    if not given or any(c.isspace() or not c.isprintable() for c in given):
        raise ValueError("must be one word, such as chat.example.org")
    return given


def choice(*words: str) -> Read:
    """One of these words."""
    listed = f"{', '.join(words[:-1])} or {words[-1]}"

    def read(given: str) -> str:
        if given not in words:
            raise ValueError(f"is {listed}, not {given}")
        return given

    return read


def limit(kind: type[int] | type[float]) -> Read:
    """A number of which 0 stands for "no limit"."""

    def read(given: str) -> float:
        try:
            value = kind(given)
        except ValueError:
            value = kind(-1)
        if not 0 <= value < inf:
            numbers = "a whole number" if kind is int else "a number"
            raise ValueError(f"takes {numbers}, 0 (no limit) or more, not {given!r}")
        return value

    return read


@dataclass(frozen=True, kw_only=True)
class Option:
    """One thing that an operator may set, on the command line, in the environment or in the configuration file."""

    name: str
    """As on the command line after `--`, and in the file."""
    what: str
    """What it is for, in a sentence or two for `--help`."""
    default: Any = None
    """Its value if nobody says anything; of what may be given several times, the texts."""
    read: Read = text
    short: str | None = None
    """Its letter on the command line."""
    several: bool = False
    """Whether it may be given more than once; its value is a list."""
    path: bool = False
    """Whether it names a file or folder: in the configuration file, relative to the folder that this is in."""
    secret: bool = False
    """Whether nobody may read it over the operator's shoulder: it can stand in a file of its own, and is not taken from
    the environment, which everything that is started inherits."""
    live: bool = False
    """Whether it can change while the server runs."""

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return f"CHAT_{self.name.upper().replace('-', '_')}"

    @property
    def file(self) -> Option:
        """The option that names a file with this secret."""
        return Option(
            name=f"{self.name}-file",
            what=f"File whose first line is the --{self.name}: nobody sees it among the processes.",
            path=True,
            live=self.live,
        )

    def values(self, given: list[str], where: str, folder: Path | None = None) -> Any:
        """The value that these texts mean, or the list of values if there may be several.

        `where` begins the sentence about what is wrong with one; relative paths start in `folder`. Raises ValueError.
        """
        try:
            read = [self.read(one) for one in given]
        except ValueError as wrong:
            raise ValueError(f"{where} {wrong}.") from None
        if self.path:
            # Absolute, so that they are found again when the process has gone to another folder.
            read = [str((folder or Path.cwd()) / one) for one in read]
        if self.several:
            return read
        return read[-1]


def with_files(*options: Option) -> tuple[Option, ...]:
    """A table of options, in which every secret is followed by the option for its file."""
    return tuple(row for option in options for row in ((option, option.file) if option.secret else (option,)))


def secret_in(path: str, where: str) -> str:
    """The first line of a file with a secret; raises ValueError with a sentence that does not hold it."""
    try:
        with open(path, "rb") as file:
            data = file.read(SECRET_BYTES + 1)
    except OSError as error:
        raise ValueError(f"{where} {path} cannot be read: {error.strerror}.") from None
    line = data.partition(b"\n")[0].removesuffix(b"\r")
    try:
        secret = line.decode()
    except UnicodeDecodeError:
        secret = ""
    if not secret or len(line) > SECRET_BYTES:
        raise ValueError(f"{where} {path} has no first line of text with the secret in it.")
    return secret
