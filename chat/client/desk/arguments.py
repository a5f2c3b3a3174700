"""The command line of the terminal client, and connecting as it says."""

from __future__ import annotations

import argparse
import getpass
import os
import re
import sys
from typing import NamedTuple

from chat.client.link.connection import Connection
from chat.client.link.endpoints import BadAddress, parse_address
from chat.domain.names import NameRefused, check_name, room_from_typed

DEFAULT_ROOM = "#lobby"
PATIENCE_SECONDS = 60.0
"""How long lines from a pipe wait: a server that restarts is back within it, and no script hangs for longer."""
PASSWORD_VARIABLE = "CHAT_PASSWORD"


class Arguments(NamedTuple):
    """What the command line says."""

    host: str
    port: int
    tls: bool
    name: str
    account: str | None
    password: str | None
    rooms: tuple[str, ...]
    patience: float
    bell: bool


def parser() -> argparse.ArgumentParser:
    """The command line."""
    arguments = argparse.ArgumentParser(
        prog="python -m chat terminal",
        description="Chat in this terminal. When standard input is not a terminal: say each of its lines in the room, "
        "wait until the server has them all, and end with status 0; with 1, and why, if it has not.",
    )
    add = arguments.add_argument
    add("address", nargs="?", default="localhost", metavar="HOST[:PORT]", help="the server [localhost:56458]")
    add("--name", metavar="NAME", help="your name [that of your account on this computer]")
    add(
        "--room",
        action="append",
        metavar="ROOM",
        help=f"the room to go into; may be repeated [{DEFAULT_ROOM}]",
    )
    add("--tls", action="store_true", help="encrypt, and check the server's certificate")
    add(
        "--account",
        metavar="ACCOUNT",
        help=f"log in; the password is that in ${PASSWORD_VARIABLE}, or asked for",
    )
    add(
        "--patience",
        type=float,
        default=PATIENCE_SECONDS,
        metavar="SECONDS",
        help="when lines are piped in: how long to go on without a connection, or without the server taking any; then "
        f"it ends with status 1 [{PATIENCE_SECONDS:g}]",
    )
    add("--no-bell", action="store_true", help="stay silent when somebody means you")
    return arguments


def default_name() -> str:
    """The name of this person's account on this computer, as far as it can be a name here."""
    try:
        name = re.sub(r"[^\w-]", "", getpass.getuser())
        return check_name(name).shown
    except (OSError, KeyError, NameRefused):
        return "guest"


def read_arguments(argv: list[str]) -> Arguments:
    """The command line's arguments; ends the program with a sentence for those that cannot be."""
    arguments = parser()
    given = arguments.parse_args(argv)
    try:
        host, port = parse_address(given.address, given.tls)
    except BadAddress as bad:
        arguments.error(str(bad))
    if given.patience <= 0:
        arguments.error("--patience is a number of seconds above 0.")
    name = given.name or default_name()
    if not name.strip() or any(c.isspace() for c in name):
        arguments.error("--name is one word.")
    rooms = tuple(
        room if room[:1] in ("#", "&") else room_from_typed(room) for room in given.room or [DEFAULT_ROOM]
    )
    password = None
    if given.account:
        password = os.environ.get(PASSWORD_VARIABLE)
        if password is None:
            if not sys.stdin.isatty():
                arguments.error(
                    f"--account needs the password in ${PASSWORD_VARIABLE} when lines are piped in."
                )
            password = getpass.getpass(f"Password of {given.account}: ")
    return Arguments(
        host, port, given.tls, name, given.account, password, rooms, given.patience, not given.no_bell
    )


def connect(connection: Connection, arguments: Arguments) -> None:
    """Connect as the command line says, and as things have changed since."""
    rooms = [room.name for room in connection.rooms.values()]
    connection.connect(
        arguments.host,
        arguments.port,
        name=connection.name or arguments.name,
        tls=arguments.tls,
        account=arguments.account,
        password=arguments.password,
        rooms=rooms or arguments.rooms,
    )
