"""`python -m chat admin`, as an operator types it."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from chat.domain import bans, modes
from chat.domain.events import Kicked
from chat.domain.mode_lines import read
from chat.domain.names import RoomName
from chat.domain.refused import Refused
from chat.storage.accounts import find_account
from chat.storage.admin import as_json, main, server_runs
from chat.storage.passwords import password_fits
from chat.storage.reader import Reader
from chat.storage.schema import DATABASE
from chat.storage.store import ACCOUNTS_SECONDS
from tests.domain.people import session_of

from .by_hand import Talk, World, somebody

Admin = Callable[..., str]


@pytest.fixture
def admin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Admin:
    """Runs a command on a data folder; returns what it prints, or fails with what it complains about."""

    def run(*arguments: str, status: int = 0) -> str:
        assert main(["--data", str(tmp_path / "data"), *arguments]) == status
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return err if status else out

    return run


def password_of(folder: Path, name: str) -> str:
    """The stored hash."""
    found = Reader(folder / DATABASE).read(lambda connection: find_account(connection, name))
    assert found is not None
    return found[1]


def test_an_operator_is_made_where_no_server_ever_ran(admin: Admin, tmp_path: Path) -> None:
    assert "operuser" in admin("add", "operuser", "--operator", "--password", "operpassword")
    assert "operator" in admin("list")
    assert password_fits(password_of(tmp_path / "data", "operuser"), "operpassword")
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_the_folder_may_be_named_after_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["add", "ann", "--password", "opensesame", "--data", str(tmp_path / "data")]) == 0
    assert main(["list", "--data", str(tmp_path / "data")]) == 0
    assert "ann" in capsys.readouterr().out


def test_accounts_are_made_and_looked_after_beside_a_running_server(admin: Admin, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    world = World(tmp_path / "data")
    world.settle()
    admin("add", "ann", "--password", "opensesame")
    answers: list[object] = []
    world.storage.accounts.authenticate("ann", "opensesame", "192.0.2.1", answers.append)
    world.settle()
    assert answers == [world.storage.accounts.find("ann")]
    assert server_runs(tmp_path / "data")
    world.stop()
    assert not server_runs(tmp_path / "data")


def test_the_life_of_an_account(admin: Admin, tmp_path: Path) -> None:
    assert "no accounts" in admin("list")
    admin("add", "Ann", "--password", "opensesame")
    admin("password", "ann", "--password", "something else")
    assert password_fits(password_of(tmp_path / "data", "ann"), "something else")
    assert "is an operator" in admin("operator", "ann")
    assert "operator" in admin("list")
    assert "no operator" in admin("operator", "ann", "--off")
    assert "operator" not in admin("list")
    admin("remove", "ann")
    assert "no accounts" in admin("list")


@pytest.mark.parametrize("arguments", [("password", "--password", "opensesame"), ("operator",), ("remove",)])
def test_unknown_accounts_are_said_to_be_unknown(admin: Admin, arguments: tuple[str, ...]) -> None:
    command, *rest = arguments
    assert "There is no account nobody" in admin(command, "nobody", *rest, status=1)


@pytest.mark.parametrize(
    ("name", "password", "told"),
    [
        ("#room", "opensesame", "may not start with '#'"),
        ("two words", "opensesame", "spaces"),
        ("ann", "x", "at least"),
        ("b0b", "opensesame", "looks like"),
    ],
)
def test_what_cannot_be_an_account_is_refused(admin: Admin, name: str, password: str, told: str) -> None:
    admin("add", "bob", "--password", "opensesame")
    assert told in admin("add", name, "--password", password, status=1)


def test_a_password_can_come_from_standard_input(
    admin: Admin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("from a pipe\n"))
    admin("add", "ann", "--password", "-")
    assert password_fits(password_of(tmp_path / "data", "ann"), "from a pipe")


def test_a_closed_standard_input_is_told(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert "Standard input is closed" in admin("add", "ann", "--password", "-", status=1)
    assert "ann" not in admin("list")


def test_a_password_that_is_typed_is_typed_twice(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["opensesame", "opensesane", "opensesame", "opensesame"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    assert "differ" in admin("add", "ann", status=1)
    admin("add", "ann")


NO_TERMINAL = "`--password -`, which reads it from standard input.\n"


def run_without_terminal(folder: Path, *arguments: str, typed: str = "opensesame\n") -> tuple[int, str]:
    """Run the program in a session without a terminal; returns its status and what it complains about."""
    command = [sys.executable, "-m", "chat", "admin", "--data", str(folder), *arguments]
    ran = subprocess.run(
        command, input=typed, capture_output=True, text=True, timeout=60, start_new_session=True, check=False
    )
    return ran.returncode, ran.stderr


@pytest.mark.parametrize("typed", ["", "opensesame\n", "opensesame\nopensesame\n"])
def test_without_a_terminal_a_sentence_says_how_to_give_the_password(tmp_path: Path, typed: str) -> None:
    status, told = run_without_terminal(tmp_path, "add", "boss", "--operator", typed=typed)
    assert status == 1
    assert told.startswith("There is no terminal on which to ask for the password. Nothing was changed")
    assert told.endswith(NO_TERMINAL)
    assert told.count("\n") == 1
    assert run_without_terminal(tmp_path, "add", "boss", "--operator", "--password", "-") == (0, "")
    assert run_without_terminal(tmp_path, "password", "boss") == (1, told)
    assert run_without_terminal(tmp_path, "password", "boss", "--password", "-", typed="new one") == (0, "")
    assert password_fits(password_of(tmp_path, "boss"), "new one")


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_who_types_no_password_is_told_that_nothing_was_changed(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, end: type[BaseException]
) -> None:
    def ended(prompt: str) -> str:
        raise end

    monkeypatch.setattr("getpass.getpass", ended)
    assert admin("add", "ann", status=1) == "No password was given. Nothing was changed.\n"
    assert "no accounts" in admin("list")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "ANN"), "is registered already"),
        (("add", "b0b"), "looks like one that is"),
        (("add", "two words"), "spaces"),
        (("password", "nosuch"), "There is no account nosuch"),
    ],
)
def test_no_password_is_asked_for_in_vain(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], told: str
) -> None:
    def asked(prompt: str) -> str:
        raise AssertionError(prompt)

    admin("add", "ann", "--password", "opensesame")
    admin("add", "bob", "--password", "opensesame")
    monkeypatch.setattr("getpass.getpass", asked)
    assert told in admin(*arguments, status=1)


# bans


def test_the_life_of_a_ban(admin: Admin) -> None:
    admin("add", "Bob", "--password", "opensesame")
    assert admin("bans") == "Nobody is banned.\n"
    assert (
        admin("ban", "bob", "forever", "too", "loud")
        == "Banned: account Bob for good, by chat admin: too loud.\n"
    )
    assert admin("ban", "192.0.2.9/24").startswith("Banned: 192.0.2.0/24 until ")
    assert [line.split()[:2] for line in admin("bans").splitlines()] == [
        ["account", "Bob"],
        ["192.0.2.0/24", "until"],
    ]
    assert admin("unban", "BOB") == "BOB may come in again.\n"
    assert admin("unban", "192.0.2.*") == "192.0.2.0/24 may come in again.\n"
    assert admin("bans") == "Nobody is banned.\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("ban", "nobody"), "There is no account nobody"),
        (("ban", "192.0.2.1", "soon"), "soon is no duration"),
        (("ban", "127.0.0.1"), "this machine itself"),
        (("ban", "192.0.2"), "neither an address nor a network"),
        (("unban", "192.0.2.1"), "192.0.2.1 is not banned. `bans` shows who is."),
    ],
)
def test_what_cannot_be_banned_is_said(admin: Admin, arguments: tuple[str, ...], told: str) -> None:
    assert told in admin(*arguments, status=1)
    assert admin("bans") == "Nobody is banned.\n"


def test_one_ban_more_than_are_kept_is_refused(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bans, "BANS_AT_MOST", 2)
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        admin("ban", address, "forever")
    assert "There are 2 bans, which is the limit" in admin("ban", "192.0.2.3", status=1)
    assert "192.0.2.3" not in admin("bans")


def test_a_running_server_puts_out_whom_admin_bans(admin: Admin, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    world = World(tmp_path / "data")
    world.storage.startService()
    world.wait(2)
    world.enter("bob")
    told = admin("ban", "192.0.2.1", "forever", "x")
    assert told.endswith("The running server knows of it in a few seconds.\n")
    world.wait(ACCOUNTS_SECONDS + 1)
    assert world.directory.people == {}
    with pytest.raises(Refused, match="Your address is banned"):
        world.enter("bob")
    admin("unban", "192.0.2.1")
    world.wait(ACCOUNTS_SECONDS + 1)
    world.enter("bob")
    world.stop()


def test_backup_and_restore(admin: Admin, tmp_path: Path) -> None:
    admin("add", "ann", "--password", "opensesame")
    assert "keep it as safe" in admin("backup", str(tmp_path / "b.tar"))
    admin("remove", "ann")
    assert admin("restore", str(tmp_path / "b.tar")) == "Restored.\n"
    assert "ann" in admin("list")
    assert "is no backup" in admin("restore", str(tmp_path / "data" / DATABASE), status=1)
    assert "did not work" in admin("restore", str(tmp_path / "nowhere"), status=1)


def test_a_room_is_exported_as_json_lines(admin: Admin, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    world = World(tmp_path / "data")
    person = world.enter("ann", "ann")
    room = world.directory.join(session_of(person), RoomName("#Dev", "#dev")).room
    world.directory.say(session_of(person), room, "grüße")
    world.settle()
    world.crash()
    rows = [json.loads(line) for line in admin("export", "dev").splitlines()]
    assert [row["kind"] for row in rows] == ["joined", "said"]
    assert rows[1]["text"] == "grüße"
    assert rows[1]["author"] == {"name": "ann", "mask": "ann!user@host", "account": "ann"}
    admin("export", "#DEV", str(tmp_path / "dev.jsonl"))
    assert len((tmp_path / "dev.jsonl").read_text().splitlines()) == 2
    assert "Nothing is stored for the room #nowhere" in admin("export", "#nowhere", status=1)


def test_no_key_of_a_room_is_exported_from_a_database_that_has_one(admin: Admin, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    world = World(tmp_path / "data")
    person = world.enter("ann")
    room = world.directory.join(session_of(person), RoomName("#dev", "#dev")).room
    modes.apply(world.directory, session_of(person), room, read(["+k", "sesame"]))
    world.settle()
    world.crash()
    with closing(sqlite3.connect(tmp_path / "data" / DATABASE)) as database, database:
        # As it was stored before keys were left out.
        database.execute("UPDATE events SET extra = replace(extra, '*', 'sesame')")
    exported = admin("export", "#dev")
    assert "+k" in exported
    assert "sesame" not in exported


def test_there_is_nothing_to_export_without_a_database(admin: Admin) -> None:
    assert "There is no database" in admin("export", "dev", status=1)


def test_both_people_of_a_kick_are_exported() -> None:
    msgid, now = Talk().stamp()
    row = as_json(Kicked(msgid, now, somebody("ann"), "#room", somebody("bob"), "out"))
    assert (row["author"]["name"], row["target"]["name"], row["reason"]) == ("ann", "bob", "out")
    json.dumps(row)


def test_a_newer_database_is_refused(admin: Admin, tmp_path: Path) -> None:
    import sqlite3

    admin("list")
    with sqlite3.connect(tmp_path / "data" / DATABASE) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert "newer release" in admin("list", status=1)
