"""Turning events into bytes without harm to what comes after them."""

from twisted.python.failure import Failure

from chat.domain.events import LogEvent
from chat.network.plain_rendering import PlainRendering
from chat.network.rendering import rendered
from tests.domain.things import said


class Broken:
    """Cannot do it."""

    def render(self, event: LogEvent) -> bytes:
        """Fail."""
        raise ZeroDivisionError


def test_an_event_is_rendered() -> None:
    assert rendered(PlainRendering(b"\n"), said(7)) == b"<nobody> 7\n"


def test_one_that_cannot_be_is_hidden_and_logged_without_its_text(logged_failures: list[Failure]) -> None:
    assert rendered(Broken(), said(7)) == b""
    assert [failure.type for failure in logged_failures] == [ZeroDivisionError]
    logged_failures.clear()
