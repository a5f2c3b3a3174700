"""What operators of the server do: OPER, KILL, KLINE, UNKLINE, WALLOPS, REHASH, and STATS k.

Sources: Modern IRC, "Operator Messages"; RFC 1459 section 6.2 (RPL_STATSKLINE). KLINE and UNKLINE stand in no
specification: the order of their parameters is that of ircd-ratbox and Ergo.
"""

from __future__ import annotations

from chat.domain import banning, operating
from chat.domain.accounts import Account, Answer
from chat.domain.bans import is_address
from chat.domain.durations import is_duration, parse_duration
from chat.domain.mode_lines import Change
from chat.domain.refused import Refused, Why
from chat.domain.terms import HASH, Words, every_person
from chat.network.irc import numerics as n
from chat.network.irc.client import IrcClient
from chat.network.irc.modes import told
from chat.network.irc.rows import command
from chat.wire import Message

BANS_SHOWN = 500
"""Bans that STATS k lists, the newest ones: 60 KB, which any connection takes at once."""


@command("OPER", "NAME PASSWORD", "become an operator of the server", minimum=2, apart=HASH)
def _oper(client: IrcClient, message: Message) -> None:
    later = client.suspend()

    def answered(answer: Answer[Account]) -> None:
        with later:
            if not client.session.alive:
                return
            if not isinstance(answer, Refused) and operating.may_operate(client.directory, answer):
                operating.promote(client.directory, client.person, answer)
                client.numeric(n.RPL_YOUREOPER)
                told(client, [Change(True, "o")])
            elif isinstance(answer, Refused) and answer.why in (Why.LIMIT, Why.SERVER_BANNED, Why.NEEDS_TLS):
                client.tell_sentence(answer.sentence)
                client.numeric(n.ERR_PASSWDMISMATCH)
            else:
                client.numeric(n.ERR_PASSWDMISMATCH)

    name, password = message.params[:2]
    client.logins.authenticate(client.session, name, password, answered)


@command("KILL", "NAME [REASON]", "disconnect somebody", minimum=1, operator=True, words=Words(1, spare=True))
def _kill(client: IrcClient, message: Message) -> None:
    target = client.directory.find(message.params[0])
    reason = message.params[1] if len(message.params) > 1 else ""
    operating.kill(client.directory, client.person, target, reason)


@command("KLINE", "[MINUTES|DURATION] WHOM [REASON]", "ban from the server", minimum=1, operator=True)
def _kline(client: IrcClient, message: Message) -> None:
    seconds: float | None = banning.DEFAULT_SECONDS
    words = list(message.params)
    if _starts_with_duration(client, words):
        seconds = parse_duration(words.pop(0))
    reason = " ".join(words[1:])
    client.tell_sentence(banning.ban(client.directory, client.person, words[0], seconds, reason))


def _starts_with_duration(client: IrcClient, words: list[str]) -> bool:
    # With two words, the first may be whom, and even somebody's name may look like a duration.
    first = words[0]
    if len(words) < 2 or not is_duration(first) or is_address(first.rpartition("@")[2]):
        return False
    return len(words) > 2 or not banning.is_known(client.directory, first)


@command("UNKLINE", "WHOM", "lift a ban from the server", minimum=1, operator=True)
def _unkline(client: IrcClient, message: Message) -> None:
    client.tell_sentence(banning.unban(client.directory, client.person, message.params[0]))


def list_bans(client: IrcClient) -> None:
    """RPL_STATSKLINE for each ban."""
    operating.need_operator(client.person)
    for ban in client.directory.bans.listed(client.directory.clock())[-BANS_SHOWN:]:
        client.numeric(n.RPL_STATSKLINE, ban.what, banning.line(ban))


@command(
    "WALLOPS",
    "TEXT",
    "tell everybody who has the mode w",
    minimum=1,
    operator=True,
    words=Words(),
    work=every_person,
)
def _wallops(client: IrcClient, message: Message) -> None:
    operating.wallops(client.directory, client.person, message.params[0])


@command("REHASH", "", "read configuration and message of the day again", operator=True)
def _rehash(client: IrcClient, message: Message) -> None:
    client.connection.factory.settings.reload()
    client.numeric(n.RPL_REHASHING, "configuration")
