from __future__ import annotations

import pytest
from twisted.logger import Logger, LogPublisher
from twisted.python.failure import Failure

from chat.monitor.observer import MAX_TEXT, MAX_TRACE_LINES, RingObserver, install_observer
from chat.monitor.ring import LogEvent, LogRing


class Watched:
    """A ring, and loggers whose events it sees."""

    def __init__(self, *secrets: str) -> None:
        self.ring = LogRing()
        self.publisher = LogPublisher()
        self.remove = install_observer(self.ring, secrets, self.publisher)

    def logger(self, namespace: str = "chat.test") -> Logger:
        return Logger(namespace, observer=self.publisher)

    @property
    def events(self) -> list[LogEvent]:
        return self.ring.since(1, 1000, 10**9)


def test_an_event_has_its_level_source_and_text() -> None:
    watched = Watched()
    watched.logger().warn("{name} waits {seconds} s", name="bob", seconds=3)
    (event,) = watched.events
    assert (event.level, event.source, event.text, event.trace) == ("warn", "chat.test", "bob waits 3 s", ())
    assert event.time > 1.6e9


def test_control_characters_cannot_make_a_second_line() -> None:
    watched = Watched()
    watched.logger().info("{text}", text="hi\n2026-01-01 [-] root logged in\x1b[2J")
    assert watched.events[0].text == r"hi\n2026-01-01 [-] root logged in\x1b[2J"


def test_a_failure_brings_its_traceback_line_by_line() -> None:
    watched = Watched()
    try:
        raise ValueError("bad\nthing")
    except ValueError:
        watched.logger().failure("it broke")
    (event,) = watched.events
    assert event.level == "critical"
    assert event.text == "it broke"
    assert event.trace[0].startswith("Traceback")
    assert any("ValueError: bad" in line for line in event.trace)


def test_a_failure_without_a_text_shows_the_error() -> None:
    watched = Watched()
    watched.logger().error(log_failure=Failure(ValueError("what it was")))
    assert watched.events[0].text == "what it was"


def test_long_texts_and_tracebacks_are_cut() -> None:
    watched = Watched()

    def deep(n: int) -> None:
        if n == 0:
            raise ValueError("at the bottom")
        (deep if n % 2 else deeper)(n - 1)

    def deeper(n: int) -> None:
        deep(n)

    try:
        deep(200)
    except ValueError:
        watched.logger().failure("{text}", text="x" * (MAX_TEXT + 5))
    (event,) = watched.events
    assert event.text.endswith("(5 more characters)")
    assert len(event.trace) == MAX_TRACE_LINES + 1
    assert "lines before" in event.trace[0]
    assert "at the bottom" in event.trace[-1]


@pytest.mark.parametrize("namespace", ["autobahn.websocket.protocol", "txaio", "chat.monitor.feed"])
def test_what_sending_logs_is_not_seen(namespace: str) -> None:
    watched = Watched()
    watched.logger(namespace).info("sent")
    watched.logger("chat.monitor.feeding").info("seen")
    assert [e.text for e in watched.events] == ["seen"]


def test_it_does_not_call_itself() -> None:
    watched = Watched()
    logger = watched.logger()

    class Chatty:
        def __str__(self) -> str:
            logger.info("somebody formats me")
            return "chatty"

    logger.info("{it!s}", it=Chatty())
    logger.info("and after")
    assert [e.text for e in watched.events] == ["chatty", "and after"]


def test_an_event_that_cannot_be_read_is_told_and_nothing_raises() -> None:
    watched = Watched()

    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("no text")

    RingObserver(watched.ring)({"log_namespace": Broken(), "log_time": 1.0})
    assert watched.events[0].text == "A log event could not be shown."


def test_secrets_are_left_out() -> None:
    watched = Watched("sesame", "")
    watched.logger().info("open http://localhost/?token={token}", token="sesame")
    assert watched.events[0].text == "open http://localhost/?token=…"


def test_legacy_events_have_their_system_as_source() -> None:
    watched = Watched()
    RingObserver(watched.ring)(
        {
            "log_namespace": "log_legacy",
            "log_system": "HTTPChannel,3",
            "log_time": 1.0,
            "log_format": "hi",
            "format": "%(log_legacy)s",
        }
    )
    (event,) = watched.events
    assert (event.source, event.level) == ("HTTPChannel,3", "info")


def test_after_removal_nothing_is_seen() -> None:
    watched = Watched()
    watched.remove()
    watched.logger().info("too late")
    assert watched.events == []
