"""What the service manager is told, over a real datagram socket."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogEvent

from chat.runtime.systemd import (
    STATUS_SECONDS,
    Notifications,
    Notifier,
    notifications,
    watchdog_seconds,
)
from tests.logs import observed


class Manager:
    """A service manager's end of the socket."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self._socket.setblocking(False)

    def told(self) -> list[dict[str, str]]:
        """What has come since the last look."""
        found: list[dict[str, str]] = []
        while True:
            try:
                data = self._socket.recv(4096)
            except BlockingIOError:
                return found
            found.append(dict(line.split("=", 1) for line in data.decode().split("\n")))

    def close(self) -> None:
        """Be gone."""
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest) -> Iterator[Manager]:
    """A manager with an address of either kind."""
    with tempfile.TemporaryDirectory(prefix="chat-") as folder:
        path = f"{folder}/notify" if request.param == "path" else f"@chat-test-{os.getpid()}"
        manager = Manager(path)
        yield manager
        manager.close()


def test_a_service_says_when_it_is_ready_alive_and_about_to_end(manager: Manager) -> None:
    clock = Clock()
    people = ["1 people"]
    service = Notifications(Notifier(manager.address), clock, lambda: people[0], watchdog=8.0)
    assert manager.told() == []
    service.startService()
    assert manager.told() == [{"READY": "1", "STATUS": "1 people"}]
    people[0] = "2 people"
    clock.advance(4.0)
    assert manager.told() == [{"WATCHDOG": "1", "STATUS": "2 people"}]
    service.stopService()
    assert manager.told() == [{"STOPPING": "1", "STATUS": "Stopping"}]
    clock.advance(100.0)
    assert manager.told() == []
    assert clock.getDelayedCalls() == []


def test_reading_again_has_a_beginning_with_its_time_and_an_end(manager: Manager) -> None:
    clock = Clock()
    clock.advance(1.5)
    service = Notifications(Notifier(manager.address), clock, lambda: "")
    service.reloading()
    service.reloaded()
    assert manager.told() == [
        {"RELOADING": "1", "MONOTONIC_USEC": "1500000"},
        {"READY": "1", "STATUS": ""},
    ]


def test_without_a_watchdog_the_status_is_told_all_the_same(manager: Manager) -> None:
    clock = Clock()
    service = Notifications(Notifier(manager.address), clock, lambda: "x")
    service.startService()
    manager.told()
    clock.advance(STATUS_SECONDS)
    assert [told["STATUS"] for told in manager.told()] == ["x"]
    service.stopService()


def test_a_manager_that_is_gone_harms_nothing_and_is_logged_once(tmp_path: Path) -> None:
    events: list[LogEvent] = []
    notifier = Notifier(str(tmp_path / "nobody"))
    with observed(events.append):
        notifier.tell(READY=1)
        notifier.tell(WATCHDOG=1)
    assert len(events) == 1


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "x"}, None),
    ],
)
def test_the_watchdog_is_asked_for_in_the_environment(
    environment: dict[str, str], seconds: float | None
) -> None:
    assert watchdog_seconds(environment, 7) == seconds


@pytest.mark.parametrize("address", ["", "relative"])
def test_where_nobody_wants_to_know_nothing_is_told(address: str) -> None:
    assert notifications(Clock(), lambda: "", {"NOTIFY_SOCKET": address}) is None
    assert notifications(Clock(), lambda: "", {}) is None
