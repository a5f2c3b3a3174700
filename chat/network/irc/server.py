"""The server itself: MOTD, LUSERS, VERSION, TIME, INFO, ADMIN, STATS, HELP, LINKS.

Source: Modern IRC, "Server Queries and Commands".
"""

from __future__ import annotations

import time
from importlib import metadata

from chat.domain.figures import figures
from chat.domain.names import fold
from chat.domain.terms import REPLIES
from chat.network.irc import isupport, operators
from chat.network.irc import numerics as n
from chat.network.irc.client import IrcClient
from chat.network.irc.rows import ROWS, command
from chat.wire import Message


def _version() -> str:
    try:
        return metadata.version("twistd-chat")
    except metadata.PackageNotFoundError:
        return "dev"


VERSION = _version()
"""The version of the distribution; `dev` in a checkout that is not installed."""


def date(seconds: float) -> str:
    """A moment in UTC as people write it."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))


def motd(client: IrcClient) -> None:
    """The message of the day."""
    lines = client.connection.factory.settings.motd
    if not lines:
        client.numeric(n.ERR_NOMOTD)
        return
    rows = (n.RPL_MOTD.filled(line) for line in lines)
    client.numerics((n.RPL_MOTDSTART.filled(client.server_name), *rows, n.RPL_ENDOFMOTD.filled()))


def lusers(client: IrcClient) -> None:
    """How many people and rooms there are."""
    directory = client.directory
    people = len(directory.people)
    invisible = sum("i" in person.modes for person in directory.with_modes)
    operators = sum("o" in person.modes for person in directory.with_modes)
    peak = directory.stats.peak_people
    client.numerics(
        (
            n.RPL_LUSERCLIENT.filled(people - invisible, invisible),
            n.RPL_LUSEROP.filled(operators),
            n.RPL_LUSERUNKNOWN.filled(max(0, directory.stats.connections - people)),
            n.RPL_LUSERCHANNELS.filled(len(directory.rooms)),
            n.RPL_LUSERME.filled(people),
            n.RPL_LOCALUSERS.filled(people, peak, people, peak),
            n.RPL_GLOBALUSERS.filled(people, peak, people, peak),
        )
    )


def is_here(client: IrcClient, name: str) -> bool:
    """Whether a command is meant for this server; says so if it is not."""
    if fold(name) == fold(client.server_name) or fold(name) in client.directory.people:
        return True
    if name == "*":
        return True
    client.numeric(n.ERR_NOSUCHSERVER, name)
    return False


@command("MOTD", "[SERVER]", "the message of the day", work=REPLIES)
def _motd(client: IrcClient, message: Message) -> None:
    if not message.params or is_here(client, message.params[0]):
        motd(client)


@command("LUSERS", "", "how many people and rooms there are", work=REPLIES)
def _lusers(client: IrcClient, message: Message) -> None:
    lusers(client)


@command("VERSION", "[SERVER]", "which version the server has", work=REPLIES)
def _version_command(client: IrcClient, message: Message) -> None:
    if not message.params or is_here(client, message.params[0]):
        client.numeric(n.RPL_VERSION, VERSION, client.server_name)
        for line in isupport.lines(client.server_name):
            client.numeric(n.RPL_ISUPPORT, line)


@command("TIME", "[SERVER]", "what time it is at the server")
def _time(client: IrcClient, message: Message) -> None:
    if not message.params or is_here(client, message.params[0]):
        client.numeric(n.RPL_TIME, client.server_name, date(client.directory.clock()))


@command("INFO", "[SERVER]", "what this server is")
def _info(client: IrcClient, message: Message) -> None:
    if not message.params or is_here(client, message.params[0]):
        client.numeric(n.RPL_INFO, f"twistd-chat {VERSION}: a chat for nc, telnet and IRC clients")
        client.numeric(n.RPL_INFO, f"Running since {date(client.directory.stats.started)}")
        client.numeric(n.RPL_ENDOFINFO)


@command("ADMIN", "[SERVER]", "who runs this server")
def _admin(client: IrcClient, message: Message) -> None:
    if not message.params or is_here(client, message.params[0]):
        client.numeric(n.RPL_ADMINME, client.server_name)
        client.numeric(n.RPL_ADMINLOC1, f"A twistd-chat server, version {VERSION}")
        client.numeric(n.RPL_ADMINLOC2, "The people with * in WHO are its operators")
        client.numeric(n.RPL_ADMINEMAIL, "Ask them, or in the lobby")


@command("LINKS", "", "which servers there are")
def _links(client: IrcClient, message: Message) -> None:
    client.numeric(n.RPL_ENDOFLINKS, "*")


@command(
    "STATS",
    "[LETTER]",
    "figures of the server: u for all of them, k for who is banned (operators)",
    work=REPLIES,
)
def _stats(client: IrcClient, message: Message) -> None:
    letter = message.params[0][:1] if message.params else "*"
    if letter in ("u", "*"):
        uptime = int(client.directory.stats.uptime)
        days, rest = divmod(uptime, 86400)
        client.numeric(n.RPL_STATSUPTIME, days, rest // 3600, rest // 60 % 60, rest % 60)
        for label, figure in figures(client.directory):
            client.numeric(n.RPL_STATSFIGURE, label, figure)
    elif letter in ("k", "K"):
        operators.list_bans(client)
    client.numeric(n.RPL_ENDOFSTATS, letter or "*")


@command("HELPOP", "[COMMAND]", "the same as HELP", work=REPLIES)
@command("HELP", "[COMMAND]", "list the commands, or explain one", work=REPLIES)
def _help(client: IrcClient, message: Message) -> None:
    subject = message.params[0] if message.params else "*"
    if subject == "*":
        client.numeric(n.RPL_HELPSTART, subject, "What this server understands:")
        names = sorted(ROWS)
        for start in range(0, len(names), 8):
            client.numeric(n.RPL_HELPTXT, subject, " ".join(names[start : start + 8]))
        client.numeric(n.RPL_ENDOFHELP, subject)
        return
    row = ROWS.get(subject.upper())
    if row is None:
        client.numeric(n.ERR_HELPNOTFOUND, subject)
        return
    client.numeric(n.RPL_HELPSTART, subject, f"{row.name} {row.usage}".rstrip())
    client.numeric(n.RPL_HELPTXT, subject, row.help)
    client.numeric(n.RPL_ENDOFHELP, subject)
