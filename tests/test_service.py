"""What puts everything together: files, folders, sentences for the operator, and the order of stopping."""

from __future__ import annotations

import os
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
from chat.network.settings import Settings
from chat.options import Options
from chat.service import (
    MOTD_BYTES,
    ChatService,
    makeService,
    prepare_data_folder,
    read_motd,
    reread_motd,
    secret_key,
)
from chat.storage.folder import default_data_folder
from tests.logs import observed

not_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


# the message of the day


def test_the_motd_is_a_file_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "motd"
    path.write_bytes("Tea at five.\r\nCaf\u00e9 \n".encode() + b"\xff\n")
    assert read_motd(str(path)) == ["Tea at five.", "Caf\u00e9 ", "\ufffd"]


@pytest.mark.parametrize("what", ["missing", "folder", "large"])
def test_a_motd_that_cannot_be_shown_is_explained(tmp_path: Path, what: str) -> None:
    path = tmp_path if what == "folder" else tmp_path / "motd"
    if what == "large":
        path.write_bytes(b"x" * (MOTD_BYTES + 1))
    with pytest.raises(CannotStart) as caught:
        read_motd(str(path))
    reason = {
        "missing": "cannot be read: No such file or directory.",
        "folder": "cannot be read: Is a directory.",
        "large": f"has {MOTD_BYTES + 1} bytes; at most {MOTD_BYTES} can be shown.",
    }
    assert str(caught.value) == f"The --motd file {path} {reason[what]}"


def test_a_motd_that_is_read_again_and_cannot_be_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "motd"
    path.write_text("one\n")
    settings = Settings()
    reread_motd(settings, None)
    assert settings.motd == []
    reread_motd(settings, str(path))
    assert settings.motd == ["one"]
    path.unlink()
    reread_motd(settings, str(path))
    assert settings.motd == ["one"]


# the data folder


def test_the_data_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder = prepare_data_folder(tmp_path / "a" / "b")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == []
    assert prepare_data_folder(folder) == folder


@pytest.mark.parametrize("taken", ["file", "below a file"])
def test_a_data_folder_that_cannot_be_is_explained(tmp_path: Path, taken: str) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" if taken == "file" else tmp_path / "file" / "state"
    with pytest.raises(CannotStart) as caught:
        prepare_data_folder(path)
    assert str(caught.value).startswith(f"The data folder {path} cannot be written: ")
    assert str(caught.value).endswith("Choose another one with --data.")


@not_root
def test_a_data_folder_without_rights_is_explained(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CannotStart, match="Permission denied"):
        prepare_data_folder(tmp_path)


def test_the_default_is_a_folder_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_data_folder() == tmp_path / "twistd-chat"


# secrets


def test_a_secret_that_cannot_be_read_or_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir()
    with pytest.raises(CannotStart, match="key cannot be read or made: Is a directory"):
        secret_key(tmp_path, "key")
    with pytest.raises(CannotStart, match="No such file"):
        secret_key(tmp_path / "missing", "key")


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
