"""Changing options while the server runs: what takes effect at once, and what needs a restart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

from chat.chat_server import ChatServer
from chat.configuration.option import Option
from chat.domain.names import fold
from chat.domain.operating import name_operators
from chat.listening.endpoints import CannotStart
from chat.motd import read_motd
from chat.network.factory import most_new
from chat.options import TABLE, Options
from chat.storage.upkeep import Retention


class Reconfiguration:
    """The options of a running server. `read_again` takes over what the configuration says by then.

    A configuration that is wrong changes nothing, and is logged with its sentence.
    """

    log = Logger()

    def __init__(
        self, options: Options, server: ChatServer, set_log_levels: Callable[[Any], None] | None = None
    ) -> None:
        self._options = options
        self._server = server
        self._set_log_levels = set_log_levels or (lambda levels: None)

    def read_again(self) -> None:
        """Read configuration and message of the day, and let what changed take effect."""
        try:
            values = self._options.resolve()
            motd = read_motd(values["motd"])
        except (ValueError, CannotStart) as wrong:
            self.log.error("The configuration stays as it is: {problem}", problem=str(wrong))
            return
        changed = [option for option in TABLE if values[option.name] != self._options[option.name]]
        for option in changed:
            if option.live:
                self._options[option.name] = values[option.name]
        self._apply(motd)
        self._say(changed)

    def _apply(self, motd: list[str]) -> None:
        options, factory = self._options, self._server.factory
        settings, directory = factory.settings, self._server.directory
        settings.motd = motd
        settings.password = options["password"] or ""
        settings.registration = options["registration"]
        settings.replay = options["replay"]
        before = settings.message_rate, settings.message_burst
        settings.set_rate(options["message-rate"], options["message-burst"])
        if before != (settings.message_rate, settings.message_burst):
            factory.set_pace()
        settings.max_per_address = options["max-per-address"]
        factory.limits.change(options["max-per-address"], most_new(options["max-per-address"]))
        directory.max_users = options["max-users"]
        name_operators(directory, operators(options))
        if self._server.storage is not None:
            self._server.storage.retention = Retention(options["history-days"], options["history-events"])
        self._set_log_levels(options["log-level"])

    def _say(self, changed: list[Option]) -> None:
        # The values stay unsaid: some of them are secrets.
        live = [option.name for option in changed if option.live]
        if live:
            self.log.info("Changed: {options}", options=", ".join(live))
        late = [option.name for option in changed if not option.live]
        if late:
            self.log.warn("Changed, but only a restart takes it over: {options}", options=", ".join(late))


def operators(options: Options) -> frozenset[str]:
    """The folded names of the accounts that `--operator` lets become operators."""
    return frozenset(fold(name) for name in options["operator"])
