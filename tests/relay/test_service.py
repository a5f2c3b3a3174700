"""What an operator types becomes a relay, or a sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from twisted.application.service import IService
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock
from zope.interface.verify import verifyObject

from chat.listening.endpoints import CannotStart
from chat.listening.proxy_protocol import encode_v2
from chat.relay.factory import IDLE_SECONDS, STOPPING
from chat.relay.in_process import InProcessEndpoint
from chat.relay.proxy import error_line
from chat.relay.service import (
    DEFAULT_LISTEN,
    Options,
    RelayIntoServer,
    makeService,
    parse_target,
    relay_service,
)
from chat.relay.upstreams import MAX_UPSTREAMS

from .net import Connection

CHECKOUT = Path(__file__).resolve().parents[2]


def options(*arguments: str) -> Options:
    parsed = Options()
    parsed.parseOptions(list(arguments))
    return parsed


def refusal(*arguments: str) -> str:
    with pytest.raises(CannotStart) as caught:
        options(*arguments)
    return str(caught.value)


def test_what_an_operator_types() -> None:
    parsed = options(
        "--listen",
        "tcp:1",
        "-l",
        "unix:/run/x",
        "--to",
        "a.example:1",
        "-t",
        "[::1]:2",
        "-p",
        "v1",
        "--idle",
        "5",
    )
    assert parsed["listen"] == ["tcp:1", "unix:/run/x"]
    assert parsed["to"] == [("a.example", 1), ("::1", 2)]
    assert (parsed["proxy-protocol"], parsed["idle"]) == ("v1", 5)


def test_without_options_but_a_server_it_works() -> None:
    parsed = options("--to", "localhost:56460")
    assert parsed["listen"] == [DEFAULT_LISTEN]
    assert (parsed["proxy-protocol"], parsed["idle"]) == ("v2", IDLE_SECONDS / 60)


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ((), "give --to HOST:PORT"),
        (("localhost:56460",), "'localhost:56460' is not understood: a server is given as --to"),
        (("--to", "chat.example"), "needs a host and a port"),
        (("--to", ":56458"), "needs a host and a port"),
        (("--to", "[::1]"), "needs a host and a port"),
        (("--to", "chat.example:irc"), "'irc' is not a port from 1 to 65535"),
        (("--to", "chat.example:0"), "'0' is not a port"),
        (("--to", "chat.example:65536"), "'65536' is not a port"),
        (("--to", "irc://chat.example:1"), "leave out what stands before the host"),
        (("--to", "::1:56458"), "as in [::1]:56458"),
        (("--to", "[localhost]:1"), "'localhost' is not an IPv6 address"),
        (("--to", "chat example:1"), "'chat example' is not a host name"),
        (("--to", "a:1", "--proxy-protocol", "v3"), "--proxy-protocol is v2, v1 or off, not 'v3'"),
        (
            ("--to", "a:1", "--max-connections", "-1"),
            "--max-connections must be a whole number of at least 0",
        ),
        (("--to", "a:1", "--max-per-address", "few"), "not 'few'"),
        (("--to", "a:1", "--idle", "1.5"), "--idle must be a whole number"),
        (("--to", "localhost:7", "--listen", "tcp:7"), "would connect to itself: port 7"),
        (("--to", "127.0.0.1:7", "--listen", "haproxy:tcp:7:interface=127.0.0.1"), "would connect to itself"),
        (("--to", "localhost:7", "--listen", "tcp:port=7:interface=127.0.0.1"), "would connect to itself"),
        (("--to", "127.0.0.2:7", "--listen", "tcp:7:backlog=9:interface=0.0.0.0"), "would connect to itself"),
        (("--to", "[::1]:7", "--listen", r"tcp6:7:interface=\:\:1"), "would connect to itself"),
        (("--to", "[0:0::1]:7", "--listen", r"tcp6:7:interface=\:\:1"), "would connect to itself"),
        (("--to", "192.0.2.1:7", "--listen", "tcp:7:interface=192.0.2.1"), "would connect to itself"),
        (
            (
                "--to",
                "[::1]:56459",
            ),
            "would connect to itself: port 56459",
        ),
        (("--to", "a:1") * (MAX_UPSTREAMS + 1), f"at most {MAX_UPSTREAMS} servers"),
    ],
)
def test_what_an_operator_gets_wrong(arguments: tuple[str, ...], hint: str) -> None:
    said = refusal(*arguments)
    assert hint in said
    assert said.endswith(".")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--to", "localhost:7", "-l", "unix:/run/7"),
        ("--to", "chat.example:7", "-l", "tcp:7"),
        ("--to", "127.0.0.1:7", "-l", "tcp:7:interface=127.0.0.2"),
        ("--to", "127.0.0.1:7", "-l", "tcp:7:interface=192.0.2.1"),
        ("--to", "localhost:7", "-l", "haproxy:tcp:7:interface=192.0.2.1:backlog=9"),
        ("--to", "[::1]:7", "-l", "tcp:7:interface=127.0.0.1"),
        ("--to", "192.0.2.2:7", "-l", "tcp:7:interface=192.0.2.1"),
        ("--to", "localhost:7", "-l", "tcp:70"),
    ],
)
def test_the_same_number_elsewhere_is_no_loop(arguments: tuple[str, ...]) -> None:
    assert options(*arguments)["to"]


def test_targets() -> None:
    assert parse_target("chat.example.org:56458") == ("chat.example.org", 56458)
    assert parse_target("192.0.2.1:1") == ("192.0.2.1", 1)
    assert parse_target("[2001:db8::1]:2") == ("2001:db8::1", 2)


def test_the_help_names_every_option_and_an_example() -> None:
    text = str(Options())
    for wanted in (
        "--listen",
        "--to",
        "--proxy-protocol",
        "--max-per-address",
        "--idle",
        "twistd chat --listen",
    ):
        assert wanted in text


def test_a_service_of_its_own_listens_tries_in_order_and_stops_in_order() -> None:
    reactor = MemoryReactorClock()
    service = relay_service(["tcp:1", "tcp:2"], [("192.0.2.1", 7), ("::1", 8)], reactor)
    verifyObject(IService, service)
    service.startService()
    assert [server[:2] for server in reactor.tcpServers] == [(1, service.factory), (2, service.factory)]
    assert [upstream.name for upstream in service.figures.upstreams] == ["192.0.2.1:7", "[::1]:8"]
    assert all(isinstance(upstream.endpoint, HostnameEndpoint) for upstream in service.figures.upstreams)
    person = Connection()
    person.carry(service.factory.buildProtocol(person.peer))
    stopped = service.stopService()
    assert person.far_read() == error_line(STOPPING)
    person.far_end()
    assert stopped.called


def test_a_listener_that_cannot_be_used_is_refused() -> None:
    with pytest.raises(CannotStart, match=r"nonsense:1.* for the relay: "):
        relay_service(["nonsense:1"], [("a", 1)], MemoryReactorClock())


def test_inside_the_server_it_does_not_limit_and_stops_in_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    reactor = MemoryReactorClock()
    relay = RelayIntoServer(["tcp:1"], Factory(), reactor)
    verifyObject(IService, relay.connections)
    verifyObject(IService, relay.listeners)
    relay.connections.startService()
    relay.listeners.startService()
    assert reactor.tcpServers[0][1] is relay.factory
    [upstream] = relay.figures.upstreams
    assert isinstance(upstream.endpoint, InProcessEndpoint)
    assert relay.factory.encode_header is encode_v2
    crowd = [Connection(IPv4Address("TCP", "192.0.2.7", 1 + number)) for number in range(100)]
    monkeypatch.setattr(upstream.endpoint, "connect", lambda _: Deferred())
    for person in crowd:
        person.carry(relay.factory.buildProtocol(person.peer))
        assert person.far_read() == b""
        person.far_reset()
    relay.listeners.stopService()
    assert relay.connections.stopService().called


def test_more_connections_than_files_are_warned_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.relay.service.stop_on_signals", lambda reactor: None)
    asked: list[int] = []

    def grant(wanted: int) -> int:
        asked.append(wanted)
        return 1064

    monkeypatch.setattr("chat.relay.service.allow_descriptors", grant)
    service = makeService(options("--to", "localhost:1", "--listen", "tcp:0", "--max-connections", "5000"))
    verifyObject(IService, service)
    assert asked == [10_064]


def test_the_plugin_names_it_and_loads_nothing_before_it_is_chosen() -> None:
    code = (
        "import sys, runpy\n"
        "found = runpy.run_path('twisted_plugins/chat_relay_plugin.py')['chat_relay']\n"
        "assert not [name for name in sys.modules if name.startswith('chat')]\n"
        "assert found.tapname == 'chat-relay'\n"
        "found.options()\n"
        "assert 'chat.relay.service' in sys.modules\n"
        "assert 'twisted.internet.reactor' not in sys.modules\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
