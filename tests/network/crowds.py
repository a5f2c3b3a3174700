"""Many people at once, who speak and listen without the detour through their connections."""

from __future__ import annotations

from chat.domain.person import Person
from chat.domain.room import Room
from tests.domain.people import session_of
from tests.domain.standing import check_standing
from tests.network.chatting import Client, Server


def user_of(client: Client) -> Person:
    """The person behind a connection."""
    assert client.protocol.dialect is not None
    return client.protocol.dialect.person


def say(server: Server, client: Client, text: str, room: str = "#lobby") -> None:
    """Say something without letting the loop turn."""
    server.directory.say(session_of(user_of(client)), server.directory.rooms[room], text)


def crowd(server: Server, count: int, room: str | None = None) -> list[Client]:
    """So many people, in the lobby or in a room of their own."""
    clients = [server.connect().feed(b"p%d\n" % n) for n in range(count)]
    if room is not None:
        for client in clients:
            client.feed(b"/part #lobby\n/join " + room.encode() + b"\n")
    server.turn()
    for client in clients:
        client.raw()
    return clients


def heard(client: Client) -> bytes:
    """What has been sent since the last look, without a turn of the loop."""
    data = bytes(client.socket.taken[client._seen :])
    client._seen = len(client.socket.taken)
    return data


def settle(server: Server, *clients: Client, room: str = "#lobby") -> Room:
    """Let everybody read everything, forget what they got, and see to it that they stand together."""
    server.turn()
    found = server.directory.rooms[room]
    # Who was behind is looked at again by the next pass, with news or without.
    server.fanout.dirty(found)
    server.turn()
    for client in clients:
        client.raw()
    check_standing(found, server.fanout._slice)
    assert not found.readers.alone, "somebody has not read everything"
    return found
