"""`python -m chat`."""

import importlib.util
import sys
import types

import pytest

from chat import __main__ as entry
from chat.runtime.lifeline import END_WITH_INPUT


def test_help_tells_of_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in entry.COMMANDS)


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(["frobnicate"]) == 2
    assert "no command frobnicate" in capsys.readouterr().err


def test_without_a_display_and_a_command_there_is_help(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert entry.main([]) == 0
    assert "Usage" in capsys.readouterr().out


def test_with_a_display_the_launcher_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":7")
    launched: list[list[str]] = []
    launcher = types.ModuleType("launcher")
    launcher.main = lambda arguments: launched.append(arguments) or 3  # type: ignore[attr-defined, func-returns-value]
    monkeypatch.setitem(sys.modules, entry.COMMANDS["launcher"][0], launcher)
    assert entry.main([]) == 3
    assert launched == [[]]


@pytest.mark.parametrize("command", ["server", "relay", "terminal"])
def test_commands_have_a_module(command: str) -> None:
    assert importlib.util.find_spec(entry.COMMANDS[command][0]) is not None


def test_a_command_can_end_with_its_input(monkeypatch: pytest.MonkeyPatch) -> None:
    tied: list[bool] = []
    monkeypatch.setattr("chat.__main__.end_with_input", lambda: tied.append(True))
    assert entry.main([END_WITH_INPUT, "--help"]) == 0
    assert tied == [True]


def test_plugins_of_a_checkout_are_found() -> None:
    entry.find_plugins()
    assert importlib.util.find_spec("twisted.plugins.chat_plugin") is not None
