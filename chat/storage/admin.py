"""`python -m chat admin`: accounts, bans, backup and export, beside a running server or without one."""

from __future__ import annotations

import argparse
import fcntl
import getpass
import json
import os
import sqlite3
import sys
import termios
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from chat.domain.accounts import check_password, name_registered
from chat.domain.banning import line
from chat.domain.bans import Ban, Bans, MemoryBans, clean_reason, normal_address
from chat.domain.durations import parse_duration
from chat.domain.events import Identity, LogEvent
from chat.domain.mode_lines import for_later
from chat.domain.names import NameRefused, fold, room_from_typed
from chat.domain.refused import Refused
from chat.storage.accounts import (
    delete_account,
    find_account,
    insert_account,
    is_taken,
    load_accounts,
    new_account,
    update_password,
)
from chat.storage.backup import back_up, restore
from chat.storage.bans import delete_ban, load_bans, statement
from chat.storage.folder import default_data_folder
from chat.storage.passwords import hash_password
from chat.storage.reader import place_of
from chat.storage.rows import JOINED, SELECTED, event_of
from chat.storage.schema import DATABASE, LOCK, Unusable, connect, prepare
from chat.storage.writer import Database

CONSOLE = "chat admin"
"""Who bans, to those who look at the list of bans."""
EXPORT_STEP = 1000
"""Events read from the database at a time."""

Run = Callable[[argparse.Namespace], None]


def main(arguments: list[str]) -> int:
    """Run a command and return its exit status; what goes wrong is one sentence on standard error."""
    options = _parser().parse_args(arguments)
    run: Run = options.run
    try:
        run(options)
    except (Unusable, NameRefused, Refused) as problem:
        sentence = (
            f"That name does not work: {problem}." if isinstance(problem, NameRefused) else str(problem)
        )
        sys.stderr.write(f"{sentence}\n")
        return 1
    except BrokenPipeError:
        return 1
    except (sqlite3.Error, OSError) as error:
        sys.stderr.write(f"That did not work: {error}.\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m chat admin",
        description="Look after the accounts, the bans and the data folder of a chat server, whether it runs or not.",
    )
    parser.add_argument(
        "--data",
        "-d",
        type=Path,
        default=default_data_folder(),
        help="the server's data folder [%(default)s]",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, what: str, run: Run) -> argparse.ArgumentParser:
        row = commands.add_parser(name, help=what, description=what)
        # Also after the command, where one looks for it; without a default, which would win over the one before it.
        row.add_argument("--data", "-d", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        row.set_defaults(run=run)
        return row

    command("list", "the accounts", _list)
    row = command("add", "make an account", _add)
    row.add_argument("name")
    row.add_argument("--operator", action="store_true", help="may use the operator's commands")
    row.add_argument("--password", help="asked for if it is not given; - reads it from standard input")
    row = command("password", "set the password of an account", _password)
    row.add_argument("name")
    row.add_argument("--password", help="asked for if it is not given; - reads it from standard input")
    row = command("operator", "make an account an operator, or none", _operator)
    row.add_argument("name")
    row.add_argument("--off", action="store_true", help="an operator no more")
    row = command("remove", "forget an account; its name is free again", _remove)
    row.add_argument("name")
    command("bans", "who is kept out of the server", _bans)
    row = command("ban", "keep an account, an address or a network out of the server", _ban)
    row.add_argument("what", help="an account, or an address or network such as 192.0.2.7 or 2001:db8::/48")
    row.add_argument("duration", nargs="?", default="1d", help="30m, 12h, 7d, forever [%(default)s]")
    row.add_argument("reason", nargs="*", help="what those are told who are turned away")
    row = command("unban", "let an account, an address or a network in again", _unban)
    row.add_argument("what")
    row = command("backup", "write everything into one file, while the server runs", _backup)
    row.add_argument("file", type=Path)
    row = command("restore", "put back what `backup` wrote; what is there now is lost", _restore)
    row.add_argument("file", type=Path)
    row = command("export", "the events of a room as JSON, one a line", _export)
    row.add_argument("room")
    row.add_argument("file", type=Path, nargs="?", help="standard output if it is not given")
    return parser


def _database(options: argparse.Namespace) -> Database:
    folder: Path = options.data
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    prepare(folder / DATABASE)
    return Database(folder / DATABASE)


def _change(options: argparse.Namespace, change: Callable[[sqlite3.Connection], Any]) -> Any:
    database = _database(options)
    try:
        return database.write(change)
    finally:
        database.close()


def _ask_password(options: argparse.Namespace) -> str:
    given: str | None = options.password
    if given == "-":
        if sys.stdin is None:
            raise Unusable("Standard input is closed: there is no password to read. Nothing was changed.")
        given = sys.stdin.readline().rstrip("\r\n")
    elif given is None:
        given = _type_password(f"Password for {options.name}: ")
        if _type_password("Once more: ") != given:
            raise Unusable("The two differ. Nothing was changed.")
    check_password(given)
    return given


def _type_password(question: str) -> str:
    try:
        with warnings.catch_warnings():
            # Otherwise it would be shown as it is typed, or read from a pipe that holds it once and not twice.
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(question)
    except (getpass.GetPassWarning, termios.error):
        raise Unusable(
            "There is no terminal on which to ask for the password. Nothing was changed: give it with `--password -`, "
            "which reads it from standard input."
        ) from None
    except (EOFError, KeyboardInterrupt):
        raise Unusable("No password was given. Nothing was changed.") from None


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")


def _no_account(name: str) -> Unusable:
    return Unusable(f"There is no account {name}. `list` shows all of them.")


def _list(options: argparse.Namespace) -> None:
    accounts = _change(options, load_accounts)
    for account in accounts:
        since = time.strftime("%Y-%m-%d", time.localtime(account.created))
        _say(f"{account.name:32} since {since}{'  operator' if account.operator else ''}")
    if not accounts:
        _say("There are no accounts.")


def _add(options: argparse.Namespace) -> None:
    account = new_account(options.name, options.operator, time.time())
    if _change(options, lambda connection: is_taken(connection, account)):
        raise name_registered(account.name)
    hashed = hash_password(_ask_password(options))
    try:
        _change(options, lambda connection: insert_account(connection, account, hashed))
    except sqlite3.IntegrityError:
        raise name_registered(account.name) from None
    _say(f"The account {account.name} is made.")


def _password(options: argparse.Namespace) -> None:
    if not _change(options, lambda connection: find_account(connection, fold(options.name))):
        raise _no_account(options.name)
    hashed = hash_password(_ask_password(options))
    if not _change(options, lambda connection: update_password(connection, fold(options.name), hashed)):
        raise _no_account(options.name)
    _say(f"The password of {options.name} is changed.")


def _operator(options: argparse.Namespace) -> None:
    def change(connection: sqlite3.Connection) -> bool:
        values = (int(not options.off), fold(options.name))
        return connection.execute("UPDATE accounts SET operator = ? WHERE folded = ?", values).rowcount == 1

    if not _change(options, change):
        raise _no_account(options.name)
    _say(f"{options.name} is {'no operator any more' if options.off else 'an operator'}.")


def _remove(options: argparse.Namespace) -> None:
    if not _change(options, lambda connection: delete_account(connection, fold(options.name))):
        raise _no_account(options.name)
    _say(f"The account {options.name} is gone.")


def _bans(options: argparse.Namespace) -> None:
    bans = _change(options, lambda connection: load_bans(connection, time.time()))
    for ban in bans:
        _say(line(ban))
    if not bans:
        _say("Nobody is banned.")


def _ban(options: argparse.Namespace) -> None:
    now = time.time()
    seconds = parse_duration(options.duration)
    until = None if seconds is None else now + seconds
    address = normal_address(options.what)
    reason = clean_reason(" ".join(options.reason))

    def change(connection: sqlite3.Connection) -> Ban:
        what = address
        if what is None:
            account = find_account(connection, fold(options.what))
            if account is None:
                raise _no_account(options.what)
            what = account[0].name
        ban = Ban(what, address is None, reason, CONSOLE, now, until)
        bans = Bans(MemoryBans())
        bans.replace(load_bans(connection, now))
        bans.add(ban, now)
        connection.execute(*statement(ban))
        return ban

    ban: Ban = _change(options, change)
    _say(f"Banned: {line(ban)}.{_soon(options)}")


def _unban(options: argparse.Namespace) -> None:
    what = normal_address(options.what) or options.what
    if not _change(options, lambda connection: delete_ban(connection, fold(what))):
        raise Unusable(f"{what} is not banned. `bans` shows who is.")
    _say(f"{what} may come in again.{_soon(options)}")


def _soon(options: argparse.Namespace) -> str:
    return " The running server knows of it in a few seconds." if server_runs(options.data) else ""


def server_runs(folder: Path) -> bool:
    """Whether a server uses this data folder."""
    try:
        with open(folder / LOCK) as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _backup(options: argparse.Namespace) -> None:
    size = back_up(options.data, options.file)
    _say(
        f"{options.file}: {size} bytes. It holds the keys as well: keep it as safe as the data folder itself."
    )


def _restore(options: argparse.Namespace) -> None:
    options.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    running = server_runs(options.data)
    restore(options.data, options.file, running)
    _say("Restored. The server goes on with it." if running else "Restored.")


def _export(options: argparse.Namespace) -> None:
    room = fold(room_from_typed(options.room))
    database: Path = options.data / DATABASE
    if not database.exists():
        raise Unusable(f"There is no database in {options.data}. Is --data the server's folder?")
    connection = connect(database, read_only=True)
    try:
        place = place_of(connection, room)
        if place is None:
            raise Unusable(f"Nothing is stored for the room {options.room}.")
        if options.file is None:
            _write_events(connection, place, sys.stdout)
        else:
            with open(os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                _write_events(connection, place, file)
    finally:
        connection.close()


def _write_events(connection: sqlite3.Connection, place: int, file: TextIO) -> None:
    rows = connection.execute(
        f"SELECT {SELECTED} FROM {JOINED} WHERE events.place = ? ORDER BY events.msgid", (place,)
    )
    while chunk := rows.fetchmany(EXPORT_STEP):
        events = (for_later(event_of(row)) for row in chunk)
        file.writelines(json.dumps(as_json(event), ensure_ascii=False) + "\n" for event in events)


def as_json(event: LogEvent) -> dict[str, Any]:
    """An event as `export` writes it: its kind, and its fields that say something."""
    values: dict[str, Any] = {"kind": type(event).__name__.lower()}
    for key, value in event._asdict().items():
        if isinstance(value, Identity):
            who = {"name": value.name, "mask": value.mask}
            values[key] = who | ({"account": value.account} if value.account else {})
        elif key != "places" and value:
            values[key] = dict(value) if key == "tags" else value
    return values
