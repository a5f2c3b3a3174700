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
SERVER_PASSWORD_VARIABLE = "CHAT_SERVER_PASSWORD"


class Arguments(NamedTuple):
    """What the command line says."""

    host: str
    port: int
    tls: bool
    name: str
    account: str | None
    password: str | None
    server_password: str | None
    rooms: tuple[str, ...]
    patience: float
    bell: bool
    comings: bool


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
        "--server-password",
        action="store_true",
        help="the server password, where nobody is let in without it: "
        f"that in ${SERVER_PASSWORD_VARIABLE}, or asked for",
    )
    add(
        "--patience",
        type=float,
        default=PATIENCE_SECONDS,
        metavar="SECONDS",
        help="when lines are piped in: how long to go on without a connection, or without the server taking any; then "
        f"it ends with status 1 [{PATIENCE_SECONDS:g}]",
    )
    add("--no-comings", action="store_true", help="leave out who comes and goes")
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
    password = server_password = None
    try:
        if given.server_password:
            server_password = _password(SERVER_PASSWORD_VARIABLE, f"Password of the server {host}")
        if given.account:
            password = _password(PASSWORD_VARIABLE, f"Password of {given.account}")
    except _NoPassword as missing:
        arguments.error(str(missing))
    return Arguments(
        host,
        port,
        given.tls,
        name,
        given.account,
        password,
        server_password,
        rooms,
        given.patience,
        not given.no_bell,
        not given.no_comings,
    )


class _NoPassword(Exception):
    """There is a password to give, and nobody to ask for it."""


def _password(variable: str, question: str) -> str:
    known = os.environ.get(variable)
    if known is not None:
        return known
    if sys.stdin is None or not sys.stdin.isatty():
        raise _NoPassword(f"{question}: it has to be in ${variable} when lines are piped in.")
    try:
        return getpass.getpass(f"{question}: ")
    except EOFError:
        raise _NoPassword("No password was given.") from None


def connect(connection: Connection, arguments: Arguments) -> None:
    """Connect as the command line says."""
    connection.connect(
        arguments.host,
        arguments.port,
        name=arguments.name,
        tls=arguments.tls,
        account=arguments.account,
        password=arguments.password,
        server_password=arguments.server_password,
        rooms=arguments.rooms,
    )
