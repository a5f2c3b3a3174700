"""The domain's refusals as numeric replies: which reason has which numeric."""

from __future__ import annotations

from typing import Protocol

from chat.domain.directory import Directory
from chat.domain.refused import Refused, Why
from chat.network.irc import numerics as n
from chat.network.irc.numerics import Numeric

ABOUT_SUBJECT: dict[Why, Numeric] = {
    Why.NO_SUCH_USER: n.ERR_NOSUCHNICK,
    Why.NO_SUCH_ROOM: n.ERR_NOSUCHCHANNEL,
    Why.NOT_IN_ROOM: n.ERR_NOTONCHANNEL,
    Why.TOO_MANY_ROOMS: n.ERR_TOOMANYCHANNELS,
    Why.BANNED: n.ERR_BANNEDFROMCHAN,
    Why.INVITE_ONLY: n.ERR_INVITEONLYCHAN,
    Why.WRONG_KEY: n.ERR_BADCHANNELKEY,
    Why.ROOM_FULL: n.ERR_CHANNELISFULL,
    Why.NEEDS_ACCOUNT: n.ERR_NEEDREGGEDNICK,
    Why.NEEDS_OPERATOR: n.ERR_NOPRIVILEGES,
}
"""Numerics that name what they are about and have a text of their own."""
WITH_SENTENCE: dict[Why, Numeric] = {
    Why.NAME_TAKEN: n.ERR_NICKNAMEINUSE,
    Why.NAME_REFUSED: n.ERR_ERRONEUSNICKNAME,
    Why.ROOM_REFUSED: n.ERR_BADCHANMASK,
    Why.CANNOT_SAY: n.ERR_CANNOTSENDTOCHAN,
    Why.NEEDS_RIGHT: n.ERR_CHANOPRIVSNEEDED,
}
"""Numerics that name what they are about and carry the domain's sentence."""
ABOUT_TWO: dict[Why, Numeric] = {
    Why.USER_NOT_IN_ROOM: n.ERR_USERNOTINCHANNEL,
    Why.USER_IN_ROOM: n.ERR_USERONCHANNEL,
    Why.LIST_FULL: n.ERR_BANLISTFULL,
}
"""Numerics that name two things: the subject and the detail."""


class Answering(Protocol):
    """What a refusal needs of the client's side that it is told to."""

    directory: Directory

    def numeric(self, row: Numeric, *arguments: object) -> None:
        """Send a numeric reply."""

    def fail(self, command: str, code: str, context: str, sentence: str) -> None:
        """Send a standard reply that something was not done."""


def advice(refused: Refused) -> str:
    """Why something was not done, and what an IRC client can do about it."""
    if refused.why is Why.NAME_TAKEN and refused.detail:
        return f"{refused.sentence}: if it is yours, log in with SASL, or with PASS {refused.detail}:PASSWORD"
    return refused.sentence


def answer(client: Answering, command: str, refused: Refused) -> None:
    """Tell a client why something was not done."""
    client.directory.stats.refuse(refused)
    if refused.why is Why.ALREADY_IN_ROOM:
        return
    row = ABOUT_TWO.get(refused.why)
    if row is not None:
        client.numeric(row, refused.subject, refused.detail)
        return
    if refused.why is Why.UNKNOWN_MODE:
        client.numeric(n.ERR_UNKNOWNMODE, refused.detail)
        return
    if refused.why is Why.BAD_MODE:
        client.numeric(n.ERR_INVALIDMODEPARAM, refused.subject, refused.detail, "*", refused.sentence)
        return
    row = ABOUT_SUBJECT.get(refused.why)
    if row is not None:
        client.numeric(row, refused.subject or "*")
        return
    row = WITH_SENTENCE.get(refused.why)
    if row is not None:
        client.numeric(row, refused.subject or "*", advice(refused))
    else:
        # What was typed is repeated only where it cannot shift the parameters.
        subject = refused.subject if " " not in refused.subject and refused.subject[:1] != ":" else "*"
        client.fail(command or "*", refused.why.name, subject, refused.sentence)
