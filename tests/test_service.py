"""What puts everything together: files, folders, sentences for the operator, and the order of stopping."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.application.service import Service
from twisted.internet.defer import Deferred, succeed
from twisted.logger import LogEvent
from twisted.python.failure import Failure

from chat.listening.endpoints import CannotStart
from chat.options import Options
from chat.service import ChatService, makeService
from tests.logs import observed

# stopping


class Part(Service):
    """Notes when it stops, and stops when it is let."""

    def __init__(self, order: list[str], name: str, stops: Callable[[], Any]) -> None:
        self.order = order
        self.label = name
        self.stops = stops

    def stopService(self) -> Any:
        """Note it."""
        self.order.append(self.label)
        return self.stops()


def test_services_stop_one_after_the_other_in_the_reverse_order(logged: list[Failure]) -> None:
    service = ChatService()
    order: list[str] = []
    waiting: Deferred[None] = Deferred()
    Part(order, "first", lambda: None).setServiceParent(service)
    Part(order, "second", lambda: succeed(None)).setServiceParent(service)
    Part(order, "third", lambda: waiting).setServiceParent(service)
    Part(order, "fourth", lambda: None).setServiceParent(service)
    done: list[object] = []
    service.startService()
    service.stopService().addCallback(done.append)
    assert (order, done) == (["fourth", "third"], [])
    waiting.callback(None)
    assert (order, done) == (["fourth", "third", "second", "first"], [None])


@pytest.fixture
def logged() -> Iterator[list[Failure]]:
    """Failures that were logged."""
    found: list[Failure] = []

    def observe(event: LogEvent) -> None:
        if event.get("log_failure") is not None:
            found.append(event["log_failure"])

    with observed(observe):
        yield found


@pytest.mark.parametrize("how", ["later", "at once"])
def test_a_part_that_fails_to_stop_keeps_no_other_from_it(logged: list[Failure], how: str) -> None:
    service = ChatService()
    order: list[str] = []

    def fail() -> Any:
        if how == "at once":
            raise ZeroDivisionError
        failed: Deferred[None] = Deferred()
        failed.errback(ZeroDivisionError())
        return failed

    Part(order, "first", lambda: None).setServiceParent(service)
    Part(order, "second", fail).setServiceParent(service)
    done: list[object] = []
    service.startService()
    service.stopService().addCallback(done.append)
    assert (order, done) == (["second", "first"], [None])
    assert [failure.type for failure in logged] == [ZeroDivisionError]


# the whole


def options(*arguments: str) -> Options:
    parsed = Options()
    parsed.parseOptions(list(arguments))
    return parsed


def test_the_whole_is_put_together_from_its_options(tmp_path: Path) -> None:
    (tmp_path / "motd").write_text("Tea\n")
    service = makeService(
        options(
            "--data",
            str(tmp_path / "state"),
            "--motd",
            str(tmp_path / "motd"),
            "--web=off",
            "--listen=tcp:0:interface=127.0.0.1",
            "--listen=ws:tcp:0:interface=127.0.0.1",
            "--relay=tcp:0:interface=127.0.0.1",
            "--name=chat.test",
            "--message-burst=0",
        )
    )
    assert isinstance(service, ChatService)
    (conversation,) = (part for part in service if hasattr(part, "factory") and hasattr(part, "fanout"))
    settings = conversation.factory.settings
    assert (settings.name, settings.motd, settings.message_rate) == ("chat.test", ["Tea"], 0.0)
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert (tmp_path / "state" / "cloak.key").exists()


@pytest.mark.parametrize(
    "arguments",
    [["--motd=/nonexistent"], ["--listen=nonsense:1"], ["--web=nonsense:1"], ["--relay=nonsense:1"]],
)
def test_what_cannot_be_started_is_one_sentence(tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(CannotStart) as caught:
        makeService(options("--data", str(tmp_path), "--web=off", *arguments))
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


# looking without starting


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as caught:
        makeService(options("--check", *arguments))
    assert caught.value.code == 0
    return capsys.readouterr().out


def test_a_check_says_that_all_is_well_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT_NAEM", "x")
    said = checked(capsys, "--data", str(tmp_path / "data"))
    assert "All is well" in said
    assert "CHAT_NAEM is no option" in said
    assert list(tmp_path.iterdir()) == []


def test_a_check_can_be_done_beside_a_running_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    makeService(options("--data", str(tmp_path), "--web=off"))
    assert "All is well" in checked(capsys, "--data", str(tmp_path))


def test_a_check_says_everything_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "chat.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(CannotStart) as caught:
        makeService(
            options("--check", "--data", str(tmp_path), "--motd=/nonexistent", "--listen=ws:nonsense:1")
        )
    motd, database, listen = str(caught.value).splitlines()
    assert motd == "The --motd file /nonexistent cannot be read: No such file or directory."
    assert "chat.db is damaged" in database
    assert "Cannot listen on 'nonsense:1'" in listen
