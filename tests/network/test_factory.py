"""What all connections share: the time that each has for a name, and the end of them all."""

import pytest

from tests.network.chatting import Server, join_irc, join_plain, make_server


@pytest.fixture
def server() -> Server:
    return make_server()


# a name in time


def test_twenty_seconds_without_a_name_close_with_a_sentence(server: Server) -> None:
    client = server.connect()
    server.loop.advance(19.9)
    assert not client.ended
    server.loop.advance(0.1)
    assert client.lines()[-1].startswith("No name in time")
    assert client.ended
    assert server.left_behind() == []


def test_half_a_name_is_none(server: Server) -> None:
    client = server.connect().feed(b"bo")
    server.loop.advance(20)
    assert client.lines()[-1].startswith("No name in time")
    assert client.ended


def test_an_irc_client_has_sixty_seconds_to_register(server: Server) -> None:
    client = server.connect().feed(b"NICK bob\r\n")
    server.loop.advance(59.9)
    assert not client.ended
    server.loop.advance(0.2)
    assert client.ended
    assert server.left_behind() == []


def test_who_has_a_name_may_be_silent(server: Server) -> None:
    client = join_plain(server, "bob")
    server.wait(100_000, step=1000)
    assert not client.ended
    assert client.lines() == []


# the end of them all


def test_everybody_is_told_when_the_server_goes_down(server: Server) -> None:
    silent = server.connect()
    clients = [join_plain(server, "bob"), join_irc(server, "carol", "#lobby"), silent]
    server.loop.advance(1)
    for client in clients:
        client.raw()
    server.factory.close_all("The server is going down. Goodbye")
    for client in clients:
        assert any("going down" in line for line in client.lines())
        assert client.ended
    assert server.left_behind() == []


def test_a_connection_that_has_said_nothing_is_told_too_when_the_server_goes_down(server: Server) -> None:
    client = server.connect()
    server.factory.close_all("The server is going down. Goodbye")
    assert client.lines() == ["ERROR :The server is going down. Goodbye"]
    assert client.ended
