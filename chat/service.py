"""The one place where everything is put together: what `twistd chat` accepts, and the service that it runs."""

from __future__ import annotations

import gc
import secrets
import time
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

DEFAULT_LISTEN = "tcp:56458"
DRAIN_SECONDS = 3.0
"""How long connections may take to get their last lines when the server stops."""
MOTD_BYTES = 64 * 1024
"""Largest message of the day: everybody gets it on coming in."""
GC_THRESHOLD = 50_000
"""Objects made between two collections: events are many, short-lived and without cycles."""


def default_data_folder() -> Path:
    """The per-user state folder."""
    return Path(platformdirs.user_state_dir("twistd-chat"))


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
        ["message-rate", None, MESSAGE_RATE, "Lines a second that one person may send; 0: no limit.", float],
        [
            "message-burst",
            None,
            float(MESSAGE_BURST),
            "Lines that one person may send at once; 0: no limit.",
            float,
        ],
        ["password", None, None, "Password that everybody needs who wants to come in."],
        [
            "registration",
            None,
            "open",
            "Who may make an account: open (everybody who has a name), early (also while connecting), closed (nobody).",
        ],
        ["max-users", None, 0, "People at once; 0: no limit.", int],
        [
            "max-per-address",
            None,
            LIVE_PER_ADDRESS,
            "Connections from one address at once; 0: no limit.",
            int,
        ],
    ]
    compData = usage.Completions(optActions={"data": usage.CompleteDirs(), "motd": usage.CompleteFiles()})

    def __init__(self) -> None:
        super().__init__()
        self["listen"] = []

    def opt_listen(self, description: str) -> None:
        """Listen for people and programs here; may be given several times. Any Twisted endpoint: tcp:56458,
        ssl:6697:privateKey=key.pem:certKey=cert.pem, unix:/run/chat.sock, systemd:domain=INET:index=0,
        haproxy:tcp:56459. [default: tcp:56458]
        """
        self["listen"].append(description)

    opt_l = opt_listen

    def postOptions(self) -> None:
        """Check what can be checked before anything starts."""
        for option in ("message-rate", "message-burst", "max-users", "max-per-address"):
            if self[option] < 0:
                raise usage.UsageError(f"--{option} must be 0 (no limit) or more, not {self[option]}.")
        if not self["name"] or any(c.isspace() or not c.isprintable() for c in self["name"]):
            raise usage.UsageError("--name must be one word, such as chat.example.org.")
        if self["registration"] not in ("open", "early", "closed"):
            raise usage.UsageError(f"--registration is open, early or closed, not {self['registration']}.")
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

    def __init__(self, reactor: Any, settings: Settings, max_users: int = 0, cloak_key: bytes = b"") -> None:
        self._reactor = reactor
        late = _LateFanout()
        self.directory = Directory(
            MemoryJournal(time.time), late, time.time, server=settings.name, max_users=max_users
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
        )

    def startService(self) -> None:
        """Everything that lives as long as the process is kept out of the garbage collector's way."""
        super().startService()
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_THRESHOLD, 20, 100)
        self.log.info("Chat is ready as {name}", name=self.factory.settings.name)

    def stopService(self) -> Deferred[None]:
        """Tell everybody, and wait until they have taken it, for `DRAIN_SECONDS` at most."""
        super().stopService()
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
    conversation = Conversation(reactor, settings, options["max-users"], secret_key(folder, "cloak.key"))
    service = ChatService()
    conversation.setServiceParent(service)
    TimerService(SWEEP_SECONDS, conversation.factory.sweep).setServiceParent(service)
    for description in options["listen"]:
        listening_service(description, conversation.factory, reactor, "chat").setServiceParent(service)
    return service
