"""The one place where everything is put together: what `twistd chat` accepts, and the service that it runs."""

from __future__ import annotations

import gc
import secrets
import signal
import time
from math import inf
from pathlib import Path
from typing import Any

import platformdirs
from twisted.application.internet import TimerService
from twisted.application.service import IService, MultiService, Service
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python import usage

from chat.domain.cloak import cloaker
from chat.domain.directory import Directory
from chat.domain.journal import MemoryJournal
from chat.domain.limits import LIVE_PER_ADDRESS, MESSAGE_BURST, MESSAGE_RATE
from chat.domain.room import Room
from chat.endpoints import CannotStart, listening_service
from chat.network.delivery import Fanout
from chat.network.irc.session import IrcDialect
from chat.network.listener import SWEEP_SECONDS, ChatFactory, Settings
from chat.network.plain import PlainDialect
from chat.relay.service import RelayIntoServer
from chat.storage.schema import Unusable
from chat.storage.store import Storage
from chat.storage.upkeep import Retention

DEFAULT_LISTEN = "tcp:56458"
HISTORY_EVENTS = 10_000_000
"""Events kept if the operator says nothing: some 2 GB, years of a lively chat."""
WEBSOCKET = "ws:"
"""Before an endpoint: IRC over WebSocket is spoken there, for clients in browsers."""
DRAIN_SECONDS = 3.0
"""How long connections may take to get their last lines when the server stops."""
MOTD_BYTES = 64 * 1024
"""Largest message of the day: everybody gets it on coming in."""
GC_THRESHOLD = 50_000
"""Objects made between two collections: events are many, short-lived and without cycles."""


def default_data_folder() -> Path:
    """The per-user state folder."""
    return Path(platformdirs.user_state_dir("twistd-chat"))


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
        "56458 of every interface. Talk to it with: nc localhost 56458"
    )
    optParameters = [  # noqa: RUF012
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
        ["history", None, "on", "Keep what is said on disk: on or off. Accounts are kept in any case."],
        _limit("history-days", 0.0, float, "Days for which it is kept"),
        _limit("history-events", HISTORY_EVENTS, int, "Events of all rooms together that are kept"),
        _limit("max-users", 0, int, "People at once"),
        _limit("max-per-address", LIVE_PER_ADDRESS, int, "Connections from one address at once"),
    ]
    compData = usage.Completions(optActions={"data": usage.CompleteDirs(), "motd": usage.CompleteFiles()})

    def __init__(self) -> None:
        super().__init__()
        self["listen"] = []
        self["relay"] = []

    def opt_listen(self, description: str) -> None:
        """Listen for people and programs here; may be given several times. Any Twisted endpoint: tcp:56458,
        ssl:6697:privateKey=key.pem:certKey=cert.pem, unix:/run/chat.sock, systemd:domain=INET:index=0,
        haproxy:tcp:56459; ws: before it (ws:tcp:8067) for IRC clients in browsers. [default: tcp:56458]
        """
        self["listen"].append(description)

    opt_l = opt_listen

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

    def postOptions(self) -> None:
        """Check what can be checked before anything starts."""
        if not self["name"] or any(c.isspace() or not c.isprintable() for c in self["name"]):
            raise usage.UsageError("--name must be one word, such as chat.example.org.")
        if self["registration"] not in ("open", "early", "closed"):
            raise usage.UsageError(f"--registration is open, early or closed, not {self['registration']}.")
        if self["history"] not in ("on", "off"):
            raise usage.UsageError(f"--history is on or off, not {self['history']}.")
        if not self["listen"]:
            self["listen"].append(DEFAULT_LISTEN)


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
    """A secret that is made once and kept in the data folder for its owner alone."""
    path = folder / name
    try:
        return path.read_bytes()
    except FileNotFoundError:
        key = secrets.token_bytes(32)
        path.touch(mode=0o600)
        path.write_bytes(key)
        return key
    except OSError as error:
        raise CannotStart(f"The file {path} cannot be read: {error.strerror}.") from None


class _LateFanout:
    """Stands in for the fan-out while the directory, whose figures the fan-out counts in, is made."""

    fanout: Fanout

    def dirty(self, room: Room, urgent: bool = True) -> None:
        self.fanout.dirty(room, urgent)


class Conversation(Service):
    """The chat itself, without its listeners. Stopping it tells everybody, and waits until they were told."""

    log = Logger()

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        max_users: int = 0,
        cloak_key: bytes = b"",
        storage: Storage | None = None,
    ) -> None:
        self._reactor = reactor
        self.storage = storage
        self._stopping = False
        late = _LateFanout()
        self.directory = Directory(
            storage.journal if storage else MemoryJournal(time.time),
            late,
            time.time,
            server=settings.name,
            max_users=max_users,
            accounts=storage.accounts if storage else None,
            registry=storage.registry if storage else None,
        )
        late.fanout = self.fanout = Fanout(reactor, self.directory.stats)
        self.directory.delivery = self.fanout
        self.factory = ChatFactory(
            reactor,
            self.directory,
            self.fanout,
            settings,
            PlainDialect,
            IrcDialect,
            cloaker(cloak_key or secrets.token_bytes(32)),
            storage.mailbox if storage else None,
        )
        if storage is not None:
            storage.attach(self.directory, self.factory.logins)

    def startService(self) -> None:
        """Everything that lives as long as the process is kept out of the garbage collector's way."""
        super().startService()
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_THRESHOLD, 20, 100)
        self._reactor.callWhenRunning(self._stop_on_signals)
        self.log.info("Chat is ready as {name}", name=self.factory.settings.name)

    def _stop_on_signals(self) -> None:
        # Twisted's own handlers stop in the same order, but then end the process by the signal: not with status 0.
        def stop(signum: int, frame: object) -> None:
            self.log.info("Received {signal}", signal=signal.Signals(signum).name)
            self._reactor.callFromThread(self._stop)

        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, stop)

    def _stop(self) -> None:
        if not self._stopping:
            self._stopping = True
            self._reactor.stop()

    def stopService(self) -> Deferred[None]:
        """Tell everybody, and wait until they have taken it, for `DRAIN_SECONDS` at most."""
        super().stopService()
        self.directory.stopping = True
        self.log.info("Stopping; {count} connections to close", count=len(self.factory.connections))
        self.factory.close_all("The server is going down. Goodbye")
        deadline = self._reactor.seconds() + DRAIN_SECONDS
        done: Deferred[None] = Deferred()

        def look() -> None:
            if self.factory.connections and self._reactor.seconds() < deadline:
                self._reactor.callLater(0.02, look)
                return
            for connection in list(self.factory.connections):
                connection.abort("The server is going down")
            done.callback(None)

        look()
        return done


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
            stopped = services.pop().stopService()
            if isinstance(stopped, Deferred):
                stopped.addErrback(lambda failure: Logger().failure("A part did not stop cleanly", failure))
                stopped.addCallback(next_one)
            else:
                next_one()

        next_one()
        return done


def makeService(options: Options) -> IService:
    """Build the whole server from its options; raises `CannotStart` with a sentence."""
    from twisted.internet import reactor

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
    conversation = Conversation(
        reactor, settings, options["max-users"], secret_key(folder, "cloak.key"), storage
    )
    service = ChatService()
    storage.setServiceParent(service)
    relay = relay_into(conversation, options["relay"], reactor) if options["relay"] else None
    if relay is not None:
        relay.connections.setServiceParent(service)
    conversation.setServiceParent(service)
    TimerService(SWEEP_SECONDS, conversation.factory.sweep).setServiceParent(service)
    for description in options["listen"]:
        listener_for(description, conversation.factory, reactor).setServiceParent(service)
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


def relay_into(conversation: Conversation, listen: list[str], reactor: Any) -> RelayIntoServer:
    """A relay that leads into this server; `/stats` shows its figures."""
    relay = RelayIntoServer(listen, conversation.factory, reactor)
    conversation.directory.stats.parts.append(lambda: relay.figures.lines(reactor.seconds()))
    return relay
