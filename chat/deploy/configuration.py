"""A configuration file to begin with: every option with what it is for, and its default as a comment."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping

from chat.configuration.option import Option

WIDTH = 100
"""Characters of a line of comment."""

HEAD = """\
# /etc/twistd-chat/chat.toml
# The configuration of `twistd chat`, in TOML. What begins with # is a comment: the options with their defaults.
# `python -m chat server --config FILE --check` says whether it is right; SIGHUP has a running server read it again.
"""


def commented_configuration(table: Iterable[Option], values: Mapping[str, object] | None = None) -> str:
    """The file, in which the `values` are set and everything else is a comment."""
    set_here = values or {}
    parts = [HEAD]
    for option in table:
        lines = textwrap.wrap(option.what, WIDTH, initial_indent="# ", subsequent_indent="# ")
        if not option.live:
            lines.append("# A change takes effect with a restart.")
        if option.name in set_here:
            lines.append(f"{option.name} = {_toml(set_here[option.name])}")
        else:
            lines.append(f"#{option.name} = {_toml(_example(option))}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _example(option: Option) -> object:
    if option.default is None:
        return [] if option.several else ""
    return list(option.default) if option.several else option.default


def _toml(value: object) -> str:
    # Texts, numbers and lists of them are written in TOML as in JSON.
    return json.dumps(value, ensure_ascii=False)
