"""Certificates: what is read, by which name, and what happens when the files change."""

from __future__ import annotations

import ssl
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509

from chat.listening.certificates import WARN_SECONDS, BadCertificate, Certificates, Pair
from tests.network.encrypted import write_pair

NOW = 1_800_000_000.0
SOON = NOW + WARN_SECONDS - 1
LATER = NOW + WARN_SECONDS + 86400


def shown(context: ssl.SSLContext, name: str | None = None, signature: str = "ECDSA") -> x509.Certificate:
    """The certificate that a client sees who asks for this name."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers(f"ECDHE-{signature}-AES128-GCM-SHA256")
    ways = [ssl.MemoryBIO() for _ in range(2)]
    ends = [
        client.wrap_bio(ways[0], ways[1], server_hostname=name),
        context.wrap_bio(ways[1], ways[0], server_side=True),
    ]
    for _ in range(4):
        for end in ends:
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
    found = ends[0].getpeercert(True)
    assert found is not None
    return x509.load_der_x509_certificate(found)


def name_of(certificate: x509.Certificate) -> str:
    """What a certificate is called."""
    return str(certificate.subject.rfc4514_string())


def test_a_client_gets_the_certificate_of_the_name_that_it_asks_for(tmp_path: Path) -> None:
    pairs = [
        write_pair(tmp_path / "a", "a.example"),
        write_pair(tmp_path / "b", "b.example", "*.c.example"),
    ]
    certificates = Certificates(pairs, lambda: NOW)
    assert certificates.names == {"a.example", "b.example", "*.c.example"}
    for asked, given in [
        ("a.example", "a"),
        ("B.example", "b"),
        ("x.c.example", "b"),
        ("x.y.c.example", "a"),
        ("other.example", "a"),
        (None, "a"),
    ]:
        assert name_of(shown(certificates.context, asked)) == f"CN={given}.example"


def test_two_kinds_of_one_name(tmp_path: Path) -> None:
    pairs = [
        write_pair(tmp_path / "ec", "chat.test"),
        write_pair(tmp_path / "rsa", "chat.test", kind="rsa"),
    ]
    context = Certificates(pairs, lambda: NOW).context
    kinds = {type(shown(context, signature=kind).public_key()).__name__ for kind in ("ECDSA", "RSA")}
    assert len(kinds) == 2


def test_files_that_change_are_read_again(tmp_path: Path) -> None:
    pair = write_pair(tmp_path / "a", "a.example")
    certificates = Certificates([pair], lambda: NOW)
    before = certificates.context
    certificates.look()
    assert certificates.context is before
    write_pair(tmp_path / "a", "new.example")
    certificates.look()
    assert certificates.names == {"new.example"}
    assert name_of(shown(certificates.context)) == "CN=new.example"


@pytest.mark.parametrize("what", ["mixed", "key gone", "no certificate", "certificate gone", "empty"])
def test_a_bad_pair_keeps_the_old_and_says_so(tmp_path: Path, what: str) -> None:
    pair = write_pair(tmp_path / "a", "a.example")
    certificates = Certificates([pair], lambda: NOW)
    other = write_pair(tmp_path / "b", "b.example")
    match what:
        case "mixed":
            pair.key.write_bytes(other.key.read_bytes())
        case "key gone":
            pair.key.unlink()
        case "no certificate":
            pair.certificate.write_text("hello")
        case "certificate gone":
            pair.certificate.unlink()
        case "empty":
            pair.certificate.write_bytes(b"")
    certificates.look()
    assert certificates.problem.startswith("The certificate was not changed: ")
    assert str(tmp_path / "a") in certificates.problem
    assert certificates.warnings[0] == certificates.problem
    assert name_of(shown(certificates.context)) == "CN=a.example"
    write_pair(tmp_path / "a", "c.example")
    certificates.look()
    assert certificates.problem == ""
    assert certificates.names == {"c.example"}


def test_at_start_a_bad_pair_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCertificate, match="cannot be read"):
        Certificates([Pair.in_folder(tmp_path)], lambda: NOW)


def test_a_key_with_a_password_is_refused_without_asking_for_it(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    pair = write_pair(tmp_path / "a", "a.example")
    key = serialization.load_pem_private_key(pair.key.read_bytes(), None)
    pair.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(BadCertificate, match="has a password"):
        Certificates([pair], lambda: NOW)


def test_an_end_that_is_near_is_warned_of(tmp_path: Path) -> None:
    good = Certificates([write_pair(tmp_path / "a", "a.example", ends=LATER)], lambda: NOW)
    assert good.warnings == []
    assert good.ends == LATER
    near = Certificates([write_pair(tmp_path / "b", "b.example", ends=SOON)], lambda: NOW)
    assert near.warnings == ["The certificate for b.example ends on 2027-01-29 07:59 UTC. Renew it."]
    over = Certificates([write_pair(tmp_path / "c", "c.example", ends=NOW - 1)], lambda: NOW)
    assert over.warnings[0].startswith("The certificate for c.example ended on ")
