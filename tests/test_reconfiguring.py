"""Changing options of a running server: what takes effect at once, what waits, and what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogEvent, formatEvent

from chat.chat_server import ChatServer
from chat.domain.accounts import Account
from chat.domain.operating import may_operate
from chat.network.settings import Settings
from chat.options import Options
from chat.reconfiguring import Reconfiguration, operators
from tests.logs import observed


class Running:
    """A server with a configuration file, which can be changed."""

    def __init__(self, folder: Path, text: str) -> None:
        self.path = folder / "chat.toml"
        self.path.write_text(text)
        self.options = Options()
        self.options.parseOptions(["--config", str(self.path)])
        self.server = ChatServer(Clock(), Settings(), storage=None)
        self.levels: list[object] = []
        self.log: list[str] = []
        self.reconfiguration = Reconfiguration(self.options, self.server, self.levels.append)

    def change(self, text: str) -> None:
        """Write something else into the file, and have it read."""
        self.path.write_text(text)
        events: list[LogEvent] = []
        with observed(events.append):
            self.reconfiguration.read_again()
        self.log = [formatEvent(event) for event in events]

    @property
    def settings(self) -> Settings:
        """What the server goes by."""
        return self.server.factory.settings


def test_what_can_change_takes_effect_at_once(tmp_path: Path) -> None:
    running = Running(tmp_path, "")
    (tmp_path / "motd").write_text("Tea\n")
    (tmp_path / "secret").write_text("sesame\n")
    running.change(
        'motd = "motd"\npassword-file = "secret"\nregistration = "closed"\nmessage-rate = 9\nmax-users = 3\n'
        'operator = ["Ann"]\nlog-level = "warn"\nmax-per-address = 1\n'
    )
    settings, directory = running.settings, running.server.directory
    assert settings.motd == ["Tea"]
    assert (settings.password, settings.registration, settings.message_rate) == ("sesame", "closed", 9.0)
    assert directory.max_users == 3
    assert may_operate(directory, Account("Ann", "ann", "ann"))
    assert not may_operate(directory, Account("Bob", "bob", "bob"))
    assert may_operate(directory, Account("Bob", "bob", "bob", operator=True))
    assert running.levels == [[("", "warn")]]
    limits = running.server.factory.limits
    assert limits.admit("192.0.2.1", 0.0) is None
    assert limits.admit("192.0.2.1", 0.0) is not None
    assert running.log == [
        "Changed: motd, password, password-file, registration, operator, message-rate, max-users, max-per-address, "
        "log-level"
    ]
    assert "sesame" not in "".join(running.log)


def test_a_motd_is_read_again_though_its_name_stays(tmp_path: Path) -> None:
    (tmp_path / "motd").write_text("one\n")
    running = Running(tmp_path, 'motd = "motd"')
    running.change('motd = "motd"')
    assert running.settings.motd == ["one"]
    (tmp_path / "motd").write_text("two\n")
    running.change('motd = "motd"')
    assert running.settings.motd == ["two"]


def test_what_needs_a_restart_is_said_until_there_was_one(tmp_path: Path) -> None:
    running = Running(tmp_path, "")
    for _ in range(2):
        running.change('name = "other"\nlisten = "tcp:1"\n')
        assert running.log == ["Changed, but only a restart takes it over: listen, name"]
        assert running.settings.name == "chat"


@pytest.mark.parametrize(
    "text", ["nonsense", "message-rate = 'x'", "motd = 'missing'\nregistration = 'closed'"]
)
def test_a_configuration_that_is_wrong_changes_nothing(tmp_path: Path, text: str) -> None:
    running = Running(tmp_path, 'registration = "early"')
    running.change(text)
    (line,) = running.log
    assert line.startswith("The configuration stays as it is: ")
    assert running.options["registration"] == "early"


def test_names_of_operators_have_no_case() -> None:
    options = Options()
    options.parseOptions(["--operator", "Ann", "--operator", "bob"])
    assert operators(options) == {"ann", "bob"}
