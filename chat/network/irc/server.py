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


def motd(session: IrcClient) -> None:
    """The message of the day."""
    lines = session.connection.factory.settings.motd
    if not lines:
        session.numeric(n.ERR_NOMOTD)
        return
    rows = (n.RPL_MOTD.filled(line) for line in lines)
    session.numerics((n.RPL_MOTDSTART.filled(session.server_name), *rows, n.RPL_ENDOFMOTD.filled()))


def lusers(session: IrcClient) -> None:
    """How many people and rooms there are."""
    directory = session.directory
    users = len(directory.users)
    invisible = sum("i" in user.modes for user in directory.with_modes)
    operators = sum("o" in user.modes for user in directory.with_modes)
    peak = directory.stats.peak_users
    session.numerics(
        (
            n.RPL_LUSERCLIENT.filled(users - invisible, invisible),
            n.RPL_LUSEROP.filled(operators),
            n.RPL_LUSERUNKNOWN.filled(max(0, directory.stats.connections - users)),
            n.RPL_LUSERCHANNELS.filled(len(directory.rooms)),
            n.RPL_LUSERME.filled(users),
            n.RPL_LOCALUSERS.filled(users, peak, users, peak),
            n.RPL_GLOBALUSERS.filled(users, peak, users, peak),
        )
    )


def is_here(session: IrcClient, name: str) -> bool:
    """Whether a command is meant for this server; says so if it is not."""
    if fold(name) == fold(session.server_name) or fold(name) in session.directory.users:
        return True
    if name == "*":
        return True
    session.numeric(n.ERR_NOSUCHSERVER, name)
    return False


@command("MOTD", "[SERVER]", "the message of the day", work=REPLIES)
def _motd(session: IrcClient, message: Message) -> None:
    if not message.params or is_here(session, message.params[0]):
        motd(session)


@command("LUSERS", "", "how many people and rooms there are", work=REPLIES)
def _lusers(session: IrcClient, message: Message) -> None:
    lusers(session)


@command("VERSION", "[SERVER]", "which version the server has", work=REPLIES)
def _version_command(session: IrcClient, message: Message) -> None:
    if not message.params or is_here(session, message.params[0]):
        session.numeric(n.RPL_VERSION, VERSION, session.server_name)
        for line in isupport.lines(session.server_name):
            session.numeric(n.RPL_ISUPPORT, line)


@command("TIME", "[SERVER]", "what time it is at the server")
def _time(session: IrcClient, message: Message) -> None:
    if not message.params or is_here(session, message.params[0]):
        session.numeric(n.RPL_TIME, session.server_name, date(session.directory.clock()))


@command("INFO", "[SERVER]", "what this server is")
def _info(session: IrcClient, message: Message) -> None:
    if not message.params or is_here(session, message.params[0]):
        session.numeric(n.RPL_INFO, f"twistd-chat {VERSION}: a chat for nc, telnet and IRC clients")
        session.numeric(n.RPL_INFO, f"Running since {date(session.directory.stats.started)}")
        session.numeric(n.RPL_ENDOFINFO)


@command("ADMIN", "[SERVER]", "who runs this server")
def _admin(session: IrcClient, message: Message) -> None:
    if not message.params or is_here(session, message.params[0]):
        session.numeric(n.RPL_ADMINME, session.server_name)
        session.numeric(n.RPL_ADMINLOC1, f"A twistd-chat server, version {VERSION}")
        session.numeric(n.RPL_ADMINLOC2, "The people with * in WHO are its operators")
        session.numeric(n.RPL_ADMINEMAIL, "Ask them, or in the lobby")


@command("LINKS", "", "which servers there are")
def _links(session: IrcClient, message: Message) -> None:
    session.numeric(n.RPL_ENDOFLINKS, "*")


@command(
    "STATS",
    "[LETTER]",
    "figures of the server: u for all of them, k for who is banned (operators)",
    work=REPLIES,
)
def _stats(session: IrcClient, message: Message) -> None:
    letter = message.params[0][:1] if message.params else "*"
    if letter in ("u", "*"):
        uptime = int(session.directory.stats.uptime)
        days, rest = divmod(uptime, 86400)
        session.numeric(n.RPL_STATSUPTIME, days, rest // 3600, rest // 60 % 60, rest % 60)
        for label, figure in figures(session.directory):
            session.numeric(n.RPL_STATSFIGURE, label, figure)
    elif letter in ("k", "K"):
        operators.list_bans(session)
    session.numeric(n.RPL_ENDOFSTATS, letter or "*")


@command("HELPOP", "[COMMAND]", "the same as HELP", work=REPLIES)
@command("HELP", "[COMMAND]", "list the commands, or explain one", work=REPLIES)
def _help(session: IrcClient, message: Message) -> None:
    subject = message.params[0] if message.params else "*"
    if subject == "*":
        session.numeric(n.RPL_HELPSTART, subject, "What this server understands:")
        names = sorted(ROWS)
        for start in range(0, len(names), 8):
            session.numeric(n.RPL_HELPTXT, subject, " ".join(names[start : start + 8]))
        session.numeric(n.RPL_ENDOFHELP, subject)
        return
    row = ROWS.get(subject.upper())
    if row is None:
        session.numeric(n.ERR_HELPNOTFOUND, subject)
        return
    session.numeric(n.RPL_HELPSTART, subject, f"{row.name} {row.usage}".rstrip())
    session.numeric(n.RPL_HELPTXT, subject, row.help)
    session.numeric(n.RPL_ENDOFHELP, subject)
