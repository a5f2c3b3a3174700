"""Which port is free, and who holds one that is not."""

from __future__ import annotations

import errno
import socket
from typing import NamedTuple


class BadPort(ValueError):
    """A port that cannot be; the text is a sentence."""


class Holder(NamedTuple):
    """A process that listens on a port."""

    name: str
    pid: int
    user: str


def read_port(text: str, what: str) -> int:
    """A port from 1 to 65535; raises `BadPort`. `what` says whose port it is."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65_536):
        raise BadPort(f"{what} needs a port from 1 to 65535, not {text!r}.")
    return int(text)


def different(ports: dict[str, int]) -> None:
    """Raises `BadPort` if two of the ports, by what they are for, are the same."""
    seen: dict[int, str] = {}
    for what, port in ports.items():
        if port in seen:
            raise BadPort(f"{seen[port]} and {what} cannot both have port {port}.")
        seen[port] = what


def why_not(port: int, interface: str = "") -> str:
    """Why nothing can listen on a port, as a sentence; ``""`` if something can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((interface, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return taken(port, holder(port))
            if error.errno == errno.EACCES:
                return f"Port {port} is for the system's own programs: choose one above 1023."
            return f"Port {port} cannot be used: {error.strerror}."
    return ""


def taken(port: int, by: Holder | None) -> str:
    """A sentence that says who holds a port, and what to do."""
    if by is None:
        return f"Port {port} is taken by another program. End that, or choose another port."
    user = f" of {by.user}" if by.user else ""
    return f"Port {port} is taken by {by.name} (process {by.pid}{user}). End that, or choose another port."


def holder(port: int) -> Holder | None:
    """Who listens on a port; None if that is not to be found out: other people's processes are hidden from us, and
    the psutil library is not always there.
    """
    try:
        import psutil
    except ImportError:
        return None
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status != psutil.CONN_LISTEN or not connection.pid:
                continue
            if getattr(connection.laddr, "port", 0) == port:
                process = psutil.Process(connection.pid)
                return Holder(_title(process.cmdline(), process.name()), connection.pid, process.username())
    except (psutil.Error, OSError):
        return None
    return None


def _title(argv: list[str], name: str) -> str:
    """What people call a process: for an interpreter, what it runs."""
    if not name.startswith(("python", "node", "ruby", "perl")):
        return name
    words = [word.rpartition("/")[2] for word in argv[1:] if not word.startswith("-")]
    return f"{name} {' '.join(words[:2])}"[:60].strip()
