"""A relayed connection: who may come in, what is carried, how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionRefusedError as NothingListens
from twisted.internet.interfaces import IAddress, IConsumer, IHalfCloseableProtocol, IPushProducer
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.protocols import portforward
from twisted.protocols.haproxy._wrapper import HAProxyWrappingFactory
from twisted.test.iosim import FakeTransport, connect
from zope.interface.verify import verifyObject

from chat.domain.limits import AddressLimits
from chat.listening.proxied import ProxiedFactory
from chat.listening.proxy_protocol import SocketAddress, decode, encode_v1, encode_v2
from chat.relay import proxy
from chat.relay.factory import FULL, IDLE_SECONDS, MAX_DISMISSALS, STOP_SECONDS, STOPPING
from chat.relay.proxy import (
    CONNECT_SECONDS,
    DISMISSAL_SECONDS,
    EARLY_BYTES,
    NO_SERVER,
    TOO_EARLY,
    RelayClientFactory,
    RelayServer,
    error_line,
)
from chat.relay.session import HALF_CLOSED_SECONDS
from chat.relay.upstreams import FIRST_PAUSE, UpstreamState
from tests.logs import observed

from .net import BUFFER, ENTRANCE, PERSON, Connection, Relay

SOURCE = SocketAddress(ip_address("192.0.2.7"), 40000)
DESTINATION = SocketAddress(ip_address("198.51.100.1"), 56458)


@pytest.fixture
def logged() -> Iterator[list[dict[str, Any]]]:
    """The events that the relay's own loggers publish."""
    events: list[dict[str, Any]] = []

    def observe(event: Any) -> None:
        if event["log_namespace"].startswith("chat.relay"):
            events.append(event)

    with observed(observe):
        yield events


def endings(logged: list[dict[str, Any]]) -> list[str]:
    return [event["reason"] for event in logged if "bytes_up" in event]


# carrying


def test_the_stand_ins_for_sockets_are_what_they_claim() -> None:
    verifyObject(IConsumer, Connection())
    verifyObject(IPushProducer, Connection())
    verifyObject(IHalfCloseableProtocol, RelayServer())


def test_bytes_go_both_ways_unchanged_and_are_counted() -> None:
    relay = Relay()
    person, server = relay.through()
    noise = bytes(range(256)) * 3
    person.far_send(noise)
    assert server.far_read() == noise
    server.far_send(noise[::-1] + b"x")
    assert person.far_read() == noise[::-1] + b"x"
    assert (relay.figures.bytes_up, relay.figures.bytes_down) == (768, 769)
    assert (relay.figures.open, relay.figures.total, relay.figures.refused) == (1, 1, 0)


@pytest.mark.parametrize(("encode", "name"), [(encode_v2, "v2"), (encode_v1, "v1")])
def test_the_server_is_told_who_is_there_before_anything_else(encode: Any, name: str) -> None:
    relay = Relay(encode_header=encode)
    person = relay.come()
    server = relay.door.accept()
    person.far_send(b"bob\n")
    assert server.far_read() == encode(SOURCE, DESTINATION) + b"bob\n"
    assert relay.figures.bytes_up == 4, f"the {name} header is none of the person's bytes"


def test_without_the_proxy_protocol_nothing_comes_first() -> None:
    relay = Relay(encode_header=None)
    person = relay.come()
    server = relay.door.accept()
    person.far_send(b"bob\n")
    assert server.far_read() == b"bob\n"


@pytest.mark.parametrize(
    ("peer", "seen"),
    [
        (IPv6Address("TCP", "2001:db8::7", 40000), SocketAddress(ip_address("2001:db8::7"), 40000)),
        (IPv6Address("TCP", "::ffff:192.0.2.7", 40000), SOURCE),
        (UNIXAddress("/run/relay"), None),
    ],
)
def test_every_kind_of_address_is_told(peer: IAddress, seen: SocketAddress | None) -> None:
    relay = Relay()
    relay.come(peer)
    decoded = decode(relay.door.accept().far_read())
    assert decoded is not None
    assert decoded[0].source == seen


def test_what_another_relay_announced_is_passed_on() -> None:
    relay = Relay()
    nearer = IPv4Address("TCP", "203.0.113.99", 1)
    connection = Connection(nearer)
    connection.carry(ProxiedFactory(relay.factory, relay.clock).buildProtocol(nearer))
    connection.far_send(encode_v1(SOURCE, DESTINATION) + b"bob\n")
    server = relay.door.accept()
    assert server.far_read() == encode_v2(SOURCE, DESTINATION) + b"bob\n"
    connection.far_send(b"hi\n")
    assert server.far_read() == b"hi\n"
    server.far_send(b"hello bob\n")
    server.far_end()
    assert connection.far_read() == b"hello bob\n"


def test_limits_behind_another_relay_are_about_the_announced_address() -> None:
    relay = Relay(limits=AddressLimits(live=1))
    outer = ProxiedFactory(relay.factory, relay.clock)
    answers = []
    for host in ("192.0.2.7", "192.0.2.8", "192.0.2.7"):
        connection = Connection(PERSON)
        connection.carry(outer.buildProtocol(PERSON))
        connection.far_send(encode_v2(SocketAddress(ip_address(host), 1), DESTINATION))
        answers.append(connection.far_read())
    assert answers[:2] == [b"", b""]
    assert b"at most 1 at once" in answers[2]


class Recorder(Protocol):
    """A server that notes who it thinks is there, and what it hears."""

    heard = b""

    def dataReceived(self, data: bytes) -> None:
        assert self.transport is not None
        self.heard += data
        self.seen = self.transport.getPeer(), self.transport.getHost()


@pytest.mark.parametrize("encode", [encode_v1, encode_v2])
@pytest.mark.parametrize("ours", [True, False])
def test_a_server_behind_a_haproxy_listener_sees_the_person(encode: Any, ours: bool) -> None:
    """Through Twisted's own wrapper and through this project's, over iosim."""
    relay = Relay(encode_header=encode)
    person = relay.come()
    factory = Factory.forProtocol(Recorder)
    listener: Any = ProxiedFactory(factory, Clock()) if ours else HAProxyWrappingFactory(factory)
    wrapper = listener.buildProtocol(None)
    client_factory, attempt = relay.door.attempts.pop()
    client = client_factory.buildProtocol(ENTRANCE)
    assert client is not None
    server_end, client_end = FakeTransport(wrapper, True), FakeTransport(client, False)
    pump = connect(wrapper, server_end, client, client_end)
    attempt.callback(client)
    person.far_send(b"hello from far away\n")
    pump.flush()
    recorder = wrapper._served if ours else wrapper.wrappedProtocol
    assert recorder.heard == b"hello from far away\n"
    assert recorder.seen == (PERSON, ENTRANCE)


# back-pressure


def test_a_server_that_does_not_read_stops_the_person_and_nothing_is_lost() -> None:
    person, server = Relay().through()
    chunk = bytes(10_000)
    for _ in range(100):
        person.far_send(chunk)
    assert BUFFER < server.waiting <= BUFFER + len(chunk)
    assert person.unread == 100 * len(chunk) - server.waiting
    arrived = 0
    while person.unread or server.waiting:
        arrived += len(server.far_read())
    assert arrived == 100 * len(chunk)


def test_a_person_that_does_not_read_stops_the_server() -> None:
    person, server = Relay().through()
    for _ in range(20):
        server.far_send(bytes(10_000))
    assert person.waiting < BUFFER + 10_001
    assert server.unread > 0
    assert len(person.far_read()) == 200_000
    assert server.unread == 0


def test_nothing_is_read_before_a_server_has_answered() -> None:
    relay = Relay()
    person = relay.come()
    person.far_send(bytes(1_000_000))
    assert person.unread == 1_000_000
    server = relay.door.accept()
    assert person.unread == 0
    assert len(server.far_read()) == len(encode_v2(SOURCE, DESTINATION)) + 1_000_000


def test_what_a_transport_delivers_although_it_is_paused_is_bounded() -> None:
    relay = Relay()
    person = relay.come()
    person.protocol.dataReceived(bytes(EARLY_BYTES))
    assert person.far_read() == b""
    person.protocol.dataReceived(b"x")
    assert person.far_read() == error_line(TOO_EARLY)
    assert relay.door.cancelled == 1
    person.protocol.dataReceived(bytes(EARLY_BYTES))
    person.far_end()
    assert person.lost


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("usrdUD"), st.integers(0, 100_000)), max_size=40))
def test_whatever_happens_bytes_arrive_in_order_and_memory_stays_bounded(
    steps: list[tuple[str, int]],
) -> None:
    relay = Relay()
    person, server = relay.through()
    sent: dict[str, bytes] = {"up": b"", "down": b""}
    arrived: dict[str, bytes] = {"up": b"", "down": b""}
    for count, (action, size) in enumerate(steps, 1):
        data = bytes([count]) * size
        if action in "uU" and not person.lost:
            sent["up"] += data
            person.far_send(data)
        elif action in "dD" and not server.lost:
            sent["down"] += data
            server.far_send(data)
        elif action == "s":
            arrived["up"] += server.far_read()
        elif action == "r":
            arrived["down"] += person.far_read()
        assert server.waiting <= BUFFER + 100_000
        assert person.waiting <= BUFFER + 100_000
    person.far_end()
    for _ in range(100):
        arrived["up"] += server.far_read()
        arrived["down"] += person.far_read()
    server.far_end()
    for _ in range(100):
        arrived["up"] += server.far_read()
        arrived["down"] += person.far_read()
    assert arrived == sent
    assert person.lost
    assert server.lost
    assert relay.figures.open == 0
    assert (relay.figures.bytes_up, relay.figures.bytes_down) == (len(sent["up"]), len(sent["down"]))
    assert relay.clock.getDelayedCalls() == []


# finding a server


def test_the_first_server_serves_while_it_lives() -> None:
    relay = Relay(doors=2)
    for _ in range(3):
        relay.come()
        relay.doors[0].accept()
    assert relay.doors[1].attempts == []


def test_a_dead_server_is_passed_over_tried_again_later_and_returned_to(logged: list[dict[str, Any]]) -> None:
    relay = Relay(doors=2)
    first, second = relay.doors
    relay.come()
    first.refuse(NothingListens())
    second.accept()
    relay.come()
    assert first.attempts == [], "it is passed over"
    second.accept()
    relay.clock.advance(FIRST_PAUSE)
    relay.come()
    relay.come()
    assert (len(first.attempts), len(second.attempts)) == (1, 1), "one finds out, nobody else waits for it"
    first.accept()
    second.accept()
    relay.come()
    first.accept()
    assert relay.factory.upstreams.all[0].state is UpstreamState.UP
    told = [event["log_format"].format(**event) for event in logged if "upstream" in event]
    assert told == [
        "server1 cannot be reached: nothing listens there; passed over for 1 s",
        "server2 answers",
        "server1 answers",
    ]


def test_a_server_that_does_not_answer_gets_five_seconds() -> None:
    relay = Relay(doors=2)
    person = relay.come()
    relay.clock.advance(CONNECT_SECONDS - 0.1)
    assert relay.doors[1].attempts == []
    relay.clock.advance(0.1)
    assert relay.doors[0].cancelled == 1
    server = relay.doors[1].accept()
    person.far_send(b"hi\n")
    assert server.far_read().endswith(b"hi\n")


def test_when_no_server_answers_the_person_is_told_and_closed(logged: list[dict[str, Any]]) -> None:
    relay = Relay(doors=2)
    person = relay.come()
    person.far_send(b"bob\nhello\n")
    for door in relay.doors:
        door.refuse(NothingListens())
    assert person.far_read() == error_line(NO_SERVER)
    assert person.fin_sent
    assert person.unread == 0, "unread bytes would turn the end into a reset"
    assert not person.lost
    person.far_end()
    assert person.lost
    assert (relay.figures.failed, relay.figures.open, relay.figures.bytes_up) == (1, 0, 0)
    assert endings(logged) == ["no server answered"]
    assert relay.clock.getDelayedCalls() == []


def test_somebody_who_is_told_and_does_not_leave_is_dropped() -> None:
    relay = Relay()
    person = relay.come()
    relay.door.refuse(NothingListens())
    relay.clock.advance(DISMISSAL_SECONDS)
    assert person.aborted
    assert relay.figures.open == 0


def test_dead_servers_are_tried_all_the_same_when_no_other_is_left() -> None:
    relay = Relay()
    relay.come()
    relay.door.refuse(NothingListens())
    person = relay.come()
    server = relay.door.accept()
    person.far_send(b"back\n")
    assert server.far_read().endswith(b"back\n")


def test_a_person_who_leaves_while_waiting_ends_the_attempt_and_blames_nobody(
    logged: list[dict[str, Any]],
) -> None:
    relay = Relay()
    person = relay.come()
    person.far_reset()
    assert relay.door.cancelled == 1
    assert relay.factory.upstreams.all[0].state is UpstreamState.UNTRIED
    assert relay.figures.open == 0
    assert endings(logged)[0].startswith("the person's connection broke off")
    assert relay.clock.getDelayedCalls() == []


def test_an_endpoint_that_raises_is_a_server_that_cannot_be_reached() -> None:
    relay = Relay()
    relay.door.connect = lambda _: 1 / 0  # type: ignore[method-assign,assignment,return-value]
    assert relay.come().far_read() == error_line(NO_SERVER)
    assert relay.factory.upstreams.all[0].reason == "division by zero"


def test_a_search_that_breaks_drops_the_person_and_is_logged(
    logged: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = Relay()
    monkeypatch.setattr(relay.factory.upstreams, "order", lambda now: 1 / 0)
    person = relay.come()
    assert person.aborted
    assert relay.figures.open == 0
    assert any("log_failure" in event for event in logged)


# limits


def test_an_address_has_its_share_and_gets_it_back() -> None:
    relay = Relay(limits=AddressLimits(live=2, new=0))
    first = relay.come()
    second = relay.come()
    third = relay.come()
    assert (
        b"ERROR :Too many connections from your address (192.0.2.7): at most 2 at once." in third.far_read()
    )
    assert len(relay.door.attempts) == 2
    assert relay.figures.refused_by_rule == {"live": 1}
    other = relay.come(IPv4Address("TCP", "192.0.2.8", 1))
    assert other.far_read() == b""
    for connection in (first, second, third, other):
        connection.far_reset()
    assert relay.come().far_read() == b""
    assert relay.figures.open == 1


def test_ipv6_neighbours_share_one_share_and_this_machine_is_exempt() -> None:
    relay = Relay(limits=AddressLimits(live=1, new=0))
    assert relay.come(IPv6Address("TCP", "2001:db8::1", 1)).far_read() == b""
    assert b"2001:db8::/64" in relay.come(IPv6Address("TCP", "2001:db8::2", 1)).far_read()
    for _ in range(3):
        assert relay.come(IPv4Address("TCP", "127.0.0.1", 1)).far_read() == b""
        assert relay.come(UNIXAddress(None)).far_read() == b""


def test_connections_in_all_are_limited() -> None:
    relay = Relay(max_connections=1)
    first = relay.come()
    assert relay.come().far_read() == error_line(FULL)
    assert relay.figures.refused_by_rule == {"all": 1}
    first.far_reset()
    assert relay.come().far_read() == b""
    assert Relay(max_connections=0).come().far_read() == b""


def test_in_a_flood_those_turned_away_are_closed_at_once() -> None:
    relay = Relay(max_connections=1)
    relay.come()
    flood = [relay.come() for _ in range(MAX_DISMISSALS + 1)]
    for connection in flood:
        assert connection.far_read() == error_line(FULL)
    assert [connection.lost for connection in flood] == [False] * MAX_DISMISSALS + [True]
    flood[0].far_end()
    another = relay.come()
    another.far_read()
    assert not another.lost
    assert relay.figures.open == 1 + MAX_DISMISSALS


def test_somebody_on_tls_is_told_as_well() -> None:
    relay = Relay()
    person = relay.come(tls=True)
    relay.door.refuse(NothingListens())
    assert person.far_read() == error_line(NO_SERVER)
    assert person.lost, "below TLS, one direction cannot be closed alone"


# ends


def test_somebody_who_has_said_everything_still_gets_the_answers(logged: list[dict[str, Any]]) -> None:
    relay = Relay()
    person, server = relay.through()
    person.far_send(b"bob\nhello\n/exit\n")
    person.far_end()
    assert server.far_read() == b"bob\nhello\n/exit\n"
    assert server.fin_sent
    assert not person.lost
    server.far_send(b"Goodbye\n")
    server.far_end()
    assert person.far_read() == b"Goodbye\n"
    assert person.lost
    assert server.lost
    assert endings(logged) == ["the person left"]


def test_what_a_server_said_before_it_closed_arrives_although_the_person_reads_late() -> None:
    relay = Relay()
    person, server = relay.through()
    for _ in range(20):
        server.far_send(bytes(10_000))
    server.far_end()
    assert person.waiting > BUFFER
    assert len(person.far_read()) == 200_000
    person.far_read()
    assert person.fin_sent
    person.far_end()
    assert server.far_read() == b""
    assert person.lost
    assert server.lost


def test_what_somebody_said_before_a_reset_arrives() -> None:
    relay = Relay()
    person, server = relay.through()
    for _ in range(7):
        person.far_send(bytes(10_000))
    person.far_reset()
    assert not server.lost
    assert len(server.far_read()) == 70_000
    server.far_read()
    assert server.lost
    assert relay.figures.open == 0


def test_a_side_that_never_reads_the_rest_is_dropped_in_the_end() -> None:
    for end in (lambda person: person.far_end(), lambda person: person.far_reset()):
        relay = Relay()
        person, server = relay.through()
        person.far_send(bytes(10_000))
        end(person)
        relay.clock.advance(HALF_CLOSED_SECONDS - 0.1)
        assert not server.lost
        relay.clock.advance(0.1)
        assert server.aborted
        assert person.lost
        assert relay.figures.open == 0


def test_a_server_that_breaks_off_ends_the_person_in_order(logged: list[dict[str, Any]]) -> None:
    relay = Relay()
    person, server = relay.through()
    server.far_send(b"half a li")
    server.far_reset()
    assert person.far_read() == b"half a li"
    assert person.lost
    assert endings(logged)[0].startswith("the server's connection broke off")


def test_tls_people_end_both_directions_at_once_and_still_get_everything() -> None:
    relay = Relay()
    person = relay.come(tls=True)
    server = relay.door.accept()
    server.far_read()
    server.far_send(b"Goodbye\n")
    server.far_end()
    assert person.far_read() == b"Goodbye\n"
    assert server.far_read() == b""
    assert person.lost
    assert server.lost
    person = relay.come(tls=True)
    server = relay.door.accept()
    server.far_read()
    person.far_send(b"bye\n")
    person.far_end()
    assert server.far_read() == b"bye\n"
    assert server.lost
    assert relay.figures.open == 0


def test_the_log_tells_what_was_carried(logged: list[dict[str, Any]]) -> None:
    relay = Relay()
    person, server = relay.through()
    relay.clock.advance(12)
    person.far_send(b"secret words\n")
    server.far_send(b"and more\n")
    server.far_read()
    server.far_end()
    person.far_read()
    person.far_end()
    server.far_read()
    [ending] = [event for event in logged if "bytes_up" in event]
    assert ending["log_format"].format(**ending) == (
        "192.0.2.7:40000 left after 12 s, 13 bytes up, 9 bytes down, through server1: the server closed it"
    )
    assert not any("secret" in repr(value) for event in logged for value in event.values())


@pytest.mark.parametrize(
    ("peer", "shown"),
    [
        (IPv6Address("TCP", "::ffff:192.0.2.7", 1), "192.0.2.7:1"),
        (IPv6Address("TCP", "2001:db8::7", 1), "[2001:db8::7]:1"),
        (UNIXAddress(None), "somebody on this machine"),
    ],
)
def test_the_log_shows_addresses_as_people_write_them(
    logged: list[dict[str, Any]], peer: IAddress, shown: str
) -> None:
    Relay().come(peer).far_reset()
    assert [event["who"] for event in logged if "bytes_up" in event] == [shown]


# idle


def test_silence_in_both_directions_ends_with_a_sentence(logged: list[dict[str, Any]]) -> None:
    relay = Relay()
    person, server = relay.through()
    relay.clock.advance(IDLE_SECONDS - 1)
    person.far_send(b"still here\n")
    server.far_read()
    relay.clock.advance(IDLE_SECONDS - 1)
    server.far_send(b"so am I\n")
    person.far_read()
    relay.clock.advance(IDLE_SECONDS - 1)
    assert person.far_read() == b""
    assert not person.lost
    relay.clock.advance(1)
    assert person.far_read() == error_line("Closed: nothing was said in either direction for 60 minutes.")
    server.far_read()
    assert (person.lost, server.lost, relay.figures.open) == (True, True, 0)
    assert endings(logged) == ["idle"]


def test_the_sentence_never_lands_inside_a_line() -> None:
    relay = Relay(idle_seconds=60)
    person, server = relay.through()
    server.far_send(b"half a li")
    relay.clock.advance(60)
    assert person.far_read() == b"half a li"
    assert person.lost


def test_idle_connections_stay_when_the_operator_wants_it() -> None:
    relay = Relay(idle_seconds=0)
    person, server = relay.through()
    relay.clock.advance(10 * IDLE_SECONDS)
    assert not person.lost
    assert not server.lost
    assert relay.clock.getDelayedCalls() == []


def test_looking_for_a_server_is_not_idle() -> None:
    relay = Relay(doors=2, idle_seconds=1)
    person = relay.come()
    relay.clock.advance(CONNECT_SECONDS)
    assert relay.doors[1].attempts
    assert not person.lost


# stopping


def done(deferred: Deferred[None]) -> bool:
    return bool(deferred.called)


def test_stopping_tells_everybody_and_waits_until_it_has_arrived() -> None:
    relay = Relay(doors=1)
    person, server = relay.through()
    waiting = relay.come()
    stopped = relay.factory.stop()
    assert relay.factory.stop() is stopped
    assert not done(stopped)
    assert person.far_read() == error_line(STOPPING)
    assert waiting.far_read() == error_line(STOPPING)
    assert relay.door.cancelled == 1
    assert not done(stopped)
    server.far_read()
    assert done(stopped)
    assert relay.clock.getDelayedCalls() == []


def test_stopping_does_not_wait_for_ever() -> None:
    relay = Relay()
    person, server = relay.through()
    stopped = relay.factory.stop()
    relay.clock.advance(STOP_SECONDS)
    assert person.aborted
    assert server.aborted
    assert done(stopped)


def test_stopping_without_anybody_is_over_at_once_and_nobody_gets_in_afterwards() -> None:
    relay = Relay()
    assert done(relay.factory.stop())
    assert relay.come().far_read() == error_line(STOPPING)
    assert relay.door.attempts == []


def test_inside_the_server_the_farewell_is_left_to_it() -> None:
    relay = Relay(farewell=False)
    person, server = relay.through()
    stopped = relay.factory.stop()
    server.far_send(b"The server is going down.\n")
    server.far_end()
    assert person.far_read() == b"The server is going down.\n"
    assert server.far_read() == b""
    assert person.lost, "nobody waits until the person closes as well"
    assert done(stopped)


def test_inside_the_server_those_who_have_not_reached_it_are_told() -> None:
    relay = Relay(farewell=False)
    person = relay.come()
    stopped = relay.factory.stop()
    assert person.far_read() == error_line(STOPPING)
    assert done(stopped)


def test_stopping_does_not_wait_for_people_whose_server_has_closed() -> None:
    relay = Relay(farewell=False)
    person, server = relay.through()
    server.far_send(b"Goodbye\n")
    server.far_end()
    stopped = relay.factory.stop()
    assert person.far_read() == b"Goodbye\n"
    server.far_read()
    assert person.lost
    assert done(stopped)


def test_the_client_factory_builds_on_the_port_forwarder() -> None:
    assert issubclass(RelayClientFactory, portforward.ProxyClientFactory)
    assert issubclass(RelayServer, portforward.ProxyServer)
    assert issubclass(proxy.RelayClient, portforward.ProxyClient)
