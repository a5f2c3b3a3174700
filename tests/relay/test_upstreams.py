"""A server that is dead is passed over for a growing while, and the preferred one is returned to."""

from __future__ import annotations

from chat.relay.upstreams import FIRST_PAUSE, LONGEST_PAUSE, Upstream, Upstreams, UpstreamState

from .net import Door


def upstreams(count: int) -> Upstreams:
    return Upstreams([Upstream(f"server{number}", Door()) for number in range(1, count + 1)])


def names(servers: Upstreams, now: float) -> list[str]:
    return [upstream.name for upstream in servers.order(now)]


def test_the_operators_order_holds_while_nothing_is_known() -> None:
    assert names(upstreams(3), 0) == ["server1", "server2", "server3"]


def test_a_dead_one_moves_to_the_end_until_its_pause_is_over() -> None:
    servers = upstreams(3)
    assert servers.all[0].failed(100.0, "gone") == FIRST_PAUSE
    assert names(servers, 100.0) == ["server2", "server3", "server1"]
    assert names(servers, 100.0 + FIRST_PAUSE) == ["server1", "server2", "server3"]


def test_pauses_double_up_to_the_longest_and_start_again_after_an_answer() -> None:
    [server] = upstreams(1).all
    now, pauses = 0.0, []
    for _ in range(9):
        pauses.append(server.failed(now, "gone"))
        now += pauses[-1]
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE == max(pauses)
    assert server.answered()
    assert not server.answered()
    assert server.failed(now, "gone") == FIRST_PAUSE


def test_attempts_side_by_side_that_fail_are_one_failure() -> None:
    [server] = upstreams(1).all
    server.failed(0.0, "gone")
    server.failed(0.5, "gone")
    assert (server.failures, server.retry_in(0.5)) == (1, 0.5)


def test_one_connection_at_a_time_finds_out_whether_a_dead_one_is_back() -> None:
    servers = upstreams(2)
    first = servers.all[0]
    first.failed(0.0, "gone")
    first.trying(until=6.0)
    assert names(servers, 1.0) == ["server2", "server1"]
    assert names(servers, 6.0) == ["server1", "server2"], "an attempt that never ended blocks nobody for ever"
    first.trying(until=11.0)
    first.gave_up()
    assert names(servers, 6.0) == ["server1", "server2"]


def test_its_state_is_told_in_words() -> None:
    [server] = upstreams(1).all
    assert (server.state, server.describe(0.0)) == (UpstreamState.UNTRIED, "untried")
    server.answered()
    assert server.describe(0.0) == "up"
    server.failed(10.0, "nothing listens there")
    assert server.describe(10.2) == "down (nothing listens there), tried again in 1 s"
    assert server.describe(11.0) == "down (nothing listens there), tried again at once"
    server.answered()
    assert (server.reason, server.retry_in(10.0)) == ("", 0.0)
