"""What people say about themselves: AWAY, SETNAME.

Sources: Modern IRC, "AWAY message"; IRCv3 "setname" and "pre-away".
"""

from __future__ import annotations

from chat.domain.rights import check_renaming
from chat.domain.terms import Words, told_everywhere
from chat.domain.text import AWAY_BYTES, REALNAME_BYTES, within_bytes
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.client import IrcClient
from chat.network.irc.rows import command
from chat.wire import Message


@command(
    "AWAY",
    "[TEXT]",
    "say that you are away; without a text: back again",
    early=True,
    words=Words(),
    work=told_everywhere,
)
def _away(client: IrcClient, message: Message) -> None:
    if client.registration is not None and not client.caps & Cap.PRE_AWAY:
        client.numeric(n.ERR_NOTREGISTERED)
        return
    text = message.params[0] if message.params else ""
    if text == "*" and client.caps & Cap.PRE_AWAY:
        # A client that is there without a person; the text is the client's to show.
        text = "Nobody is at this client"
    client.directory.set_away(client.session, within_bytes(text, AWAY_BYTES) or None)
    client.numeric(n.RPL_NOWAWAY if text else n.RPL_UNAWAY)


@command("SETNAME", "REALNAME", "change your real name", minimum=1, words=Words(), work=told_everywhere)
def _setname(client: IrcClient, message: Message) -> None:
    text = message.params[0]
    if not text or len(text.encode()) > REALNAME_BYTES:
        sentence = f"A real name has 1 to {REALNAME_BYTES} bytes"
        client.fail("SETNAME", "INVALID_REALNAME", "", sentence)
        return
    check_renaming(client.person)
    client.directory.change_identity(client.session, realname=text)
