"""The site on the chat's own port: a page that says what this is, `/irc`, `/healthz`, and room for more."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from http import HTTPStatus
from typing import Any

from twisted.web.iweb import IRequest
from twisted.web.resource import IResource, Resource
from twisted.web.server import Request

from chat.listening.turns import Turns
from chat.network.listener import ChatProtocol
from chat.web.http import BoundedChannel, BoundedRequest, BoundedSite, Health, Named, NotFound, text
from chat.web.origins import Origins
from chat.web.socket import IrcSocket, wants_socket

IRC = b"irc"
"""Where the WebSocket is."""


class ChatChannel(BoundedChannel):
    """HTTP on a connection that came to the chat's port, and may become one of the chat again."""

    connection: ChatProtocol | None = None


class ChatRequest(BoundedRequest):
    """A request to the chat's own port, which has to be meant for this server."""

    def render(self, resrc: IResource) -> None:
        """Answer it, if the Host that it names is one of ours (server.Request)."""
        site = self.site
        assert isinstance(site, ChatSite)
        host = (self.getHeader(b"host") or b"").decode("latin-1")
        super().render(resrc if site.origins.is_own_host(host) else _NotOurs(host))


class _NotOurs(Named):
    def __init__(self, host: str) -> None:
        super().__init__()
        self._host = host

    def render_GET(self, request: Request) -> bytes:
        return text(
            request,
            HTTPStatus.MISDIRECTED_REQUEST,
            f"This server does not go by the name {self._host[:256]!r}. If it should, let its operator start it with "
            "--origin https://NAME, or with a certificate for that name.",
        )

    render_POST = render_GET


class Root(Named):
    """What is where. A WebSocket may be asked for at any address at which nothing else is."""

    def __init__(self, name: str, origins: Origins) -> None:
        super().__init__()
        self._name = name
        self._socket = IrcSocket(origins)
        self.putChild(IRC, self._socket)

    def getChild(self, path: bytes, request: IRequest) -> IResource:
        """This page, or nothing (Resource)."""
        assert isinstance(request, Request)
        if wants_socket(request):
            return self._socket
        return self if path == b"" else NotFound("There is nothing here; the chat is at /.")

    def render_GET(self, request: Request) -> bytes:
        """Say what this is."""
        request.setHeader(b"content-type", b"text/html; charset=utf-8")
        request.setHeader(b"cache-control", b"no-cache")
        name = escape(self._name)
        return (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title><h1>{name}</h1>'
            "<p>This is a chat. Come in with any IRC client, or with <code>nc</code> or <code>telnet</code>, "
            "at this same host and port.</p></html>\n"
        ).encode()


class ChatSite(BoundedSite):
    """The site on the chat's own port. `mount` puts more on it."""

    protocol = ChatChannel
    requestFactory = ChatRequest

    def __init__(
        self, name: str, origins: Origins, healthy: Callable[[], bool], reactor: Any, turns: Turns
    ) -> None:
        self._root = Root(name, origins)
        super().__init__(self._root, reactor, turns)
        self.origins = origins
        self.mount(b"healthz", Health(healthy))

    def mount(self, name: bytes, resource: IResource) -> None:
        """Put a resource at `/name`, with all that is below it; b"" is the page at `/` itself."""
        self._root.putChild(name, resource)

    def mount_page(self, page: Resource) -> None:
        """Put a page at `/`, and what belongs to it beside it: its addresses are relative."""
        for name, resource in page.listStaticEntities():
            self.mount(name, resource)

    def channel_for(self, connection: ChatProtocol) -> ChatChannel:
        """What answers the requests on a connection that has begun with one."""
        channel: ChatChannel = self.buildProtocol(connection.transport.getPeer())
        channel.connection = connection
        channel.address = connection.address
        return channel
