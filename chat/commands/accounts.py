"""The rows of the table of commands that are about accounts: register, log in and out, change a password."""

from __future__ import annotations

from collections.abc import Callable

from chat.commands.speaker import Speaker, when_answered
from chat.commands.table import command
from chat.commands.terms import hashing
from chat.domain.accounts import Account, Answer
from chat.domain.certificates import CHANGED, NO_CERTIFICATE, said_of
from chat.domain.names import check_name
from chat.domain.refused import Refused, Why
from chat.domain.terms import QUESTION


def _with_secret(speaker: Speaker, given: str | None, question: str, use: Callable[[str], None]) -> None:
    if given is not None:
        use(given)
    else:
        # Said before it is typed, not after.
        speaker.logins.check_encrypted(speaker.session)
        speaker.ask_secret(question, use)


def _check_choice(password: str) -> None:
    if password.startswith("/"):
        # Where a password is asked for, a line with a slash is taken for a command.
        raise Refused(
            Why.BAD_PASSWORD, "Nothing was changed: a password may not start with /. Choose another one."
        )


def _name_of(speaker: Speaker) -> str:
    if speaker.person.name is None:
        raise Refused(Why.NOT_LOGGED_IN, "You have no name yet: type one, or /login NAME.")
    return speaker.person.shown


@command("register", "[PASSWORD]", "make your name yours, with a password", apart=hashing(0))
def _register(speaker: Speaker, arguments: list[str]) -> None:
    name = check_name(_name_of(speaker))

    def use(password: str) -> None:
        _check_choice(password)

        def registered(account: Account) -> None:
            speaker.reply(
                f"The name {account.name} is yours, and you are logged in. From now on: /login {account.name}"
            )

        speaker.logins.register(speaker.session, name, password, when_answered(speaker, registered))

    _with_secret(speaker, arguments[0] if arguments else None, "Choose a password", use)


def come_in(speaker: Speaker, account: Account) -> None:
    """Somebody is logged in: call them so, and show them in if they had no name before."""
    new = speaker.person.name is None
    try:
        speaker.logins.take_name(speaker.session, account, check_name(account.name))
    except Refused as refused:
        # Only a full server, or the same account on another connection a moment ago.
        speaker.reply(f"You are logged in as {account.name}. {refused.sentence}")
        if new:
            return
    if new:
        speaker.welcome()
    speaker.reply(f"You are logged in as {account.name}.")
    speaker.logins.deliver(speaker.session, speaker.wait())


@command("login", "[NAME] [PASSWORD]", "be who you are; without a password it is asked for", apart=hashing(1))
def _login(speaker: Speaker, arguments: list[str]) -> None:
    name = arguments[0] if arguments else _name_of(speaker)

    def use(password: str) -> None:
        def logged_in(account: Account) -> None:
            come_in(speaker, account)

        speaker.logins.log_in(speaker.session, name, password, when_answered(speaker, logged_in))

    _with_secret(speaker, arguments[1] if len(arguments) > 1 else None, f"Password for {name}", use)


@command("password", "[PASSWORD]", "change your password", apart=hashing(0))
def _password(speaker: Speaker, arguments: list[str]) -> None:
    def use(password: str) -> None:
        _check_choice(password)
        speaker.logins.set_password(
            speaker.session,
            password,
            when_answered(speaker, lambda account: speaker.reply("Your password is changed.")),
        )

    if speaker.person.account is None:
        raise Refused(
            Why.NOT_LOGGED_IN, "You are not logged in. /login NAME logs in, /register makes an account."
        )
    _with_secret(speaker, arguments[0] if arguments else None, "Choose a new password", use)


@command(
    "certfp",
    "[WHAT] [FINGERPRINT]",
    "which certificates log you in (TLS): list, add or drop one; without a fingerprint, this connection's",
    apart=QUESTION,
)
def _certfp(speaker: Speaker, arguments: list[str]) -> None:
    word = arguments[0].lower() if arguments else "list"
    fingerprint = arguments[1] if len(arguments) > 1 else speaker.certificate_fingerprint
    if word == "list":
        answered = speaker.wait()

        def listed(answer: Answer[list[str]]) -> None:
            speaker.reply(said_of(answer))
            answered()

        speaker.logins.certificates(speaker.session, listed)
        return
    if word not in CHANGED:
        raise Refused(Why.NOTHING_SAID, "/certfp add, /certfp list, or /certfp drop FINGERPRINT.")
    if fingerprint is None:
        raise Refused(Why.NO_SUCH_CERTIFICATE, NO_CERTIFICATE)
    change = speaker.logins.add_certificate if word == "add" else speaker.logins.drop_certificate
    change(speaker.session, fingerprint, when_answered(speaker, lambda _: speaker.reply(CHANGED[word])))


@command("logout", "", "be a guest again")
def _logout(speaker: Speaker, arguments: list[str]) -> None:
    speaker.logins.log_out(speaker.session)
    speaker.reply("You are a guest again. The name stays yours: /login takes it back.")


@command("unregister", "[PASSWORD]", "give your name up, for good", apart=hashing(0))
def _unregister(speaker: Speaker, arguments: list[str]) -> None:
    def use(password: str) -> None:
        def removed(account: Account) -> None:
            speaker.reply(f"The name {account.name} belongs to nobody from here on.")

        speaker.logins.unregister(speaker.session, password, when_answered(speaker, removed))

    if speaker.person.account is None:
        raise Refused(Why.NOT_LOGGED_IN, "You are not logged in. /login NAME logs in.")
    _with_secret(
        speaker,
        arguments[0] if arguments else None,
        f"Password for {speaker.person.account}, to be sure",
        use,
    )
