"""The benchmark, run for real with a few people: it measures, and its load generator notices every fault."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bench.__main__ import main
from tests.bench.crowd import Crowd, People, build, crowd
from tests.bench.figures import FIGURES
from tests.bench.servers import CannotMeasure, Server, chat_available, floor, running

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        not shutil.which("cc") and os.environ.get("CI") != "true",
        reason="no C compiler for the load generator",
    ),
]

USERS = 20

FAULTY = """
import selectors, socket, sys

port, fault = int(sys.argv[1]), sys.argv[2]
listener = socket.create_server(("127.0.0.1", port))
selector = selectors.DefaultSelector()
selector.register(listener, selectors.EVENT_READ)
people, unfinished, said, held = [], {}, 0, b""

def spoil(line):
    # Every tenth line reaches the last reader otherwise than said.
    global held
    if said % 10 == 5:
        if fault == "drop":
            return b""
        if fault == "repeat":
            return line + line
        if fault == "damage":
            return line.replace(b"lunch", b"bunch", 1)
        if fault == "cut":
            people.pop().close()
            return None
        if fault == "swap":
            held = line
            return b""
    elif held and line[-30:] == held[-30:]:
        line, held = line + held, b""
    return line

def say(line):
    global said
    said += 1
    for person in people[:-1]:
        person.sendall(line)
    last = spoil(line)
    if last is not None:
        people[-1].sendall(last)

while True:
    for key, _ in selector.select():
        if key.fileobj is listener:
            person, _ = listener.accept()
            people.append(person)
            unfinished[person] = b""
            selector.register(person, selectors.EVENT_READ)
            continue
        data = key.fileobj.recv(65536)
        if not data:
            selector.unregister(key.fileobj)
            people[:] = [person for person in people if person is not key.fileobj]
            continue
        *lines, unfinished[key.fileobj] = (unfinished[key.fileobj] + data).split(b"\\n")
        for line in lines:
            say(line + b"\\n")
"""


@pytest.fixture(scope="module")
def binaries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build(tmp_path_factory.mktemp("native"))


@contextmanager
def faulty(binaries: dict[str, Path], folder: Path, fault: str) -> Iterator[Crowd]:
    script = folder / "faulty.py"
    script.write_text(FAULTY, encoding="utf-8")
    server = Server("faulty", "raw", lambda port, _: [sys.executable, str(script), str(port), fault])
    with crowd(server, People(USERS, speakers=1), binaries["loadgen"], folder) as people:
        people.command("login")
        yield people


def test_everything_that_the_floor_delivers_is_counted(binaries: dict[str, Path], tmp_path: Path) -> None:
    with crowd(floor(binaries["floor"]), People(USERS), binaries["loadgen"], tmp_path) as people:
        people.command("login")
        values = people.command("window 16 0.2")
    assert values["sent"] > 16
    assert values["expected"] == values["delivered"] == values["sent"] * USERS
    assert (values["repeated"], values["damaged"], values["dead"]) == (0, 0, 0)
    assert values["cpu"] > 0
    assert 0 < values["p50_us"] <= values["p99_us"] <= values["max_us"]


def test_the_floor_tells_those_of_the_speakers_room_alone(binaries: dict[str, Path], tmp_path: Path) -> None:
    rooms = 4
    with crowd(floor(binaries["floor"]), People(USERS, rooms), binaries["loadgen"], tmp_path) as people:
        people.command("login")
        values = people.command("paced 200 0.3")
    assert values["sent"] > rooms
    assert values["expected"] == values["delivered"] == values["sent"] * USERS / rooms
    assert (values["repeated"], values["damaged"], values["dead"]) == (0, 0, 0)


def test_a_server_without_fault_has_none(binaries: dict[str, Path], tmp_path: Path) -> None:
    with faulty(binaries, tmp_path, "none") as people:
        values = people.command("paced 100 0.4")
    assert values["delivered"] == values["expected"] == values["sent"] * USERS
    assert FIGURES["wrong"](values, USERS) == 0


@pytest.mark.parametrize(
    ("fault", "figure"),
    [("drop", "lost"), ("repeat", "repeated"), ("damage", "damaged"), ("swap", "repeated"), ("cut", "dead")],
)
def test_every_fault_is_noticed(binaries: dict[str, Path], tmp_path: Path, fault: str, figure: str) -> None:
    with faulty(binaries, tmp_path, fault) as people:
        values = people.command("paced 100 0.15")
    found = FIGURES[figure](values, USERS) if figure in FIGURES else values[figure]
    assert found is not None
    assert found >= 1


def test_what_the_generator_refuses_is_told(binaries: dict[str, Path], tmp_path: Path) -> None:
    with (
        crowd(floor(binaries["floor"]), People(USERS), binaries["loadgen"], tmp_path) as people,
        pytest.raises(CannotMeasure, match="unknown command: dance"),
    ):
        people.command("dance")


def test_a_server_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    server = Server("broken", "irc", lambda port, folder: ["sh", "-c", "echo no such option; exit 1"])
    with pytest.raises(CannotMeasure, match="broken does not run: no such option"), running(server, tmp_path):
        pytest.fail("it does not run")


def test_the_whole_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept, drawn = tmp_path / "figures.json", tmp_path / "figures.svg"
    status = main(
        ["--quick", "--users", str(USERS), "--seconds", "0.2", "--json", str(kept), "--svg", str(drawn)]
    )
    told = capsys.readouterr().out
    assert status == 0, told
    measured = {
        item["key"]["server"] for item in json.loads(kept.read_text(encoding="utf-8"))["measurements"]
    }
    assert "floor" in measured
    assert not chat_available() or {"chat plain", "chat irc"} <= measured
    assert "window 256" in told
    assert drawn.read_text(encoding="utf-8").startswith("<svg")
    assert main(["--load", str(kept)]) == 0
