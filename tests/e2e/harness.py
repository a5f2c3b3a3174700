"""Starts and drives real programs: the server, and what people type lines into.

Everything waits for a condition with a deadline, and fails by telling what it waited for and what it saw
instead. Whatever was started is ended by its process id: the fixtures in conftest.py see to that.
"""

import functools
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

# Longer than anything here takes on a busy machine, and short enough to wait for when it fails.
PATIENCE = 20.0
# Between two looks at what cannot be waited for otherwise (a screen, a port).
LOOK_AGAIN = 0.05

T = TypeVar("T")


def need(*names: str) -> str:
    """The path of the first of these programs that is installed; without one the test is skipped."""
    for name in names:
        path = shutil.which(name)
        if path is not None:
            return path
    pytest.skip(f"{' or '.join(names)} is not installed")


def wait_until(condition: Callable[[], T | None], what: str, timeout: float = PATIENCE) -> T:
    """Return the condition's first true value; fail with the sentence `what` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            pytest.fail(f"Waited {timeout:g} s for {what}.")
        time.sleep(LOOK_AGAIN)


def free_port() -> int:
    """A TCP port of the loopback interface that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether a connection to this port of the loopback interface is taken."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def end(process: subprocess.Popen[bytes], timeout: float = PATIENCE) -> int:
    """End a process with SIGTERM, or SIGKILL when that does not help in time; returns its exit status."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait(timeout)


@contextmanager
def short_folder() -> Iterator[Path]:
    """A temporary folder whose path is short enough for a Unix socket in it (108 bytes, unix(7))."""
    with tempfile.TemporaryDirectory(prefix="chat-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


class Conversation:
    """A program that is talked with by lines, over pipes or, with `terminal`, over a terminal of its own.

    Standard error is part of what is read. Over a terminal, line ends come as the program sent them, mostly
    with a carriage return. Debian's nc stays after the other side has closed, until its own input ends or it
    is typed to: `close_input` before `read_to_end` or `wait`.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        terminal: bool = False,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.argv = list(argv)
        self._arrived = threading.Condition()
        self._text = b""
        self._read = 0
        self._ended = False
        environment = {**os.environ, "TERM": "xterm", **(env or {})}
        if terminal:
            self._out, theirs = pty.openpty()
            self._in = os.dup(self._out)
            self.process = subprocess.Popen(
                self.argv,
                stdin=theirs,
                stdout=theirs,
                stderr=theirs,
                env=environment,
                cwd=cwd,
                start_new_session=True,
            )
            os.close(theirs)
        else:
            self.process = subprocess.Popen(
                self.argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=cwd,
            )
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self._in, self._out = os.dup(self.process.stdin.fileno()), os.dup(self.process.stdout.fileno())
            self.process.stdin.close()
            self.process.stdout.close()
        self._input_open = True
        self._reader = threading.Thread(target=self._collect, daemon=True)
        self._reader.start()

    def _collect(self) -> None:
        while True:
            try:
                data = os.read(self._out, 65536)
            except OSError:  # what Linux reports when a pseudo-terminal's other side is closed
                data = b""
            with self._arrived:
                self._text += data
                self._ended = not data
                self._arrived.notify_all()
            if not data:
                return

    @property
    def transcript(self) -> str:
        """All that the program has printed so far, read or not."""
        with self._arrived:
            return self._text.decode(errors="replace")

    @property
    def unread(self) -> str:
        """What has come in and was not consumed yet."""
        with self._arrived:
            return self._text[self._read :].decode(errors="replace")

    def send(self, *lines: str) -> None:
        """Type lines, each followed by a newline."""
        self.send_bytes("".join(line + "\n" for line in lines).encode())

    def send_bytes(self, data: bytes) -> None:
        """Type bytes as they are."""
        while data:
            data = data[os.write(self._in, data) :]

    def close_input(self) -> None:
        """End the program's standard input (over pipes)."""
        if self._input_open:
            self._input_open = False
            os.close(self._in)

    def read_until(self, text: str | re.Pattern[str], timeout: float = PATIENCE) -> str:
        """Consume and return the output up to the end of this text or match; fail if it does not come."""
        pattern = re.compile(re.escape(text)) if isinstance(text, str) else text
        wanted = re.compile(pattern.pattern.encode(), pattern.flags & ~re.UNICODE)
        deadline = time.monotonic() + timeout
        with self._arrived:
            while (found := wanted.search(self._text, self._read)) is None:
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    why = "the program's output ended" if self._ended else f"not within {timeout:g} s"
                    rest = self._text[self._read :].decode(errors="replace")
                    pytest.fail(f"{self.argv[0]}: no {pattern.pattern!r}: {why}. Unread: {rest!r}")
                self._arrived.wait(left)
            begin, self._read = self._read, found.end()
            return self._text[begin : self._read].decode(errors="replace")

    def read_to_end(self, timeout: float = PATIENCE) -> str:
        """Consume and return the rest of the output, up to its end."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: self._ended, timeout):
                pytest.fail(f"{self.argv[0]}: its output did not end within {timeout:g} s.")
            begin, self._read = self._read, len(self._text)
            return self._text[begin:].decode(errors="replace")

    def wait(self, timeout: float = PATIENCE) -> int:
        """The program's exit status, once it has ended by itself."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            pytest.fail(f"{self.argv[0]} still runs after {timeout:g} s.")

    def end(self) -> None:
        """End the program if it still runs, and give everything back."""
        self.close_input()
        end(self.process)
        self._reader.join(PATIENCE)
        os.close(self._out)


def enter(person: Conversation, name: str) -> Conversation:
    """Give a plain connection's person a name, and wait until they are welcome under it."""
    person.send(name)
    person.read_until(re.compile(rf"Welcome.*{re.escape(name)}"))
    return person


@functools.cache
def environment() -> dict[str, str]:
    """An environment in which twistd finds this checkout's plugins and package, installed or not."""
    shelf = Path(tempfile.mkdtemp(prefix="chat-plugins-"))
    (shelf / "twisted").mkdir()
    # twistd looks for plugins in every twisted/plugins without an __init__.py on the module path.
    (shelf / "twisted" / "plugins").symlink_to(CHECKOUT / "twisted_plugins")
    path = [str(shelf), str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), "PYTHONUNBUFFERED": "1"}


def twistd(*arguments: str) -> list[str]:
    """The command line of this Python's own twistd, in the foreground and without a pid file."""
    return [str(Path(sys.executable).parent / "twistd"), "-n", "--pidfile=", *arguments]


class Daemon:
    """A twistd in the foreground, its log in a file; `command` is what comes after twistd's own options."""

    def __init__(self, folder: Path, *command: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.command = command
        self._log = folder / "twistd.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """All that it has printed, over all its starts."""
        return self._log.read_text(errors="replace")

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def argv(self) -> list[str]:
        """The command line that starts it."""
        return twistd(*self.command)

    @property
    def open_files(self) -> int:
        """How many files and sockets its process has open."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    def launch(self) -> None:
        """Start the process and wait for nothing."""
        assert not self.running
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(),
                cwd=self.folder,
            )

    def start(self, *ports: int) -> None:
        """Start the process, and wait until it listens on these ports."""
        self.launch()

        def ready() -> bool:
            if not self.running:
                pytest.fail(f"twistd ended with status {self.wait()} instead of listening:\n{self.log}")
            return all(listens(port) for port in ports)

        wait_until(ready, f"twistd to listen on {ports}")

    def wait(self, timeout: float = PATIENCE) -> int:
        """Its exit status, once it has ended by itself; negative: the signal that ended it."""
        assert self._process is not None
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            pytest.fail(f"twistd still runs after {timeout:g} s:\n{self.log}")

    def stop(self, signum: signal.Signals = signal.SIGTERM, timeout: float = PATIENCE) -> int:
        """Send it a signal, and return the exit status with which it ends."""
        assert self._process is not None
        self._process.send_signal(signum)
        return self.wait(timeout)

    def end(self) -> None:
        """End it however it is, without a look at the exit status."""
        if self._process is not None:
            end(self._process)


class Server(Daemon):
    """The real `twistd chat` on a free port of the loopback interface, with a data folder of its own.

    Its monitor is off unless the options switch it on, as with `"--web", f"tcp:{port}:interface=127.0.0.1"`.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        self.data = folder / "data"
        # The monitor's usual port may be taken, and two servers cannot both have it.
        web = () if "--web" in options else ("--web", "off")
        super().__init__(
            folder,
            "chat",
            *("--listen", f"tcp:{self.port}:interface=127.0.0.1"),
            *("--data", str(self.data)),
            *web,
            *options,
        )

    def start(self, *ports: int) -> None:
        """Start it, and wait until it listens on its own port and these others."""
        super().start(self.port, *ports)
