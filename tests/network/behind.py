"""How tests bring readers behind: what somebody says, and how much of it fills every buffer on the way."""

from __future__ import annotations

from tests.domain.people import session_of
from tests.network.chatting import Client, Server

STREAM_BUFFER = 65_536
"""Bytes that Twisted holds for a wrapped transport before it asks its producer to pause."""


def say(server: Server, client: Client, text: str, times: int = 1) -> None:
    """Let somebody speak in the lobby, without the detour through their connection."""
    assert client.protocol.dialect is not None
    for _ in range(times):
        server.directory.say(session_of(client.protocol.dialect.person), server.directory.lobby, text)
    server.run()


def fill(server: Server, speaker: Client) -> int:
    """Say what fills every buffer that there is for a reader that takes nothing; return how many lines."""
    lines = STREAM_BUFFER // 500
    say(server, speaker, "f" * 500, lines)
    return lines
