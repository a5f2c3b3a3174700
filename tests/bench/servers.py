"""The servers that can be measured: how each is started, and how one is kept running for a while."""

from __future__ import annotations

import functools
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent
DIALECTS = ("plain", "irc", "tagged", "mixed", "tls", "ws")
"""What the load generator speaks; `tls` and `ws` are IRC without capabilities through another door."""
START_SECONDS = 30.0
"""How long a server may take until it accepts connections."""
STOP_SECONDS = 30.0
"""How long it may take after SIGTERM: ours says goodbye to ten thousand people."""
SERVER_CORE, GENERATOR_CORE = "0", "1"
FIRST_NICE = -15
"""28 times the share of an ordinary process, which is not starved all the same."""


class CannotMeasure(Exception):
    """A server did not start, or the load generator gave up; the text says which and why."""


@dataclass(frozen=True)
class Server:
    """A server under measurement: its name in the tables, what loadgen speaks to it, and its command line."""

    name: str
    dialect: str
    command: Callable[[int, Path], list[str]]
    """From a free port and an empty folder to the arguments; configuration and state go into the folder."""
    ours: bool = False
    told_rooms: bool = False
    """Has no rooms of its own, and is told as a last argument how many who come one after another share one."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pinning() -> bool:
    """Whether server and generator each get a core; on a common one, latency tells little."""
    return bool(shutil.which("taskset")) and len(os.sched_getaffinity(0)) > 1


def pinned(core: str, command: list[str]) -> list[str]:
    return ["taskset", "-c", core, *command] if pinning() else command


def go_first() -> bool:
    """Run this process and its children before other work, for machines that are not quiet; False if not allowed.

    The kernel shares the cores among sessions before it looks at processes (sched(7), autogroup), so both get a
    nice value.
    """
    try:
        if os.getsid(0) != os.getpid():
            os.setsid()
        os.setpriority(os.PRIO_PROCESS, 0, FIRST_NICE)
        autogroup = Path("/proc/self/autogroup")
        if autogroup.exists():
            autogroup.write_text(str(FIRST_NICE), encoding="ascii")
    except OSError:
        return False
    return True


def twistd(*arguments: str) -> list[str]:
    """``twistd`` of this interpreter, from the checkout, which Twisted does not search for plugins itself."""
    boot = (
        "import sys, twisted.plugins; from twisted.scripts.twistd import run; "
        f"sys.path.insert(0, {str(CHECKOUT)!r}); "
        f"twisted.plugins.__path__.append({str(CHECKOUT / 'twisted_plugins')!r}); "
        "sys.argv[0] = 'twistd'; run()"
    )
    return [sys.executable, "-c", boot, *arguments]


@functools.cache
def chat_help() -> str:
    done = subprocess.run(twistd("chat", "--help"), cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return done.stdout


def chat_available() -> bool:
    return "--listen" in chat_help()


def chat(dialect: str, extra: tuple[str, ...] = (), profile: bool = False) -> Server:
    """Our server: default settings, history on, but no rate limits and no monitor, which no peer has."""

    def command(port: int, folder: Path) -> list[str]:
        arguments = ["--listen", f"tcp:{port}:interface=127.0.0.1", "--data", str(folder / "data")]
        arguments += ["--message-rate", "0"]
        if "--web" in chat_help():
            arguments += ["--web", "off"]
        if dialect == "tls":
            certificate, key = certificate_in(folder)
            arguments += ["--tls-cert", certificate, "--tls-key", key]
        profiler = (
            ["--profile", str(folder / "profile"), "--profiler", "cprofile", "--savestats"] if profile else []
        )
        return twistd("-n", "--pidfile=", *profiler, "chat", *arguments, *extra)

    return Server(f"chat {dialect}", dialect, command, ours=True)


def floor(binary: Path) -> Server:
    return Server("floor", "raw", lambda port, _: [str(binary), str(port)], told_rooms=True)


def certificate_in(folder: Path) -> tuple[str, str]:
    """Makes a certificate, as most have it today, and its key; returns their paths.

    Raises:
        CannotMeasure: without OpenSSL's command.
    """
    paths = str(folder / "certificate.pem"), str(folder / "key.pem")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command = [
        "openssl",
        "req",
        "-x509",
        *curve,
        "-out",
        paths[0],
        "-keyout",
        paths[1],
        "-subj",
        "/CN=localhost",
    ]
    try:
        subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise CannotMeasure(f"no certificate for TLS: {problem}") from None
    for path in paths:
        Path(path).chmod(0o644)  # peers read it as another user
    return paths


def configured(name: str, port: int, folder: Path) -> str:
    """Writes the peer's configuration with this port into the folder and returns the file's path."""
    text = (HERE / "peers" / f"{name}.conf.in").read_text(encoding="utf-8").replace("PORT", str(port))
    text = text.replace("FOLDER", str(folder))
    path = folder / f"{name}.conf"
    path.write_text(text, encoding="utf-8")
    return str(path)


def _inspircd(port: int, folder: Path, configuration: str = "inspircd") -> list[str]:
    root = ["--runasroot"] if os.geteuid() == 0 else []
    return ["inspircd", "--nofork", *root, f"--config={configured(configuration, port, folder)}"]


def _inspircd_tls(port: int, folder: Path) -> list[str]:
    certificate_in(folder)
    return _inspircd(port, folder, "inspircd-tls")


def doors() -> list[Server]:
    """What is measured beside each other to see what a door costs: IRC through each of ours, and a peer's TLS."""
    ours = [chat(dialect) for dialect in ("irc", "tls", "ws")]
    return [*ours, Server("inspircd tls", "tls", _inspircd_tls)] if shutil.which("inspircd") else ours


def peers() -> list[Server]:
    """The C and C++ servers that are installed here."""
    known = [
        Server(
            "ngircd", "irc", lambda port, folder: ["ngircd", "-n", "-f", configured("ngircd", port, folder)]
        ),
        Server("inspircd", "irc", _inspircd),
    ]
    return [server for server in known if shutil.which(server.name)]


def from_text(text: str) -> Server:
    """A server of the user's own: ``NAME=DIALECT:COMMAND``, run by ``sh``, with PORT for the port.

    Raises:
        ValueError: if the text has another form or the dialect is unknown.
    """
    name, separator, rest = text.partition("=")
    dialect, colon, command = rest.partition(":")
    if not (name and separator and colon and command.strip()):
        raise ValueError(f"{text!r} is not NAME=DIALECT:COMMAND")
    if dialect not in (*DIALECTS, "raw"):
        raise ValueError(f"unknown dialect {dialect!r}: one of {', '.join(DIALECTS)} or raw")
    return Server(name, dialect, lambda port, _: ["sh", "-c", "exec " + command.replace("PORT", str(port))])


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@contextmanager
def running(server: Server, folder: Path, *arguments: str) -> Iterator[tuple[int, int]]:
    """The server with these last arguments as a child process, stopped at the end; yields its port and process id.

    Raises:
        CannotMeasure: if it ended or did not accept connections within START_SECONDS, with its last words.
    """
    port = free_port()
    log = folder / "output"
    command = [*server.command(port, folder), *arguments]
    with log.open("wb") as output:
        process = subprocess.Popen(pinned(SERVER_CORE, command), cwd=CHECKOUT, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
                raise CannotMeasure(f"{server.name} does not run: {' / '.join(last) or 'it said nothing'}")
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
