"""Pauses, and which failures are for good."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL
from service_identity import VerificationError
from twisted.internet import error
from twisted.python.failure import Failure

from chat.client.link.reconnect import FIRST_PAUSE, LONGEST_PAUSE, Pauses, explain, goodbye, is_ban


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_pauses_grow_within_their_bounds(numbers: list[float]) -> None:
    given_numbers = iter(numbers)
    pauses = Pauses(lambda: next(given_numbers))
    found = [pauses.next() for _ in numbers]
    assert all(FIRST_PAUSE <= pause <= LONGEST_PAUSE for pause in found)
    assert all(later >= earlier for earlier, later in itertools.pairwise(found[:5]))


def test_two_clients_do_not_come_back_together() -> None:
    assert Pauses(lambda: 0.1).next() != Pauses(lambda: 0.9).next()


@pytest.mark.parametrize(
    ("exception", "permanent", "words"),
    [
        (error.DNSLookupError(), False, "is the name right"),
        (error.ConnectionRefusedError(), False, "Nothing listens"),
        (error.TimeoutError(), False, "did not answer"),
        (error.NoRouteError(), False, "no way"),
        (error.ConnectionDone(), False, "closed"),
        (error.ConnectionLost(), False, "broke"),
        (ValueError("strange"), False, "strange"),
        (SSL.Error([("SSL routines", "", "certificate verify failed")]), True, "authority"),
        (SSL.Error([("SSL routines", "", "wrong version number")]), True, "does not speak TLS"),
        (SSL.Error([("SSL routines", "", "tlsv1 alert protocol version")]), True, "does not speak TLS"),
        (SSL.Error([("SSL routines", "", "certificate required")]), True, "certificate required."),
        (SSL.Error([("SSL routines", "", "unexpected eof while reading")]), False, "eof"),
        (VerificationError(errors=[]), True, "another server"),
    ],
)
def test_sentences(exception: Exception, permanent: bool, words: str) -> None:
    sentence, stays = explain(Failure(exception), "chat.test", 6697)
    assert stays is permanent
    assert words in sentence
    assert sentence.endswith((".", "?"))


class LostForReasons(error.ConnectionLost):
    """As `twisted.web.client.ResponseNeverReceived` says why."""

    def __init__(self, *reasons: Failure) -> None:
        super().__init__()
        self.reasons = list(reasons)


def test_a_failure_inside_another_is_found() -> None:
    inner = Failure(SSL.Error([("SSL routines", "", "certificate verify failed")]))
    assert explain(Failure(LostForReasons(inner)), "chat.test", 6697)[1]


@pytest.mark.parametrize(
    "text", ["You are banned", "Closing Link: K-Lined", "Z:Lined", "G-line", "banned: spam"]
)
def test_bans(text: str) -> None:
    assert is_ban(text)


@pytest.mark.parametrize(
    "text", ["Ping timeout", "Closing link", "bandwidth", "Too many connections", "urbane talk"]
)
def test_what_is_no_ban(text: str) -> None:
    assert not is_ban(text)


@pytest.mark.parametrize(
    "text",
    [
        "Killed by ann",
        "Killed by ann: spam.",
        "The operator has put you out: spam.",
        "Closing Link: host (Killed (root (spam)))",
        "Your address is banned from this server for good.",
    ],
)
def test_who_was_put_out_stays_out(text: str) -> None:
    assert text in (goodbye(text) or "")


@pytest.mark.parametrize(
    "text",
    [
        "The server is going down. Goodbye.",
        "Closing Link: host (Ping timeout: 240 seconds)",
        "Closing Link: host (Killed (hub.test (Nick collision)))",
        "Your account took this name back from another connection.",
        "The relay is being restarted.",
        "",
    ],
)
def test_everybody_else_may_come_back(text: str) -> None:
    assert goodbye(text) is None
