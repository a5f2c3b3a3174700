"""The server under attack: a real `twistd chat` with all its doors, and what the kernel says of it."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.request import Request, urlopen

from tests.bench.servers import CHECKOUT, SERVER_CORE, CannotMeasure, free_port, pinned, twistd

START_SECONDS = 30.0
"""How long a server may take until it accepts connections."""
STOP_SECONDS = 30.0
"""How long it may take after SIGTERM."""
DESCRIPTORS = 20_000
"""Open files that the server may have, and the attacker."""
TICKS = os.sysconf("SC_CLK_TCK")


class Target:
    """A server on free ports of the loopback interface: plain and IRC, behind a proxy's header, WebSocket, web, TLS.

    `with Target(folder) as target` starts it and ends it. Raises `CannotMeasure` if it does not start.
    """

    def __init__(
        self, folder: Path, *options: str, tls: bool = False, descriptors: int = DESCRIPTORS
    ) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self.port, self.proxied, self.websocket, self.web, self.tls = (free_port() for _ in range(5))
        """Ports: `proxied` takes a PROXY header, by which an attacker has as many addresses as it likes."""
        self._descriptors = descriptors
        here = "interface=127.0.0.1"
        listen = [
            f"tcp:{self.port}:{here}",
            f"haproxy:tcp:{self.proxied}:{here}",
            f"ws:tcp:{self.websocket}:{here}",
        ]
        if tls:
            key, certificate = make_certificate(folder)
            listen.append(f"ssl:{self.tls}:{here}:privateKey={key}:certKey={certificate}")
        self._command = twistd("-n", "--pidfile=", "chat", "--data", str(self.data))
        self._command += ["--web", f"tcp:{self.web}:{here}"]
        for endpoint in listen:
            self._command += ["--listen", endpoint]
        self._command += options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it accepts connections."""
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                pinned(SERVER_CORE, self._command),
                cwd=CHECKOUT,
                env=environment,
                stdout=output,
                stderr=output,
                preexec_fn=lambda: resource.setrlimit(
                    resource.RLIMIT_NOFILE, (self._descriptors, self._descriptors)
                ),
            )
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                last = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
                raise CannotMeasure(f"The server does not run: {' / '.join(last) or 'it said nothing'}")
            time.sleep(0.05)

    def stop(self) -> int:
        """End it; returns its exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()

    def __enter__(self) -> Target:
        try:
            self.start()
        except CannotMeasure:
            if self.process is not None:
                self.stop()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self.process is not None
        return self.process.pid

    def memory(self) -> int:
        """Resident memory in KB; 0 if it has ended."""
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
        return 0

    def cpu(self) -> float:
        """Seconds that it has worked, all its threads."""
        with contextlib.suppress(OSError, IndexError):
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / TICKS
        return 0.0

    def descriptors(self) -> int:
        """Files that it has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def tracebacks(self) -> int:
        """How many stand in its log."""
        return self.log.read_text(encoding="utf-8", errors="replace").count(
            "Traceback (most recent call last)"
        )

    def kept(self) -> int:
        """Bytes in its data folder."""
        sizes = 0
        for path in self.data.rglob("*"):
            with contextlib.suppress(OSError):
                sizes += path.stat().st_size
        return sizes

    def counted(self) -> dict[str, float]:
        """The server's own counters, by name; none if it does not answer."""
        request = Request(
            f"http://127.0.0.1:{self.web}/metrics", headers={"Authorization": f"Bearer {self.token()}"}
        )
        try:
            with urlopen(request, timeout=START_SECONDS) as answer:
                lines = answer.read().decode().splitlines()
        except OSError:
            return {}
        samples = (line.split() for line in lines if line.startswith("chat_") and "{" not in line)
        return {name: float(value) for name, value in samples}

    def token(self) -> str:
        """The monitor's token."""
        return (self.data / "monitor-token").read_text(encoding="ascii").strip()


def answers(port: int) -> bool:
    """Whether a connection to this port of the loopback interface is taken."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate of its own for `localhost`. Raises `CannotMeasure` without openssl."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command: Sequence[str] = (
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"),
        *("-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate)),
    )
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise CannotMeasure(f"openssl makes no certificate: {problem}") from None
    return key, certificate
