"""The server's log: its lines, its levels, and the file that is moved from under it."""

from __future__ import annotations

import io
import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from twisted.logger import ILogObserver, LogEvent, Logger, LogPublisher

from chat.runtime.logs import Lines, ServerLog, read_level


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def logging_to(log: ServerLog, namespace: str = "chat.part") -> Logger:
    return Logger(namespace, observer=LogPublisher(log.observer))


def test_a_json_line_has_what_the_message_shows_and_no_more(tmp_path: Path) -> None:
    log = ServerLog("json", [("", "info")], str(tmp_path / "log"))
    logging_to(log).info("Hello {name}\nand more", name="café", secret="sesame")
    text = (tmp_path / "log").read_text()
    (line,) = lines_of(tmp_path / "log")
    assert (line["level"], line["source"], line["text"]) == ("info", "chat.part", "Hello café\nand more")
    assert line["time"].endswith("+00:00")
    assert "sesame" not in text


def test_a_failure_has_its_trace_in_the_line(tmp_path: Path) -> None:
    log = ServerLog("json", [("", "info")], str(tmp_path / "log"))
    try:
        raise ZeroDivisionError("nought")
    except ZeroDivisionError:
        logging_to(log).failure("That failed")
    (line,) = lines_of(tmp_path / "log")
    assert (line["level"], line["text"]) == ("critical", "That failed")
    assert "ZeroDivisionError: nought" in line["traceback"]


def test_what_cannot_be_formatted_is_a_line_all_the_same(tmp_path: Path) -> None:
    log = ServerLog("json", [("", "info")], str(tmp_path / "log"))
    logging_to(log).info("{missing}")
    (line,) = lines_of(tmp_path / "log")
    assert "missing" in line["text"]


def test_levels_are_those_of_the_namespace_or_the_one_above(tmp_path: Path) -> None:
    log = ServerLog("text", [("", "warn"), ("chat.network", "debug")], str(tmp_path / "log"))
    logging_to(log, "chat.storage").info("one")
    logging_to(log, "chat.storage").warn("two")
    logging_to(log, "chat.network.irc").debug("three")
    log.levels.set([("", "critical")])
    logging_to(log, "chat.network.irc").error("four")
    assert [line.split("] ")[1] for line in (tmp_path / "log").read_text().splitlines()] == ["two", "three"]


@pytest.mark.parametrize(
    ("given", "value"), [("debug", ("", "debug")), ("chat.network=warn", ("chat.network", "warn"))]
)
def test_a_level_may_name_a_part(given: str, value: tuple[str, str]) -> None:
    assert read_level(given) == value


@pytest.mark.parametrize("given", ["", "loud", "=info", "x=", "x=loud"])
def test_a_level_that_is_none_is_explained(given: str) -> None:
    with pytest.raises(ValueError, match="takes debug, info, warn, error or critical"):
        read_level(given)


def test_a_file_that_was_moved_is_begun_anew(tmp_path: Path) -> None:
    log = ServerLog("text", [("", "info")], str(tmp_path / "log"))
    logging_to(log).info("one")
    (tmp_path / "log").rename(tmp_path / "log.1")
    log.reopen()
    logging_to(log).info("two")
    assert "one" in (tmp_path / "log.1").read_text()
    assert "two" in (tmp_path / "log").read_text()


class FullDisk(io.StringIO):
    """Takes nothing."""

    def write(self, text: str) -> int:
        """Refuse."""
        raise OSError(28, "No space left on device")


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    written: list[LogEvent] = []
    Logger("x", observer=LogPublisher(cast(ILogObserver, written.append))).info("lost")
    # Called itself: a publisher would swallow what its observer raises.
    Lines("text", FullDisk())(written[0])


class Running:
    """A reactor that runs: what it is told happens at once."""

    @staticmethod
    def callWhenRunning(call: Callable[..., object], *arguments: object) -> None:
        call(*arguments)

    @staticmethod
    def callFromThread(call: Callable[[], object]) -> None:
        call()


@pytest.fixture
def _usr1() -> Iterator[None]:
    before = signal.getsignal(signal.SIGUSR1)
    yield
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.usefixtures("_usr1")
def test_sigusr1_rotates_the_file(tmp_path: Path) -> None:
    log = ServerLog("text", [("", "info")], str(tmp_path / "log"))
    log.rotate_on_signal(Running())
    logging_to(log).info("one")
    signal.raise_signal(signal.SIGUSR1)
    logging_to(log).info("two")
    assert "one" in (tmp_path / "log.1").read_text()
    assert "two" in (tmp_path / "log").read_text()
