"""Whether people are here, told as they come and go: MONITOR.

Sources: IRCv3 "Monitor" (https://ircv3.net/specs/extensions/monitor) and "extended-monitor".
"""

from __future__ import annotations

from collections.abc import Iterable

from chat.domain.names import fold
from chat.domain.refused import Refused
from chat.domain.watches import WATCHED_AT_MOST
from chat.network.irc import numerics as n
from chat.network.irc.client import IrcClient
from chat.network.irc.numerics import Numeric
from chat.network.irc.rows import command
from chat.wire import Message

LIST_BYTES = 350
"""Names in one reply: what fits a line with the longest nick and server name."""


def tell_list(client: IrcClient, row: Numeric, names: Iterable[str]) -> None:
    """Send names separated by commas, in as many replies as it takes."""
    line = ""
    for name in names:
        if line and len(line.encode()) + len(name.encode()) > LIST_BYTES:
            client.numeric(row, line)
            line = ""
        line += f",{name}" if line else name
    if line:
        client.numeric(row, line)


@command("MONITOR", "+|-|C|L|S [NAME,...]", "be told when people come and go", minimum=1)
def _monitor(client: IrcClient, message: Message) -> None:
    word = message.params[0].upper()
    names = message.params[1].split(",") if len(message.params) > 1 else []
    watches = client.directory.watches
    if word in ("+", "-") and not names:
        client.numeric(n.ERR_NEEDMOREPARAMS, "MONITOR")
    elif word == "+":
        _add(client, [name for name in names if name])
    elif word == "-":
        for name in names:
            watches.drop(client, name)
    elif word == "C":
        watches.clear(client)
    elif word == "L":
        tell_list(client, n.RPL_MONLIST, watches.of(client))
        client.numeric(n.RPL_ENDOFMONLIST)
    elif word == "S":
        _status(client, watches.of(client))


def _add(client: IrcClient, names: list[str]) -> None:
    added = []
    for index, name in enumerate(names):
        if "*" in name or "!" in name or "#" in name[:1]:
            continue
        try:
            client.directory.watches.add(client, name)
        except Refused:
            client.numeric(n.ERR_MONLISTFULL, WATCHED_AT_MOST, ",".join(names[index:]))
            break
        added.append(name)
    _status(client, added)


def _status(client: IrcClient, names: list[str]) -> None:
    people = client.directory.people
    here = [people[fold(name)].identity.mask for name in names if fold(name) in people]
    tell_list(client, n.RPL_MONONLINE, here)
    tell_list(client, n.RPL_MONOFFLINE, [name for name in names if fold(name) not in people])
