"""Who somebody is or was: WHOIS, WHOWAS, ISON, USERHOST.

Source: Modern IRC, "User-Based Queries".
"""

from __future__ import annotations

from chat.domain.names import fold
from chat.domain.person import Person
from chat.domain.rights import is_operator, may_see, signs
from chat.network.irc import metadata, server
from chat.network.irc import numerics as n
from chat.network.irc.client import IrcClient
from chat.network.irc.rows import command
from chat.wire import MAX_LINE_BYTES, Message

USERHOST_AT_MOST = 5
"""Names of one USERHOST (RFC 2812 section 4.8)."""


@command("WHOIS", "[SERVER] NAME", "who somebody is")
def _whois(client: IrcClient, message: Message) -> None:
    if not message.params or not message.params[-1]:
        client.numeric(n.ERR_NONICKNAMEGIVEN)
        return
    if len(message.params) > 1 and not server.is_here(client, message.params[0]):
        return
    name = message.params[-1].split(",")[0]
    person = client.directory.people.get(fold(name))
    if person is None:
        client.numeric(n.ERR_NOSUCHNICK, name)
    else:
        _tell(client, person)
    client.numeric(n.RPL_ENDOFWHOIS, name)


def _tell(client: IrcClient, person: Person) -> None:
    directory = client.directory
    nick = person.shown
    myself = person is client.person
    knowing = myself or is_operator(client.person)
    client.numeric(n.RPL_WHOISUSER, nick, person.username, person.host, person.realname)
    _rooms(client, person)
    client.numeric(n.RPL_WHOISSERVER, nick, client.server_name, f"speaks {' and '.join(person.dialects)}")
    if person.away is not None:
        client.numeric(n.RPL_AWAY, nick, person.away)
    if is_operator(person):
        client.numeric(n.RPL_WHOISOPERATOR, nick)
    if person.bot:
        client.numeric(n.RPL_WHOISBOT, nick)
    if person.account is not None:
        client.numeric(n.RPL_WHOISACCOUNT, nick, person.account)
    if person.secure:
        client.numeric(n.RPL_WHOISSECURE, nick)
    if knowing:
        client.numeric(n.RPL_WHOISMODES, nick, "+" + person.modes)
        client.numeric(n.RPL_WHOISHOST, nick, person.username, person.host, ", ".join(person.addresses))
    metadata.whois(client, person)
    now = directory.seconds()
    came = round(directory.clock() - (now - person.entered_at))
    client.numeric(n.RPL_WHOISIDLE, nick, int(now - person.last_active), came)


def _rooms(client: IrcClient, person: Person) -> None:
    hidden = "i" in person.modes and person is not client.person and not is_operator(client.person)
    words = [
        signs(member, True) + room.name
        for room, member in person.rooms.items()
        if may_see(client.person, room) and (not hidden or room in client.person.rooms)
    ]
    space = MAX_LINE_BYTES - 64 - len(client.server_name) - 2 * 128
    while words:
        line = words.pop(0)
        while words and len(line.encode()) + len(words[0].encode()) < space:
            line += f" {words.pop(0)}"
        client.numeric(n.RPL_WHOISCHANNELS, person.shown, line)


@command("WHOWAS", "NAME [COUNT]", "who had a name before")
def _whowas(client: IrcClient, message: Message) -> None:
    if not message.params or not message.params[0]:
        client.numeric(n.ERR_NONICKNAMEGIVEN)
        return
    name = message.params[0]
    count = message.params[1] if len(message.params) > 1 else ""
    found = client.directory.departed.find(name)
    if count.isascii() and count.isdecimal() and int(count[:9]):
        found = found[: int(count[:9])]
    if not found:
        client.numeric(n.ERR_WASNOSUCHNICK, name)
    for who, time in found:
        client.numeric(n.RPL_WHOWASUSER, who.name, who.username, who.host, who.realname)
        if who.account is not None:
            client.numeric(n.RPL_WHOISACCOUNT, who.name, who.account)
        client.numeric(n.RPL_WHOISSERVER, who.name, client.server_name, server.date(time))
    client.numeric(n.RPL_ENDOFWHOWAS, name)


@command("ISON", "NAME ...", "which of these people are here", minimum=1)
def _ison(client: IrcClient, message: Message) -> None:
    people = client.directory.people
    asked = " ".join(message.params).split()
    client.numeric(n.RPL_ISON, " ".join(people[key].shown for name in asked if (key := fold(name)) in people))


@command("USERHOST", "NAME ...", "where people come from", minimum=1)
def _userhost(client: IrcClient, message: Message) -> None:
    parts = []
    for name in " ".join(message.params).split()[:USERHOST_AT_MOST]:
        person = client.directory.people.get(fold(name))
        if person is not None:
            star = "*" if is_operator(person) else ""
            here = "+" if person.away is None else "-"
            parts.append(f"{person.shown}{star}={here}{person.username}@{person.host}")
    client.numeric(n.RPL_USERHOST, " ".join(parts))
