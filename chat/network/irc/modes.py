"""Modes of rooms and of users: MODE.

Source: Modern IRC, "MODE message".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chat.network.irc import numerics as n
from chat.network.irc.rows import command
from chat.wire import Message

if TYPE_CHECKING:
    from chat.network.irc.session import IrcDialect


@command("MODE", "TARGET [CHANGES]", "see or change modes", minimum=1)
def _mode(session: IrcDialect, message: Message) -> None:
    target = message.params[0]
    if target.startswith("#"):
        room = session.directory.room(target)
        if len(message.params) == 1:
            session.numeric(n.RPL_CHANNELMODEIS, room.name, "+" + "".join(sorted(room.flags)))
            session.numeric(n.RPL_CREATIONTIME, room.name, int(room.created))
        elif message.params[1].lstrip("+-") == "b":
            session.numeric(n.RPL_ENDOFBANLIST, room.name)
        else:
            session.numeric(n.ERR_UNKNOWNMODE, message.params[1].lstrip("+-")[:1] or "*")
        return
    if session.directory.find(target) is not session.user:
        session.numeric(n.ERR_USERSDONTMATCH)
    else:
        session.numeric(n.RPL_UMODEIS, "+" + session.user.modes)
