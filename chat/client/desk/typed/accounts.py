"""Rows of the table of commands about accounts: make one, log in and out, change its password, give it up."""

from __future__ import annotations

from chat.client.desk.typed.table import UserInterface, command, server_has, when_done, with_secret


@command("register", "[PASSWORD]", "make your name yours: an account of this name")
def _register(desk: UserInterface, arguments: list[str]) -> None:
    with_secret(desk, arguments, f"Choose a password for {desk.connection.name}", desk.connection.register)


@command("login", "[ACCOUNT] [PASSWORD]", "be who you are; without a password it is asked for, unseen")
def _login(desk: UserInterface, arguments: list[str]) -> None:
    account = arguments[0] if arguments else desk.connection.wanted_name
    with_secret(
        desk,
        arguments[1:],
        f"Password of {account}",
        lambda password: desk.connection.log_in(account, password),
    )


@command("logout", "", "log out of your account")
def _logout(desk: UserInterface, arguments: list[str]) -> None:
    desk.connection.log_out()


@command("certfp", "[WHAT] [FINGERPRINT]", "which certificates log you in: list, add or drop one")
def _certfp(desk: UserInterface, arguments: list[str]) -> None:
    if server_has(desk, "CERTFP"):
        desk.connection.command("CERTFP", *(arguments or ["list"]))


@command("password", "[PASSWORD]", "change your password")
def _password(desk: UserInterface, arguments: list[str]) -> None:
    if server_has(desk, "PASSWORD"):
        change = desk.connection.change_password
        with_secret(desk, arguments, "Choose a new password", lambda given: when_done(desk, change(given)))


@command("unregister", "[PASSWORD]", "give your name up, for good")
def _unregister(desk: UserInterface, arguments: list[str]) -> None:
    if server_has(desk, "UNREGISTER"):
        give_up = desk.connection.unregister
        question = (
            f"Password of {desk.connection.account or desk.connection.name}, to give the name up for good"
        )
        with_secret(desk, arguments, question, lambda given: when_done(desk, give_up(given)))


@command("devices", "[drop] [NUMBER]", "which devices you are here with; drop ends one")
def _devices(desk: UserInterface, arguments: list[str]) -> None:
    desk.connection.command("DEVICES", *arguments)


@command("stay", "[on, off]", "stay in your rooms, shown as away, when no device of yours is connected")
def _stay(desk: UserInterface, arguments: list[str]) -> None:
    desk.connection.command("STAY", *arguments)


@command("replay", "N", "how many messages you are shown on joining a room: a number, 0 for none, or default")
def _replay(desk: UserInterface, arguments: list[str]) -> None:
    desk.connection.command("REPLAY", *arguments)
