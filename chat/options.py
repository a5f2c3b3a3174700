"""What `twistd chat` accepts on its command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import inf
from typing import ClassVar

from twisted.python import usage

from chat.domain.limits import LIVE_PER_ADDRESS, MESSAGE_BURST, MESSAGE_RATE
from chat.runtime.logfile import ReopenedLog

DEFAULT_LISTEN = "tcp:56458"
DEFAULT_WEB = "tcp:8080:interface=127.0.0.1"
ANY_ORIGIN = "*"
HISTORY_EVENTS = 10_000_000
"""Events kept if the operator says nothing: some 2 GB, years of a lively chat."""


def _limit(option: str, default: float, kind: type[int] | type[float], what: str) -> list[object]:
    # A row of optParameters whose value is a number, 0 or more; anything else is a usage error that names the option.
    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = kind(-1)
        if not 0 <= value < inf:
            numbers = "a whole number" if kind is int else "a number"
            raise usage.UsageError(f"--{option} takes {numbers}, 0 (no limit) or more, not {text!r}.")
        return value

    return [option, None, default, f"{what}; 0: no limit.", read]


class Options(usage.Options):
    """What `twistd chat` accepts on its command line."""

    synopsis = "[options]"
    longdesc = (
        "A chat server for nc, telnet and any IRC client, all in the same rooms. Without options it listens on port "
        "56458 of every IPv4 interface (--listen tcp6:56458 takes IPv6, and on Linux IPv4 as well). Talk to it with: "
        "nc localhost 56458"
    )
    optParameters: ClassVar[list[list[object]]] = [
        ["data", "d", None, "Folder for the server's state. [default: a per-user state folder]"],
        ["name", "n", "chat", "Name of the server, shown to people and programs."],
        ["motd", "m", None, "Text file shown to everybody who comes in."],
        ["password", None, None, "Password that everybody needs who wants to come in."],
        [
            "registration",
            None,
            "open",
            "Who may make an account: open (everybody who has a name), early (also while connecting), closed (nobody).",
        ],
        _limit("message-rate", MESSAGE_RATE, float, "Lines a second that one person may send"),
        _limit("message-burst", float(MESSAGE_BURST), float, "Lines that one person may send at once"),
        _limit("max-users", 0, int, "People at once"),
        _limit("max-per-address", LIVE_PER_ADDRESS, int, "Connections from one address at once"),
        ["history", None, "on", "Keep what is said on disk: on or off. Accounts are kept in any case."],
        _limit("history-days", 0.0, float, "Days for which it is kept"),
        _limit("history-events", HISTORY_EVENTS, int, "Events of all rooms together that are kept"),
        [
            "tls-cert",
            None,
            None,
            "File with the certificate and its chain, PEM: with it, TLS works on the same ports.",
        ],
        ["tls-key", None, None, "File with the private key of --tls-cert."],
        [
            "plaintext-passwords",
            None,
            "refuse",
            "Passwords over the internet without TLS, once there is a certificate: refuse or allow.",
        ],
        ["web", "w", DEFAULT_WEB, "Endpoint of the monitor's page, or off."],
        [
            "monitor-token",
            None,
            None,
            "Token that opens the monitor. [default: made once, kept in the data folder]",
        ],
    ]
    compData = usage.Completions(optActions={"data": usage.CompleteDirs(), "motd": usage.CompleteFiles()})

    def __init__(self) -> None:
        super().__init__()
        self.reopen_log: Callable[[], None] = lambda: None
        """Goes on in a new log file if somebody has moved the old one away."""
        self["listen"] = []
        self["relay"] = []
        self["tls"] = []
        self["origin"] = []

    def opt_listen(self, description: str) -> None:
        """Listen for people and programs here; may be given several times. Any Twisted endpoint: tcp:56458,
        ssl:6697:privateKey=key.pem:certKey=cert.pem, unix:/run/chat.sock, systemd:domain=INET:index=0,
        haproxy:tcp:56459. Everything is spoken on each: lines, IRC, HTTP, WebSocket, and TLS with --tls or --tls-cert.
        [default: tcp:56458]
        """
        self["listen"].append(description)

    opt_l = opt_listen

    def opt_tls(self, folder: str) -> None:
        """Folder with fullchain.pem and privkey.pem, as certbot lays it out; may be given several times, for several
        names, or for an RSA and an ECDSA certificate of the same ones.
        """
        self["tls"].append(folder)

    def opt_origin(self, origin: str) -> None:
        """Let pages from here, as https://web.example.org, open WebSockets, beside those of this server; * for pages
        from anywhere; may be given several times.
        """
        if origin != ANY_ORIGIN and not re.fullmatch(r"https?://[^/\s?#@]+", origin):
            raise usage.UsageError(f"--origin looks like https://web.example.org, or is *, not {origin!r}.")
        self["origin"].append(origin)

    def opt_relay(self, description: str) -> None:
        """Take connections here as well, through a relay in this process; may be given several times. Its
        figures are in /stats.
        """
        self["relay"].append(description)

    def parseArgs(self, *arguments: str) -> None:
        """There are only options."""
        if arguments:
            raise usage.UsageError(
                f"{arguments[0]!r} is not understood: everything is said with options, see --help."
            )

    def _keep_log(self) -> None:
        """Have twistd write to its --logfile through something that can open it again."""
        twistd = getattr(self, "parent", None) or {}
        path = twistd.get("logfile")
        if path and path != "-" and not twistd.get("logger") and not twistd.get("syslog"):
            log = ReopenedLog(path)
            twistd["logger"] = log.observer
            self.reopen_log = log.reopen

    def postOptions(self) -> None:
        """Check what can be checked before anything starts."""
        self._keep_log()
        if not self["name"] or any(c.isspace() or not c.isprintable() for c in self["name"]):
            raise usage.UsageError("--name must be one word, such as chat.example.org.")
        if self["registration"] not in ("open", "early", "closed"):
            raise usage.UsageError(f"--registration is open, early or closed, not {self['registration']}.")
        if self["history"] not in ("on", "off"):
            raise usage.UsageError(f"--history is on or off, not {self['history']}.")
        if bool(self["tls-cert"]) is not bool(self["tls-key"]):
            raise usage.UsageError(
                "--tls-cert and --tls-key go together: a certificate, and its private key."
            )
        if self["plaintext-passwords"] not in ("refuse", "allow"):
            raise usage.UsageError(
                f"--plaintext-passwords is refuse or allow, not {self['plaintext-passwords']}."
            )
        if not self["listen"]:
            self["listen"].append(DEFAULT_LISTEN)
