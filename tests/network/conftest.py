"""What tests of the network have in common: a server, the ways to reach it, and that nothing fails unseen."""

from collections.abc import Iterator

import pytest
from twisted.logger import LogEvent
from twisted.python.failure import Failure

from tests.logs import observed
from tests.network.chatting import Server, make_server


@pytest.fixture
def server() -> Server:
    """A chat with nobody in it."""
    return make_server()


@pytest.fixture(params=["socket", "wrapped"])
def door(request: pytest.FixtureRequest) -> str:
    """Each of the two ways on which bytes go out: to a socket, and through a transport that wraps one."""
    return str(request.param)


@pytest.fixture(autouse=True)
def logged_failures() -> Iterator[list[Failure]]:
    """Failures that were logged: whoever expects some looks at them and clears the list."""
    found: list[Failure] = []

    def observe(event: LogEvent) -> None:
        failure = event.get("log_failure") or event.get("failure")
        if failure is not None:
            found.append(failure)

    with observed(observe):
        yield found
    assert not found, "\n".join(failure.getTraceback() for failure in found)
