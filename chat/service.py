"""The one place where everything is put together: the service that `twistd chat` runs."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

from twisted.application.internet import TimerService
from twisted.application.service import IService, MultiService, Service
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.logger import Logger

from chat.chat_server import ChatServer
from chat.listening.endpoints import CannotStart, listening_service
from chat.monitor.overview import OperatorActions, Overview
from chat.monitor.reporter import Reporter
from chat.monitor.service import monitor_service
from chat.network.factory import SWEEP_SECONDS, ChatFactory
from chat.network.settings import Settings
from chat.options import Options
from chat.relay.service import RelayIntoServer
from chat.runtime.collector import spare_what_lives_long
from chat.runtime.monotonic import count_monotonically
from chat.runtime.polling import read_directly
from chat.runtime.signals import stop_on_signals
from chat.storage.folder import default_data_folder, kept_secret
from chat.storage.schema import Unusable
from chat.storage.store import Storage
from chat.storage.upkeep import Retention

WEBSOCKET = "ws:"
"""Before an endpoint: IRC over WebSocket is spoken there, for clients in browsers."""
MOTD_BYTES = 64 * 1024
"""Largest message of the day: everybody gets it on coming in."""


def read_motd(path: str) -> list[str]:
    """The lines of the message of the day; raises `CannotStart` with a sentence."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise CannotStart(f"The --motd file {path} cannot be read: {error.strerror}.") from None
    if len(data) > MOTD_BYTES:
        raise CannotStart(f"The --motd file {path} has {len(data)} bytes; at most {MOTD_BYTES} can be shown.")
    return data.decode("utf-8", "replace").splitlines()


def reread_motd(settings: Settings, path: str | None) -> None:
    """Show what the file says now; one that cannot be read changes nothing, and is logged."""
    if path:
        try:
            settings.motd = read_motd(path)
        except CannotStart as error:
            Logger().warn("{problem}", problem=str(error))


def prepare_data_folder(path: Path) -> Path:
    """Make the folder for the state if need be, for its owner alone; raises `CannotStart` with a sentence."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / f".probe-{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"The data folder {path} cannot be written: {error.strerror}. Choose another one with --data."
        ) from None
    return path


def secret_key(folder: Path, name: str) -> bytes:
    """A secret that is made once and kept in the data folder; raises `CannotStart` with a sentence."""
    try:
        return kept_secret(folder / name)
    except OSError as error:
        raise CannotStart(f"The file {folder / name} cannot be read or made: {error.strerror}.") from None


class ProcessSettings(Service):
    """What belongs to the process and not to any part: set when everything is put together and starts."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor

    def startService(self) -> None:
        """Set up the collector, the reactor's reading, and what signals do."""
        super().startService()
        spare_what_lives_long()
        read_directly(self._reactor)
        stop_on_signals(self._reactor)


class ChatService(MultiService):
    """Everything in the order of its start; listeners stop before the people are told goodbye."""

    def stopService(self) -> Deferred[None]:
        """Stop the services one after the other, in the reverse order of their start."""
        Service.stopService(self)
        done: Deferred[None] = Deferred()
        services = list(self)

        def next_one(_: object = None) -> None:
            if not services:
                done.callback(None)
                return
            stopped = maybeDeferred(services.pop().stopService)
            stopped.addErrback(lambda failure: Logger().failure("A part did not stop cleanly", failure))
            stopped.addCallback(next_one)

        next_one()
        return done


def makeService(options: Options) -> IService:
    """Build the whole server from its options; raises `CannotStart` with a sentence."""
    from twisted.internet import reactor

    count_monotonically(reactor)
    settings = Settings(
        name=options["name"],
        motd=read_motd(options["motd"]) if options["motd"] else [],
        message_rate=options["message-rate"] if options["message-burst"] else 0.0,
        message_burst=options["message-burst"],
        max_per_address=options["max-per-address"],
        password=options["password"] or "",
        registration=options["registration"],
    )
    settings.reload = lambda: reread_motd(settings, options["motd"])
    folder = prepare_data_folder(Path(options["data"]) if options["data"] else default_data_folder())
    storage = open_storage(folder, reactor, options)
    chat_server = ChatServer(
        reactor, settings, options["max-users"], secret_key(folder, "cloak.key"), storage
    )
    service = ChatService()
    ProcessSettings(reactor).setServiceParent(service)
    if options["web"] != "off":
        # First, so that it sees the log of everything else.
        monitor = monitor_service(
            options["web"],
            Overview(chat_server.factory),
            reactor=reactor,
            data_folder=folder,
            token=options["monitor-token"],
            name=settings.name,
            actions=OperatorActions(chat_server.factory),
        )
        monitor.setServiceParent(service)
        reporter = Reporter(chat_server.fanout, monitor.note, reactor)
        reporter.setServiceParent(monitor)
        chat_server.directory.delivery = reporter
    storage.setServiceParent(service)
    relay = relay_into(chat_server, options["relay"], reactor) if options["relay"] else None
    if relay is not None:
        relay.connections.setServiceParent(service)
    chat_server.setServiceParent(service)
    TimerService(SWEEP_SECONDS, chat_server.factory.sweep).setServiceParent(service)
    for description in options["listen"]:
        listener_for(description, chat_server.factory, reactor).setServiceParent(service)
    if relay is not None:
        relay.listeners.setServiceParent(service)
    return service


def open_storage(folder: Path, reactor: Any, options: Options) -> Storage:
    """What is kept in the data folder; raises `CannotStart` with a sentence."""
    try:
        return Storage(
            folder,
            reactor,
            time.time,
            Retention(options["history-days"], options["history-events"]),
            options["history"] == "on",
        )
    except Unusable as unusable:
        raise CannotStart(str(unusable)) from None


def listener_for(description: str, factory: ChatFactory, reactor: Any) -> IService:
    """A listener for the chat; `ws:` before an endpoint makes it one for IRC over WebSocket."""
    if not description.startswith(WEBSOCKET):
        return listening_service(description, factory, reactor, "chat")
    # Only who asks for it pays for it.
    from chat.network.irc.websocket import IrcSocketFactory

    inner = description.removeprefix(WEBSOCKET)
    return listening_service(inner, IrcSocketFactory(factory), reactor, "IRC over WebSocket")


def relay_into(chat_server: ChatServer, listen: list[str], reactor: Any) -> RelayIntoServer:
    """A relay that leads into this server; `/stats` shows its figures."""
    relay = RelayIntoServer(listen, chat_server.factory, reactor)
    chat_server.directory.stats.parts.append(lambda: relay.figures.lines(reactor.seconds()))
    return relay
