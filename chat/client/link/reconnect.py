"""When to try again after a lost connection, and when not to; with a sentence for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from OpenSSL import SSL
from service_identity import VerificationError
from twisted.internet import error
from twisted.python.failure import Failure

from chat.client.link.events import Needed

FIRST_PAUSE = 1.0
"""Seconds before the first new attempt: most drops are over at once."""
LONGEST_PAUSE = 60.0
"""Seconds that a pause grows to: a server that comes back is found within a minute."""
STABLE_SECONDS = 10.0
"""A connection that held this long starts the pauses anew; one that is thrown out at once does not."""


class Pauses:
    """Seconds to wait before each new attempt: doubling, the upper half of each being random, so that those whom one
    server lost do not all come back in the same second.
    """

    def __init__(self, random_number: Callable[[], float]) -> None:
        """`random_number` gives numbers from 0 to 1."""
        self._random = random_number
        self._attempts = 0

    def next(self) -> float:
        """The next pause, from `FIRST_PAUSE` to `LONGEST_PAUSE`."""
        longest = min(LONGEST_PAUSE, 2 * FIRST_PAUSE * (1 << min(self._attempts, 16)))
        self._attempts += 1
        return longest / 2 + longest / 2 * self._random()

    def reset(self) -> None:
        """Begin with the shortest again."""
        self._attempts = 0


class Permanent(Exception):
    """Trying again would not help; `sentence` says why, for people, and `needed` what would."""

    def __init__(self, sentence: str, needed: Needed | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.needed = needed


_BANNED = re.compile(r"\bbann?ed\b|\b[gkz][-: ]?lined?\b|\bakill", re.IGNORECASE)


def is_ban(text: str) -> bool:
    """Whether the text of an ERROR says that we are not wanted, rather than that something broke."""
    return _BANNED.search(text) is not None


# "Killed by NAME" and "Closing Link: host (Killed (NAME (reason)))" are what servers say of KILL. A link between
# servers that comes back kills one of two people of the same name: nobody wanted that, and coming back is right.
_PUT_OUT = re.compile(r"\bkilled\b|\bput you out\b", re.IGNORECASE)
_COLLISION = re.compile(r"\bcollision\b|\bcollided\b", re.IGNORECASE)


def is_put_out(text: str) -> bool:
    """Whether the text of an ERROR says that somebody has ended this connection on purpose.

    It is not if the server goes down, does not hear us or has too much for us: then we are welcome again.
    """
    return _PUT_OUT.search(text) is not None and _COLLISION.search(text) is None


def goodbye(text: str) -> str | None:
    """Why not to come back by ourselves after an ERROR with this text, as a sentence; None if we may."""
    if is_ban(text):
        return f"The server has shut us out: {text}"
    return f"{text} This client does not come back by itself." if is_put_out(text) else None


def _causes(exception: BaseException) -> Iterator[BaseException]:
    """An exception and what it reports on: TLS failures come wrapped."""
    yield exception
    reasons = getattr(exception, "reasons", None) or [getattr(exception, "__cause__", None)]
    for reason in reasons:
        found = getattr(reason, "value", reason)
        if isinstance(found, BaseException):
            yield from _causes(found)


def explain(failure: Failure, host: str, port: int) -> tuple[str, bool]:
    """Why a connection could not be made or was lost, as a sentence, and whether that is permanent."""
    where = f"{host}:{port}"
    exceptions = list(_causes(failure.value or Exception()))
    for exception in exceptions:
        sentence = _tls_sentence(exception, where)
        if sentence is not None:
            return sentence, True
    exception = exceptions[-1]
    if isinstance(exception, Permanent):
        return exception.sentence, True
    for kind, sentence in (
        (error.DNSLookupError, f"There is no address for {host}: is the name right, and the network up?"),
        (error.ConnectionRefusedError, f"Nothing listens at {where}: is the server running there?"),
        (error.TimeoutError, f"{where} did not answer in time."),
        (error.NoRouteError, f"There is no way to {where} from here: is the network up?"),
        (error.ConnectionDone, f"The server at {where} closed the connection."),
        (error.ConnectionAborted, f"{where} did not answer any more."),
        (error.ConnectionLost, f"The connection to {where} broke."),
    ):
        if isinstance(exception, kind):
            return sentence, False
    return f"No connection to {where}: {exception}.".replace("..", "."), False


def _tls_sentence(exception: BaseException, where: str) -> str | None:
    """A sentence for what is wrong with a server's TLS; None if the exception is not about that."""
    if isinstance(exception, VerificationError):
        return f"The certificate of {where} is for another server: somebody may be listening in between."
    if not isinstance(exception, SSL.Error) or isinstance(exception, SSL.ZeroReturnError):
        return None
    text = str(exception)
    # What our own server answers to TLS where it listens without is the alert on the version.
    if any(reason in text for reason in ("wrong version number", "record layer failure", "protocol version")):
        return (
            f"{where} does not speak TLS as it is spoken today: connect without it, or to the port that does."
        )
    if "certificate verify failed" in text:
        return f"The certificate of {where} is not signed by an authority that this computer trusts."
    if "certificate" in text or "handshake failure" in text:
        reason = text.rpartition(", '")[2].rstrip("')]")
        return f"No TLS connection to {where}: {reason}."
    return None
