"""Rows of the table of commands about accounts: make one, log in and out."""

from __future__ import annotations

from chat.client.desk.typed.table import UserInterface, command


@command("register", "PASSWORD", "make your name yours: an account of this name")
def _register(desk: UserInterface, arguments: list[str]) -> None:
    desk.connection.register(arguments[0])


@command("login", "ACCOUNT PASSWORD", "log in to your account")
def _login(desk: UserInterface, arguments: list[str]) -> None:
    desk.connection.log_in(arguments[0], arguments[1])


@command("logout", "", "log out of your account")
def _logout(desk: UserInterface, arguments: list[str]) -> None:
    desk.connection.log_out()


@command("password", "", "how to change your password")
def _password(desk: UserInterface, arguments: list[str]) -> None:
    _only_plain(desk, "changes a password", "/login NAME, then /password")


@command("unregister", "", "how to give your name up, for good")
def _unregister(desk: UserInterface, arguments: list[str]) -> None:
    _only_plain(desk, "gives an account up", "/login NAME, then /unregister")


def _only_plain(desk: UserInterface, does: str, commands: str) -> None:
    host, port, _ = desk.connection.address
    desk.note(
        f"No IRC command {does}, and this client speaks IRC. On a server of this project: nc {host} {port}, "
        f"a name, {commands}; passwords are asked for there.",
        error=True,
    )
