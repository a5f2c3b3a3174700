"""The one place where everything is put together: the service that `twistd chat` runs."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from twisted.application.internet import TimerService
from twisted.application.service import IService, MultiService, Service
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.logger import ILogObserver, Logger
from twisted.python.components import Componentized

from chat.chat_server import ChatServer
from chat.configuration.data_folder import check_data_folder, prepare_data_folder, secret_key
from chat.configuration.motd import read_motd
from chat.configuration.options import CONFIG, TABLE, Options
from chat.configuration.reconfiguring import Reconfiguration, operators
from chat.configuration.sources import unknown_variables
from chat.listening.accepting import AcceptedConnection
from chat.listening.certificates import BadCertificate, Certificates, Pair
from chat.listening.endpoints import CannotStart, listening_service, server_endpoint
from chat.listening.tls import Tls
from chat.listening.turns import Turns
from chat.monitor import token as tokens
from chat.monitor.doors import DoorCollector
from chat.monitor.overview import OperatorActions, Overview
from chat.monitor.reporter import Reporter
from chat.monitor.service import monitor_service
from chat.network.factory import SWEEP_SECONDS, ChatFactory
from chat.network.settings import Settings
from chat.relay.service import RelayIntoServer
from chat.runtime.collector import spare_what_lives_long
from chat.runtime.logs import ServerLog
from chat.runtime.memory import TRIM_SECONDS, give_back, give_back_at_once
from chat.runtime.monotonic import count_monotonically
from chat.runtime.polling import read_directly
from chat.runtime.reload import Reloads, reload_on_signal
from chat.runtime.signals import stop_on_signals
from chat.runtime.systemd import notifications
from chat.storage.folder import default_data_folder
from chat.storage.schema import DATABASE, Unusable, check_database
from chat.storage.store import Storage
from chat.storage.upkeep import Retention
from chat.web.origins import Origins
from chat.web.page import page_resource
from chat.web.site import ChatSite

WEBSOCKET = "ws:"
"""Before an endpoint: means nothing more. Once it made a port for WebSockets, which every port is."""
CERTIFICATE_SECONDS = 60.0
"""How often it is looked whether the files of certificates have changed."""
WARNING_SECONDS = 24 * 3600.0
"""How often a certificate that ends soon is warned of."""


class ProcessSettings(Service):
    """What belongs to the process and not to any part: set when everything is put together and starts."""

    def __init__(self, reactor: Any, reloads: Reloads) -> None:
        self._reactor = reactor
        self._reloads = reloads

    def startService(self) -> None:
        """Set up the collector, the reactor's reading, and what signals do."""
        super().startService()
        spare_what_lives_long()
        give_back_at_once()
        read_directly(self._reactor)
        stop_on_signals(self._reactor)
        reload_on_signal(self._reactor, self._reloads)


class ChatService(MultiService):
    """Everything in the order of its start; listeners stop before the people are told goodbye."""

    observer: ILogObserver | None = None
    """What writes the log, if not twistd."""

    def setServiceParent(self, parent: Any) -> None:
        """Belong to an application, whose log is written as the options say."""
        if self.observer is not None and isinstance(parent, Componentized):
            parent.setComponent(ILogObserver, self.observer)
        super().setServiceParent(parent)

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
    """Build the whole server from its options; raises `CannotStart` with a sentence.

    With `--check`, raises `SystemExit` with status 0 if it could be built.
    """
    from twisted.internet import reactor

    count_monotonically(reactor)
    if options["check"]:
        check(options, reactor)
    reloads = Reloads()
    settings = Settings(
        name=options["name"],
        motd=read_motd(options["motd"]),
        max_per_address=options["max-per-address"],
        password=options["password"] or "",
        registration=options["registration"],
        replay=options["replay"],
        reload=reloads.run,
    )
    settings.set_rate(options["message-rate"], options["message-burst"])
    folder = prepare_data_folder(data_folder(options))
    storage = open_storage(folder, reactor, options)
    chat_server = ChatServer(
        reactor, settings, options["max-users"], secret_key(folder, "cloak.key"), storage
    )
    chat_server.directory.operators = operators(options)
    service = ChatService()
    log = server_log(options)
    reconfiguration = Reconfiguration(options, chat_server, None if log is None else log.levels.set)
    reloads.add("configuration", reconfiguration.read_again)
    if log is not None:
        service.observer = log.observer
        log.rotate_on_signal(reactor)
        reloads.add("log file", log.reopen)
    ProcessSettings(reactor, reloads).setServiceParent(service)
    turns = Turns(reactor)
    certificates = open_certificates(options)
    if certificates is not None:
        chat_server.factory.tls = Tls(certificates, turns, reactor)
        chat_server.factory.logins.needs_tls = options["plaintext-passwords"] == "refuse"
        reloads.add("certificates", certificates.reload)
        TimerService(CERTIFICATE_SECONDS, certificates.look).setServiceParent(service)
        TimerService(WARNING_SECONDS, certificates.warn).setServiceParent(service)
    chat_server.factory.web = site = site_for(chat_server, certificates, options, turns, reactor)
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
            turns=turns,
            collectors=[DoorCollector(site, chat_server.factory.tls)],
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
    TimerService(TRIM_SECONDS, give_back).setServiceParent(service)
    for description in options["listen"]:
        listener_for(description, chat_server.factory, reactor).setServiceParent(service)
    if relay is not None:
        relay.listeners.setServiceParent(service)
    told = notifications(reactor, lambda: status(chat_server))
    if told is not None:
        reloads.before, reloads.after = told.reloading, told.reloaded
        told.setServiceParent(service)
    return service


def data_folder(options: Options) -> Path:
    """Where this server's state is."""
    return Path(options["data"]) if options["data"] else default_data_folder()


def status(chat_server: ChatServer) -> str:
    """How the server is, for `systemctl status`."""
    stats = chat_server.directory.stats
    health = [] if chat_server.storage is None else [dict(chat_server.storage.figures())["history"]]
    return (
        f"{stats.people} people, {stats.connections} connections; history: {', '.join(health) or 'in memory'}"
    )


def server_log(options: Options) -> ServerLog | None:
    """The log as the options have it; None where twistd was told something else (--logger, --syslog).

    Raises `CannotStart` with a sentence.
    """
    twistd = getattr(options, "parent", None) or {}
    if twistd.get("logger") or twistd.get("syslog"):
        return None
    path = twistd.get("logfile") or (None if twistd.get("nodaemon", True) else "twistd.log")
    try:
        return ServerLog(options["log-format"], options["log-level"], path)
    except OSError as error:
        raise CannotStart(f"The log file {path} cannot be written: {error.strerror}.") from None


def check(options: Options, reactor: Any) -> None:
    """Look at all that could keep a server with these options from starting, and say what is wrong.

    Nothing is started, made or written, so that it can be done beside a running server; whether a port is free is found
    out only by starting. Raises `SystemExit`, or `CannotStart` with all the sentences.
    """
    folder = data_folder(options)
    steps: list[Callable[[], object]] = [
        lambda: read_motd(options["motd"]),
        lambda: check_data_folder(folder),
        lambda: check_database(folder / DATABASE),
        lambda: open_certificates(options),
        lambda: tokens.checked(options["monitor-token"]) if options["monitor-token"] else None,
    ]
    web = [] if options["web"] == "off" else [options["web"]]
    for description in (*options["listen"], *options["relay"], *web):
        endpoint = description.removeprefix(WEBSOCKET)
        steps.append(partial(server_endpoint, endpoint, reactor, "the chat"))
    wrong = []
    for step in steps:
        try:
            step()
        except (CannotStart, Unusable) as problem:
            wrong.append(str(problem))
    if wrong:
        raise CannotStart("\n".join(wrong))
    for name in unknown_variables((*TABLE, CONFIG), os.environ):
        sys.stdout.write(f"The variable {name} is no option of the server: it is not used.\n")
    sys.stdout.write("All is well: the server would start like this.\n")
    raise SystemExit(0)


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
    """A listener for the chat."""
    return listening_service(
        description.removeprefix(WEBSOCKET), factory, reactor, "chat", AcceptedConnection
    )


def open_certificates(options: Options) -> Certificates | None:
    """The certificates that the operator named, if any; raises `CannotStart` with a sentence."""
    pairs = [Pair.in_folder(Path(folder)) for folder in options["tls"]]
    certificate, key = options["tls-cert"], options["tls-key"]
    if bool(certificate) is not bool(key):
        raise CannotStart("--tls-cert and --tls-key go together: a certificate, and its private key.")
    if certificate:
        pairs.insert(0, Pair(Path(certificate), Path(key)))
    try:
        return Certificates(pairs, time.time) if pairs else None
    except BadCertificate as bad:
        raise CannotStart(f"The certificate cannot be used: {bad}.") from None


def site_for(
    chat_server: ChatServer, certificates: Certificates | None, options: Options, turns: Turns, reactor: Any
) -> ChatSite:
    """What answers HTTP on the chat's own ports."""
    own = {options["name"], socket.gethostname(), socket.getfqdn()}
    origins = Origins(options["origin"], lambda: own | certificates.names if certificates else own)
    site = ChatSite(options["name"], origins, lambda: bool(chat_server.running), reactor, turns)
    site.mount_page(page_resource())
    return site


def relay_into(chat_server: ChatServer, listen: list[str], reactor: Any) -> RelayIntoServer:
    """A relay that leads into this server; `/stats` shows its figures."""
    relay = RelayIntoServer(listen, chat_server.factory, reactor)
    chat_server.directory.stats.parts.append(lambda: relay.figures.lines(reactor.seconds()))
    return relay
