"""Commands that no specification of IRC has, for the clients of this project: PASSWORD, UNREGISTER, ANNOUNCE.

They are announced as ``COMMANDS`` in RPL_ISUPPORT. What came of them is said in a NOTICE, what was wrong in a FAIL.
"""

from __future__ import annotations

from collections.abc import Callable

from chat.domain import operating
from chat.domain.accounts import Account, Answer
from chat.domain.refused import Refused
from chat.domain.terms import HASH, Words, every_person
from chat.network.irc.client import IrcClient
from chat.network.irc.rows import command
from chat.wire import Message


def _answer(client: IrcClient, name: str, done: str) -> Callable[[Answer[Account]], None]:
    """Says what came of a command about an account, once that is known; `done` may name the account as {name}."""
    later = client.suspend()

    def answered(answer: Answer[Account]) -> None:
        with later:
            if isinstance(answer, Refused):
                client.fail(name, "REFUSED", "", answer.sentence)
            else:
                client.tell_sentence(done.format(name=answer.name))

    return answered


@command("PASSWORD", "PASSWORD", "change the password of your account", minimum=1, apart=HASH)
def _password(client: IrcClient, message: Message) -> None:
    answered = _answer(client, "PASSWORD", "The password of {name} is changed.")
    client.logins.set_password(client.session, message.params[0], answered)


@command("UNREGISTER", "PASSWORD", "give your account up, for good", minimum=1, apart=HASH)
def _unregister(client: IrcClient, message: Message) -> None:
    answered = _answer(client, "UNREGISTER", "The name {name} belongs to nobody from here on.")
    client.logins.unregister(client.session, message.params[0], answered)


@command(
    "ANNOUNCE",
    "TEXT",
    "tell everybody something",
    minimum=1,
    operator=True,
    words=Words(),
    work=every_person,
)
def _announce(client: IrcClient, message: Message) -> None:
    operating.announce(client.directory, client.person, message.params[0])


COMMANDS = ("ANNOUNCE", "PASSWORD", "UNREGISTER")
"""What RPL_ISUPPORT announces."""
