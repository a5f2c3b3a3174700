"""`python -m chat cert NAME...`: a certificate that the server signs itself, for a start."""

from __future__ import annotations

import argparse
import ipaddress
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import platformdirs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from chat.listening.certificates import Pair

DAYS = 825
"""How long it is valid: the longest that Apple's systems accept."""
NAME_CHARACTERS = 64
"""Longest common name (RFC 5280, upper bound ub-common-name)."""


class BadName(ValueError):
    """A name for which there can be no certificate; the text is a sentence."""


def make(names: list[str], days: int) -> tuple[bytes, bytes, str]:
    """A certificate for these names or addresses, its key, both in PEM form, and its fingerprint.

    Raises `BadName`.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:NAME_CHARACTERS])])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks differ.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return (
        made.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        made.fingerprint(hashes.SHA256()).hex(":").upper(),
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    if not name.isascii() or not name or any(c.isspace() or c in "/:@" for c in name):
        raise BadName(f"{name!r} is no name: give names and addresses as chat.example.org or 192.0.2.1.")
    return x509.DNSName(name)


def write(folder: Path, certificate: bytes, key: bytes) -> Pair:
    """Put both into a folder as certbot lays it out, the key for its owner alone. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pair = Pair.in_folder(folder)
    for path, data, mode in ((pair.key, key, 0o600), (pair.certificate, certificate, 0o644)):
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
    return pair


def _parser() -> argparse.ArgumentParser:
    it = argparse.ArgumentParser(prog="python -m chat cert", description=__doc__)
    it.add_argument(
        "names", nargs="+", metavar="NAME", help="a name or address by which people reach the server"
    )
    it.add_argument(
        "--folder",
        type=Path,
        default=Path(platformdirs.user_state_dir("twistd-chat")) / "tls",
        help="where to put it [default: %(default)s]",
    )
    it.add_argument("--days", type=int, default=DAYS, help="how long it is valid [default: %(default)s]")
    return it


def main(arguments: list[str]) -> int:
    """Make the certificate; the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not 0 < options.days <= 36_500:
        parser.error("--days is a number from 1 to 36500.")
    try:
        certificate, key, fingerprint = make(options.names, options.days)
        write(options.folder, certificate, key)
    except BadName as bad:
        parser.error(str(bad))
    except FileExistsError as error:
        sys.stderr.write(f"{error.filename} exists already. Remove it, or choose another --folder.\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{error.filename} cannot be written: {error.strerror}.\n")
        return 1
    sys.stdout.write(
        f"Start the server with it:   twistd chat --tls {options.folder}\n"
        f"Its fingerprint (SHA-256):  {fingerprint}\n"
        "No authority vouches for it: people compare the fingerprint with what their client shows at the first visit.\n"
    )
    return 0
