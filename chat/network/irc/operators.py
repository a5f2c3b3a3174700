"""What operators of the server do: OPER, KILL, WALLOPS, REHASH.

Source: Modern IRC, "Operator Messages".
"""

from __future__ import annotations

from chat.domain import operating
from chat.domain.accounts import Account, Answer
from chat.domain.modes import Change
from chat.domain.refused import Refused, Why
from chat.domain.text import within_bytes
from chat.network.irc import isupport
from chat.network.irc import numerics as n
from chat.network.irc.client import IrcClient
from chat.network.irc.modes import told
from chat.network.irc.rows import command
from chat.wire import Message


@command("OPER", "NAME PASSWORD", "become an operator of the server", minimum=2)
def _oper(session: IrcClient, message: Message) -> None:
    later = session.suspend()

    def answered(answer: Answer[Account]) -> None:
        with later:
            if not isinstance(answer, Refused) and answer.operator:
                operating.promote(session.directory, session.user)
                session.numeric(n.RPL_YOUREOPER)
                told(session, [Change(True, "o")])
            elif isinstance(answer, Refused) and answer.why is Why.LIMIT:
                session.tell_sentence(answer.sentence)
                session.numeric(n.ERR_PASSWDMISMATCH)
            else:
                session.numeric(n.ERR_PASSWDMISMATCH)

    name, password = message.params[:2]
    session.logins.accounts.authenticate(name, password, session.user.address, answered)


@command("KILL", "NAME [REASON]", "disconnect somebody", minimum=1, operator=True)
def _kill(session: IrcClient, message: Message) -> None:
    target = session.directory.find(message.params[0])
    reason = message.params[1] if len(message.params) > 1 else ""
    operating.kill(session.directory, session.user, target, within_bytes(reason, isupport.KICK_BYTES))


@command("WALLOPS", "TEXT", "tell everybody who has the mode w", minimum=1, operator=True)
def _wallops(session: IrcClient, message: Message) -> None:
    operating.wallops(session.directory, session.user, message.params[0])


@command("REHASH", "", "read the message of the day again", operator=True)
def _rehash(session: IrcClient, message: Message) -> None:
    session.connection.factory.settings.reload()
    session.numeric(n.RPL_REHASHING, "motd")
