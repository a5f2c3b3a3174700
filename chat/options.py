"""The table of what an operator may set, from which the command line, the configuration file, the environment and the
documentation come.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from twisted.python import usage

from chat.configuration.option import Option, choice, limit, with_files, word
from chat.configuration.sources import (
    Given,
    Source,
    from_command_line,
    from_environment,
    from_file,
    resolved,
)
from chat.domain.history import REPLAY
from chat.domain.limits import LIVE_PER_ADDRESS, MESSAGE_BURST, MESSAGE_RATE
from chat.listening.endpoints import CannotStart
from chat.runtime.logs import read_level

DEFAULT_LISTEN = "tcp:56458"
DEFAULT_WEB = "tcp:8080:interface=127.0.0.1"
HISTORY_EVENTS = 10_000_000
"""Events kept if the operator says nothing: some 2 GB, years of a lively chat."""

TABLE: tuple[Option, ...] = with_files(
    Option(
        name="listen",
        short="l",
        several=True,
        default=(DEFAULT_LISTEN,),
        what="Listen for people and programs here; may be given several times. Any Twisted endpoint: tcp:56458, "
        "ssl:6697:privateKey=key.pem:certKey=cert.pem, unix:/run/chat.sock, systemd:domain=INET:index=0, "
        "haproxy:tcp:56459; ws: before it (ws:tcp:8067) for IRC clients in browsers.",
    ),
    Option(
        name="relay",
        several=True,
        what="Take connections here as well, through a relay in this process; may be given several times. Its "
        "figures are in /stats.",
    ),
    Option(
        name="data",
        short="d",
        path=True,
        what="Folder for the server's state; by default, a folder of the user for state.",
    ),
    Option(
        name="name",
        short="n",
        default="chat",
        read=word,
        what="Name of the server, shown to people and programs.",
    ),
    Option(name="motd", short="m", path=True, live=True, what="Text file shown to everybody who comes in."),
    Option(
        name="password",
        secret=True,
        live=True,
        what="Password that everybody needs who wants to come in.",
    ),
    Option(
        name="registration",
        default="open",
        read=choice("open", "early", "closed"),
        live=True,
        what="Who may make an account: open (everybody who has a name), early (also while connecting), closed "
        "(nobody).",
    ),
    Option(
        name="operator",
        several=True,
        live=True,
        what="Name of an account that may become an operator of the server, besides those of `admin operator`; may be "
        "given several times.",
    ),
    Option(
        name="message-rate",
        default=MESSAGE_RATE,
        read=limit(float),
        live=True,
        what="Lines a second that one person may send; 0: no limit.",
    ),
    Option(
        name="message-burst",
        default=float(MESSAGE_BURST),
        read=limit(float),
        live=True,
        what="Lines that one person may send at once; 0: no limit.",
    ),
    Option(name="max-users", default=0, read=limit(int), live=True, what="People at once; 0: no limit."),
    Option(
        name="max-per-address",
        default=LIVE_PER_ADDRESS,
        read=limit(int),
        live=True,
        what="Connections from one address at once; 0: no limit.",
    ),
    Option(
        name="history",
        default="on",
        read=choice("on", "off"),
        what="Keep what is said on disk: on or off. Accounts are kept in any case.",
    ),
    Option(
        name="replay",
        default=REPLAY,
        read=limit(int),
        live=True,
        what="Messages of a room that people are shown on joining it; 0: none.",
    ),
    Option(
        name="history-days",
        default=0.0,
        read=limit(float),
        live=True,
        what="Days for which it is kept; 0: no limit.",
    ),
    Option(
        name="history-events",
        default=HISTORY_EVENTS,
        read=limit(int),
        live=True,
        what="Events of all rooms together that are kept; 0: no limit.",
    ),
    Option(name="web", short="w", default=DEFAULT_WEB, what="Endpoint of the monitor's page, or off."),
    Option(
        name="monitor-token",
        secret=True,
        what="Token that opens the monitor; by default, one is made once and kept in the data folder.",
    ),
    Option(
        name="log-format",
        default="text",
        read=choice("text", "json"),
        what="Lines of the log: text, or json (an object a line, for programs that collect them).",
    ),
    Option(
        name="log-level",
        several=True,
        default=("info",),
        read=read_level,
        live=True,
        what="Least level that is logged: debug, info, warn, error or critical; NAMESPACE=LEVEL sets that of a part, "
        "as in chat.network=debug. May be given several times.",
    ),
)
"""Every option, in the order in which the documentation has them."""

CONFIG = Option(
    name="config",
    path=True,
    what="Configuration file in TOML, with the same names as these options: message-rate = 5.0, listen = "
    '["tcp:56458"]. Variables CHAT_MESSAGE_RATE and so on win over it, options over both. SIGHUP reads it again.',
)
"""Where the other options may stand."""


def shown_default(option: Option) -> str:
    """The default of an option as one would write it; "" if there is none."""
    if option.default is None or option.default == ():
        return ""
    return " ".join(option.default) if option.several else f"{option.default}".removesuffix(".0")


class Options(usage.Options):
    """What `twistd chat` accepts on its command line, and what that, the environment and the file together mean.

    Raises `CannotStart` with a sentence for what cannot be taken.
    """

    synopsis = "[options]"
    longdesc = (
        "A chat server for nc, telnet and any IRC client, all in the same rooms. Without options it listens on port "
        "56458 of every IPv4 interface (--listen tcp6:56458 takes IPv6, and on Linux IPv4 as well). Talk to it with: "
        "nc localhost 56458"
    )
    optFlags: ClassVar[list[list[str | None]]] = [
        [
            "check",
            None,
            "Say whether the server would start like this, and what is wrong if not; start nothing.",
        ]
    ]
    compData = usage.Completions(
        optActions={option.name: usage.CompleteFiles() for option in (*TABLE, CONFIG) if option.path}
    )

    def __init__(self) -> None:
        self._typed: dict[str, list[str]] = {}
        super().__init__()

    def typed(self, name: str, value: str) -> None:
        """An option stands on the command line."""
        self._typed.setdefault(name, []).append(value)

    def parseArgs(self, *arguments: str) -> None:
        """There are only options."""
        if arguments:
            raise CannotStart(
                f"{arguments[0]!r} is not understood: everything is said with options, see --help."
            )

    def postOptions(self) -> None:
        """Give every option its value, and check what can be checked before anything starts."""
        try:
            self.update(self.resolve())
        except ValueError as wrong:
            raise CannotStart(str(wrong)) from None

    def resolve(self) -> dict[str, Any]:
        """The value of every option as the command line, the environment and the file have it at this moment.

        Raises ValueError with a sentence.
        """
        typed = from_command_line(self._typed)
        sources: list[Source] = [typed, from_environment((*TABLE, CONFIG), os.environ)]
        config = next((source["config"] for source in sources if "config" in source), None)
        if config is not None:
            sources.append(from_file(TABLE, self._config_path(config)))
        return resolved(TABLE, sources)

    def _config_path(self, given: Given) -> Path:
        if "config" not in self:
            self["config"] = CONFIG.values(given.texts, given.where)
        return Path(self["config"])


def _handler(option: Option) -> Callable[[Options, str], None]:
    """What Twisted calls for an option, and reads the help from."""

    def handle(options: Options, value: str) -> None:
        options.typed(option.name, value)

    default = shown_default(option)
    handle.__doc__ = f"{option.what} [default: {default}]" if default else option.what
    return handle


for _option in (CONFIG, *TABLE):
    _handle = _handler(_option)
    setattr(Options, f"opt_{_option.name.replace('-', '_')}", _handle)
    if _option.short is not None:
        setattr(Options, f"opt_{_option.short}", _handle)
