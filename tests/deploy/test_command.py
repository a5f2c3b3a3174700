"""Files for operators: that they hold together with the program, and pass the tools that read them."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from chat.configuration.sources import from_file, resolved
from chat.deploy.command import SOCKET, WHAT, content, main
from chat.options import TABLE
from tests.monitor.support import TOKEN, World

FILES = [(what, name) for what, (names, _) in WHAT.items() for name in names]


def unit(name: str) -> configparser.ConfigParser:
    """A unit file; of a key that stands in it twice, the last line counts."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(content("systemd", name))
    return parser


@pytest.mark.parametrize("what", WHAT)
def test_everything_can_be_printed(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([what]) == 0
    printed = capsys.readouterr().out
    for name in WHAT[what][0]:
        assert content(what, name) in printed


def test_files_are_written_into_a_folder_and_over_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["systemd", "--into", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == set(WHAT["systemd"][0])
    (tmp_path / "twistd-chat.service").write_text("mine")
    assert main(["systemd", "--into", str(tmp_path)]) == 1
    assert "twistd-chat.service cannot be made: File exists." in capsys.readouterr().err
    assert (tmp_path / "twistd-chat.service").read_text() == "mine"


# the configuration


def test_the_configuration_is_the_defaults_and_what_it_shows_is_right(tmp_path: Path) -> None:
    path = tmp_path / "chat.toml"
    text = content("config", "chat.toml")
    assert tomllib.loads(text) == {}
    path.write_text(text)
    defaults = resolved(TABLE, [])
    assert resolved(TABLE, [from_file(TABLE, path)]) == defaults
    # With every comment taken away that is an option, too; those without a default have no value to show.
    names = "|".join(option.name for option in TABLE)
    path.write_text(re.sub(rf"^#({names}) = (?!\"\"|\[\])", r"\1 = ", text, flags=re.MULTILINE))
    assert resolved(TABLE, [from_file(TABLE, path)]) == defaults


@pytest.mark.parametrize("option", TABLE, ids=lambda option: option.name)
def test_every_option_stands_in_the_configuration(option: object) -> None:
    assert f"\n#{getattr(option, 'name', '')} = " in content("config", "chat.toml")


# systemd


def test_the_unit_starts_this_python_with_the_socket_that_it_is_given(tmp_path: Path) -> None:
    service = unit("twistd-chat.service")["Service"]
    assert service["ExecStart"].startswith(f"{sys.executable} -m chat server --config ")
    assert service["Type"] == "notify"
    name = unit("twistd-chat.socket")["Socket"]["FileDescriptorName"]
    assert SOCKET.endswith(f"name={name}")
    assert tomllib.loads(content("systemd", "chat.toml")) == {"listen": [SOCKET]}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_unit_is_hardened(tmp_path: Path) -> None:
    path = tmp_path / "twistd-chat.service"
    path.write_text(content("systemd", path.name))
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "Unknown" not in done.stderr


# Grafana


def test_the_dashboard_asks_for_what_there_is_and_for_all_of_it() -> None:
    world = World()
    world.source.change(refusals={"x": 1}, bounded={"x": (1, 2)}, connections={"irc": 1})
    answer = world.request("GET /metrics", {"Authorization": f"Bearer {TOKEN}"}).body.decode()
    known = set(re.findall(r"^((?:chat|process)_\w+)", answer, re.MULTILINE))
    board = json.loads(content("grafana", "grafana.json"))
    expressions = " ".join(target["expr"] for panel in board["panels"] for target in panel["targets"])
    asked = set(re.findall(r"\b(?:chat|process)_\w+", expressions))
    assert asked <= known
    left_out = {"chat_people_peak", "chat_server_info"}
    created = {name for name in known if name.endswith("_created")}
    assert {name for name in known if name.startswith("chat_")} - created - asked == left_out


@pytest.mark.parametrize(("what", "name"), FILES)
def test_no_file_has_a_line_that_is_too_long_to_read(what: str, name: str) -> None:
    if name != "grafana.json":
        assert max(map(len, content(what, name).splitlines())) <= 140
