"""Proofs of passwords, against the example of RFC 7677 and the library's own client."""

from __future__ import annotations

from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scramp import ScramClient, ScramMechanism

from chat.domain.scram import (
    ITERATIONS,
    Exchange,
    ScramFailed,
    Verifier,
    make_verifier,
    name_in,
    nobodys,
    read_verifier,
)

FEW = 4096


def exchange(verifier: Verifier, password: str) -> None:
    """A whole login; raises what the server raises."""
    client = ScramClient(["SCRAM-SHA-256"], "user", password)
    server = Exchange(verifier)
    client.set_server_first(server.first(client.get_client_first()))
    client.set_server_final(server.final(client.get_client_final()))


def verifier_of(password: str) -> Verifier:
    verifier = make_verifier(password, FEW)
    assert verifier is not None
    return verifier


def test_the_verifier_is_that_of_the_rfc() -> None:
    # RFC 7677, section 3, has the salt and the iterations; its server signature comes from these keys.
    salt = b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    _, stored, server, _ = ScramMechanism("SCRAM-SHA-256").make_auth_info("pencil", FEW, salt)
    assert Verifier(salt, stored, server, FEW).text == (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
        "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )


def test_the_right_password_is_proved_and_a_wrong_one_is_not() -> None:
    verifier = verifier_of("sesame")
    exchange(verifier, "sesame")
    with pytest.raises(ScramFailed):
        exchange(verifier, "sesam")


def test_what_is_stored_is_what_was_made_and_shows_nothing_in_a_log() -> None:
    verifier = verifier_of("sesame")
    assert read_verifier(verifier.text) == verifier
    assert verifier.salt.hex() not in repr(verifier)
    assert str(verifier.salt) not in f"{verifier!r}"


@pytest.mark.parametrize("text", ["", "SCRAM-SHA-1$1:a$b:c", "SCRAM-SHA-256$x:YQ==$YQ==:YQ=="])
def test_what_is_no_verifier_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no stored verifier"):
        read_verifier(text)


def test_a_password_with_control_characters_has_no_verifier() -> None:
    assert make_verifier("a\x01b", FEW) is None


def test_who_has_no_account_is_answered_like_anybody() -> None:
    one, again, other = nobodys("ann", b"x"), nobodys("ann", b"x"), nobodys("bob", b"x")
    assert one == again != other
    real = verifier_of("sesame")
    assert [len(part) for part in one[:3]] == [len(part) for part in real[:3]]
    assert one.iterations == ITERATIONS
    with pytest.raises(ScramFailed):
        exchange(one._replace(iterations=FEW), "sesame")


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("n,,n=ann,r=x", "ann"),
        ("y,,n=a=2Cb=3Dc,r=x", "a,b=c"),
        ("n,a=zzz,n=ann,r=x", "ann"),
        ("n,,n=,r=x", ""),
    ],
)
def test_the_name_stands_in_the_first_message(message: str, name: str) -> None:
    assert name_in(message) == name


@given(
    st.text(max_size=100) | st.from_regex(r"[nyp],(a=\w*)?,n=\w*,r=.*", fullmatch=True), st.text(max_size=100)
)
def test_whatever_is_sent_is_answered_or_fails(first: str, final: str) -> None:
    outcome = ""
    try:
        name_in(first)
        server = Exchange(nobodys("ann", b""))
        server.first(first)
        server.final(final)
    except ScramFailed:
        outcome = "failed"
    assert outcome == "failed"
