"""The table of IRC commands has every family of commands in it."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType

from chat.network import irc
from chat.network.irc import families
from chat.network.irc.families import ROWS


def test_no_module_with_commands_is_left_out() -> None:
    for found in pkgutil.iter_modules(irc.__path__, f"{irc.__name__}."):
        import_module(found.name)
    listed = {value.__name__ for value in vars(families).values() if isinstance(value, ModuleType)}
    assert {row.run.__module__ for row in ROWS.values()} == listed
