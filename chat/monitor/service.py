"""Puts the monitor together: one call, one service."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from twisted.application.service import MultiService
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorCore, IReactorTime
from twisted.logger import Logger, LogPublisher, globalLogPublisher

from chat.listening.endpoints import ListeningService, listening_service
from chat.monitor import token as tokens
from chat.monitor.access import Gate
from chat.monitor.escaping import shortened, visible
from chat.monitor.feed import Feed
from chat.monitor.figures import Sampler
from chat.monitor.interfaces import Actions, Source
from chat.monitor.metrics import ChatCollector, Metrics
from chat.monitor.observer import MAX_TEXT, install_observer
from chat.monitor.ring import LogRing
from chat.monitor.site import PAGES, make_site
from chat.monitor.websocket import PageSocketFactory
from chat.web.assets import folder, load

_log = Logger()


class MonitorService(MultiService):
    """Runs the monitor. Add it before other services: it sees the log from its start on.

    Made by `monitor_service`.
    """

    def __init__(
        self,
        listening: ListeningService,
        ring: LogRing,
        sampler: Sampler,
        feed: Feed,
        observe: Callable[[], Callable[[], None]],
        *,
        token: str,
        secure: bool,
    ) -> None:
        super().__init__()
        self._listening = listening
        self._ring = ring
        self._sampler = sampler
        self._feed = feed
        self._observe = observe
        self._remove: Callable[[], None] | None = None
        self._token = token
        self._secure = secure
        listening.setServiceParent(self)

    @property
    def url(self) -> str | None:
        """The address to open, token included; None while the monitor does not listen on a network port."""
        if self._listening.port is None:
            return None
        address = self._listening.port.getHost()
        port = getattr(address, "port", None)
        if port is None:
            return None
        host = str(getattr(address, "host", ""))
        if host in ("0.0.0.0", "::", ""):
            host = "localhost"
        elif ":" in host:
            host = f"[{host}]"
        return f"{'https' if self._secure else 'http'}://{host}:{port}/?token={self._token}"

    def note(self, when: float, level: str, source: str, text: str) -> None:
        """A line for the page's log that is in no other log.

        `when`: seconds since 1970. `level`: one of `chat.monitor.ring.LEVELS`.
        """
        self._ring.append(when, level, visible(source), visible(shortened(text, MAX_TEXT)))

    def privilegedStartService(self) -> None:
        """Watch the log, and open the port. Raises `chat.listening.endpoints.CannotStart`."""
        self._begin()
        super().privilegedStartService()

    def startService(self) -> None:
        """Begin to sample, and say where the page is."""
        self._begin()
        super().startService()
        self._sampler.start()
        url = self.url
        if url is None:
            _log.info("The monitor's page is at /?token={token} of that address", token=self._token)
        else:
            _log.info("Open the monitor at {url}", url=url)

    def stopService(self) -> Deferred[Any]:
        """Close pages and port, and let the log go."""
        self._sampler.stop()
        self._feed.stop()
        if self._remove is not None:
            self._remove()
            self._remove = None
        return cast("Deferred[Any]", super().stopService())

    def _begin(self) -> None:
        if self._remove is None:
            self._remove = self._observe()


def monitor_service(
    endpoint: str,
    source: Source,
    *,
    reactor: IReactorCore,
    data_folder: Path,
    token: str | None = None,
    name: str = "chat",
    actions: Actions | None = None,
    publisher: LogPublisher = globalLogPublisher,
) -> MonitorService:
    """Make the monitor.

    `endpoint`: a Twisted endpoint string. `token`: the operator's own; without, one is made once and kept in
    `data_folder`, which must exist. `name`: the server's, as shown. `actions`: None shows none.

    Raises `chat.listening.endpoints.CannotStart` for a bad endpoint, an unusable token or token file, and a missing
    page; the service raises it on starting when the port cannot be had.
    """
    clock = cast(IReactorTime, reactor)
    secret = tokens.load(data_folder) if token is None else tokens.checked(token)
    ring = LogRing()
    sampler = Sampler(source, ring, clock)
    feed = Feed(ring, sampler, source, clock, name=name, actions=actions is not None)
    site = make_site(
        gate=Gate(secret),
        assets=load(folder("monitor"), PAGES, "start with --web off"),
        sockets=PageSocketFactory(feed, actions, clock),
        metrics=Metrics(ChatCollector(source, sampler, ring, lambda: feed.pages, name)),
        healthy=lambda: sampler.state is not None,
        reactor=clock,
    )
    return MonitorService(
        listening_service(endpoint, site, reactor, "the monitor"),
        ring,
        sampler,
        feed,
        lambda: install_observer(ring, [secret], publisher),
        token=secret,
        secure=endpoint.removeprefix("haproxy:").startswith(("ssl:", "tls:")),
    )
