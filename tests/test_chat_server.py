"""The chat as a service: everybody is told when it stops, and it waits for them, but not for ever."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chat.chat_server import DRAIN_SECONDS, ChatServer
from chat.domain.banning import ban
from chat.network.settings import Settings
from chat.storage.store import Storage
from tests.network.chatting import Client, Server
from tests.network.wires import Loop
from tests.storage.by_hand import ByHand, World


class RunningClock(Clock):
    """A clock that is taken for a reactor that runs already."""

    def callWhenRunning(self, call: Callable[[], None]) -> None:
        """Signals are not this test's business."""


class Hosted(Server):
    """The tests' server, around a chat server that put itself together."""

    def __init__(self, max_users: int = 0) -> None:
        self.clock = RunningClock()
        self.loop = Loop(self.clock)
        self.settings = Settings(name="chat.test", message_rate=0)
        self.chat_server = ChatServer(self.clock, self.settings, max_users)
        self.directory = self.chat_server.directory
        self.fanout = self.chat_server.fanout
        self.factory = self.chat_server.factory

    def join(self, name: str) -> Client:
        """Somebody in the lobby, who has read everything."""
        client = self.connect().feed(name.encode() + b"\n")
        self.turn()
        client.raw()
        return client


@pytest.fixture
def server() -> Hosted:
    server = Hosted()
    server.chat_server.startService()
    return server


def stopped(deferred: Deferred[None]) -> list[Any]:
    results: list[Any] = []
    deferred.addCallback(results.append)
    return results


def test_people_meet_in_it(server: Hosted) -> None:
    bob, carol = server.join("bob"), server.join("carol")
    bob.lines()
    carol.feed(b"hello\n")
    assert bob.raw() == b"<carol> hello\n"


def test_everybody_is_told_before_it_has_stopped(server: Hosted) -> None:
    bob, silent = server.join("bob"), server.connect()
    done = stopped(server.chat_server.stopService())
    assert done == []
    server.loop.advance(0.1)
    assert done == [None]
    assert bob.raw() == b"*** The server is going down. Come back in a moment\n"
    assert silent.raw() == b"ERROR :The server is going down. Come back in a moment\r\n"
    assert bob.ended
    assert silent.ended
    assert server.left_behind() == []


def test_it_waits_for_those_who_read_slowly(server: Hosted) -> None:
    bob = server.join("bob")
    bob.stall()
    bob.feed(b"/help\n")
    done = stopped(server.chat_server.stopService())
    server.loop.advance(DRAIN_SECONDS / 2)
    assert done == []
    bob.read()
    server.loop.advance(0.1)
    assert done == [None]
    assert bob.raw().endswith(b"*** The server is going down. Come back in a moment\n")


def test_it_waits_for_nobody_longer_than_three_seconds_and_leaves_nobody_behind(server: Hosted) -> None:
    bob, carol = server.join("bob"), server.join("carol")
    bob.stall()
    carol.feed(b"hello\n")
    done = stopped(server.chat_server.stopService())
    gone_when_done: list[int] = []
    while not done and server.clock.seconds() < 100:
        server.loop.advance(0.1)
        gone_when_done = [len(server.factory.connections)]
    assert DRAIN_SECONDS <= server.clock.seconds() <= DRAIN_SECONDS + 1
    assert gone_when_done == [0]
    assert bob.ended
    assert server.left_behind() == []


def test_everybody_has_left_by_the_time_it_has_stopped(server: Hosted) -> None:
    bob = server.join("bob")
    bob.stall()
    bob.feed(b"/help\n")
    there: list[int] = []
    server.chat_server.stopService().addCallback(lambda _: there.append(len(server.directory.people)))
    server.loop.advance(DRAIN_SECONDS + 1)
    assert there == [0]


def test_an_empty_server_stops_at_once(server: Hosted) -> None:
    assert stopped(server.chat_server.stopService()) == [None]


def test_the_number_of_people_is_bounded() -> None:
    server = Hosted(max_users=1)
    server.join("bob")
    assert b"The server is full (1 people)" in server.connect().feed(b"carol\n").raw()


def test_what_is_banned_on_disk_is_banned_in_the_chat_server(tmp_path: Path) -> None:
    world = World(tmp_path)
    ban(world.directory, "root", "192.0.2.0/24", None, "spam")
    world.settle()
    world.stop()
    storage = Storage(tmp_path, Clock(), world.now, make_executor=ByHand)
    chat_server = ChatServer(Clock(), Settings(name="chat.test"), storage=storage)
    assert [one.what for one in chat_server.directory.bans.listed(world.now())] == ["192.0.2.0/24"]
