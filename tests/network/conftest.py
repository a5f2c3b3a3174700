"""What holds for all tests of the network: nothing may fail unseen."""

from collections.abc import Iterator

import pytest
from twisted.logger import LogEvent, globalLogPublisher
from twisted.python.failure import Failure


@pytest.fixture(autouse=True)
def logged_failures() -> Iterator[list[Failure]]:
    """Failures that were logged: whoever expects some looks at them and clears the list."""
    found: list[Failure] = []

    def observe(event: LogEvent) -> None:
        failure = event.get("log_failure") or event.get("failure")
        if failure is not None:
            found.append(failure)

    globalLogPublisher.addObserver(observe)
    yield found
    globalLogPublisher.removeObserver(observe)
    assert not found, "\n".join(failure.getTraceback() for failure in found)
