"""Why a connection could not be made or broke off, in a few words for logs and figures."""

from __future__ import annotations

import os

from twisted.internet import defer, error

_TIMEOUTS = (
    defer.TimeoutError,
    error.TimeoutError,
    error.TCPTimedOutError,
    error.ConnectingCancelledError,  # what an endpoint makes of the relay's own timeout
)


def failure_in_words(reason: BaseException | None) -> str:
    """One phrase, lower case, without a full stop."""
    if isinstance(reason, _TIMEOUTS):
        return "no answer in time"
    match reason:
        case error.DNSLookupError():
            return "no such host name"
        case error.ConnectionRefusedError():
            return "nothing listens there"
        case error.NoRouteError():
            return "no route to it"
        case error.ConnectError(osError=int() as number):
            return os.strerror(number).lower()
        case OSError(strerror=str() as text):
            return text.lower()
    text = str(reason).strip().rstrip(".")
    return (text[:1].lower() + text[1:]) if text else type(reason).__name__
