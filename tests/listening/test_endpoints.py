"""Everything that an operator can get wrong in an endpoint string ends with a sentence that helps."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from twisted.application.service import IService
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IStreamServerEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactor
from zope.interface.verify import verifyObject

from chat.listening.endpoints import (
    BACKLOG,
    CannotStart,
    ListeningService,
    listening_service,
    server_endpoint,
)
from chat.listening.proxied import ProxiedFactory


class RefusingReactor(MemoryReactor):
    """Every port and path is refused, for one scripted reason."""

    def __init__(self, reason: Callable[[str, object], BaseException]) -> None:
        super().__init__()
        self._reason = reason

    def listenTCP(self, port: int, factory: object, backlog: int = 50, interface: str = "") -> object:
        raise self._reason(interface, port)

    def listenSSL(
        self,
        port: int,
        factory: object,
        contextFactory: object,
        backlog: int = 50,
        interface: str = "",
    ) -> object:
        raise self._reason(interface, port)

    def listenUNIX(self, address: str, *args: object, **kwargs: object) -> object:
        raise self._reason("", os.fsencode(address))


def operating_system_says(number: int) -> Callable[[str, object], BaseException]:
    return lambda interface, port: CannotListenError(interface, port, OSError(number, os.strerror(number)))


def sentence(description: str, reactor: MemoryReactor | None = None) -> str:
    """What the operator reads when a listener for "chat" is made and started on this description."""
    with pytest.raises(CannotStart) as caught:
        listening_service(description, Factory(), reactor or MemoryReactor(), "chat").startService()
    text = str(caught.value)
    assert text == caught.value.code, "the interpreter would print something else"
    assert text.startswith(f"Cannot listen on {description!r} for chat: "), text
    assert text.endswith(".")
    assert not text.endswith("..")
    assert "\n" not in text
    return text


def pem_files(folder: Path) -> tuple[Path, Path, Path]:
    """A private key, its certificate, and a key that belongs to another certificate."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "chat.example")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(keys[0].public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .sign(keys[0], hashes.SHA256())
    )
    paths = folder / "key.pem", folder / "certificate.pem", folder / "other-key.pem"
    for key, path in zip(keys, (paths[0], paths[2]), strict=True):
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    paths[1].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return paths


@pytest.mark.parametrize(
    ("description", "hint"),
    [
        ("", "no endpoint type ''"),
        ("tcp", "where the port number belongs"),
        ("tcp:chat", "'chat' stands where the port number belongs"),
        ("tcp:-1", "'-1' stands where the port number belongs"),
        ("tcp:port=x", "'x' stands where the port number belongs"),
        ("tcp:65536", "port 65536 is out of range, ports go from 0 to 65535"),
        ("ssl:70000:privateKey=x", "port 70000 is out of range"),
        ("haproxy:tcp:70000", "port 70000 is out of range"),
        ("56458", "a plain TCP port is written 'tcp:56458'"),
        ("127.0.0.1:56458", "this one is written 'tcp:56458:interface=127.0.0.1'"),
        ("localhost:56458", "this one is written 'tcp:56458:interface=localhost'"),
        ("carrier-pigeon:1", "no endpoint type 'carrier-pigeon'"),
        ("haproxy:carrier-pigeon:1", "no endpoint type 'carrier-pigeon'"),
        ("haproxy", "no endpoint type 'haproxy'"),
        ("tcp:0:colour=green", "'tcp' does not take these arguments"),
        ("tcp6:0:interface=::1", r"needs a backslash, as in 'tcp6:56458:interface=\:\:1'"),
        ("unix:/run/chat\\", "must be followed by a character"),
        ("unix:/run/chat:mode=rw", "octal digits"),
        ("systemd:domain=INET:index=7", "systemd handed over no such socket"),
        ("systemd:domain=INET:name=chat", "systemd handed over no such socket"),
        ("systemd:domain=INET", "exactly one of descriptor index or name"),
        ("ssl:0:privateKey=/nowhere/key.pem", "cannot read /nowhere/key.pem: no such file or directory"),
        ("tls:/nowhere:0", "cannot read /nowhere: no such file or directory"),
    ],
)
def test_a_description_that_means_nothing(description: str, hint: str) -> None:
    assert hint in sentence(description)


@pytest.mark.parametrize(
    ("description", "number", "hint"),
    [
        ("tcp:56458", errno.EADDRINUSE, "port 56458 is taken by another program; 'ss -tanp sport = :56458'"),
        ("haproxy:tcp:56458", errno.EADDRINUSE, "port 56458 is taken by another program"),
        ("tcp:80", errno.EACCES, "may not open port 80; choose one above 1023"),
        ("tcp:0:interface=192.0.2.1", errno.EADDRNOTAVAIL, "192.0.2.1 is not an address of this machine"),
        ("tcp:0:interface=nowhere", socket.EAI_NONAME, "interface 'nowhere' is not an address"),
        ("tcp:0:interface=nowhere", errno.EAFNOSUPPORT, "no network of the kind that nowhere belongs to"),
        ("tcp:0", errno.EMFILE, os.strerror(errno.EMFILE).lower()),
        ("unix:/nowhere/chat", errno.ENOENT, "the folder /nowhere does not exist"),
        ("unix:/etc/chat", errno.EACCES, "this user may not create files in /etc"),
        ("unix:/etc/chat", errno.EROFS, "this user may not create files in /etc"),
        ("unix:/etc/passwd", errno.EADDRINUSE, "/etc/passwd exists and is in use or is not a socket"),
        ("unix:", errno.ENOENT, "it names no path"),
        ("unix:/tmp/chat", errno.ENOSPC, os.strerror(errno.ENOSPC).lower()),
    ],
)
def test_a_port_or_path_that_cannot_be_had(description: str, number: int, hint: str) -> None:
    assert hint in sentence(description, RefusingReactor(operating_system_says(number)))


def test_a_unix_socket_that_another_program_holds() -> None:
    reactor = RefusingReactor(lambda _, path: CannotListenError(None, path, "Cannot acquire lock"))
    assert "'readlink /run/chat.lock' shows its process number" in sentence("unix:/run/chat", reactor)


def test_a_lock_file_that_cannot_be_written() -> None:
    def refuse(_: str, path: object) -> BaseException:
        assert isinstance(path, bytes)
        return PermissionError(errno.EACCES, os.strerror(errno.EACCES), b"17", None, path + b".lock")

    assert "this user may not create files in /run" in sentence("unix:/run/chat", RefusingReactor(refuse))


def test_a_unix_path_that_is_too_long() -> None:
    reactor = RefusingReactor(lambda _, path: CannotListenError(None, path, OSError("AF_UNIX path too long")))
    assert "is too long for a socket" in sentence("unix:/run/" + "x" * 120, reactor)


def test_a_reason_without_words_is_named() -> None:
    assert "NotImplementedError" in sentence("tcp:0", RefusingReactor(lambda *_: NotImplementedError()))


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    noise = tmp_path / "noise.pem"
    noise.write_text("noise")
    assert "usable certificate and private key in PEM form" in sentence(f"ssl:0:privateKey={noise}")
    key, certificate, _ = pem_files(tmp_path)
    assert "usable certificate and private key in PEM form" in sentence(f"ssl:0:privateKey={key}")
    assert "usable certificate" in sentence(
        f"ssl:0:privateKey={key}:certKey={certificate}:extraCertChain={noise}"
    )
    assert "no such sslmethod" in sentence(f"ssl:0:privateKey={key}:certKey={certificate}:sslmethod=SSLv9")
    assert f"cannot read {tmp_path}: is a directory" in sentence(f"ssl:0:privateKey={tmp_path}")


def test_a_certificate_of_another_key(tmp_path: Path) -> None:
    _, certificate, other = pem_files(tmp_path)
    assert "keys do not match" in sentence(f"ssl:0:privateKey={other}:certKey={certificate}")


def test_a_key_that_openssl_does_not_take(tmp_path: Path) -> None:
    key, certificate, _ = pem_files(tmp_path)
    for reason, words in [
        (SSL.Error([("SSL routines", "", "ee key too small")]), "ee key too small"),
        (SSL.Error(), "no reason given"),
    ]:
        said = sentence(
            f"ssl:0:privateKey={key}:certKey={certificate}", RefusingReactor(lambda *_, r=reason: r)
        )
        assert f"OpenSSL does not accept its certificate or key: {words}" in said


def test_a_certificate_folder_without_certificates(tmp_path: Path) -> None:
    assert "holds no certificate file with the ending .pem" in sentence(f"tls:{tmp_path}:0")


def test_a_certificate_and_its_key_are_accepted(tmp_path: Path) -> None:
    key, certificate, _ = pem_files(tmp_path)
    reactor = MemoryReactor()
    listening_service(
        f"ssl:0:privateKey={key}:certKey={certificate}", Factory(), reactor, "chat"
    ).startService()
    assert reactor.sslServers or reactor.tcpServers


def test_it_listens_from_start_to_stop() -> None:
    reactor, factory = MemoryReactor(), Factory()
    service = listening_service("tcp:56458:interface=127.0.0.1", factory, reactor, "chat")
    verifyObject(IService, service)
    assert service.port is None
    service.privilegedStartService()
    service.startService()
    assert reactor.tcpServers == [(56458, factory, BACKLOG, "127.0.0.1")]
    assert service.port is not None
    assert service.port.getHost().port == 56458
    stopped: list[None] = []
    service.stopService().addCallback(stopped.append)
    assert stopped == [None]
    assert service.port is None


def test_a_service_that_never_started_stops() -> None:
    stopped: list[None] = []
    listening_service("tcp:0", Factory(), MemoryReactor(), "chat").stopService().addCallback(stopped.append)
    assert stopped == [None]


def test_unix_sockets_and_proxied_ports_are_opened() -> None:
    reactor = MemoryReactor()
    listening_service("unix:/run/chat:mode=660", Factory(), reactor, "chat").startService()
    listening_service("haproxy:tcp:1234", Factory(), reactor, "chat").startService()
    assert reactor.unixServers[0][0] == "/run/chat"
    port, proxied = reactor.tcpServers[0][:2]
    assert port == 1234
    assert isinstance(proxied, ProxiedFactory)
    verifyObject(IStreamServerEndpoint, server_endpoint("haproxy:tcp:1234", reactor, "chat"))


def test_the_exception_ends_an_interpreter_with_the_sentence_alone() -> None:
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            "from chat.listening.endpoints import CannotStart; raise CannotStart('Not today.')",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "Not today.\n")


def test_twistd_can_clean_up_after_it() -> None:
    assert issubclass(CannotStart, Exception)


def test_the_service_is_of_the_announced_type() -> None:
    assert isinstance(listening_service("tcp:0", Factory(), MemoryReactor(), "chat"), ListeningService)
