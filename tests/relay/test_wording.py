"""Why a connection failed is told in a few words."""

from __future__ import annotations

import errno
import os

import pytest
from twisted.internet import defer, error

from chat.relay.wording import failure_in_words


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (error.ConnectionRefusedError(), "nothing listens there"),
        (error.DNSLookupError(), "no such host name"),
        (error.NoRouteError(), "no route to it"),
        (error.TCPTimedOutError(), "no answer in time"),
        (error.TimeoutError(), "no answer in time"),
        (defer.TimeoutError(5, "Deferred"), "no answer in time"),
        (error.ConnectingCancelledError(None), "no answer in time"),
        (error.ConnectError(errno.ENETUNREACH), os.strerror(errno.ENETUNREACH).lower()),
        (OSError(errno.EMFILE, "Too many open files"), "too many open files"),
        (error.ConnectionLost(), "connection to the other side was lost in a non-clean fashion"),
        (ValueError("Invalid host."), "invalid host"),
        (ValueError(), "ValueError"),
        (None, "None"),
    ],
)
def test_words(reason: BaseException | None, words: str) -> None:
    assert failure_in_words(reason).lower() == words.lower()
