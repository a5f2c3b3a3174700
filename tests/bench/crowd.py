"""A crowd of people in a running server: the load generator as a child process, told what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .figures import Values, parse_answer
from .servers import CHECKOUT, GENERATOR_CORE, HERE, CannotMeasure, Server, pinned, running

ROOM = "#lobby"
ANSWER_SECONDS = 900.0
"""No command takes longer, not even the slowest peer's login of 10,000."""

_SOURCES = {"loadgen": ("loadgen.c", "people.c", "doors.c"), "floor": ("floor.c",)}
_LIBRARIES = ("-lssl", "-lcrypto")


def build(folder: Path) -> dict[str, Path]:
    """Compiles the load generator and the floor into `folder`.

    Raises:
        CannotMeasure: without a C compiler named ``cc``, or if it fails.
    """
    if not shutil.which("cc"):
        raise CannotMeasure(
            "the load generator is written in C: install a C compiler (apt install gcc libc6-dev libssl-dev)"
        )
    binaries = {}
    for name, sources in _SOURCES.items():
        binaries[name] = folder / name
        paths = [str(HERE / "native" / source) for source in sources]
        done = subprocess.run(
            ["cc", "-O2", "-Wall", "-Wextra", "-o", str(binaries[name]), *paths, *_LIBRARIES],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotMeasure(
                f"cc cannot build {name} (it takes OpenSSL's headers, apt install libssl-dev): {done.stderr.strip()}"
            )
    return binaries


@dataclass(frozen=True)
class People:
    """How many people there are, in how many rooms of equal size, and what they say."""

    users: int
    rooms: int = 1
    speakers: int = 10
    """in each room"""
    message_bytes: int = 64
    """a line of chat as people write it"""
    stopping: int = 0
    """every so many-th person can be told to stop reading"""
    dialect: str = ""
    """what they speak, if not what the server is measured with"""

    def arguments(self) -> list[str]:
        """As loadgen takes them, after the dialect."""
        speakers = min(self.speakers, self.users // self.rooms)
        room = ROOM if self.rooms == 1 else "#room"
        return [*map(str, (self.users, self.rooms, speakers, self.message_bytes, self.stopping)), room]


class Crowd:
    """People of one server. Not logged in until the first ``login``."""

    def __init__(
        self, server: Server, port: int, pid: int, generator: subprocess.Popen[str], folder: Path
    ) -> None:
        self.server = server
        self.port = port
        self.pid = pid
        self.folder = folder
        self._generator = generator

    def command(self, line: str) -> Values:
        """Does one of the commands that loadgen.c lists.

        Raises:
            CannotMeasure: if the generator gave up; its reason is the text.
        """
        assert self._generator.stdin is not None
        assert self._generator.stdout is not None
        assert self._generator.stderr is not None
        watchdog = threading.Timer(ANSWER_SECONDS, self._generator.kill)
        watchdog.start()
        try:
            self._generator.stdin.write(line + "\n")
            self._generator.stdin.flush()
            answer = self._generator.stdout.readline()
        except BrokenPipeError:
            answer = ""
        finally:
            watchdog.cancel()
        if not answer:
            self._generator.kill()
            reason = self._generator.stderr.read().strip()
            raise CannotMeasure(f"{line}: {reason or f'no answer within {ANSWER_SECONDS:.0f} s'}")
        return parse_answer(answer)


@contextmanager
def askers(crowd: Crowd, seconds: float, count: int) -> Iterator[Values]:
    """So many people who look into the past while the body runs; what they measured is in the values afterwards.

    Raises:
        CannotMeasure: if they gave up; the last line of their reason is the text.
    """
    command = [sys.executable, "-m", "tests.bench.asking", str(crowd.port), str(seconds), str(count)]
    values: Values = {}
    with subprocess.Popen(
        pinned(GENERATOR_CORE, command),
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield values
        answer, reason = process.communicate(timeout=ANSWER_SECONDS)
    if process.returncode:
        raise CannotMeasure(f"people who look into the past: {reason.strip().splitlines()[-1]}")
    values |= parse_answer(answer)


@contextmanager
def crowd(server: Server, people: People, loadgen: Path, folder: Path) -> Iterator[Crowd]:
    """Starts `server` in `folder`, and beside it a generator of these people."""
    room_size = [str(people.users // people.rooms)] if server.told_rooms and people.rooms > 1 else []
    with running(server, folder, *room_size) as (port, pid):
        arguments = [str(port), str(pid), people.dialect or server.dialect, *people.arguments()]
        generator = subprocess.Popen(
            pinned(GENERATOR_CORE, [str(loadgen), *arguments]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with generator:
            try:
                yield Crowd(server, port, pid, generator, folder)
            finally:
                generator.kill()
                assert generator.stderr is not None
                if told := generator.stderr.read():
                    print(told.strip(), file=sys.stderr)
