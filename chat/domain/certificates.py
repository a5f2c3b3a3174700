"""Certificates that open accounts: their fingerprints, how many, and what people are told about them (`/certfp`)."""

from __future__ import annotations

from chat.domain.refused import Refused, Why

CERTIFICATES_AT_MOST = 10
"""Certificates that open one account: one for each device of a person, and some to spare."""
NO_CERTIFICATE = "This connection has shown no certificate: name the fingerprint of one."
CHANGED = {
    "add": "The certificate opens your account from here on: SASL EXTERNAL logs you in.",
    "drop": "The certificate opens your account no more.",
}
"""What is said of a change that was made."""


def said_of(answer: list[str] | Refused) -> str:
    """The certificates of an account in a sentence, or why they cannot be told."""
    if isinstance(answer, Refused):
        return answer.sentence
    return f"Your account opens with: {', '.join(answer)}" if answer else "No certificate opens your account."


def certificate_unknown() -> Refused:
    """The answer to a certificate that opens no account."""
    return Refused(
        Why.LOGIN_FAILED, "Your certificate opens no account. Log in with a password, then: /certfp add"
    )


def certificate_taken() -> Refused:
    """The answer to adding a certificate that opens an account already."""
    return Refused(Why.ACCOUNT_EXISTS, "That certificate opens an account already. /certfp list shows yours.")


def too_many_certificates() -> Refused:
    """The answer to adding one certificate too many."""
    return Refused(
        Why.LIMIT,
        f"An account has at most {CERTIFICATES_AT_MOST} certificates: /certfp drop one of yours first.",
    )


def no_such_certificate() -> Refused:
    """The answer to dropping a certificate that is not one's own."""
    return Refused(
        Why.NO_SUCH_CERTIFICATE, "That certificate opens nothing of yours. /certfp list shows those that do."
    )


def check_fingerprint(text: str) -> str:
    """A fingerprint as it is kept, of one as programs print it (SHA-256, with colons or without). Raises `Refused`."""
    plain = text.replace(":", "").lower()
    if len(plain) != 64 or not all(c in "0123456789abcdef" for c in plain):
        raise Refused(
            Why.NO_SUCH_CERTIFICATE,
            "A fingerprint is 64 hexadecimal digits: openssl x509 -noout -fingerprint -sha256 -in FILE prints it.",
        )
    return plain
